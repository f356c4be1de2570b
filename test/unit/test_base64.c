/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "unit.h"

static struct arena a = ARENA_INIT;

/* RFC 4648 section 10. */
static const char *const vectors[][2] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void vectors_hold_both_ways(void **state)
{
	bytes back;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		assert_bytes(base64_encode(bytes_str(vectors[i][0]), &a), vectors[i][1]);
		assert_true(base64_decode(bytes_str(vectors[i][1]), &a, &back));
		assert_bytes(back, vectors[i][0]);
	}
	assert_bytes(base64_encode(bytes_of("\xfb\xef\xff", 3), &a), "++//");
}

static void one_form_only(void **state)
{
	static const char *const bad[] = { "Z",     "Zg",    "Zg=",  "Zh==",     "Zm9=",  "Zg==Zg==",
		                               "Zm9v=", "====",  "=",    "Zm9v\n",   "Zm 9v", "Zm9-",
		                               "Zm_v",  "Zg== ", "Z===", "Zm9vYmF!", "=Zm9" };
	bytes back;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (base64_decode(bytes_str(bad[i]), &a, &back))
			fail_msg("taken: '%s'", bad[i]);
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold_both_ways),
		cmocka_unit_test(one_form_only),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
