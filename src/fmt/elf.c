/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf.h"

/* Offsets of the fields in files of 64 and of 32 bits (index 1 and 0). */
enum field {
	EHDR_SIZE,
	PHOFF,
	SHOFF,
	PHENTSIZE,
	PHNUM,
	SHENTSIZE,
	SHNUM,
	P_OFFSET,
	P_FILESZ,
	PHDR_SIZE
};

static const uint8_t fields[][2] = {
	[EHDR_SIZE] = { 52, 64 }, [PHOFF] = { 28, 32 },  [SHOFF] = { 32, 40 },
	[PHENTSIZE] = { 42, 54 }, [PHNUM] = { 44, 56 },  [SHENTSIZE] = { 46, 58 },
	[SHNUM] = { 48, 60 },     [P_OFFSET] = { 4, 8 }, [P_FILESZ] = { 16, 32 },
	[PHDR_SIZE] = { 32, 56 },
};

#define SHNUM_ELSEWHERE 0 /* the number stands in the first section header */
#define PHNUM_ELSEWHERE 0xffff

struct elf {
	bytes head;
	bool wide, big;
};

/* A number of n octets at an offset that lies in head. */
static uint64_t number(const struct elf *f, uint64_t at, size_t n)
{
	bytes b = bytes_slice(f->head, at, n);
	uint64_t v = 0;

	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[f->big ? i : b.n - 1 - i];
	return v;
}

static uint64_t half(const struct elf *f, enum field field)
{
	return number(f, fields[field][f->wide], 2);
}

static uint64_t word(const struct elf *f, uint64_t base, enum field field)
{
	return number(f, base + fields[field][f->wide], f->wide ? 8 : 4);
}

/* Move *end to at + n when that is further. */
static bool extend(uint64_t *end, uint64_t at, uint64_t n)
{
	if (at > INT64_MAX || n > INT64_MAX - at)
		return false;
	if (n > 0 && at + n > *end)
		*end = at + n;
	return true;
}

/* All program headers that stand in head; *out_all says whether these are all there are. */
static bool segments(const struct elf *f, uint64_t *end, bool *out_all)
{
	uint64_t at = word(f, 0, PHOFF), size = half(f, PHENTSIZE), count = half(f, PHNUM);

	*out_all = count != PHNUM_ELSEWHERE;
	if (count == 0 || !*out_all)
		return true;
	if (size < fields[PHDR_SIZE][f->wide] || !extend(end, at, size * count))
		return false;
	for (uint64_t i = 0; i < count; i++, at += size) {
		if (at + size > f->head.n) {
			*out_all = false;
			break;
		}
		if (!extend(end, word(f, at, P_OFFSET), word(f, at, P_FILESZ)))
			return false;
	}
	return true;
}

bool elf_end(bytes head, uint64_t *out)
{
	struct elf f = { .head = head };
	uint64_t end, sections;
	bool all;

	if (!bytes_starts(head, BYTES("\177ELF")) || head.n < fields[EHDR_SIZE][0])
		return false;
	if (head.p[4] < 1 || head.p[4] > 2 || head.p[5] < 1 || head.p[5] > 2)
		return false;
	f.wide = head.p[4] == 2;
	f.big = head.p[5] == 2;
	end = fields[EHDR_SIZE][f.wide];
	if (head.n < end || !segments(&f, &end, &all))
		return false;
	sections = word(&f, 0, SHOFF);
	if (sections == 0 ? !all : half(&f, SHNUM) == SHNUM_ELSEWHERE)
		return false;
	if (sections > 0 && !extend(&end, sections, half(&f, SHNUM) * half(&f, SHENTSIZE)))
		return false;
	*out = end;
	return true;
}
