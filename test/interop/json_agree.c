/* SPDX-License-Identifier: Apache-2.0 */
/* json_agree - the JSON reader and jansson accept the same documents and find the same in them.
 *   json_agree FILE   documents with the octet 0x1e between them
 * Prints how many were accepted and refused; names each on which the two differ, with status 1. Left
 * out is what only one of them bounds: nesting, numbers out of range, NULs in names. */
#include "base/buf.h"
#include "fmt/json.h"

#include <stdio.h>

#include <jansson.h>

static bool same_value(json v, const json_t *peer, struct arena *a);

static bool same_children(json v, const json_t *peer, struct arena *a)
{
	size_t i = 0;

	if (json_count(v) != (json_is_array(peer) ? json_array_size(peer) : json_object_size(peer)))
		return false;
	for (json c = json_first(v); json_type(c) != JSON_NONE; c = json_next(c), i++) {
		const json_t *other = json_is_array(peer)
		                          ? json_array_get(peer, i)
		                          : json_object_get(peer, arena_str(a, json_name(c, a)));

		if (!other || !same_value(c, other, a))
			return false;
	}
	return true;
}

static bool same_number(json v, const json_t *peer, struct arena *a)
{
	int64_t n = 0;

	if (json_is_integer(peer))
		return json_i64(v, &n) && n == json_integer_value(peer);
	double d = strtod(arena_str(a, json_raw(v)), NULL);

	return d >= json_real_value(peer) && d <= json_real_value(peer);
}

/* depth: at most LIMIT_JSON_DEPTH, as v was accepted. */
static bool same_value(json v, const json_t *peer, struct arena *a)
{
	bool truth = false;

	switch (json_type(v)) {
	case JSON_NONE: return false;
	case JSON_NULL: return json_is_null(peer);
	case JSON_BOOL:
		return json_is_boolean(peer) && json_bool(v, &truth) && truth == json_is_true(peer);
	case JSON_NUMBER: return json_is_number(peer) && same_number(v, peer, a);
	case JSON_STRING:
		return json_is_string(peer) &&
		       bytes_equal(json_bytes(v, a),
		                   bytes_of(json_string_value(peer), json_string_length(peer)));
	case JSON_ARRAY: return json_is_array(peer) && same_children(v, peer, a);
	case JSON_OBJECT: return json_is_object(peer) && same_children(v, peer, a);
	}
	return false;
}

static bool agree(bytes text, unsigned counts[3])
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	err e = { 0 };
	json_error_t error;
	json_t *peer = json_loadb((const char *)text.p, text.n,
	                          JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	enum json_error_code code = peer ? json_error_unknown : json_error_code(&error);
	bool accepted = json_parse(text, &a, &doc, &e) == 0, same = true;

	if (e.kind == ERR_LIMIT || code == json_error_numeric_overflow ||
	    code == json_error_null_byte_in_key) {
		counts[2]++;
	} else {
		counts[accepted ? 0 : 1]++;
		same = accepted == (peer != NULL) && (!peer || same_value(json_root(&doc), peer, &a));
	}
	if (!same)
		printf("%s, jansson: %s: %.*s\n", accepted ? "accepted" : e.text,
		       peer ? "accepted" : error.text, (int)text.n, (const char *)text.p);
	json_decref(peer);
	arena_done(&a);
	return same;
}

int main(int argc, char **argv)
{
	FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
	buf all = BUF_INIT(SIZE_MAX);
	unsigned counts[3] = { 0 };
	bool same = true;
	size_t n;
	bytes text;

	if (!in) {
		fputs("usage: json_agree FILE\n", stderr);
		return 2;
	}
	while ((n = fread(buf_room(&all, 65536), 1, 65536, in)) > 0)
		all.n += n;
	fclose(in);
	bytes rest = buf_bytes(&all);

	while (bytes_take_until(&rest, 0x1e, &text))
		same &= agree(text, counts);
	printf("accepted %u, refused %u, left out %u\n", counts[0], counts[1], counts[2]);
	buf_done(&all);
	return same ? 0 : 1;
}
