/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf_map.h"

#define LOAD 1   /* PT_LOAD */
#define NOTE 4   /* PT_NOTE */
#define WRITE 2  /* PF_W */
#define NOBITS 8 /* SHT_NOBITS */

uint64_t elf_map_number(const struct elf_map *m, bytes b, uint64_t at, size_t n)
{
	uint64_t v = 0;

	if (at > b.n || b.n - at < n)
		return 0;
	b = bytes_slice(b, (size_t)at, n);
	for (size_t i = 0; i < n; i++)
		v = v << 8 | b.p[m->big ? i : n - 1 - i];
	return v;
}

/* A field of the class's own width, at its offset in files of 32 and of 64 bits. */
static uint64_t word(const struct elf_map *m, bytes b, uint64_t narrow, uint64_t wide)
{
	return elf_map_number(m, b, m->wide ? wide : narrow, m->wide ? 8 : 4);
}

static uint32_t half(const struct elf_map *m, bytes b, uint64_t narrow, uint64_t wide)
{
	return (uint32_t)elf_map_number(m, b, m->wide ? wide : narrow, 2);
}

bool elf_map_open(bytes head, struct elf_map *out)
{
	struct elf_map m = { .head = head };

	if (!bytes_starts(head, BYTES("\177ELF")) || head.n < 52)
		return false;
	if (head.p[4] < 1 || head.p[4] > 2 || head.p[5] < 1 || head.p[5] > 2)
		return false;
	m.wide = head.p[4] == 2;
	m.big = head.p[5] == 2;
	if (m.wide && head.n < 64)
		return false;
	m.segments = word(&m, head, 28, 32);
	m.sections = word(&m, head, 32, 40);
	m.segment_size = half(&m, head, 42, 54);
	m.segment_count = half(&m, head, 44, 56);
	m.section_size = half(&m, head, 46, 58);
	m.section_count = half(&m, head, 48, 60);
	m.section_names = half(&m, head, 50, 62);
	*out = m;
	return true;
}

bool elf_map_segment(const struct elf_map *m, uint32_t i, struct elf_segment *out)
{
	uint64_t at = m->segments + (uint64_t)i * m->segment_size;

	if (i >= m->segment_count || m->segment_size < (m->wide ? 56 : 32) || m->segments > m->head.n ||
	    at > m->head.n || m->head.n - at < m->segment_size)
		return false;
	bytes b = bytes_slice(m->head, (size_t)at, m->segment_size);

	*out = (struct elf_segment){ .type = elf_map_number(m, b, 0, 4),
		                         .flags = elf_map_number(m, b, m->wide ? 4 : 24, 4),
		                         .offset = word(m, b, 4, 8),
		                         .address = word(m, b, 8, 16),
		                         .size = word(m, b, 16, 32),
		                         .align = word(m, b, 28, 48) };
	return true;
}

/* take_padded(in, n, align, out): n octets and what fills them up to the alignment; the last note
 * may do without. */
static bool take_padded(bytes *in, uint64_t n, uint64_t align, bytes *out)
{
	if (n > in->n || !bytes_take(in, (size_t)n, out))
		return false;
	*in = bytes_skip(*in, (size_t)((align - n % align) % align));
	return true;
}

/* Owner and content are each filled up; in segments that are aligned to 8 octets, to 8 counted from
 * the note's begin (twelve octets before the owner). */
static bool find_note(const struct elf_map *m, bytes notes, uint64_t align, bytes owner,
                      uint32_t type, bytes *out)
{
	bytes head, name, content;

	while (bytes_take(&notes, 12, &head)) {
		uint64_t name_n = elf_map_number(m, head, 0, 4), content_n = elf_map_number(m, head, 4, 4);

		if (!take_padded(&notes, name_n, 4, &name))
			return false;
		if (align == 8)
			notes = bytes_skip(notes, (12 + name_n + 3) / 4 % 2 * 4);
		if (!take_padded(&notes, content_n, align, &content))
			return false;
		if (elf_map_number(m, head, 8, 4) != type || !bytes_equal(name, owner))
			continue;
		*out = content;
		return true;
	}
	return false;
}

bool elf_map_note(const struct elf_map *m, bytes owner, uint32_t type, bytes *out)
{
	struct elf_segment s;

	for (uint32_t i = 0; elf_map_segment(m, i, &s); i++) {
		if (s.type != NOTE || s.offset > m->head.n || s.size > m->head.n - s.offset)
			continue;
		bytes notes = bytes_slice(m->head, (size_t)s.offset, (size_t)s.size);

		if (find_note(m, notes, s.align == 8 ? 8 : 4, owner, type, out))
			return true;
	}
	return false;
}

bool elf_map_writable(const struct elf_map *m, uint64_t *out, bool *out_all)
{
	struct elf_segment s;
	uint32_t i = 0;

	for (; elf_map_segment(m, i, &s); i++) {
		if (s.type != LOAD || !(s.flags & WRITE) || s.size == 0)
			continue;
		*out = s.offset;
		*out_all = false;
		return true;
	}
	*out_all = i == m->segment_count;
	return false;
}

bool elf_map_offset(const struct elf_map *m, uint64_t address, uint64_t *out)
{
	struct elf_segment s;

	for (uint32_t i = 0; elf_map_segment(m, i, &s); i++) {
		if (s.type != LOAD || address < s.address || address - s.address >= s.size)
			continue;
		*out = s.offset + (address - s.address);
		return *out >= s.offset;
	}
	return false;
}

bool elf_map_section(const struct elf_map *m, bytes table, uint32_t i, struct elf_section *out)
{
	uint64_t at = (uint64_t)i * m->section_size;

	if (i >= m->section_count || m->section_size < (m->wide ? 64 : 40) || at > table.n ||
	    table.n - at < m->section_size)
		return false;
	bytes b = bytes_slice(table, (size_t)at, m->section_size);

	*out = (struct elf_section){ .name = (uint32_t)elf_map_number(m, b, 0, 4),
		                         .offset = word(m, b, 16, 24),
		                         .size = word(m, b, 20, 32),
		                         .absent = elf_map_number(m, b, 4, 4) == NOBITS };
	return true;
}
