/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_canonical.h"

#include "base/limits.h"

#include <inttypes.h>
#include <stdlib.h>

struct writer {
	struct arena *arena;
	buf *out;
	err *e;
};

struct member {
	bytes name;
	json value;
};

static int put(const struct writer *w, bytes text)
{
	return buf_append(w->out, text, w->e);
}

static int put_string(const struct writer *w, bytes s)
{
	if (put(w, BYTES("\"")) < 0)
		return -1;
	while (s.n > 0) {
		size_t quote = bytes_find(s, '"'), slash = bytes_find(s, '\\');
		size_t n = quote < slash ? quote : slash;

		if (put(w, bytes_slice(s, 0, n)) < 0 ||
		    (n < s.n && (put(w, BYTES("\\")) < 0 || put(w, bytes_slice(s, n, 1)) < 0)))
			return -1;
		s = bytes_skip(s, n + 1);
	}
	return put(w, BYTES("\""));
}

static int put_number(const struct writer *w, json v)
{
	int64_t i;
	uint64_t u;

	if (json_i64(v, &i))
		return put(w, bytes_str(arena_printf(w->arena, "%" PRId64, i)));
	if (json_u64(v, &u))
		return put(w, bytes_str(arena_printf(w->arena, "%" PRIu64, u)));
	return err_set(w->e, ERR_FORMAT, 0, "a number that is no integer has no canonical form");
}

static int by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return bytes_compare(x->name, y->name);
}

static int put_value(const struct writer *w, json v, unsigned depth);

static int put_object(const struct writer *w, json v, unsigned depth)
{
	size_t n = 0;
	struct member *members = arena_array(w->arena, struct member, json_count(v));

	for (json m = json_first(v); json_type(m) != JSON_NONE; m = json_next(m))
		members[n++] = (struct member){ json_name(m, w->arena), m };
	qsort(members, n, sizeof(*members), by_name);
	if (put(w, BYTES("{")) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && put(w, BYTES(",")) < 0) || put_string(w, members[i].name) < 0 ||
		    put(w, BYTES(":")) < 0 || put_value(w, members[i].value, depth + 1) < 0)
			return -1;
	return put(w, BYTES("}"));
}

static int put_array(const struct writer *w, json v, unsigned depth)
{
	const char *before = "[";

	for (json item = json_first(v); json_type(item) != JSON_NONE; item = json_next(item)) {
		if (put(w, bytes_str(before)) < 0 || put_value(w, item, depth + 1) < 0)
			return -1;
		before = ",";
	}
	return put(w, json_count(v) > 0 ? BYTES("]") : BYTES("[]"));
}

static int put_value(const struct writer *w, json v, unsigned depth)
{
	if (depth > LIMIT_JSON_DEPTH) /* the reader has bounded it before */
		return err_set(w->e, ERR_LIMIT, 0, "values too deep in each other");
	switch (json_type(v)) {
	case JSON_OBJECT:
		return put_object(w, v, depth);
	case JSON_ARRAY:
		return put_array(w, v, depth);
	case JSON_STRING:
		return put_string(w, json_bytes(v, w->arena));
	case JSON_NUMBER:
		return put_number(w, v);
	case JSON_NULL:
	case JSON_BOOL:
		return put(w, json_raw(v));
	case JSON_NONE:
		break;
	}
	return err_set(w->e, ERR_FORMAT, 0, "nothing where a value belongs");
}

int json_canonical(json v, struct arena *a, buf *out, err *e)
{
	const struct writer w = { a, out, e };

	return put_value(&w, v, 0);
}
