/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/pile.h"

#include "base/limits.h"

#include <assert.h>

/* Read at once when records are asked for in their order. */
#define WINDOW ((size_t)(16 * KIB))

static_assert(LIMIT_SPOOL <= UINT32_MAX, "a start has 32 bits");

void pile_init(struct pile *p, int fd)
{
	*p = (struct pile){ .starts = BUF_INIT(SIZE_MAX / 2) };
	spool_init(&p->spool, fd);
	spool_reset(&p->spool);
}

void pile_done(struct pile *p)
{
	spool_done(&p->spool);
	buf_done(&p->starts);
	arena_done(&p->arena);
}

size_t pile_count(const struct pile *p)
{
	return p->starts.n / sizeof(uint32_t);
}

bool pile_add(struct pile *p, bytes record)
{
	uint32_t start = (uint32_t)p->size;

	if (!spool_add(&p->spool, record))
		return false;
	buf_put(&p->starts, bytes_of(&start, sizeof(start)));
	p->size += record.n;
	return true;
}

static uint64_t start_of(const struct pile *p, size_t i)
{
	uint32_t start;

	if (i >= pile_count(p))
		return p->size;
	memcpy(&start, p->starts.p + i * sizeof(start), sizeof(start));
	return start;
}

bytes pile_get(struct pile *p, size_t i, struct arena *a)
{
	uint64_t start = start_of(p, i), end = start_of(p, i + 1);

	if (start < p->from || end > p->from + p->window.n) {
		size_t n = (size_t)(end - start);

		if (i == p->next && n < WINDOW)
			n = p->size - start < WINDOW ? (size_t)(p->size - start) : WINDOW;
		arena_reset(&p->arena);
		p->window = (bytes){ NULL, 0 };
		p->from = start;
		if (!spool_read(&p->spool, start, n, &p->arena, &p->window))
			return (bytes){ NULL, 0 };
	}
	p->next = i + 1;
	return arena_bytes(a, bytes_slice(p->window, (size_t)(start - p->from), (size_t)(end - start)));
}
