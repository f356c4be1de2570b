/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pack.h"

#include "base/limits.h"
#include "unit.h"

/* DWARF 5, section 7.6, table 7.8 (unsigned LEB128 examples), and the borders of the sizes. */
static const struct {
	uint64_t value;
	bytes coded;
} numbers[] = {
	{ 0, BYTES_INIT("\x00") },
	{ 2, BYTES_INIT("\x02") },
	{ 127, BYTES_INIT("\x7f") },
	{ 128, BYTES_INIT("\x80\x01") },
	{ 129, BYTES_INIT("\x81\x01") },
	{ 12857, BYTES_INIT("\xb9\x64") },
	{ UINT32_MAX, BYTES_INIT("\xff\xff\xff\xff\x0f") },
	{ (uint64_t)1 << 63, BYTES_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01") },
	{ UINT64_MAX, BYTES_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
};

static void numbers_have_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf b = BUF_INIT(16);
		uint64_t back = 0;

		pack_u64(&b, numbers[i].value);
		assert_true(bytes_equal(buf_bytes(&b), numbers[i].coded));
		bytes in = numbers[i].coded;

		assert_true(pack_take_u64(&in, UINT64_MAX, &back));
		assert_true(back == numbers[i].value);
		assert_int_equal(in.n, 0);
		for (size_t n = 0; n < numbers[i].coded.n; n++) {
			in = bytes_slice(numbers[i].coded, 0, n);
			assert_false(pack_take_u64(&in, UINT64_MAX, &back));
			assert_int_equal(in.n, n);
		}
		buf_done(&b);
	}
}

static void other_forms_are_refused(void **state)
{
	(void)state;
	const bytes bad[] = {
		BYTES("\x80\x00"),                                     /* 0 padded */
		BYTES("\x82\x80\x00"),                                 /* 2 padded */
		BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),     /* 2^65 - ... */
		BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
		BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), /* eleven octets */
		BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bytes in = bad[i];
		uint64_t v = 77;

		assert_false(pack_take_u64(&in, UINT64_MAX, &v));
		assert_int_equal(in.n, bad[i].n);
		assert_int_equal(v, 77);
	}
}

static void bounds_hold(void **state)
{
	(void)state;
	bytes in = BYTES("\x80\x01\x7f");
	uint64_t v;
	uint32_t w;
	bool flag;

	assert_false(pack_take_u64(&in, 127, &v));
	assert_int_equal(in.n, 3);
	assert_true(pack_take_u64(&in, 128, &v));
	assert_int_equal(v, 128);
	assert_false(pack_take_u32(&in, 126, &w));
	assert_true(pack_take_u32(&in, 127, &w));
	assert_int_equal(w, 127);

	in = BYTES("\xff\xff\xff\xff\x1f"); /* 2^33 - 1 */
	assert_false(pack_take_u32(&in, UINT32_MAX, &w));

	in = BYTES("\x00\x01\x02");
	assert_true(pack_take_bool(&in, &flag) && !flag);
	assert_true(pack_take_bool(&in, &flag) && flag);
	assert_false(pack_take_bool(&in, &flag));
	assert_int_equal(in.n, 1);
}

static void lengths_are_checked(void **state)
{
	(void)state;
	buf b = BUF_INIT(64);
	bytes in, out;

	pack_bytes(&b, BYTES("a\0c"));
	pack_str(&b, NULL);
	pack_str(&b, "xy");
	in = buf_bytes(&b);
	assert_false(pack_take_bytes(&in, 2, &out));
	assert_int_equal(in.n, b.n);
	assert_true(pack_take_bytes(&in, 3, &out));
	assert_true(bytes_equal(out, BYTES("a\0c")));
	assert_true(pack_take_bytes(&in, 0, &out));
	assert_int_equal(out.n, 0);
	bytes cut = bytes_slice(in, 0, in.n - 1);
	bytes before = cut;

	assert_false(pack_take_bytes(&cut, 100, &out));
	assert_ptr_equal(cut.p, before.p);
	assert_int_equal(cut.n, before.n);
	assert_true(pack_take_bytes(&in, 2, &out));
	assert_bytes(out, "xy");
	buf_done(&b);

	in = BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01zz"); /* a length of 2^64 - 1 */
	assert_false(pack_take_bytes(&in, SIZE_MAX, &out));
}

/* What a worker may say of its input is believed; other kinds would choose the exit status or a
 * retry for us, and are a bug of the worker. */
static void only_failures_of_the_input_are_believed(void **state)
{
	(void)state;
	for (int kind = ERR_USAGE; kind <= ERR_BUG + 1; kind++) {
		bool believed = kind == ERR_FORMAT || kind == ERR_LIMIT || kind == ERR_IO ||
		                kind == ERR_UNTRUSTED;
		buf b = BUF_INIT(64);
		err e = { 0 };

		pack_u64(&b, (uint64_t)kind);
		pack_str(&b, "line 1\nline 2");
		bytes in = buf_bytes(&b);

		assert_true(pack_take_err(&in, &e));
		assert_int_equal(in.n, 0);
		assert_int_equal(e.kind, believed ? kind : ERR_BUG);
		assert_null(strchr(e.text, '\n'));
		assert_non_null(strstr(e.text, "line 2"));
		buf_done(&b);
	}
}

static void failures_are_told_whole(void **state)
{
	(void)state;
	char text[sizeof(((err *)0)->text)];
	buf b = BUF_INIT(KIB), long_one = BUF_INIT(KIB);
	err none = { 0 }, limit = { 0 }, e = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&limit, ERR_LIMIT, 0, "%s", text);
	pack_err(&b, &none);
	pack_err(&b, &limit);
	bytes in = buf_bytes(&b), cut = bytes_slice(in, 2, b.n - 3);

	assert_true(pack_take_err(&in, &e) && !err_is_set(&e));
	assert_false(pack_take_err(&cut, &e));
	assert_true(pack_take_err(&in, &e));
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_string_equal(e.text, limit.text);

	pack_u64(&long_one, ERR_LIMIT);
	pack_u64(&long_one, sizeof(e.text) + 1);
	in = buf_bytes(&long_one);
	assert_false(pack_take_err(&in, &none));
	buf_done(&b);
	buf_done(&long_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_one_form),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(lengths_are_checked),
		cmocka_unit_test(only_failures_of_the_input_are_believed),
		cmocka_unit_test(failures_are_told_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
