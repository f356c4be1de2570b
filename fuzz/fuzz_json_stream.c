/* SPDX-License-Identifier: Apache-2.0 */
/* What fmt/json takes, the reader that streams takes, and the reverse, in whatever pieces; but for
 * its own limits. */
#include "fmt/json.h"
#include "fmt/json_stream.h"

#include <stdlib.h>

struct pieces {
	bytes rest;
	size_t piece;
};

static int give(void *ctx, bytes *out, err *e)
{
	struct pieces *p = ctx;

	(void)e;
	*out = bytes_slice(p->rest, 0, p->piece);
	p->rest = bytes_skip(p->rest, p->piece);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes text = bytes_of(data, size);
	struct pieces pieces = { text, size % 9 + 1 };
	struct json_stream s;
	struct json_doc doc;
	buf value = BUF_INIT(SIZE_MAX / 2);
	err e = { 0 }, other = { 0 };

	json_stream_init(&s, give, &pieces);
	int have = json_stream_value(&s, &value, &e) < 0 ? -1 : json_stream_close(&s, &e);

	json_stream_done(&s);
	if (have == 0 || e.kind != ERR_LIMIT) {
		if (json_parse(text, &a, &doc, &other) != have)
			abort();
		err_clear(&other);
		if (have == 0 && json_parse(buf_bytes(&value), &a, &doc, &other) < 0)
			abort(); /* what was taken is the value whole */
	}
	buf_done(&value);
	arena_done(&a);
	return 0;
}
