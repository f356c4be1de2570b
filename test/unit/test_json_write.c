/* SPDX-License-Identifier: Apache-2.0 */
/* Expected texts follow RFC 8259 section 7 (escapes) and RFC 3629 (what is no UTF-8). */
#include "unit.h"

#include "fmt/json.h"
#include "fmt/json_write.h"

struct fixture {
	buf text;
	struct stream out;
	struct json_writer w;
};

static void begin(struct fixture *f)
{
	f->text = (buf)BUF_INIT(1 << 20);
	stream_init(&f->out, stream_to_buf, &f->text);
	json_write_init(&f->w, &f->out);
}

static void ends_as(struct fixture *f, const char *expected)
{
	err e = { 0 };

	assert_int_equal(stream_finish(&f->out, &e), 0);
	assert_bytes(buf_bytes(&f->text), expected);
	buf_done(&f->text);
}

static void string_is(bytes value, const char *expected)
{
	struct fixture f;

	begin(&f);
	json_write_str(&f.w, NULL, value);
	ends_as(&f, expected);
}

static void test_shape(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	json_write_object(&f.w, NULL);
	json_write_u64(&f.w, "n", UINT64_MAX);
	json_write_i64(&f.w, "i", INT64_MIN);
	json_write_bool(&f.w, "t", true);
	json_write_array(&f.w, "empty");
	json_write_end(&f.w);
	json_write_array(&f.w, "list");
	json_write_text(&f.w, NULL, "a");
	json_write_object(&f.w, NULL);
	json_write_end(&f.w);
	json_write_end(&f.w);
	json_write_end(&f.w);
	ends_as(&f, "{\n"
	            "  \"n\": 18446744073709551615,\n"
	            "  \"i\": -9223372036854775808,\n"
	            "  \"t\": true,\n"
	            "  \"empty\": [],\n"
	            "  \"list\": [\n"
	            "    \"a\",\n"
	            "    {}\n"
	            "  ]\n"
	            "}\n");
}

static void test_one_line(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.w.on_one_line = true;
	for (int i = 0; i < 2; i++) {
		json_write_object(&f.w, NULL);
		json_write_bool(&f.w, "a", false);
		json_write_text(&f.w, "b", "x\ny");
		json_write_end(&f.w);
	}
	ends_as(&f, "{\"a\": false, \"b\": \"x\\ny\"}\n{\"a\": false, \"b\": \"x\\ny\"}\n");
}

static void test_escapes(void **state)
{
	(void)state;
	string_is(BYTES(""), "\"\"\n");
	string_is(BYTES("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"\n");
	string_is(BYTES("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"\n");
	string_is(BYTES("\0\x1f\x7f"), "\"\\u0000\\u001f\\u007f\"\n");
	string_is(BYTES("caf\xc3\xa9 \xf0\x9f\x90\xb3"), "\"caf\xc3\xa9 \xf0\x9f\x90\xb3\"\n");
	/* U+202E turns the text around, U+E0041 is invisible: escaped, as a pair above U+FFFF */
	string_is(BYTES("\xe2\x80\xae"), "\"\\u202e\"\n");
	string_is(BYTES("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\"\n");
}

static void test_broken_utf8(void **state)
{
	(void)state;
	string_is(BYTES("a\xff"
	                "b"),
	          "\"a\xef\xbf\xbd"
	          "b\"\n");
	string_is(BYTES("\xc3"), "\"\xef\xbf\xbd\"\n");                 /* cut off */
	string_is(BYTES("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"\n"); /* not the shortest form */
	string_is(BYTES("\xed\xa0\x80"),
	          "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n"); /* a surrogate */
}

static void test_octets(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.w.on_one_line = true;
	json_write_object(&f.w, NULL);
	json_write_octets(&f.w, "path", BYTES("plain"));
	json_write_octets(&f.w, "name", BYTES("a\xff"));
	json_write_some(&f.w, "none", BYTES(""));
	json_write_some(&f.w, "some", BYTES("x"));
	json_write_end(&f.w);
	ends_as(&f, "{\"path\": \"plain\", "
	            "\"name\": \"a\xef\xbf\xbd\", \"name_hex\": \"61ff\", \"some\": \"x\"}\n");
}

/* The strict reader of fmt/ gives back what was written, for every octet. */
static void test_read_back(void **state)
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	struct fixture f;
	char all[128];
	err e = { 0 };

	(void)state;
	for (int i = 0; i < 128; i++)
		all[i] = (char)i;
	begin(&f);
	json_write_array(&f.w, NULL);
	json_write_str(&f.w, NULL, bytes_of(all, sizeof(all)));
	json_write_str(&f.w, NULL, BYTES("\xf3\xa0\x81\x81"));
	json_write_end(&f.w);
	assert_int_equal(stream_finish(&f.out, &e), 0);
	assert_int_equal(json_parse(buf_bytes(&f.text), &a, &doc, &e), 0);
	assert_true(
		bytes_equal(json_bytes(json_at(json_root(&doc), 0), &a), bytes_of(all, sizeof(all))));
	assert_bytes(json_bytes(json_at(json_root(&doc), 1), &a), "\xf3\xa0\x81\x81");
	buf_done(&f.text);
	arena_done(&a);
}

/* More than one piece, and a receiver that gives up. */
static void test_stream(void **state)
{
	struct fixture f;
	err e = { 0 };

	(void)state;
	begin(&f);
	json_write_array(&f.w, NULL);
	for (int i = 0; i < 50000; i++)
		json_write_text(&f.w, NULL, "ten octets");
	json_write_end(&f.w);
	assert_int_equal(stream_finish(&f.out, &e), 0);
	/* "[", lines of 15, commas between them, the closing line */
	assert_int_equal(f.text.n, 1 + 50000 * 15 + 49999 + 3);
	buf_done(&f.text);

	f.text = (buf)BUF_INIT(1000);
	stream_init(&f.out, stream_to_buf, &f.text);
	for (int i = 0; i < 50000; i++)
		stream_puts(&f.out, "ten octets");
	assert_int_equal(stream_finish(&f.out, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&f.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),   cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_escapes), cmocka_unit_test(test_broken_utf8),
		cmocka_unit_test(test_octets),  cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
