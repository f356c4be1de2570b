/* SPDX-License-Identifier: Apache-2.0 */
/* ELF dynamic sections, from the two parts of a file that a stream keeps: all texts lie inside. */
#include "fmt/elf_dynamic.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(bytes all, bytes part)
{
	if (part.n > all.n || (part.n > 0 && (part.p < all.p || part.p + part.n > all.p + all.n)))
		abort();
}

static bytes part_of(bytes all, struct elf_place p)
{
	if (p.from > p.to || p.to > INT64_MAX)
		abort();
	return p.from > all.n ? (bytes){ 0 }
	                      : bytes_slice(all, (size_t)p.from, (size_t)(p.to - p.from));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum elf_tag tags[] = { ELF_NEEDED, ELF_SONAME, ELF_RPATH, ELF_RUNPATH };
	bytes all = bytes_of(data, size), text;
	struct elf_place front, section;
	struct elf_dynamic d;
	struct elf_map map;

	if (!elf_map_open(all, &map))
		return 0;
	elf_dynamic_places(&map, &front, &section);
	if (!elf_dynamic_open(part_of(all, front), part_of(all, section), &d))
		return 0;
	check_inside(all, d.loader);
	for (size_t i = 0; i < 4; i++)
		for (uint32_t at = 0; elf_dynamic_text(&d, tags[i], &at, &text);)
			check_inside(all, text);
	for (uint32_t at = 0; elf_dynamic_import(&d, &at, &text);)
		check_inside(all, text);
	return 0;
}
