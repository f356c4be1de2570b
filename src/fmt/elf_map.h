/* SPDX-License-Identifier: Apache-2.0 */
/* elf_map - where the parts of an executable lie: its segments and sections.
 *
 * System V ABI, chapter 4 "ELF Header", "Sections" and chapter 5 "Program Header"; both classes,
 * both byte orders. Works on the first octets of a file: what stands behind them is not seen. Where
 * its own content ends is fmt/elf.h's. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

struct elf_map {
	bytes head; /* borrowed */
	bool wide, big;
	uint64_t segments, sections; /* offsets of the tables, 0: none */
	uint32_t segment_size, segment_count, section_size, section_count, section_names;
};

/* elf_map_open(head, out): false when head is no ELF header. */
bool elf_map_open(bytes head, struct elf_map *out);

/* elf_map_number(m, b, at, n): n octets of b in the file's byte order; 0 where b ends before
 * them. */
uint64_t elf_map_number(const struct elf_map *m, bytes b, uint64_t at, size_t n);

struct elf_segment {
	uint64_t type, flags, offset, address, size, align;
};
/* elf_map_segment(m, i, out): the program header of number i; false when head does not show it. */
bool elf_map_segment(const struct elf_map *m, uint32_t i, struct elf_segment *out);

/* elf_map_note(m, owner, type, out): what the first note of this owner and type says ("Note
 * Section"), when its segment stands in head. Borrows. */
bool elf_map_note(const struct elf_map *m, bytes owner, uint32_t type, bytes *out);

/* elf_map_writable(m, out): the offset of the first writable segment with content. False when there
 * is none in head; *out_all says whether head shows all segments. */
bool elf_map_writable(const struct elf_map *m, uint64_t *out, bool *out_all);

/* elf_map_offset(m, address, out): where the octet of an address of memory stands in the file. */
bool elf_map_offset(const struct elf_map *m, uint64_t address, uint64_t *out);

struct elf_section {
	uint32_t name; /* offset into the section of names */
	uint64_t offset, size;
	bool absent; /* SHT_NOBITS: nothing in the file */
};
/* elf_map_section(m, table, i, out): the section header of number i; table holds the octets of the
 * file from m->sections on. */
bool elf_map_section(const struct elf_map *m, bytes table, uint32_t i, struct elf_section *out);
