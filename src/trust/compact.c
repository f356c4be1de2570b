/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/compact.h"

#include "base/base64.h"
#include "base/limits.h"

void compact_begin(struct compact *c)
{
	/* Whoever writes has bounded what goes in by LIMIT_BUNDLE; base64 and escapes add to it. It may
	 * be a token. */
	c->text = (buf)BUF_SECRET(8 * LIMIT_BUNDLE);
	stream_init(&c->out, stream_to_buf, &c->text);
	json_write_init(&c->json, &c->out);
	c->json.is_compact = true;
}

bytes compact_end(struct compact *c, struct arena *a)
{
	err impossible = { 0 };

	(void)stream_finish(&c->out, &impossible); /* only the maximum above could be refused */
	bytes out = arena_bytes(a, buf_bytes(&c->text));

	buf_done(&c->text);
	return out;
}

void compact_base64(struct compact *c, const char *name, bytes value, struct arena *a)
{
	json_write_str(&c->json, name, base64_encode(value, a));
}
