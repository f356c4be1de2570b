/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "unit.h"

static struct dotnet_config parsed(const char *text, struct arena *a)
{
	struct dotnet_config config;
	err e = { 0 };

	if (dotnet_config_parse(bytes_str(text), a, &config, &e) < 0)
		fail_msg("%s", e.text);
	return config;
}

/* As `dotnet publish` writes it for a service on ASP.NET Core, with the mark of Visual Studio. */
static void test_config_of_a_framework_dependent_application(void **state)
{
	struct arena a = ARENA_INIT;
	struct dotnet_config c = parsed(
		"\xef\xbb\xbf{\"runtimeOptions\":{\"tfm\":\"net9.0\",\"frameworks\":["
		"{\"name\":\"Microsoft.NETCore.App\",\"version\":\"9.0.0\"},"
		"{\"name\":\"Microsoft.AspNetCore.App\",\"version\":\"9.0.1\","
		"\"rollForward\":\"latestmajor\"}],"
		"\"configProperties\":{\"System.GC.Server\":true}}}",
		&a);

	(void)state;
	assert_bytes(c.tfm, "net9.0");
	assert_int_equal(c.frameworks.len, 2);
	assert_int_equal(c.included.len, 0);
	assert_bytes(c.frameworks.items[0].name, "Microsoft.NETCore.App");
	assert_bytes(c.frameworks.items[0].version, "9.0.0");
	assert_string_equal(dotnet_roll_name(c.frameworks.items[0].roll), "");
	assert_bytes(c.frameworks.items[1].version, "9.0.1");
	assert_string_equal(dotnet_roll_name(c.frameworks.items[1].roll), "LatestMajor");
	arena_done(&a);
}

static void test_config_of_a_self_contained_application(void **state)
{
	struct arena a = ARENA_INIT;
	struct dotnet_config c = parsed("{\"runtimeOptions\":{\"includedFrameworks\":["
	                                "{\"name\":\"Microsoft.NETCore.App\",\"version\":\"9.0.7\"}]}}",
	                                &a);

	(void)state;
	assert_int_equal(c.frameworks.len, 0);
	assert_int_equal(c.included.len, 1);
	assert_bytes(c.included.items[0].version, "9.0.7");
	arena_done(&a);
}

/* A setting of the whole document holds for each framework that has none of its own. */
static void test_config_settings_are_inherited(void **state)
{
	static const struct {
		const char *options, *own, *expected;
	} cases[] = {
		{ "", "", "" },
		{ "\"rollForward\":\"Major\",", "", "Major" },
		{ "\"rollForward\":\"Major\",", ",\"rollForward\":\"Disable\"", "Disable" },
		{ "\"rollForwardOnNoCandidateFx\":0,", "", "LatestPatch" },
		{ "\"rollForwardOnNoCandidateFx\":1,", "", "" },
		{ "\"rollForwardOnNoCandidateFx\":2,", "", "Major" },
		{ "\"rollForward\":\"LATESTMINOR\",", "", "LatestMinor" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = ARENA_INIT;
		struct dotnet_config c = parsed(
			arena_printf(&a,
		                 "{\"runtimeOptions\":{%s\"applyPatches\":false,"
		                 "\"framework\":{\"name\":\"N\",\"version\":\"1.0.0\"%s}}}",
		                 cases[i].options, cases[i].own),
			&a);

		assert_string_equal(dotnet_roll_name(c.frameworks.items[0].roll), cases[i].expected);
		assert_true(c.frameworks.items[0].roll.no_patches);
		arena_done(&a);
	}
}

static void test_config_probing_paths(void **state)
{
	struct arena a = ARENA_INIT;
	struct dotnet_config c = parsed(
		"{\"runtimeOptions\":{\"additionalProbingPaths\":[\"/root/.nuget/packages\",\"/x\"]}}", &a);

	(void)state;
	assert_int_equal(c.probing.len, 2);
	assert_bytes(c.probing.items[0], "/root/.nuget/packages");
	c = parsed("{\"runtimeOptions\":{\"additionalProbingPaths\":\"/one\"}}", &a);
	assert_int_equal(c.probing.len, 1);
	assert_bytes(c.probing.items[0], "/one");
	arena_done(&a);
}

static void test_config_refuses(void **state)
{
	static const struct {
		const char *text;
		enum err_kind kind;
	} cases[] = {
		{ "", ERR_FORMAT },
		{ "{}", ERR_FORMAT },
		{ "[]", ERR_FORMAT },
		{ "{\"runtimeOptions\":7}", ERR_FORMAT },
		{ "{\"runtimeOptions\":{\"rollForward\":\"Never\"}}", ERR_FORMAT },
		{ "{\"runtimeOptions\":{\"rollForward\":7}}", ERR_FORMAT },
		{ "{\"runtimeOptions\":{\"rollForwardOnNoCandidateFx\":3}}", ERR_FORMAT },
		{ "{\"runtimeOptions\":{\"framework\":{\"version\":\"1.0.0\"}}}", ERR_FORMAT },
		{ "{\"runtimeOptions\":{},\"runtimeOptions\":{}}", ERR_FORMAT },
	};
	struct dotnet_config c;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (dotnet_config_parse(bytes_str(cases[i].text), &a, &c, &e) == 0)
			fail_msg("'%s' was taken", cases[i].text);
		assert_failed(&e, cases[i].kind);
	}
	buf_puts(&b, "{\"runtimeOptions\":{\"frameworks\":[{\"name\":\"a\"}");
	for (int i = 0; i < LIMIT_DOTNET_REQUESTS; i++)
		buf_puts(&b, ",{\"name\":\"a\"}");
	buf_puts(&b, "]}}");
	assert_int_equal(dotnet_config_parse(buf_bytes(&b), &a, &c, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&b);
	arena_done(&a);
}

static void test_config_item_comes_back(void **state)
{
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	struct dotnet_config back,
		c = parsed("{\"runtimeOptions\":{\"tfm\":\"net9.0\",\"rollForward\":\"LatestMinor\","
	               "\"framework\":{\"name\":\"N\",\"version\":\"1.2.3\"},"
	               "\"includedFrameworks\":[{\"name\":\"M\",\"version\":\"4.5.6\"}],"
	               "\"additionalProbingPaths\":[\"/p\"]}}",
	               &a);

	(void)state;
	dotnet_config_pack(&b, &c);
	bytes in = buf_bytes(&b);

	assert_true(dotnet_config_take(&in, &a, &back));
	assert_int_equal(in.n, 0);
	assert_bytes(back.tfm, "net9.0");
	assert_bytes(back.frameworks.items[0].name, "N");
	assert_bytes(back.frameworks.items[0].version, "1.2.3");
	assert_string_equal(dotnet_roll_name(back.frameworks.items[0].roll), "LatestMinor");
	assert_bytes(back.included.items[0].version, "4.5.6");
	assert_bytes(back.probing.items[0], "/p");
	for (size_t n = 0; n < b.n; n++) {
		in = bytes_slice(buf_bytes(&b), 0, n);
		assert_false(dotnet_config_take(&in, &a, &back));
	}
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_of_a_framework_dependent_application),
		cmocka_unit_test(test_config_of_a_self_contained_application),
		cmocka_unit_test(test_config_settings_are_inherited),
		cmocka_unit_test(test_config_probing_paths),
		cmocka_unit_test(test_config_refuses),
		cmocka_unit_test(test_config_item_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
