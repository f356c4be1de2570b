/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

static const bytes none = { NULL, 0 };

static void compares(void **state)
{
	(void)state;
	assert_true(bytes_equal(none, BYTES("")));
	assert_true(bytes_equal(BYTES("a\0b"), BYTES("a\0b")));
	assert_false(bytes_equal(BYTES("a\0b"), BYTES("a\0c")));
	assert_false(bytes_equal(BYTES("ab"), BYTES("a")));
	assert_true(bytes_is(none, ""));
	assert_int_equal(bytes_str(NULL).n, 0);

	assert_int_equal(bytes_compare(none, none), 0);
	assert_true(bytes_compare(none, BYTES("a")) < 0);
	assert_true(bytes_compare(BYTES("ab"), BYTES("a")) > 0);
	assert_true(bytes_compare(BYTES("a"), BYTES("\xff")) < 0); /* octets are unsigned */
	assert_true(bytes_compare(BYTES("b"), BYTES("ab")) > 0);
}

static void compares_ends(void **state)
{
	(void)state;
	assert_true(bytes_starts(BYTES("usr/lib"), BYTES("usr/")));
	assert_true(bytes_starts(none, none));
	assert_false(bytes_starts(BYTES("us"), BYTES("usr")));
	assert_true(bytes_ends(BYTES("a.deps.json"), BYTES(".deps.json")));
	assert_true(bytes_ends(BYTES("x"), none));
	assert_false(bytes_ends(BYTES("json"), BYTES(".json")));
	assert_true(bytes_ends(none, none));
}

static void ignores_case_of_ascii_only(void **state)
{
	(void)state;
	assert_true(bytes_equal_nocase(BYTES("aZ-9"), BYTES("Az-9")));
	assert_false(bytes_equal_nocase(BYTES("[`"), BYTES("{@"))); /* the neighbours of the letters */
	assert_false(bytes_equal_nocase(BYTES("\xc4"), BYTES("\xe4")));
	assert_false(bytes_equal_nocase(BYTES("a"), BYTES("aa")));
}

static void slices_are_cut(void **state)
{
	(void)state;
	bytes b = BYTES("abcdef");

	assert_bytes(bytes_slice(b, 2, 3), "cde");
	assert_bytes(bytes_slice(b, 4, 100), "ef");
	assert_bytes(bytes_slice(b, 4, SIZE_MAX), "ef"); /* from + n would wrap */
	assert_bytes(bytes_slice(b, 6, 1), "");
	assert_bytes(bytes_slice(b, SIZE_MAX, SIZE_MAX), "");
	assert_bytes(bytes_skip(b, 5), "f");
	assert_bytes(bytes_skip(none, 5), "");
}

static void finds(void **state)
{
	(void)state;
	bytes b = BYTES("a/b/c");

	assert_int_equal(bytes_find(b, '/'), 1);
	assert_int_equal(bytes_rfind(b, '/'), 3);
	assert_int_equal(bytes_find(b, 'x'), 5);
	assert_int_equal(bytes_rfind(b, 'x'), 5);
	assert_int_equal(bytes_rfind(b, 'a'), 0);
	assert_int_equal(bytes_find(none, '/'), 0);
	assert_int_equal(bytes_rfind(none, '/'), 0);

	assert_int_equal(bytes_search(b, BYTES("b/")), 2);
	assert_int_equal(bytes_search(b, BYTES("b/d")), 5);
	assert_int_equal(bytes_search(b, BYTES("a/b/c/")), 5);
	assert_int_equal(bytes_search(b, none), 0);
	assert_int_equal(bytes_search(none, b), 0);
	assert_int_equal(bytes_search(none, none), 0);
}

static void takes_all_or_nothing(void **state)
{
	(void)state;
	bytes in = BYTES("abc"), out = BYTES("untouched");

	assert_false(bytes_take(&in, 4, &out));
	assert_bytes(out, "untouched");
	assert_bytes(in, "abc");
	assert_true(bytes_take(&in, 2, &out));
	assert_bytes(out, "ab");
	assert_true(bytes_take(&in, 1, &out));
	assert_true(bytes_take(&in, 0, &out));
	assert_false(bytes_take(&in, 1, &out));

	bytes empty = none;

	assert_true(bytes_take(&empty, 0, &out));

	in = BYTES("sha256:ab");
	assert_false(bytes_take_prefix(&in, BYTES("sha512:")));
	assert_bytes(in, "sha256:ab");
	assert_true(bytes_take_prefix(&in, BYTES("sha256:")));
	assert_bytes(in, "ab");
}

static void takes_fields(void **state)
{
	(void)state;
	bytes in = BYTES("a::b:"), out;

	assert_true(bytes_take_until(&in, ':', &out));
	assert_bytes(out, "a");
	assert_true(bytes_take_until(&in, ':', &out));
	assert_bytes(out, "");
	assert_true(bytes_take_until(&in, ':', &out));
	assert_bytes(out, "b");
	assert_false(bytes_take_until(&in, ':', &out)); /* a closing separator opens no field */

	in = BYTES("one\r\ntwo\n\r\n\rthree\r");
	assert_true(bytes_line(&in, &out));
	assert_bytes(out, "one");
	assert_true(bytes_line(&in, &out));
	assert_bytes(out, "two");
	assert_true(bytes_line(&in, &out));
	assert_bytes(out, "");
	assert_true(bytes_line(&in, &out));
	assert_bytes(out, "\rthree");
	assert_false(bytes_line(&in, &out));
}

static void trims(void **state)
{
	(void)state;
	assert_bytes(bytes_trim(BYTES(" \t\r\na b\n ")), "a b");
	assert_bytes(bytes_trim(BYTES(" \n ")), "");
	assert_bytes(bytes_trim(none), "");
	assert_int_equal(bytes_trim(BYTES("\0a")).n, 2);
}

static void takes_numbers(void **state)
{
	(void)state;
	bytes in = BYTES("\x01\x02\xff\xfe\xfd\xfc\x11\x22\x33\x44\x55\x66\x77\x88\x99");
	uint16_t a = 0;
	uint32_t b = 0;
	uint64_t c = 7;
	uint8_t d = 0;

	assert_true(bytes_take_le16(&in, &a));
	assert_int_equal(a, 0x0201);
	assert_true(bytes_take_le32(&in, &b));
	assert_true(b == 0xfcfdfeff);
	bytes before = in;

	assert_true(bytes_take_le64(&in, &c));
	assert_true(c == 0x8877665544332211);
	assert_false(bytes_take_le16(&in, &a));
	assert_int_equal(in.n, 1);
	assert_true(bytes_take_u8(&in, &d));
	assert_int_equal(d, 0x99);
	assert_false(bytes_take_u8(&in, &d));

	before = bytes_slice(before, 0, 7);
	c = 7;
	assert_false(bytes_take_le64(&before, &c));
	assert_int_equal(c, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(compares_ends),
		cmocka_unit_test(ignores_case_of_ascii_only),
		cmocka_unit_test(slices_are_cut),
		cmocka_unit_test(finds),
		cmocka_unit_test(takes_all_or_nothing),
		cmocka_unit_test(takes_fields),
		cmocka_unit_test(trims),
		cmocka_unit_test(takes_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
