/* SPDX-License-Identifier: Apache-2.0 */
/* What json_parse accepts: every value lies inside its container, behind its elder sibling; its
 * exact octets read again give the same value; members are found by their names. */
#include "fmt/json.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_same(json a, json b, struct arena *arena)
{
	uint64_t ua = 0, ub = 0;
	bool ta = false, tb = false;

	must(json_type(a) == json_type(b) && json_count(a) == json_count(b));
	must(bytes_equal(json_raw(a), json_raw(b)));
	must(bytes_equal(json_bytes(a, arena), json_bytes(b, arena)));
	must(json_u64(a, &ua) == json_u64(b, &ub) && ua == ub);
	must(json_bool(a, &ta) == json_bool(b, &tb) && ta == tb);
}

static bool inside(bytes part, bytes whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

/* Children of v; depth is bounded by LIMIT_JSON_DEPTH. */
static void check_value(json v, struct arena *a)
{
	bytes raw = json_raw(v), name, last = { raw.p, 0 };
	size_t count = 0;

	must(raw.n > 0);
	for (json c = json_first(v); json_type(c) != JSON_NONE; c = json_next(c), count++) {
		must(inside(json_raw(c), raw) && json_raw(c).p >= last.p + last.n);
		last = json_raw(c);
		name = json_name(c, a);
		if (json_type(v) == JSON_OBJECT && count < 32 && bytes_find(name, 0) == name.n)
			must(json_get(v, arena_str(a, name)).at == c.at);
		else if (json_type(v) == JSON_ARRAY && count < 32)
			must(json_at(v, count).at == c.at);
		check_value(c, a);
	}
	must(count == json_count(v));
}

static void check_again(json v, struct arena *a)
{
	struct json_doc doc;
	err e = { 0 };

	must(json_parse(json_raw(v), a, &doc, &e) == 0);
	json again = json_root(&doc);

	check_same(v, again, a);
	must(json_type(json_next(again)) == JSON_NONE);
	json x = json_first(v), y = json_first(again);

	for (; json_type(x) != JSON_NONE; x = json_next(x), y = json_next(y)) {
		check_same(x, y, a);
		must(bytes_equal(json_name(x, a), json_name(y, a)));
	}
	must(json_type(y) == JSON_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	err e = { 0 };

	if (json_parse(bytes_of(data, size), &a, &doc, &e) < 0) {
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
	} else {
		json root = json_root(&doc);

		check_value(root, &a);
		check_again(root, &a);
		for (json c = json_first(root); json_type(c) != JSON_NONE; c = json_next(c))
			check_again(c, &a);
	}
	arena_done(&a);
	return 0;
}
