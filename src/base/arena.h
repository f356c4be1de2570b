/* SPDX-License-Identifier: Apache-2.0 */
/* arena - memory that ends together.
 *
 * One arena a job (an image, a document), plus one scratch arena a worker that is reset per entry.
 * Allocation never fails: every reader bounds its input first (base/limits.h); true exhaustion
 * prints and ends the process. Blocks are aligned for any type. Nothing is freed alone.
 * Under AddressSanitizer a reset poisons what was handed out, so use after reset is caught.
 * Threading: an arena belongs to one thread. */
#pragma once

#include "base/bytes.h"

#include <stdarg.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *head; /* the chunk being filled; older ones hang behind it */
	size_t used;              /* octets handed out since the last reset */
};

#define ARENA_INIT { NULL, 0 }

/* arena_exhausted(): no memory is left: says so and ends the process with this status, which tells
 * the parent of a sealed worker what was the matter (abort's signal is forbidden there). */
#define EXIT_NO_MEMORY 86
_Noreturn void arena_exhausted(void);

/* arena_done(a): free everything; a is as after ARENA_INIT. A never used arena is fine. */
void arena_done(struct arena *a);
/* arena_wipe(a): arena_done for an arena that held secrets: overwritten first. */
void arena_wipe(struct arena *a);

/* arena_reset(a): forget everything, keep at most one chunk for the next round. O(chunks). */
void arena_reset(struct arena *a);

/* arena_adopt(a, from): what `from` has handed out lives as long as a from now on; `from` is as
 * after ARENA_INIT. How results of several threads come together. O(chunks of from). */
void arena_adopt(struct arena *a, struct arena *from);

/* arena_alloc(a, n): n octets, not cleared. arena_zero: cleared. Arena. n may be 0. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull, warn_unused_result));
void *arena_zero(struct arena *a, size_t n) __attribute__((returns_nonnull, warn_unused_result));

/* arena_array(a, type, count): a cleared array; the product is checked. */
#define arena_array(a, type, count) ((type *)arena_zero_array((a), (count), sizeof(type)))
#define arena_new(a, type) ((type *)arena_zero((a), sizeof(type)))
void *arena_zero_array(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));

/* arena_grow(a, items, len, cap, size): room for one more element in an array that lives in the
 * arena: returns items or a copy twice as large and sets *cap. The old copy stays until the end, so
 * the waste is at most the size of the final array. Use through ARENA_PUSH. */
void *arena_grow(struct arena *a, void *items, size_t len, size_t *cap, size_t size);

/* ARENA_PUSH(a, list): append one cleared element to a struct with `items`, `len`, `cap`; gives its
 * address, valid until the next push. */
#define ARENA_PUSH(a, list) \
	((list)->items = arena_grow((a), (list)->items, (list)->len, &(list)->cap, \
	                            sizeof(*(list)->items)), \
	 (list)->len++, \
	 memset(&(list)->items[(list)->len - 1], 0, sizeof(*(list)->items)), \
	 &(list)->items[(list)->len - 1])

/* arena_bytes(a, b): a copy of b, with a NUL behind it that is not counted. arena_str: the same as
 * a C string (b must hold no NUL of its own). arena_printf: a formatted C string. Arena. */
bytes arena_bytes(struct arena *a, bytes b);
char *arena_str(struct arena *a, bytes b) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(1, 2), returns_nonnull));
