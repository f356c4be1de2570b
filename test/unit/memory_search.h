/* SPDX-License-Identifier: Apache-2.0 */
/* memory_search - whether a secret is anywhere in this process' memory. It is looked for with
 * each octet moved by one, so that the search itself does not hold it. */
#pragma once

#include "unit.h"

#include <fcntl.h>

#define MEMORY_NEEDLE 24
#define MEMORY_LARGEST ((uint64_t)64 << 20) /* larger ones are a sanitizer's */

struct memory_needle {
	uint8_t moved[MEMORY_NEEDLE];
};

static inline struct memory_needle memory_needle_of(const uint8_t *p)
{
	struct memory_needle out;

	for (size_t i = 0; i < MEMORY_NEEDLE; i++)
		out.moved[i] = (uint8_t)(p[i] + 1);
	return out;
}

static inline size_t memory_count(const uint8_t *p, size_t n, const struct memory_needle *needle)
{
	size_t count = 0, same;

	for (size_t at = 0; at + MEMORY_NEEDLE <= n; at++) {
		for (same = 0; same < MEMORY_NEEDLE && (uint8_t)(p[at + same] + 1) == needle->moved[same];)
			same++;
		count += same == MEMORY_NEEDLE;
	}
	return count;
}

/* memory_holds(needle): how often, in heap, stack and all else that is no file's. */
static inline size_t memory_holds(const struct memory_needle *needle)
{
	static uint8_t block[1 << 16];
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	unsigned long long from, to;
	char line[512], rights[8];
	size_t count = 0;

	assert_true(maps && memory >= 0);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %7s", &from, &to, rights) != 3 || rights[0] != 'r' ||
		    strchr(line, '/') || to - from > MEMORY_LARGEST)
			continue;
		for (; from < to; from += sizeof(block) - MEMORY_NEEDLE + 1) {
			size_t want = to - from < sizeof(block) ? (size_t)(to - from) : sizeof(block);
			ssize_t got = pread(memory, block, want, (off_t)from);

			count += memory_count(block, got > 0 ? (size_t)got : 0, needle);
			memset(block, 0, sizeof(block));
		}
	}
	close(memory);
	fclose(maps);
	return count;
}
