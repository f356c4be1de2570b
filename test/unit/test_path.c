/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "unit.h"

/* Expected values: Go's path.Clean("/" + name) without the leading slash, as container runtimes
 * apply it (the examples of its documentation and the borders). */
static const struct {
	const char *raw, *clean;
	bool escapes;
} names[] = {
	{ "", "", false },
	{ ".", "", false },
	{ "./", "", false },
	{ "/", "", false },
	{ "a/b", "a/b", false },
	{ "./usr/bin/", "usr/bin", false },
	{ "/usr//bin", "usr/bin", false },
	{ "///a", "a", false },
	{ "a/./b/.", "a/b", false },
	{ "a/../b", "b", false },
	{ "a/b/../../c", "c", false },
	{ "a/..", "", false },
	{ "..", "", true },
	{ "../etc/passwd", "etc/passwd", true },
	{ "a/../../etc", "etc", true },
	{ "/../..", "", true },
	{ "a/b/../../../../c/", "c", true },
	{ "...", "...", false },
	{ "..a/.b", "..a/.b", false },
	{ "a..", "a..", false },
};

static void cleans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint8_t out[64];
		bool escapes = !names[i].escapes;
		bytes raw = bytes_str(names[i].raw);

		assert_bytes(path_clean(raw, out, sizeof(out), &escapes), names[i].clean);
		assert_int_equal(escapes, names[i].escapes);

		/* In place, and a clean name stays. */
		if (raw.n)
			memcpy(out, raw.p, raw.n);
		bytes clean = path_clean(bytes_of(out, raw.n), out, raw.n, &escapes);

		assert_bytes(clean, names[i].clean);
		assert_bytes(path_clean(clean, out, clean.n, &escapes), names[i].clean);
		assert_false(escapes);
	}
}

static void splits(void **state)
{
	(void)state;
	assert_bytes(path_base(BYTES("usr/lib/x.so")), "x.so");
	assert_bytes(path_dir(BYTES("usr/lib/x.so")), "usr/lib");
	assert_bytes(path_base(BYTES("etc")), "etc");
	assert_bytes(path_dir(BYTES("etc")), "");
	assert_bytes(path_base(bytes_of(NULL, 0)), "");
	assert_bytes(path_dir(bytes_of(NULL, 0)), "");
}

static void joins_as_a_link_says(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;

	assert_bytes(path_join(&a, BYTES("usr/bin"), BYTES("../lib/x")), "usr/lib/x");
	assert_bytes(path_join(&a, BYTES("usr/bin"), BYTES("/etc/x")), "etc/x");
	assert_bytes(path_join(&a, BYTES(""), BYTES("bin")), "bin");
	assert_bytes(path_join(&a, BYTES("a"), BYTES("")), "a");
	assert_bytes(path_join(&a, bytes_of(NULL, 0), bytes_of(NULL, 0)), "");
	assert_bytes(path_join(&a, BYTES("a"), BYTES("../../../b")), "b");
	arena_done(&a);
}

static void knows_what_lies_within(void **state)
{
	(void)state;
	assert_true(path_within(BYTES("usr/lib"), BYTES("usr")));
	assert_true(path_within(BYTES("usr"), BYTES("usr")));
	assert_true(path_within(BYTES("usr"), BYTES("")));
	assert_true(path_within(BYTES(""), BYTES("")));
	assert_false(path_within(BYTES("usrlocal"), BYTES("usr")));
	assert_false(path_within(BYTES("us"), BYTES("usr")));
	assert_false(path_within(BYTES(""), BYTES("usr")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(splits),
		cmocka_unit_test(joins_as_a_link_says),
		cmocka_unit_test(knows_what_lies_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
