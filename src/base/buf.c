/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

static void release(buf *b)
{
	if (b->is_secret && b->p)
		explicit_bzero(b->p, b->cap + 1);
	free(b->p);
}

/* realloc leaves a copy behind wherever it moves to another place. */
static uint8_t *move_secret(buf *b, size_t size)
{
	uint8_t *p = malloc(size);

	if (p && b->n > 0)
		memcpy(p, b->p, b->n);
	release(b);
	return p;
}

static void grow(buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 256;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > b->max && need <= b->max)
		cap = b->max;
	/* One octet more than counted: vsnprintf ends its text with a NUL, and a maximum of 0 stays
	 * an allocation. */
	uint8_t *p = b->is_secret ? move_secret(b, cap + 1) : realloc(b->p, cap + 1);

	if (!p)
		arena_exhausted();
	b->p = p;
	b->cap = cap;
}

void buf_done(buf *b)
{
	release(b);
	b->p = NULL;
	b->n = b->cap = 0;
}

int buf_append(buf *b, bytes data, err *e)
{
	if (data.n > b->max - b->n)
		return err_set(e, ERR_LIMIT, 0, "more than %zu bytes", b->max);
	buf_put(b, data);
	return 0;
}

uint8_t *buf_room(buf *b, size_t n)
{
	if (n > b->max - b->n) {
		fprintf(stderr, "oakum: bug: a buffer of at most %zu bytes is full\n", b->max);
		abort();
	}
	if (b->n + n > b->cap || !b->p)
		grow(b, b->n + n);
	return b->p + b->n;
}

void buf_put(buf *b, bytes data)
{
	if (data.n == 0)
		return;
	memcpy(buf_room(b, data.n), data.p, data.n);
	b->n += data.n;
}

void buf_puts(buf *b, const char *s)
{
	buf_put(b, bytes_str(s));
}

void buf_putc(buf *b, uint8_t c)
{
	buf_put(b, bytes_of(&c, 1));
}

void buf_printf(buf *b, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);

	va_end(ap);
	if (n > 0) {
		uint8_t *p = buf_room(b, (size_t)n);

		vsnprintf((char *)p, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}
