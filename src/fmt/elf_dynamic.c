/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf_dynamic.h"

#define LOAD 1    /* PT_LOAD */
#define DYNAMIC 2 /* PT_DYNAMIC */
#define INTERP 3  /* PT_INTERP */
#define EXEC 2    /* ET_EXEC */
#define DYN 3     /* ET_DYN */

enum { TAG_END = 0, TAG_STRTAB = 5, TAG_SYMTAB = 6, TAG_STRSZ = 10, TAG_FLAGS_1 = 0x6ffffffb };
#define FLAG_PIE 0x08000000 /* DF_1_PIE: a program, wherever it lies in memory */

static bool find_segment(const struct elf_map *m, uint64_t type, struct elf_segment *out)
{
	for (uint32_t i = 0; elf_map_segment(m, i, out); i++)
		if (out->type == type && out->size > 0)
			return true;
	return false;
}

static struct elf_place place_of(const struct elf_segment *s)
{
	return s->offset > INT64_MAX || s->size > INT64_MAX - s->offset
	           ? (struct elf_place){ 0, 0 }
	           : (struct elf_place){ s->offset, s->offset + s->size };
}

void elf_dynamic_places(const struct elf_map *m, struct elf_place *out_front,
                        struct elf_place *out_section)
{
	struct elf_segment s;

	*out_front = *out_section = (struct elf_place){ 0, 0 };
	if (find_segment(m, LOAD, &s))
		*out_front = (struct elf_place){ 0, place_of(&s).to };
	if (find_segment(m, DYNAMIC, &s))
		*out_section = place_of(&s);
}

/* -- entries ----------------------------------------------------------------------------------- */

/* An entry of the section, two words of the file's class; false at its end. */
static bool entry_at(const struct elf_dynamic *d, uint32_t i, uint64_t *tag, uint64_t *value)
{
	size_t word = d->map.wide ? 8 : 4;
	uint64_t at = (uint64_t)i * 2 * word;

	if (at > d->section.n || d->section.n - at < 2 * word)
		return false;
	*tag = elf_map_number(&d->map, d->section, at, word);
	*value = elf_map_number(&d->map, d->section, at + word, word);
	return *tag != TAG_END;
}

static bool value_of(const struct elf_dynamic *d, uint64_t wanted, uint64_t *out)
{
	uint64_t tag;

	for (uint32_t i = 0; entry_at(d, i, &tag, out); i++)
		if (tag == wanted)
			return true;
	return false;
}

/* Where an address of the section's lies in what is seen of the file. */
static bool offset_of(const struct elf_dynamic *d, uint64_t tag, uint64_t *out)
{
	uint64_t address;

	return value_of(d, tag, &address) && elf_map_offset(&d->map, address, out) &&
	       *out < d->map.head.n;
}

/* The number of symbols is written nowhere but in hash tables of several forms. Every linker puts
 * the texts behind the symbols, so what lies between them holds all of those; what else lies there
 * looks like nothing or, at worst, like one name more. */
static void find_tables(struct elf_dynamic *d)
{
	uint64_t texts, size, symbols;

	d->broken = !offset_of(d, TAG_STRTAB, &texts) || !value_of(d, TAG_STRSZ, &size) ||
	            !offset_of(d, TAG_SYMTAB, &symbols) || symbols > texts ||
	            size > d->map.head.n - texts;
	if (d->broken)
		return;
	d->texts = bytes_slice(d->map.head, (size_t)texts, (size_t)size);
	d->symbols = bytes_slice(d->map.head, (size_t)symbols, (size_t)(texts - symbols));
}

bool elf_dynamic_open(bytes front, bytes section, struct elf_dynamic *out)
{
	struct elf_dynamic d = { .section = section };
	struct elf_segment s;
	uint64_t flags;

	if (!elf_map_open(front, &d.map))
		return false;
	uint64_t type = elf_map_number(&d.map, front, 16, 2);

	d.machine = (uint16_t)elf_map_number(&d.map, front, 18, 2);
	if (type == EXEC || type == DYN)
		d.kind = find_segment(&d.map, DYNAMIC, &s) ? ELF_LIBRARY : ELF_STATIC;
	if (find_segment(&d.map, INTERP, &s) && d.kind == ELF_LIBRARY) {
		bytes loader = s.offset < front.n ? bytes_slice(front, (size_t)s.offset, (size_t)s.size)
		                                  : (bytes){ 0 };

		d.kind = ELF_PROGRAM;
		d.loader = bytes_slice(loader, 0, bytes_find(loader, '\0'));
	}
	if (d.kind == ELF_LIBRARY && value_of(&d, TAG_FLAGS_1, &flags) && flags & FLAG_PIE)
		d.kind = ELF_STATIC; /* it moves itself to its place, and needs no loader */
	if (d.kind >= ELF_PROGRAM)
		find_tables(&d);
	*out = d;
	return true;
}

/* -- texts ------------------------------------------------------------------------------------- */

static bytes text_at(const struct elf_dynamic *d, uint64_t at)
{
	bytes rest = at < d->texts.n ? bytes_skip(d->texts, (size_t)at) : (bytes){ 0 };

	return bytes_slice(rest, 0, bytes_find(rest, '\0'));
}

bool elf_dynamic_text(const struct elf_dynamic *d, enum elf_tag tag, uint32_t *at, bytes *out)
{
	uint64_t found, value;

	while (entry_at(d, (*at)++, &found, &value))
		if (found == (uint64_t)tag) {
			*out = text_at(d, value);
			return true;
		}
	return false;
}

bool elf_dynamic_import(const struct elf_dynamic *d, uint32_t *at, bytes *out)
{
	size_t size = d->map.wide ? 24 : 16, shndx = d->map.wide ? 6 : 14;
	bytes symbol;

	for (;;) {
		uint64_t from = (uint64_t)(*at)++ * size;

		if (from > d->symbols.n || d->symbols.n - from < size)
			return false;
		symbol = bytes_slice(d->symbols, (size_t)from, size);
		if (elf_map_number(&d->map, symbol, shndx, 2) != 0)
			continue;
		*out = text_at(d, elf_map_number(&d->map, symbol, 0, 4));
		if (out->n > 0)
			return true;
	}
}
