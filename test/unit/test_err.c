/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "unit.h"

#include <errno.h>

static void records_and_wraps(void **state)
{
	(void)state;
	err e = { 0 };

	assert_false(err_is_set(&e));
	assert_int_equal(err_set(&e, ERR_IO, ENOENT, "open '%s'", "x"), -1);
	assert_true(err_is_set(&e));
	assert_string_equal(e.text, "open 'x': No such file or directory");
	assert_int_equal(e.sys, ENOENT);
	assert_int_equal(err_wrap(&e, "layer %d", 3), -1);
	assert_string_equal(e.text, "layer 3: open 'x': No such file or directory");
	assert_int_equal(e.len, strlen(e.text));
	assert_int_equal(e.kind, ERR_IO);
	err_clear(&e);
	assert_false(err_is_set(&e));
	(void)err_set(&e, ERR_FORMAT, 0, "plain");
	assert_string_equal(e.text, "plain");
}

/* A text of every length around the room there is: never past the end, always with its NUL. */
static void long_texts_are_cut(void **state)
{
	(void)state;
	char text[600];

	memset(text, 'a', sizeof(text));
	for (int n = 460; n < 500; n++) {
		err e = { 0 };

		(void)err_set(&e, ERR_IO, n % 2 ? EACCES : 0, "%.*s", n, text);
		assert_int_equal(e.len, strlen(e.text));
		assert_true(e.len < sizeof(e.text));
		(void)err_wrap(&e, "%.*s", n, text);
		assert_int_equal(e.len, strlen(e.text));
		assert_true(e.len < sizeof(e.text));
		(void)err_wrap(&e, "short");
		assert_memory_equal(e.text, "short: aaa", 10);
		assert_int_equal(e.len, strlen(e.text));
	}
}

static void set_twice(void)
{
	err e = { 0 };

	(void)err_set(&e, ERR_IO, 0, "one");
	(void)err_set(&e, ERR_IO, 0, "two");
}

static void set_none(void)
{
	err e = { 0 };

	(void)err_set(&e, ERR_NONE, 0, "nothing");
}

static void wrap_nothing(void)
{
	err e = { 0 };

	(void)err_wrap(&e, "outer");
}

static void misuse_asserts(void **state)
{
	(void)state;
	assert_true(unit_aborts(set_twice));
	assert_true(unit_aborts(set_none));
	assert_true(unit_aborts(wrap_nothing));
}

static void kinds_have_names(void **state)
{
	(void)state;
	for (int k = ERR_NONE; k <= ERR_BUG; k++)
		for (int other = ERR_NONE; other < k; other++)
			assert_string_not_equal(err_kind_name((enum err_kind)k),
			                        err_kind_name((enum err_kind)other));
	assert_string_equal(err_kind_name(ERR_LIMIT), "limit");
	assert_string_equal(err_kind_name((enum err_kind)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_and_wraps),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(misuse_asserts),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
