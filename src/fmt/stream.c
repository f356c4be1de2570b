/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/stream.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

/* A pipe of Linux takes 64 KiB at once. */
#define STREAM_PIECE ((size_t)(64 * KIB))

static void hand_on(struct stream *s, bytes part)
{
	if (part.n > 0 && !err_is_set(&s->failure))
		(void)s->write(s->ctx, part, &s->failure); /* remembered in failure */
}

void stream_init(struct stream *s, int (*write)(void *ctx, bytes part, err *e), void *ctx)
{
	*s = (struct stream){ write, ctx, BUF_INIT(STREAM_PIECE), { 0 } };
	if (write == stream_to_buf)
		s->pending.is_secret = ((const buf *)ctx)->is_secret;
}

int stream_finish(struct stream *s, err *e)
{
	hand_on(s, buf_bytes(&s->pending));
	buf_done(&s->pending);
	if (!err_is_set(&s->failure))
		return 0;
	*e = s->failure;
	return -1;
}

void stream_put(struct stream *s, bytes text)
{
	if (text.n > STREAM_PIECE - s->pending.n) {
		hand_on(s, buf_bytes(&s->pending));
		buf_clear(&s->pending);
	}
	if (text.n > STREAM_PIECE)
		hand_on(s, text);
	else
		buf_put(&s->pending, text);
}

void stream_puts(struct stream *s, const char *text)
{
	stream_put(s, bytes_str(text));
}

void stream_printf(struct stream *s, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	va_end(ap);
	if (n > 0)
		stream_put(s, bytes_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
}

void stream_show(struct stream *s, bytes untrusted)
{
	buf shown = BUF_INIT(4 * untrusted.n + 1);

	text_show(&shown, untrusted);
	stream_put(s, buf_bytes(&shown));
	buf_done(&shown);
}

int stream_to_buf(void *ctx, bytes part, err *e)
{
	return buf_append(ctx, part, e);
}
