/* SPDX-License-Identifier: Apache-2.0 */
/* Which framework a host takes. Cases are the examples of dotnet/runtime's
 * docs/design/features/framework-version-resolution.md and of dotnet/designs
 * 2019/runtime-binding.md. */
#include "catalog/dotnet_framework.h"

#include "unit.h"

static const struct {
	const char *wanted, *roll;
	const char *available[6];
	const char *expected; /* NULL: none */
} cases[] = {
	/* §Roll-forward: what each setting means */
	{ "3.0.1", "Disable", { "3.0.1", "3.0.2" }, "3.0.1" },
	{ "3.0.1", "Disable", { "3.0.2" }, NULL },
	{ "3.0.1", "LatestPatch", { "3.0.1", "3.0.9", "3.1.0" }, "3.0.9" },
	{ "3.0.1", "LatestPatch", { "3.1.0" }, NULL },
	{ "3.0.1", "LatestPatch", { "3.0.0" }, NULL },
	{ "3.0.1", "", { "3.0.1", "3.0.9", "3.1.0" }, "3.0.9" },
	{ "3.0.1", "", { "3.1.0", "3.1.5", "3.2.0" }, "3.1.5" },
	{ "3.0.1", "", { "4.0.0" }, NULL },
	{ "3.0.1", "LatestMinor", { "3.0.1", "3.1.0", "3.2.0", "3.2.7", "4.0.0" }, "3.2.7" },
	{ "3.0.1", "Major", { "3.0.1", "3.0.3", "4.0.0" }, "3.0.3" },
	{ "3.0.1", "Major", { "4.1.0", "4.1.3", "4.2.0", "5.0.0" }, "4.1.3" },
	{ "3.0.1", "LatestMajor", { "3.0.1", "4.1.0", "5.0.0", "5.0.4" }, "5.0.4" },
	{ "3.0.1", "LatestMajor", { "2.2.0" }, NULL },
	{ "9.0.0", "", { "9.0.7", "10.0.0" }, "9.0.7" },
	{ "9.0.0", "", { "9.0.10", "9.0.9" }, "9.0.10" }, /* numbers, not text */
	/* §Pre-release versions: a release prefers releases */
	{ "3.0.0", "", { "3.0.0", "3.0.1-preview" }, "3.0.0" },
	{ "3.0.0", "", { "3.0.1-preview", "3.1.0" }, "3.1.0" },
	{ "2.0.0", "LatestMajor", { "3.0.0", "3.0.1-preview" }, "3.0.0" },
	{ "3.0.0", "", { "3.0.1-preview" }, "3.0.1-preview" },
	{ "3.0.0", "", { "3.0.0-preview" }, NULL },
	/* a pre-release that matched does not roll on */
	{ "2.1.0", "", { "2.1.1-preview1", "2.1.1-preview2" }, "2.1.1-preview1" },
	/* a pre-release takes what is nearest, releases too */
	{ "2.1.0-preview2", "", { "2.1.0-preview2", "2.1.0-preview3" }, "2.1.0-preview2" },
	{ "2.1.0-preview", "", { "2.1.0-preview2", "2.1.0-preview3" }, "2.1.0-preview2" },
	{ "2.1.0-preview", "", { "2.1.0" }, "2.1.0" },
	{ "10.0.0-rc.1.25451.107", "", { "10.0.0-rc.2.25502.107", "10.0.1" }, "10.0.0-rc.2.25502.107" },
	/* what is no version never matches */
	{ "latest", "", { "3.0.0" }, NULL },
	{ "3.0", "", { "3.0.0" }, NULL },
	{ "3.0.0", "", { NULL }, NULL },
};

static struct dotnet_request request(const char *version, const char *roll, bool no_patches,
                                     struct arena *a)
{
	const char *text = arena_printf(a,
	                                "{\"runtimeOptions\":{\"applyPatches\":%s,%s%s%s\"framework\":"
	                                "{\"name\":\"N\",\"version\":\"%s\"}}}",
	                                no_patches ? "false" : "true",
	                                *roll ? "\"rollForward\":\"" : "", roll, *roll ? "\"," : "",
	                                version);
	struct dotnet_config config;
	err e = { 0 };

	if (dotnet_config_parse(bytes_str(text), a, &config, &e) < 0)
		fail_msg("%s", e.text);
	return config.frameworks.items[0];
}

/* chosen(...): the index of what the host takes; *out_n versions were there. */
static size_t chosen(struct dotnet_request wanted, const char *const *available, size_t *out_n)
{
	struct dotnet_version versions[6];
	size_t n = 0;

	for (; n < 6 && available[n]; n++)
		assert_true(dotnet_version_parse(bytes_str(available[n]), &versions[n]));
	*out_n = n;
	return dotnet_roll_forward(&wanted, versions, n);
}

static void test_rollforward_follows_the_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = ARENA_INIT;
		size_t n,
			at = chosen(request(cases[i].wanted, cases[i].roll, false, &a), cases[i].available, &n);
		const char *got = at < n ? cases[i].available[at] : NULL;

		if ((got == NULL) != (cases[i].expected == NULL) ||
		    (got && strcmp(got, cases[i].expected) != 0))
			fail_msg("%s %s: %s, not %s", cases[i].wanted, cases[i].roll, got ? got : "none",
			         cases[i].expected ? cases[i].expected : "none");
		arena_done(&a);
	}
}

/* "applyPatches": false keeps the patch that was found (fx_resolver,
 * automatic_roll_to_latest_patch). */
static void test_rollforward_without_patches(void **state)
{
	static const char *const patches[6] = { "2.1.1", "2.1.3" }, *const minors[6] = { "2.2.1",
		                                                                             "2.2.4" };
	struct arena a = ARENA_INIT;
	size_t n;

	(void)state;
	assert_int_equal(chosen(request("2.1.0", "", true, &a), patches, &n), 0);
	assert_int_equal(chosen(request("2.1.0", "", false, &a), patches, &n), 1);
	assert_int_equal(chosen(request("2.1.0", "", true, &a), minors, &n), 0);
	assert_int_equal(chosen(request("2.1.0", "LatestPatch", true, &a), patches, &n), n);
	assert_int_equal(chosen(request("2.1.1", "LatestPatch", true, &a), patches, &n), 0);
	arena_done(&a);
}

/* SemVer 2.0.0 §11: the chain of its example, each below the next. */
static void test_rollforward_orders_versions(void **state)
{
	static const char *const rising[] = { "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
		                                  "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
		                                  "1.0.0-rc.1",  "1.0.0",         "1.0.1",
		                                  "1.2.0",       "1.10.0",        "2.0.0" };
	const size_t n = sizeof(rising) / sizeof(*rising);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct dotnet_version a, b;

			assert_true(dotnet_version_parse(bytes_str(rising[i]), &a));
			assert_true(dotnet_version_parse(bytes_str(rising[k]), &b));
			int c = dotnet_version_compare(&a, &b);

			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
		}
}

static void test_rollforward_refuses_what_is_no_version(void **state)
{
	static const char *const bad[] = { "",       "9",      "9.0",           "9.0.",    "9.0.x",
		                               "v9.0.0", "9.0.0 ", "09.0.0",        "9.0.0.0", "9.0.0-",
		                               "9..0",   "-1.0.0", "9.0.4294967296" };
	struct dotnet_version v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (dotnet_version_parse(bytes_str(bad[i]), &v))
			fail_msg("'%s' was taken", bad[i]);
	assert_true(dotnet_version_parse(BYTES("9.0.7+build.5"), &v));
	assert_int_equal(v.patch, 7);
	assert_int_equal(v.pre.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rollforward_follows_the_document),
		cmocka_unit_test(test_rollforward_without_patches),
		cmocka_unit_test(test_rollforward_orders_versions),
		cmocka_unit_test(test_rollforward_refuses_what_is_no_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
