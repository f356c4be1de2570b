/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* The first chunk is small so that a short job stays small, and many of them (the files of
 * LIMIT_CHECK_FILES have an arena each); later ones double up to 1 MiB, which
 * wastes little and keeps malloc calls rare. */
#define CHUNK_FIRST ((size_t)512)
#define CHUNK_LARGEST ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *older;
	size_t size, used;
	alignas(max_align_t) uint8_t data[];
};

_Noreturn void arena_exhausted(void)
{
	fputs("oakum: out of memory\n", stderr);
	_exit(EXIT_NO_MEMORY);
}

static struct arena_chunk *chunk_add(struct arena *a, size_t need)
{
	size_t size = a->head ? a->head->size * 2 : CHUNK_FIRST;

	if (size > CHUNK_LARGEST)
		size = CHUNK_LARGEST;
	if (size < need)
		size = need;
	struct arena_chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		arena_exhausted();
	c->older = a->head;
	c->size = size;
	c->used = 0;
	POISON(c->data, size);
	a->head = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);

	if (n > SIZE_MAX / 2)
		arena_exhausted();
	size_t need = n ? (n + align - 1) / align * align : align;
	struct arena_chunk *c = a->head;

	if (!c || c->size - c->used < need)
		c = chunk_add(a, need);
	void *p = c->data + c->used;

	c->used += need;
	a->used += need;
	UNPOISON(p, n);
	return p;
}

void *arena_zero(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *arena_zero_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		arena_exhausted();
	return arena_zero(a, n);
}

void *arena_grow(struct arena *a, void *items, size_t len, size_t *cap, size_t size)
{
	if (len < *cap)
		return items;
	size_t more = *cap ? *cap * 2 : 8, n;

	if (__builtin_mul_overflow(more, size, &n))
		arena_exhausted();
	void *p = arena_alloc(a, n);

	if (len)
		memcpy(p, items, len * size);
	*cap = more;
	return p;
}

bytes arena_bytes(struct arena *a, bytes b)
{
	uint8_t *p = arena_alloc(a, b.n + 1);

	if (b.n)
		memcpy(p, b.p, b.n);
	p[b.n] = 0;
	return bytes_of(p, b.n);
}

char *arena_str(struct arena *a, bytes b)
{
	char *s = arena_alloc(a, b.n + 1);

	if (b.n)
		memcpy(s, b.p, b.n);
	s[b.n] = '\0';
	return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);

	va_end(ap);
	char *s = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);

	s[0] = '\0';
	if (n > 0)
		vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

void arena_adopt(struct arena *a, struct arena *from)
{
	struct arena_chunk **end = &from->head;

	if (!from->head)
		return;
	if (!a->head) {
		*a = *from;
	} else {
		while (*end)
			end = &(*end)->older;
		*end = a->head->older; /* the chunk that is being filled stays it */
		a->head->older = from->head;
		a->used += from->used;
	}
	*from = (struct arena)ARENA_INIT;
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *c = a->head;

	a->used = 0;
	if (!c)
		return;
	for (struct arena_chunk *o = c->older, *next; o; o = next) {
		next = o->older;
		free(o);
	}
	a->head = NULL;
	/* A chunk made for one large block would stay for the life of a worker. */
	if (c->size > CHUNK_LARGEST) {
		free(c);
		return;
	}
	c->older = NULL;
	c->used = 0;
	POISON(c->data, c->size);
	a->head = c;
}

void arena_done(struct arena *a)
{
	for (struct arena_chunk *c = a->head, *next; c; c = next) {
		next = c->older;
		free(c);
	}
	*a = (struct arena)ARENA_INIT;
}

void arena_wipe(struct arena *a)
{
	for (struct arena_chunk *c = a->head; c; c = c->older) {
		UNPOISON(c->data, c->size);
		explicit_bzero(c->data, c->size);
	}
	arena_done(a);
}
