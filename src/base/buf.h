/* SPDX-License-Identifier: Apache-2.0 */
/* buf - octets that grow, up to a stated maximum.
 *
 * Owns its memory. Every buffer is made with its maximum size (curl's dynbuf lesson): an append
 * that would pass it returns -1 with ERR_LIMIT and leaves the content as it was. The plain
 * appenders without an error argument are for buffers whose content we make ourselves: they abort
 * beyond the maximum. A buffer of secrets leaves nothing behind: what it held is overwritten when
 * it grows and when it ends. Threading: a buffer belongs to one thread. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

typedef struct buf {
	uint8_t *p;
	size_t n, cap, max;
	bool is_secret;
} buf;

#define BUF_INIT(max_octets) \
	{ \
		NULL, 0, 0, (max_octets), false \
	}
#define BUF_SECRET(max_octets) \
	{ \
		NULL, 0, 0, (max_octets), true \
	}

/* buf_done(b): free the memory; b is empty and may be used again with the same maximum. */
void buf_done(buf *b);

/* buf_append(b, data, e): add a copy of data. ERR_LIMIT. */
int buf_append(buf *b, bytes data, err *e) __attribute__((warn_unused_result));

/* buf_room(b, n): make room for n octets behind the content and return where they go; the caller
 * adds to b->n what it wrote. Aborts beyond the maximum. */
uint8_t *buf_room(buf *b, size_t n) __attribute__((returns_nonnull));

/* buf_put, buf_puts, buf_putc, buf_printf: add; abort beyond the maximum. */
void buf_put(buf *b, bytes data);
void buf_puts(buf *b, const char *s);
void buf_putc(buf *b, uint8_t c);
void buf_printf(buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(1, 2)));

/* buf_bytes(b): a view of the content, valid until the next append. Borrows. */
static inline bytes buf_bytes(const buf *b)
{
	return (bytes){ b->p, b->n };
}

/* buf_clear(b): empty it, keep the memory. */
static inline void buf_clear(buf *b)
{
	b->n = 0;
}
