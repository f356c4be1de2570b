/* SPDX-License-Identifier: Apache-2.0 */
/* json_list - what the JSON reader makes of documents, one line each, for comparison.
 *   json_list FILE   documents with the octet 0x1e between them
 * "refused", "limit", or the values: n, t, f, i and a number, r and a number, s and hex, [..],
 * {..}. */
#include "base/buf.h"
#include "fmt/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void put_hex(bytes s)
{
	putchar('s');
	for (size_t i = 0; i < s.n; i++)
		printf("%02x", s.p[i]);
}

static void put_number(json v, struct arena *a)
{
	bytes raw = json_raw(v);
	int64_t n;

	/* The peer tells integers by how they are written. */
	if (bytes_find(raw, '.') < raw.n || bytes_find(raw, 'e') < raw.n ||
	    bytes_find(raw, 'E') < raw.n)
		printf("r%.17g", strtod(arena_str(a, raw), NULL));
	else if (json_i64(v, &n))
		printf("i%" PRId64, n);
	else
		printf("limit");
}

/* As deep as LIMIT_JSON_DEPTH lets a document be. */
static void put_value(json v, struct arena *a)
{
	bool object = json_type(v) == JSON_OBJECT, truth = false;

	switch (json_type(v)) {
	case JSON_NONE: break;
	case JSON_NULL: putchar('n'); break;
	case JSON_BOOL: putchar(json_bool(v, &truth) && truth ? 't' : 'f'); break;
	case JSON_NUMBER: put_number(v, a); break;
	case JSON_STRING: put_hex(json_bytes(v, a)); break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		putchar(object ? '{' : '[');
		for (json c = json_first(v); json_type(c) != JSON_NONE; c = json_next(c)) {
			if (object)
				put_hex(json_name(c, a));
			put_value(c, a);
			putchar(',');
		}
		putchar(object ? '}' : ']');
		break;
	}
}

static void put_document(bytes text)
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	err e = { 0 };

	if (json_parse(text, &a, &doc, &e) == 0)
		put_value(json_root(&doc), &a);
	else
		printf("%s", e.kind == ERR_LIMIT ? "limit" : "refused");
	putchar('\n');
	arena_done(&a);
}

int main(int argc, char **argv)
{
	FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
	buf all = BUF_INIT(SIZE_MAX);
	size_t n;
	bytes text;

	if (!in) {
		fputs("usage: json_list FILE\n", stderr);
		return 2;
	}
	while ((n = fread(buf_room(&all, 65536), 1, 65536, in)) > 0)
		all.n += n;
	fclose(in);
	bytes rest = buf_bytes(&all);

	while (bytes_take_until(&rest, 0x1e, &text))
		put_document(text);
	buf_done(&all);
	return 0;
}
