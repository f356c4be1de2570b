/* SPDX-License-Identifier: Apache-2.0 */
/* Expected: the verdict of fmt/json, which test_json and interop/json hold against RFC 8259 and
 * peers; whatever the pieces a document comes in. */
#include "fmt/json_stream.h"

#include "unit.h"

#include "fmt/json.h"

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

static int pass(bytes text, size_t piece, err *e)
{
	struct pieces pieces = { text, piece };
	struct json_stream s;

	json_stream_init(&s, give, &pieces);
	int result = json_stream_skip(&s, e) < 0 ? -1 : json_stream_close(&s, e);

	json_stream_done(&s);
	return result;
}

static const char *const texts[] = {
	"{}",
	"[]",
	" [ ] ",
	"{\"a\":1}",
	"[1,2,3]",
	"\"x\"",
	"0",
	"-1.5e+3",
	"true",
	"null",
	"[[[]]]",
	"{\"a\":{\"b\":[{},{\"c\":null}]},\"d\":\"\\u00e9\\ud83d\\ude00\\n\"}",
	"\"\xc3\xa9\xf0\x9f\x98\x80\"",
	"",
	" ",
	"{",
	"[",
	"[1",
	"[1,",
	"[1,]",
	"[,1]",
	"[1 2]",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{,}",
	"{a:1}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1,\"a\":2}",
	"{\"a\":1,\"\\u0061\":2}",
	"01",
	"-",
	"1.",
	"1e",
	"+1",
	".5",
	"nul",
	"truee",
	"NaN",
	"\"",
	"\"\\x\"",
	"\"\\ud800\"",
	"\"\\udc00\"",
	"\"\x01\"",
	"\"\xff\"",
	"\"\xc0\x80\"",
	"1 2",
	"{} {}",
	"]",
	"}",
	"[}",
	"{]",
	"\xef\xbb\xbf{}",
	"\"a\\",
	"\"\\u12",
	"\"\xf0\x9f\"",
	"[\"a\",\"b\" ]",
	"{ \"a\" : [ 1 , 2 ] }",
	"1e5",
	"1E-5",
	"[1e5]",
	"-0",
	"00",
	"[tru]",
};

static void test_verdicts(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct json_doc doc;
		err want = { 0 };
		int fine = json_parse(bytes_str(texts[i]), &a, &doc, &want);

		for (size_t piece = 1; piece < 16; piece += 2) {
			err have = { 0 };

			if (pass(bytes_str(texts[i]), piece, &have) != fine)
				fail_msg("'%s' in pieces of %zu: %s, but %s", texts[i], piece, have.text,
				         want.text);
		}
	}
	arena_done(&a);
}

static void test_walk(void **state)
{
	struct pieces pieces = { BYTES("{\"skip\": [1, {\"x\": \"y\"}], \"\\u006eame\": \"a\\tb\",\n"
		                           " \"items\": [ {\"p\": [1, 2]} , 7,[ ] ], \"end\": 5}"),
		                     3 };
	struct arena a = ARENA_INIT;
	buf value = BUF_INIT(1000);
	enum json_token token;
	struct json_stream s;
	unsigned items = 0;
	err e = { 0 };

	(void)state;
	json_stream_init(&s, give, &pieces);
	assert_int_equal(json_stream_enter(&s, true, &e), 1);
	assert_int_equal(json_stream_item(&s, &e), 1);
	assert_true(json_stream_is(&s, "skip"));
	assert_int_equal(json_stream_skip(&s, &e), 0);
	assert_int_equal(json_stream_item(&s, &e), 1);
	assert_true(json_stream_is(&s, "name"));
	assert_false(json_stream_is(&s, "nam"));
	assert_int_equal(json_stream_next(&s, &token, &e), 0);
	assert_int_equal(token, JSON_TOKEN_STRING);
	assert_bytes(json_stream_text(&s, &a), "a\tb");
	assert_int_equal(json_stream_item(&s, &e), 1);
	assert_int_equal(json_stream_enter(&s, false, &e), 1);
	for (; json_stream_item(&s, &e) == 1; items++)
		assert_int_equal(json_stream_value(&s, &value, &e), 0);
	assert_int_equal(items, 3);
	assert_bytes(buf_bytes(&value), "{\"p\": [1, 2]}7[ ]");
	assert_int_equal(json_stream_item(&s, &e), 1);
	assert_int_equal(json_stream_enter(&s, true, &e), 0); /* a number: passed over */
	assert_int_equal(json_stream_item(&s, &e), 0);
	assert_int_equal(json_stream_close(&s, &e), 0);
	json_stream_done(&s);
	buf_done(&value);
	arena_done(&a);
}

static void fails(bytes text, enum err_kind kind, const char *why)
{
	for (size_t piece = 1; piece < 70000; piece += 69998) {
		err e = { 0 };

		assert_int_equal(pass(text, piece, &e), -1);
		if (!strstr(e.text, why))
			fail_msg("%s", e.text);
		assert_failed(&e, kind);
	}
}

static void test_limits(void **state)
{
	buf b = BUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
		buf_putc(&b, '[');
	fails(buf_bytes(&b), ERR_LIMIT, "nested too deeply");
	buf_clear(&b);
	for (int i = 0; i <= LIMIT_JSON_NUMBER; i++)
		buf_putc(&b, '1');
	fails(buf_bytes(&b), ERR_LIMIT, "a number that is too long");
	buf_clear(&b);
	buf_putc(&b, '{');
	for (int i = 0; i <= LIMIT_JSON_MEMBERS; i++)
		buf_printf(&b, "%s\"m%d\": 1", i ? "," : "", i);
	buf_putc(&b, '}');
	fails(buf_bytes(&b), ERR_LIMIT, "too many members");
	fails(BYTES("{\n  \"a\": 1,\n  \"b\": tru\n}"), ERR_FORMAT, "line 3, column 8: ");
	buf_done(&b);
}

static void test_value_too_large(void **state)
{
	struct pieces pieces = { BYTES("[\"0123456789\"]"), 4 };
	buf value = BUF_INIT(8);
	struct json_stream s;
	err e = { 0 };

	(void)state;
	json_stream_init(&s, give, &pieces);
	assert_int_equal(json_stream_value(&s, &value, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	json_stream_done(&s);
	buf_done(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_value_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
