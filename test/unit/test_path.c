/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/limits.h"
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
		assert_true(path_is_clean(clean));
		assert_int_equal(path_is_clean(raw), bytes_equal(raw, clean));
	}
	assert_false(path_is_clean(BYTES("a\0b")));
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

static void fits_patterns(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool fits, above;
	} rows[] = {
		{ "srv/app.dll", "srv/app.dll", true, true },
		{ "srv/*.dll", "srv/app.dll", true, true },
		{ "*.dll", "srv/app.dll", false, false },
		{ "srv?a", "srv/a", false, false },
		{ "s?v/a", "srv/a", true, true },
		{ "", "a", false, false },
		{ "", "", true, true },
		{ "*", "", true, true },
		/* gitignore(5), PATTERN FORMAT */
		{ "**/foo", "foo", true, true },
		{ "**/foo", "a/b/foo", true, true },
		{ "**/foo", "barfoo", false, false },
		{ "**/foo", "a/barfoo", false, false },
		{ "**/foo/bar", "x/foo/bar", true, true },
		{ "**/foo/bar", "x/foo/y/bar", false, false },
		{ "abc/**", "abc/d/e", true, true },
		{ "abc/**", "abc", false, false },
		{ "abc/**", "abcd/e", false, false },
		{ "a/**/b", "a/b", true, true },
		{ "a/**/b", "a/x/b", true, true },
		{ "a/**/b", "a/x/y/b", true, true },
		{ "a/**/b", "ax/b", false, false },
		{ "a/**/b", "a/xb", false, false },
		{ "foo/*", "foo/test.json", true, true },
		{ "foo/*", "foo/bar/hello.c", false, true },
		{ "deploy/**/prod.yaml", "deploy/nonprod.yaml", false, false },
		{ "deploy/**/prod.yaml", "deploy/eu/prod.yaml", true, true },
		{ "**/k*.yaml", "k/kube.yaml", true, true },
		{ "**/k*.yaml", "k/a/kube.yaml", true, true },
		{ "**/**/k", "k", true, true },
		{ "**/*k/**/k", "ak/k", true, true },
		{ "a**/b", "ab", false, false },
		{ "a**/b", "ax/y/b", true, true },
		/* Dockerfile reference, ".dockerignore file" */
		{ "*/temp*", "somedir/temporary.txt", true, true },
		{ "*/temp*", "somedir/temp/a", false, true },
		{ "*/temp*", "temp", false, false },
		{ "*/*/temp*", "somedir/subdir/temporary.txt", true, true },
		{ "*/*/temp*", "somedir/temporary.txt", false, false },
		{ "temp?", "tempa", true, true },
		{ "temp?", "temp", false, false },
		{ "temp?", "tempa/b/c", false, true },
		{ "**/*.go", "main.go", true, true },
		{ "**/*.go", "a/b/main.go", true, true },
		{ "node_modules", "node_modules/a/b", false, true },
		{ "node_modules", "node_modules2/a", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bytes pattern = bytes_str(rows[i].pattern), path = bytes_str(rows[i].path);

		if (path_fits(pattern, path) != rows[i].fits ||
		    path_fits_above(pattern, path) != rows[i].above)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].path);
	}
}

/* Patterns that make a backtracking matcher take 2^n steps, and paths that no system has. */
static void bounds_its_time(void **state)
{
	static char path[LIMIT_PATH + 2], pattern[LIMIT_PATH + 1];

	(void)state;
	memset(path, 'a', LIMIT_PATH);
	for (size_t i = 0; i + 1 < LIMIT_PATH; i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[LIMIT_PATH - 1] = 'b';
	assert_false(path_fits(bytes_str(pattern), bytes_str(path)));
	assert_true(path_fits(BYTES("**"), bytes_str(path)));
	path[LIMIT_PATH] = 'a';
	assert_false(path_fits(BYTES("**"), bytes_str(path)));
	assert_false(path_fits_above(BYTES("**"), bytes_str(path)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(splits),
		cmocka_unit_test(joins_as_a_link_says),
		cmocka_unit_test(knows_what_lies_within),
		cmocka_unit_test(fits_patterns),
		cmocka_unit_test(bounds_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
