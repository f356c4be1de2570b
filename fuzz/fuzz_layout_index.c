/* SPDX-License-Identifier: Apache-2.0 */
/* index.json of a layout that is about to be written. An even first octet: the text, as the worker
 * reads it; what it answers must be taken. An odd one: the answer of a worker that lies, about a
 * text of as many octets as the second octet says; whatever is taken leads into the array, in
 * order. */
#include "fuzz_document.h"
#include "oci/layout.h"

static void check_spans(const struct layout_index *v, size_t text_n)
{
	size_t at = v->from + 1, end = v->from + v->n - 1;

	if (v->n < 2 || v->from > text_n || v->n > text_n - v->from)
		abort();
	for (size_t i = 0; i < v->len; i++) {
		if (v->items[i].from < at || v->items[i].from > end ||
		    v->items[i].n > end - v->items[i].from)
			abort();
		at = v->items[i].from + v->items[i].n;
	}
}

static void unpack(bytes packed, size_t text_n, bool must)
{
	struct arena a = ARENA_INIT;
	struct layout_index v;
	err e = { 0 };

	if (layout_index_unpack(packed, text_n, &a, &v, &e) == 0)
		check_spans(&v, text_n);
	else if (must)
		abort();
	else
		check_refusal(&e);
	arena_done(&a);
}

static void parse(bytes text)
{
	struct arena a = ARENA_INIT;
	struct layout_index v;
	buf packed = BUF_INIT(1 << 28);
	err e = { 0 };

	if (layout_index_parse(text, &a, &v, &e) == 0) {
		check_spans(&v, text.n);
		layout_index_pack(&v, &packed);
		unpack(buf_bytes(&packed), text.n, true);
	} else {
		check_refusal(&e);
	}
	buf_done(&packed);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bytes in = bytes_of(data, n);
	uint8_t what = 0, size = 0;

	if (!bytes_take_u8(&in, &what))
		return 0;
	if (what % 2 == 0)
		parse(in);
	else if (bytes_take_u8(&in, &size))
		unpack(in, size, false);
	return 0;
}
