/* SPDX-License-Identifier: Apache-2.0 */
/* The cases with vulnerabilities' ids are those of Grype's own tests
 * (grype/db/v6/build/transformers/os/stream_expansion_test.go), whose versions are Red Hat's. */
#include "vuln/stream.h"

#include "unit.h"

static void minors(void **state)
{
	static const struct {
		const char *version;
		int minor;
	} cases[] = {
		{ "0:5.14.0-162.6.1.el9_1", 1 },
		{ "0:4.18.0-553.16.1.el8_10", 10 },
		{ "0:2.34-60.el9_2.7", 2 },
		{ "0:2.34-100.el9", -1 },
		{ "0:2.6.32-754.2.1.el6", -1 },
		{ "1.0-2.el9.1", -1 },
		{ "0:3.9.18-1.module+el8.9.0+20024+793d7211", 9 },
		{ "1.2-rel_3.el9_4", 4 },
		{ "1.2_3-1", -1 },
		{ "1.el9_", -1 },
		{ "1.el9_99999999999999999999", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (stream_minor(bytes_str(cases[i].version)) != cases[i].minor)
			fail_msg("%s: %d", cases[i].version, stream_minor(bytes_str(cases[i].version)));
}

static void products(void **state)
{
	static const char *const cases[][3] = {
		{ "cpe:/o:redhat:enterprise_linux:9::baseos", "redhat 9", "" },
		{ "cpe:/a:redhat:enterprise_linux:8", "redhat 8", "" },
		{ "cpe:/o:redhat:enterprise_linux:10.0", "redhat 10", "" },
		{ "cpe:/a:redhat:rhel_eus:9.2::appstream", "redhat 9", "9.2" },
		{ "cpe:/o:redhat:rhel_tus:8.4::baseos", "redhat 8", "8.4" },
		{ "enterprise_linux:9::crb", "redhat 9", "" },
	};
	static const char *const others[] = { "cpe:/a:redhat:storage:3", "cpe:/a:redhat:rhel_eus:9", "",
		                                  "cpe:/a:redhat:enterprise_linux:",
		                                  "cpe:/a:redhat:rhosemc:1.0::el7" };
	struct arena a = ARENA_INIT;
	bytes space, minor;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(stream_of_product(bytes_str(cases[i][0]), &a, &space, &minor));
		assert_bytes(space, cases[i][1]);
		assert_bytes(minor, cases[i][2]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(stream_of_product(bytes_str(others[i]), &a, &space, &minor));
	arena_done(&a);
}

#define MOST 3

/* The fix that counts on a release; "" when the package has an extended one. */
static const char *chosen(const char *const fixes[MOST], const char *extended, const char *release,
                          const char *installed)
{
	struct stream_row rows[MOST + 1] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < MOST && fixes[i]; i++)
		rows[n++].fix = bytes_str(fixes[i]);
	if (extended)
		rows[n++] = (struct stream_row){ bytes_str(extended), BYTES("9.2"), true };
	if (!stream_choose(rows, n, bytes_str(release), bytes_str(installed)))
		return "";
	const char *one = "none";

	for (size_t i = 0; i < n; i++) {
		assert_false(rows[i].counts && (rows[i].minor.n > 0 || strcmp(one, "none") != 0));
		if (rows[i].counts)
			one = fixes[i];
	}
	return one;
}

static void fixes_roll_forward(void **state)
{
	/* CVE-2022-50536, CVE-2023-4813, CVE-2006-20001. */
	static const char one[] = "0:5.14.0-162.6.1.el9_1", three[] = "0:5.14.0-362.8.1.el9_3";
	static const char two[] = "0:2.34-60.el9_2.7", rebase[] = "0:2.34-100.el9",
					  older[] = "0:2.34-28.el9";
	const char *const kernel[MOST] = { one, three }, *const glibc[MOST] = { rebase, two },
					  *const replaced[MOST] = { two, older }, *const single[MOST] = { rebase },
					  *const none[MOST] = { NULL };

	(void)state;
	assert_string_equal(chosen(kernel, NULL, "9.0", "0:5.14.0-1.el9"), one);
	assert_string_equal(chosen(kernel, NULL, "9.1", "0:5.14.0-1.el9"), one);
	assert_string_equal(chosen(kernel, NULL, "9.2", "0:5.14.0-1.el9"), three);
	assert_string_equal(chosen(kernel, NULL, "9.3", "0:5.14.0-1.el9"), three);
	assert_string_equal(chosen(kernel, NULL, "9.11", "0:5.14.0-1.el9"), three);
	assert_string_equal(chosen(kernel, NULL, "9", "0:5.14.0-1.el9"), three);
	assert_string_equal(chosen(glibc, NULL, "9.2", "0:2.34-1.el9"), two);
	assert_string_equal(chosen(glibc, NULL, "9.3", "0:2.34-1.el9"), rebase);
	assert_string_equal(chosen(replaced, NULL, "9.4", "0:2.34-1.el9"), two);
	assert_string_equal(chosen(single, NULL, "9.0", "0:2.34-1.el9"), rebase);
	assert_string_equal(chosen(none, NULL, "9.0", "1-1.el9"), "none");
}

static void extended_streams_never_accuse(void **state)
{
	static const char main_fix[] = "0:5.14.0-362.8.1.el9_3", eus[] = "0:5.14.0-284.30.1.el9_2";
	const char *const fixes[MOST] = { main_fix }, *const none[MOST] = { NULL };

	(void)state;
	assert_string_equal(chosen(fixes, eus, "9.2", "0:5.14.0-284.30.1.el9_2"), "");
	assert_string_equal(chosen(fixes, eus, "9.2", "0:5.14.0-284.40.1.el9_2"), "");
	assert_string_equal(chosen(fixes, eus, "9.2", "0:5.14.0-284.11.1.el9_2"), main_fix);
	/* Newer, but of another minor release: its branch has the fault still. */
	assert_string_equal(chosen(fixes, eus, "9.3", "0:5.14.0-362.1.1.el9_3"), main_fix);
	assert_string_equal(chosen(none, eus, "9.2", "0:5.14.0-284.11.1.el9_2"), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minors),
		cmocka_unit_test(products),
		cmocka_unit_test(fixes_roll_forward),
		cmocka_unit_test(extended_streams_never_accuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
