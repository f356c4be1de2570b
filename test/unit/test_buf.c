/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "unit.h"

static void appends_up_to_the_maximum(void **state)
{
	(void)state;
	err e = { 0 };
	buf b = BUF_INIT(5);

	assert_int_equal(buf_bytes(&b).n, 0);
	assert_int_equal(buf_append(&b, BYTES("abc"), &e), 0);
	assert_int_equal(buf_append(&b, BYTES("def"), &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_bytes(buf_bytes(&b), "abc");
	assert_int_equal(buf_append(&b, BYTES("de"), &e), 0);
	assert_bytes(buf_bytes(&b), "abcde");
	assert_int_equal(buf_append(&b, BYTES(""), &e), 0);
	assert_int_equal(buf_append(&b, BYTES("f"), &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_clear(&b);
	assert_int_equal(buf_append(&b, BYTES("vwxyz"), &e), 0);
	buf_done(&b);
	assert_int_equal(buf_append(&b, BYTES("again"), &e), 0);
	assert_int_equal(buf_append(&b, BYTES("!"), &e), -1);
	err_clear(&e);
	buf_done(&b);
}

static void holds_nothing(void **state)
{
	(void)state;
	err e = { 0 };
	buf b = BUF_INIT(0);

	assert_int_equal(buf_append(&b, BYTES(""), &e), 0);
	assert_int_equal(buf_append(&b, bytes_of(NULL, 0), &e), 0);
	assert_int_equal(buf_append(&b, BYTES("x"), &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_non_null(buf_room(&b, 0));
	buf_done(&b);
}

static void grows(void **state)
{
	(void)state;
	buf b = BUF_INIT(1000003);

	for (int i = 0; i < 1000003; i++)
		buf_putc(&b, (uint8_t)(i % 251));
	assert_int_equal(b.n, 1000003);
	for (int i = 0; i < 1000003; i += 997)
		assert_int_equal(b.p[i], i % 251);
	assert_true(b.cap <= b.max);
	buf_done(&b);
}

static void prints_to_the_last_octet(void **state)
{
	(void)state;
	buf b = BUF_INIT(10);

	buf_printf(&b, "%s", "");
	buf_printf(&b, "%05d", 42);
	buf_puts(&b, "-");
	buf_printf(&b, "%s", "wxyz"); /* the tenth octet, and no room for a NUL within the maximum */
	assert_bytes(buf_bytes(&b), "00042-wxyz");
	buf_done(&b);
}

static void put_beyond(void)
{
	buf b = BUF_INIT(3);

	buf_puts(&b, "abcd");
}

static void print_beyond(void)
{
	buf b = BUF_INIT(3);

	buf_printf(&b, "%d", 1234);
}

static void our_own_text_beyond_the_maximum_aborts(void **state)
{
	(void)state;
	assert_true(unit_aborts(put_beyond));
	assert_true(unit_aborts(print_beyond));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_up_to_the_maximum),
		cmocka_unit_test(holds_nothing),
		cmocka_unit_test(grows),
		cmocka_unit_test(prints_to_the_last_octet),
		cmocka_unit_test(our_own_text_beyond_the_maximum_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
