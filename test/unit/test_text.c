/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "unit.h"

/* Unicode 15, table 3-7 (well-formed UTF-8) and the example of table 3-8 (ill-formed). */
static void utf8_is_the_shortest_form(void **state)
{
	(void)state;
	static const struct {
		bytes text;
		uint32_t code;
	} good[] = {
		{ BYTES_INIT("\0"), 0 },
		{ BYTES_INIT("\x7f"), 0x7f },
		{ BYTES_INIT("\xc2\x80"), 0x80 },
		{ BYTES_INIT("\xdf\xbf"), 0x7ff },
		{ BYTES_INIT("\xe0\xa0\x80"), 0x800 },
		{ BYTES_INIT("\xed\x9f\xbf"), 0xd7ff },
		{ BYTES_INIT("\xee\x80\x80"), 0xe000 },
		{ BYTES_INIT("\xef\xbf\xbf"), 0xffff },
		{ BYTES_INIT("\xf0\x90\x80\x80"), 0x10000 },
		{ BYTES_INIT("\xf4\x8f\xbf\xbf"), 0x10ffff },
	};
	static const bytes bad[] = {
		BYTES_INIT("\x80"), BYTES_INIT("\xbf"), BYTES_INIT("\xc0\x80"), BYTES_INIT("\xc1\xbf"),
		BYTES_INIT("\xc2"), BYTES_INIT("\xc2\x41"), BYTES_INIT("\xc2\xc2"),
		BYTES_INIT("\xe0\x9f\xbf"), BYTES_INIT("\xed\xa0\x80"), BYTES_INIT("\xed\xbf\xbf"),
		BYTES_INIT("\xe2\x82"), BYTES_INIT("\xf0\x8f\xbf\xbf"), BYTES_INIT("\xf0\x9f\x98"),
		BYTES_INIT("\xf4\x90\x80\x80"), BYTES_INIT("\xf5\x80\x80\x80"), BYTES_INIT("\xff"),
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bytes in = good[i].text;
		uint32_t c = 1;

		assert_true(text_utf8_next(&in, &c));
		assert_int_equal(c, good[i].code);
		assert_int_equal(in.n, 0);
		assert_true(text_is_utf8(good[i].text));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bytes in = bad[i];
		uint32_t c;

		assert_false(text_utf8_next(&in, &c));
		assert_int_equal(in.n, bad[i].n);
		assert_false(text_is_utf8(bad[i]));
	}
	assert_true(text_is_utf8(bytes_of(NULL, 0)));
}

static void shows_nothing_that_acts(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	static const struct {
		const char *raw, *shown;
	} pairs[] = {
		{ "plain Größe 日本 😀", "plain Größe 日本 😀" },
		{ "\x1b[31mred", "\\x1b[31mred" },
		{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
		{ "\x7f", "\\x7f" },
		{ "\xc2\x9b" "2J", "\\xc2\\x9b2J" },         /* C1 control sequence introducer */
		{ "\xe2\x80\xae" "cod", "\\xe2\\x80\\xaecod" }, /* right-to-left override */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },       /* left-to-right isolate */
		{ "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },       /* zero width space */
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },       /* line separator */
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },       /* byte order mark */
		{ "ok\xff\xc3", "ok\\xff\\xc3" },            /* no UTF-8 */
		{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" }, /* a tag character */
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(text_shown(&a, bytes_str(pairs[i].raw)), pairs[i].shown);
	assert_string_equal(text_shown(&a, BYTES("a\0b")), "a\\x00b");
	assert_string_equal(text_shown(&a, BYTES("")), "");
	/* Commands of Azure Pipelines and of GitHub's first runners; headings are none. */
	assert_string_equal(text_shown(&a, BYTES("a ##vso[task.x]b")), "a \\x23#vso[task.x]b");
	assert_string_equal(text_shown(&a, BYTES("###[error]")), "#\\x23#[error]");
	assert_string_equal(text_shown(&a, BYTES("## [a] # ##")), "## [a] # ##");
	assert_string_equal(SHOW(BYTES("##VSO[")), "\\x23#VSO[");
	arena_done(&a);
}

/* What a read may cut: the lengths of Unicode 15, table 3-6. */
static void what_has_begun_waits(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
		{ "", 0 },
		{ "word", 0 },
		{ "\xc3", 1 },
		{ "a\xc3", 1 },
		{ "\xc3\xa4", 0 },
		{ "\xe2\x82", 2 },
		{ "\xe2\x82\xac", 0 },
		{ "\xf0", 1 },
		{ "a\xf0\x9f\x98", 3 },
		{ "\xf0\x9f\x98\x80", 0 },
		{ "\xc3\xa4\xc3", 1 },
		{ "\x80\x80\x80\x80", 0 }, /* none of these begins anything */
		{ "a\x80", 0 },
		{ "\xc0", 0 },
		{ "\xf5\x80", 0 },
		{ "#", 1 },
		{ "a##", 2 },
		{ "##vso", 5 },
		{ "a ##VS", 4 },
		{ "##vso[", 0 }, /* whole: it is shown as what it is */
		{ "##[", 0 },
		{ "##vsx", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(text_begun(bytes_str(rows[i].text)), rows[i].n);
}

static void long_text_is_cut_at_a_character(void **state)
{
	(void)state;
	char raw[165];

	/* What counts is the printed width: a hostile name must leave room for the reason. */
	memset(raw, 1, sizeof(raw));
	assert_int_equal(strlen(SHOW(bytes_of(raw, 40))), SHOWN_MOST);
	const char *shown = SHOW(bytes_of(raw, 41));

	assert_int_equal(strlen(shown), SHOWN_MOST + strlen("…"));
	assert_string_equal(shown + SHOWN_MOST, "…");

	memset(raw, 'a', sizeof(raw));
	memcpy(raw + 159, "€€", 6); /* three octets each: 159 to 161, the border is inside */
	shown = SHOW(bytes_of(raw, sizeof(raw)));
	assert_int_equal(strlen(shown), 162 + strlen("…"));
	assert_string_equal(shown + 159, "€…");
	assert_string_equal(SHOW(BYTES("\x1b")), "\\x1b");
}

static void numbers_are_whole_and_in_range(void **state)
{
	(void)state;
	uint64_t v = 7;
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "1a", "18446744073709551616",
		"99999999999999999999999999", "1.0", "\xd9\xa1",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_take_u64(bytes_str(bad[i]), 10, UINT64_MAX, &v));
	assert_false(text_take_u64(BYTES("1\0"), 10, UINT64_MAX, &v));
	assert_int_equal(v, 7);
	assert_true(text_take_u64(BYTES("18446744073709551615"), 10, UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_true(text_take_u64(BYTES("000"), 10, 0, &v) && v == 0);
	assert_false(text_take_u64(BYTES("1"), 10, 0, &v));
	assert_true(text_take_u64(BYTES("0644"), 8, 07777, &v) && v == 0644);
	assert_false(text_take_u64(BYTES("8"), 8, 100, &v));
	assert_true(text_take_u64(BYTES("fFfF"), 16, 0xffff, &v) && v == 0xffff);
	assert_false(text_take_u64(BYTES("10000"), 16, 0xffff, &v));
	assert_false(text_take_u64(BYTES("g"), 16, 0xffff, &v));
	assert_false(text_take_u64(BYTES("9"), 10, 8, &v));
	assert_true(text_take_u64(BYTES("8"), 10, 8, &v) && v == 8);
	assert_false(text_take_u64(BYTES("f"), 16, 3, &v)); /* the digit alone is above the bound */
}

static void hex_is_lower_case(void **state)
{
	(void)state;
	buf b = BUF_INIT(8);
	uint8_t out[3] = { 9, 9, 9 };

	text_hex(&b, BYTES("\x00\xa5\xff"));
	assert_bytes(buf_bytes(&b), "00a5ff");
	assert_true(text_from_hex(BYTES("00a5ff"), out, 3));
	assert_memory_equal(out, "\x00\xa5\xff", 3);
	assert_false(text_from_hex(BYTES("00A5ff"), out, 3));
	assert_false(text_from_hex(BYTES("00a5f"), out, 3));
	assert_false(text_from_hex(BYTES("00a5ff0"), out, 3));
	assert_false(text_from_hex(BYTES("00a5f/"), out, 3));
	assert_false(text_from_hex(BYTES("00a5f:"), out, 3));
	assert_false(text_from_hex(BYTES("00a5g0"), out, 3));
	assert_true(text_from_hex(BYTES(""), out, 0));
	buf_done(&b);
}

static void sizes_and_counts_read_well(void **state)
{
	(void)state;
	assert_string_equal(SIZE_TEXT(0), "0 B");
	assert_string_equal(SIZE_TEXT(999), "999 B");
	assert_string_equal(SIZE_TEXT(1000), "1.0 kB");
	assert_string_equal(SIZE_TEXT(999999), "999.9 kB"); /* cut, never "1000.0 kB" */
	assert_string_equal(SIZE_TEXT(842100000), "842.1 MB");
	assert_string_equal(SIZE_TEXT(UINT64_MAX), "18.4 EB");
	assert_string_equal(COUNT_TEXT(0), "0");
	assert_string_equal(COUNT_TEXT(999), "999");
	assert_string_equal(COUNT_TEXT(1000), "1,000");
	assert_string_equal(COUNT_TEXT(14440), "14,440");
	assert_string_equal(COUNT_TEXT(UINT64_MAX), "18,446,744,073,709,551,615");
}

/* Expected values: GNU date, `date -u -d DATE +%s`. */
static void dates_are_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{ "1970-01-01", 0 },
		{ "1969-12-31", -86400 },
		{ "2000-02-29", 951782400 },
		{ "2100-03-01", 4107542400 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "2026-11-22T01:02:03+02:00", 1795302123 },
		{ "2026-11-22T01:02:03.123456789+02:00", 1795302123 },
		{ "2026-11-21t23:02:03z", 1795302123 },
		{ "2026-11-21 19:02:03-04:00", 1795302123 },
		{ "2016-12-31T23:59:60Z", 1483228800 }, /* a leap second */
	};
	static const char *const bad[] = {
		"", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-02-29",
		"2026-04-31", "1900-02-29", "2026-11-22T", "2026-11-22T01:02", "2026-11-22T01:02:03",
		"2026-11-22T24:00:00Z", "2026-11-22T00:60:00Z", "2026-11-22T00:00:61Z",
		"2026-11-22T00:00:00.Z", "2026-11-22T00:00:00+24:00", "2026-11-22T00:00:00+0200",
		"2026-11-22T00:00:00ZZ", "2026-11-22x", "+026-11-22", "2026-1-22", "26-11-22", "2026/11/22",
	};
	int64_t v = 5;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(text_from_date(bytes_str(good[i].text), &v));
		assert_true(v == good[i].seconds);
	}
	v = 5;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (text_from_date(bytes_str(bad[i]), &v))
			fail_msg("'%s' is no date", bad[i]);
		assert_int_equal(v, 5);
	}
}

static void dates_go_there_and_back(void **state)
{
	(void)state;
	assert_string_equal(DATE_TEXT(0), "1970-01-01");
	assert_string_equal(DATE_TEXT(-1), "1969-12-31");
	assert_string_equal(DATE_TEXT(-86400), "1969-12-31");
	assert_string_equal(DATE_TEXT(-86401), "1969-12-30");
	assert_string_equal(DATE_TEXT(951782399), "2000-02-28");
	assert_string_equal(DATE_TEXT(951782400), "2000-02-29");
	for (int64_t day = -800000; day < 800000; day += 89) {
		int64_t back;
		struct text_small text;

		text_date_into(&text, day * 86400 + 86399);
		if (text.text[0] == '-' || strlen(text.text) != 10)
			continue; /* years outside four digits have no RFC 3339 form */
		assert_true(text_from_date(bytes_str(text.text), &back));
		assert_true(back == day * 86400);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_the_shortest_form),
		cmocka_unit_test(shows_nothing_that_acts),
		cmocka_unit_test(what_has_begun_waits),
		cmocka_unit_test(long_text_is_cut_at_a_character),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(hex_is_lower_case),
		cmocka_unit_test(sizes_and_counts_read_well),
		cmocka_unit_test(dates_are_rfc_3339),
		cmocka_unit_test(dates_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
