/* SPDX-License-Identifier: Apache-2.0 */
/* stream - text on its way out: a page, a table, a document.
 *
 * Collects octets and hands them on in pieces, so that a report of any length needs little memory.
 * The first failure of the receiver sticks, later text is dropped, and stream_finish tells it: the
 * code that renders need not look after each word. Untrusted text goes through stream_show.
 * Threading: a stream belongs to one thread. */
#pragma once

#include "base/buf.h"

struct stream {
	int (*write)(void *ctx, bytes part, err *e); /* the receiver; part is borrowed for the call */
	void *ctx;
	buf pending;
	err failure;
};

/* stream_init(s, write, ctx): nothing is written before the first 64 KiB or stream_finish. What is
 * on its way into a buffer of secrets (stream_to_buf, BUF_SECRET) is overwritten, too. */
void stream_init(struct stream *s, int (*write)(void *ctx, bytes part, err *e), void *ctx);
/* stream_finish(s, e): hand on what is left and free the memory; -1 with the first failure. */
int stream_finish(struct stream *s, err *e);

void stream_put(struct stream *s, bytes text);
void stream_puts(struct stream *s, const char *text);
void stream_printf(struct stream *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* stream_show(s, untrusted): the printable form (base/text.h). */
void stream_show(struct stream *s, bytes untrusted);

/* stream_to_buf: a receiver whose ctx is a buf; ERR_LIMIT beyond its maximum. */
int stream_to_buf(void *ctx, bytes part, err *e);
