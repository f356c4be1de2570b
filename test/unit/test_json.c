/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"

#include "base/buf.h"
#include "base/limits.h"

#include "unit.h"

/* Accepted and refused texts: the grammar of RFC 8259 sections 2 to 8, its errata none; what the
 * RFC leaves open (duplicates, lone surrogates, byte order marks) as fmt/json.h decides. */
static const char *const accepted[] = {
	"null",
	"true",
	"false",
	" \t\r\n0\n",
	"-0",
	"0.0",
	"-1.5e+10",
	"1E-2",
	"10",
	"1e5",
	"\"\"",
	"[]",
	"{}",
	"[ ]",
	"{ }",
	"[1,2]",
	"[[],[]]",
	"{\"a\":1,\"b\":{\"a\":2}}",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\uDE00\"",
	"\"\x7f\"",
	"\"\xc2\x80\"",
	"\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"",
	"{\"\":0}",
	"[\"0123456789abcdef\"]",
	"{\"a\":1,\"A\":2,\"a \":3}",
	"123456789012345678901234567890.5e999",
};

static const char *const refused[] = {
	"",
	" ",
	"nul",
	"nulll",
	"True",
	"NaN",
	"Infinity",
	"-",
	"+1",
	"01",
	"-01",
	"1.",
	".5",
	"1e",
	"1e+",
	"0x10",
	"1 2",
	"1,",
	"[",
	"]",
	"[1",
	"[1,",
	"[1,]",
	"[,1]",
	"[1 2]",
	"{",
	"}",
	"{\"a\"",
	"{\"a\":",
	"{\"a\":1",
	"{\"a\":1,",
	"{\"a\":1,}",
	"{a:1}",
	"{1:1}",
	"{\"a\" 1}",
	"{\"a\":1 \"b\":2}",
	"\"",
	"\"a",
	"\"\\\"",
	"\"\\",
	"\"\\x\"",
	"\"\\u\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"'a'",
	"\"\n\"",
	"\"\t\"",
	"\"\x1f\"",
	"\"\x80\"",
	"\"\xc0\x80\"",
	"\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"",
	"\"\xe2\x82\"",
	"\"\\uD800\"",
	"\"\\uD800x\"",
	"\"\\uD800\\u0041\"",
	"\"\\uDC00\"",
	"\"\\uD800\\uD800\"",
	"\xef\xbb\xbf{}",
	"// c\n1",
	"/**/1",
	"[1]]",
	"{} {}",
	"\"a\" \"b\"",
	"\f1",
	"{\"a\":1,\"a\":1}",
	"{\"a\":1,\"\\u0061\":2}",
	"[{\"x\":{\"k\":1,\"b\":2,\"k\":3}}]",
	"{\"\\/\":1,\"/\":2}",
};

static struct arena arena = ARENA_INIT;
static struct json_doc doc;

static json parse(const char *text)
{
	err e = { 0 };

	if (json_parse(bytes_str(text), &arena, &doc, &e) < 0)
		fail_msg("'%s' is refused: %s", text, e.text);
	return json_root(&doc);
}

static void grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		json v = parse(accepted[i]);

		assert_int_not_equal(json_type(v), JSON_NONE);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		err e = { 0 };

		if (json_parse(bytes_str(refused[i]), &arena, &doc, &e) == 0)
			fail_msg("'%s' is accepted", refused[i]);
		assert_failed(&e, ERR_FORMAT);
	}
}

static void octet_zero(void **state)
{
	err e = { 0 };

	(void)state;
	assert_int_equal(json_parse(BYTES("1\0"), &arena, &doc, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(json_parse(BYTES("\"\0\""), &arena, &doc, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(json_parse((bytes){ NULL, 0 }, &arena, &doc, &e), -1);
	assert_failed(&e, ERR_FORMAT);
}

static void positions(void **state)
{
	static const struct {
		const char *text, *where;
	} faults[] = {
		{ "x", "line 1, column 1:" },
		{ "[1,\n 2,\n  x]", "line 3, column 3:" },
		{ "{\"a\":1}\n,", "line 2, column 1:" },
		{ "[\n\"ab\x01\"]", "line 2, column 4:" },
		{ "\n\n[", "line 3, column 2:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		err e = { 0 };

		assert_int_equal(json_parse(bytes_str(faults[i].text), &arena, &doc, &e), -1);
		if (strncmp(e.text, faults[i].where, strlen(faults[i].where)) != 0)
			fail_msg("'%s' is not at '%s'", e.text, faults[i].where);
	}
}

static int parse_nested(size_t depth, char open, bool close, err *e)
{
	buf b = BUF_INIT(SIZE_MAX);

	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, open == '{' ? "{\"a\":" : "[");
	if (open == '{')
		buf_puts(&b, "1");
	for (size_t i = 0; close && i < depth; i++)
		buf_putc(&b, open == '{' ? '}' : ']');
	int r = json_parse(buf_bytes(&b), &arena, &doc, e);

	buf_done(&b);
	return r;
}

static void depth(void **state)
{
	err e = { 0 };

	(void)state;
	assert_int_equal(parse_nested(LIMIT_JSON_DEPTH, '[', true, &e), 0);
	assert_int_equal(parse_nested(LIMIT_JSON_DEPTH, '{', true, &e), 0);
	assert_int_equal(parse_nested(LIMIT_JSON_DEPTH + 1, '[', true, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(parse_nested(LIMIT_JSON_DEPTH + 1, '{', true, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(parse_nested(200000, '[', true, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(parse_nested(200000, '[', false, &e), -1);
	assert_failed(&e, ERR_LIMIT);
}

/* An object of n members; the name of the last is that of member `same` (n: none is repeated),
 * written with an escape. */
static int parse_members(size_t n, size_t same, err *e)
{
	buf b = BUF_INIT(SIZE_MAX);

	buf_puts(&b, "{\"\":[0]");
	for (size_t i = 1; i < n; i++)
		buf_printf(&b, ",\"\\u006eame%zu\":{\"x\":[%zu]}", i + 1 == n ? same : i, i);
	buf_puts(&b, "}");
	int r = json_parse(buf_bytes(&b), &arena, &doc, e);

	buf_done(&b);
	return r;
}

static void duplicates(void **state)
{
	static const size_t counts[] = { 3, 15, 16, 17, 18, 31, 32, 33, 1000, 200000 };
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		assert_int_equal(parse_members(counts[i], counts[i], &e), 0);
		assert_int_equal(json_count(json_root(&doc)), counts[i]);
		assert_int_equal(parse_members(counts[i], 1, &e), -1);
		assert_failed(&e, ERR_FORMAT);
		assert_int_equal(parse_members(counts[i], counts[i] - 2, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
}

static void access_members(void **state)
{
	json v = parse("{\"a\":{\"b\":[10,[11,12],{\"c\":true}]},\"\\u0061b\":\"x\\ny\",\"z\":null}");
	json list = json_get(json_get(v, "a"), "b");
	bool truth = false;
	uint64_t n = 0;
	bytes s;

	(void)state;
	assert_int_equal(json_count(v), 3);
	assert_int_equal(json_count(list), 3);
	assert_true(json_u64(json_at(list, 0), &n) && n == 10);
	assert_true(json_u64(json_at(json_at(list, 1), 1), &n) && n == 12);
	assert_true(json_bool(json_get(json_at(list, 2), "c"), &truth) && truth);
	assert_int_equal(json_type(json_at(list, 3)), JSON_NONE);
	assert_bytes(json_bytes(json_get(v, "ab"), &arena), "x\ny");
	assert_int_equal(json_type(json_get(v, "z")), JSON_NULL);
	assert_int_equal(json_type(json_get(v, "b")), JSON_NONE);
	assert_int_equal(json_type(json_get(list, "c")), JSON_NONE);
	assert_int_equal(json_type(json_at(v, 0)), JSON_NONE);
	assert_int_equal(json_type(json_next(v)), JSON_NONE);
	assert_false(json_str(json_get(v, "z"), &arena, &s));
	assert_bytes(json_bytes(json_get(v, "z"), &arena), "");

	/* None goes through everything. */
	json none = json_get(json_at(json_get(v, "no"), 3), "way");

	assert_int_equal(json_count(none), 0);
	assert_int_equal(json_type(json_first(none)), JSON_NONE);
	assert_int_equal(json_type(json_next(none)), JSON_NONE);
	assert_bytes(json_name(none, &arena), "");
	assert_bytes(json_raw(none), "");
	assert_false(json_bool(none, &truth));
	assert_false(json_u64(none, &n));
}

static void iterates(void **state)
{
	static const char *const names[] = { "a", "b\"", "c" }, *const raws[] = { "[1, 2]", "{}",
		                                                                      "-3" };
	json v = parse(" { \"a\" : [1, 2] , \"b\\\"\":{}, \"c\":-3 } ");
	size_t i = 0;

	(void)state;
	for (json m = json_first(v); json_type(m) != JSON_NONE; m = json_next(m), i++) {
		assert_bytes(json_name(m, &arena), names[i]);
		assert_bytes(json_raw(m), raws[i]);
	}
	assert_int_equal(i, 3);
	assert_bytes(json_raw(v), "{ \"a\" : [1, 2] , \"b\\\"\":{}, \"c\":-3 }");
	assert_bytes(json_name(v, &arena), "");
	assert_int_equal(json_type(json_first(parse("[]"))), JSON_NONE);
	assert_int_equal(json_type(json_first(parse("7"))), JSON_NONE);
}

/* RFC 8259 section 7; UTF-8 of U+00E9, U+20AC and U+1F600 from the Unicode tables. */
static void strings(void **state)
{
	bytes s = { NULL, 0 };

	(void)state;
	assert_bytes(json_bytes(parse("\"\\u00e9\\u20AC\\uD83D\\uDE00!\""), &arena),
	             "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!");
	assert_bytes(json_bytes(parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), &arena), "\"\\/\b\f\n\r\t");
	assert_true(json_str(parse("\"a\\u0000b\""), &arena, &s));
	assert_true(bytes_equal(s, BYTES("a\0b")));
	json plain = parse("\"plain text of more than sixteen octets\"");

	assert_bytes(json_bytes(plain, &arena), "plain text of more than sixteen octets");
	assert_ptr_equal(json_bytes(plain, &arena).p, json_raw(plain).p + 1); /* a view */
}

static const struct {
	const char *text;
	bool is_u64, is_i64;
	uint64_t u;
	int64_t i;
} numbers[] = {
	{ "0", true, true, 0, 0 },
	{ "-0", true, true, 0, 0 },
	{ "-1", false, true, 0, -1 },
	{ "18446744073709551615", true, false, UINT64_MAX, 0 },
	{ "18446744073709551616", false, false, 0, 0 },
	{ "9223372036854775807", true, true, INT64_MAX, INT64_MAX },
	{ "9223372036854775808", true, false, (uint64_t)INT64_MAX + 1, 0 },
	{ "-9223372036854775808", false, true, 0, INT64_MIN },
	{ "-9223372036854775809", false, false, 0, 0 },
	{ "1.0", true, true, 1, 1 },
	{ "1.5", false, false, 0, 0 },
	{ "1.50e1", true, true, 15, 15 },
	{ "1e3", true, true, 1000, 1000 },
	{ "1000E-3", true, true, 1, 1 },
	{ "1001e-3", false, false, 0, 0 },
	{ "1e19", true, false, UINT64_C(10000000000000000000), 0 },
	{ "1e20", false, false, 0, 0 },
	{ "0e99999999999999999999", true, true, 0, 0 },
	{ "1e99999999999999999999", false, false, 0, 0 },
	{ "1e-99999999999999999999", false, false, 0, 0 },
	{ "0.000", true, true, 0, 0 },
	{ "100000000000000000000000000000e-29", true, true, 1, 1 },
	{ "\"1\"", false, false, 0, 0 },
	{ "true", false, false, 0, 0 },
};

static void integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		json v = parse(numbers[i].text);
		uint64_t u = 77;
		int64_t s = 77;

		if (json_u64(v, &u) != numbers[i].is_u64 || json_i64(v, &s) != numbers[i].is_i64)
			fail_msg("'%s' is taken for another kind of number", numbers[i].text);
		assert_true(u == (numbers[i].is_u64 ? numbers[i].u : 77));
		assert_true(s == (numbers[i].is_i64 ? numbers[i].i : 77));
	}
}

/* Go's encoding/json, "preferring an exact match but also accepting a case-insensitive match"; what
 * folds to ASCII: Unicode's CaseFolding.txt, 017F and 212A. Dotless i folds to nothing. */
static void members_that_resemble_others(void **state)
{
	static const char *const names[] = { "docker-digest", "sum", NULL };
	static const struct {
		const char *text;
		bool is_clear;
	} cases[] = {
		{ "{\"docker-digest\":1,\"sum\":2,\"other\":3,\"Other\":4}", true },
		{ "{}", true },
		{ "[\"Sum\"]", true },
		{ "{\"sum\":{\"Sum\":1}}", true },
		{ "{\"sums\":1,\"su\":2,\"dock\u0131er-digest\":3}", true },
		{ "{\"sum\":1,\"Sum\":2}", false },
		{ "{\"SUM\":1}", false },
		{ "{\"\\u0053um\":1}", false },
		{ "{\"doc\u212aer-digest\":1}", false },
		{ "{\"doc\\u212aer-digest\":1}", false },
		{ "{\"\u017fum\":1,\"sum\":2}", false },
		{ "{\"docker-dige\u017ft\":1}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = ARENA_INIT;
		struct json_doc parsed;
		err e = { 0 };

		assert_int_equal(json_parse(bytes_str(cases[i].text), &a, &parsed, &e), 0);
		if (json_is_clear(json_root(&parsed), names, &a) != cases[i].is_clear)
			fail_msg("%s", cases[i].text);
		arena_done(&a);
	}
	assert_true(json_is_clear((json){ 0 }, names, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),  cmocka_unit_test(octet_zero),     cmocka_unit_test(positions),
		cmocka_unit_test(depth),    cmocka_unit_test(duplicates),     cmocka_unit_test(strings),
		cmocka_unit_test(integers), cmocka_unit_test(access_members), cmocka_unit_test(iterates),
		cmocka_unit_test(members_that_resemble_others),
	};
	int r = cmocka_run_group_tests_name("json", tests, NULL, NULL);

	arena_done(&arena);
	return r;
}
