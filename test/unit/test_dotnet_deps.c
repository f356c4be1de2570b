/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "catalog/dotnet_framework.h"
#include "catalog_fixture.h"

static struct dotnet_deps parsed(const char *text, struct arena *a)
{
	struct dotnet_deps deps;
	err e = { 0 };

	if (dotnet_deps_parse(bytes_str(text), a, &deps, &e) < 0)
		fail_msg("%s", e.text);
	return deps;
}

static const struct dotnet_library *library(const struct dotnet_deps *deps, const char *name)
{
	for (size_t i = 0; i < deps->libraries.len; i++)
		if (bytes_is(deps->libraries.items[i].name, name))
			return &deps->libraries.items[i];
	fail_msg("no library %s", name);
	return NULL;
}

static const char portable[] =
	"{\"runtimeTarget\":{\"name\":\".NETCoreApp,Version=v9.0\",\"signature\":\"\"},"
	"\"targets\":{\"other\":{\"Shop/1.0.0\":{}},\".NETCoreApp,Version=v9.0\":{"
	"\"Shop/1.0.0\":{\"dependencies\":{\"Dapper\":\"2.1.35\"},\"runtime\":{\"Shop.dll\":{}}},"
	"\"Dapper/2.1.35\":{\"runtime\":{\"lib/net7.0/Dapper.dll\":"
	"{\"assemblyVersion\":\"2.0.0.0\",\"fileVersion\":\"2.1.35.13827\"}}},"
	"\"Empty/1.0.0\":{},"
	"\"Placeholder/1.0.0\":{\"runtime\":{\"lib/net7.0/_._\":{}},\"compile\":{\"ref/a.dll\":{}}},"
	"\"Translated/1.0.0\":{\"resources\":{\"lib/net7.0/de/T.resources.dll\":{\"locale\":\"de\"}}},"
	"\"Native/1.0.0\":{\"native\":{\"runtimes/linux-x64/native/libn.so\":"
	"{\"fileVersion\":\"0.0.0.0\"}}},"
	"\"Targets/1.0.0\":{\"runtimeTargets\":{\"runtimes/win/lib/net7.0/T.dll\":{\"rid\":\"win\","
	"\"assetType\":\"runtime\",\"assemblyVersion\":\"4.0.0.0\",\"localPath\":\"x/T.dll\"},"
	"\"runtimes/unix/native/libt.so\":{\"rid\":\"unix\",\"assetType\":\"native\"}}}}},"
	"\"libraries\":{"
	"\"Shop/1.0.0\":{\"type\":\"project\",\"serviceable\":false,\"sha512\":\"\"},"
	"\"Dapper/2.1.35\":{\"type\":\"package\",\"path\":\"dapper/2.1.35\"},"
	"\"Empty/1.0.0\":{\"type\":\"package\"},\"Placeholder/1.0.0\":{\"type\":\"Package\"},"
	"\"Translated/1.0.0\":{\"type\":\"package\"},\"Native/1.0.0\":{\"type\":\"package\"},"
	"\"Targets/1.0.0\":{\"type\":\"package\"},\"Untargeted/1.0.0\":{\"type\":\"package\"},"
	"\"Old/1.0.0\":{\"type\":\"reference\"}}}";

static void test_deps_libraries_and_assets(void **state)
{
	struct arena a = ARENA_INIT;
	struct dotnet_deps deps = parsed(portable, &a);
	const struct dotnet_library *dapper = library(&deps, "Dapper");
	const struct dotnet_library *targets = library(&deps, "Targets");

	(void)state;
	assert_bytes(deps.target, ".NETCoreApp,Version=v9.0");
	assert_int_equal(deps.libraries.len, 9);
	assert_int_equal(library(&deps, "Shop")->type, LIBRARY_PROJECT);
	assert_int_equal(library(&deps, "Old")->type, LIBRARY_OTHER);
	assert_int_equal(dapper->type, LIBRARY_PACKAGE);
	assert_bytes(dapper->version, "2.1.35");
	assert_bytes(dapper->path, "dapper/2.1.35");
	assert_int_equal(dapper->assets.len, 1);
	assert_bytes(dapper->assets.items[0].path, "lib/net7.0/Dapper.dll");
	assert_bytes(dapper->assets.items[0].assembly, "2.0.0.0");
	assert_bytes(dapper->assets.items[0].file, "2.1.35.13827");
	assert_false(dapper->assets.items[0].rid_specific);
	assert_int_equal(targets->assets.len, 2);
	assert_int_equal(targets->assets.items[0].type, ASSET_RUNTIME);
	assert_true(targets->assets.items[0].rid_specific);
	assert_bytes(targets->assets.items[0].local, "x/T.dll");
	assert_int_equal(targets->assets.items[1].type, ASSET_NATIVE);
	arena_done(&a);
}

static void test_deps_runtime_asset_rule(void **state)
{
	static const struct {
		const char *name;
		bool assetless;
	} cases[] = {
		{ "Dapper", false }, { "Empty", true },    { "Placeholder", true }, { "Translated", true },
		{ "Native", false }, { "Targets", false }, { "Untargeted", false },
	};
	struct arena a = ARENA_INIT;
	struct dotnet_deps deps = parsed(portable, &a);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (dotnet_library_is_assetless(library(&deps, cases[i].name)) != cases[i].assetless)
			fail_msg("%s", cases[i].name);
	arena_done(&a);
}

/* The target may be absent, or written as .NET Core 1.0 did; a mark may stand in front. */
static void test_deps_odd_documents(void **state)
{
	struct arena a = ARENA_INIT;
	struct dotnet_deps deps = parsed(
		"\xef\xbb\xbf{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"A/1\":{}}},"
		"\"libraries\":{\"A/1\":{\"type\":\"package\"}}}",
		&a);

	(void)state;
	assert_bytes(deps.target, "t");
	assert_true(dotnet_library_is_assetless(library(&deps, "A")));
	deps = parsed("{\"runtimeTarget\":{\"name\":\"gone\"},\"targets\":{\"t\":{\"A/1\":{}}},"
	              "\"libraries\":{\"A/1\":{\"type\":\"package\"},\"nameless\":{}}}",
	              &a);
	assert_false(dotnet_library_is_assetless(library(&deps, "A")));
	assert_bytes(library(&deps, "nameless")->version, "");
	assert_int_equal(parsed("{}", &a).libraries.len, 0);
	assert_int_equal(parsed("{\"libraries\":[1,2]}", &a).libraries.len, 2);
	arena_done(&a);
}

static void test_deps_refuses(void **state)
{
	static const char *const bad[] = { "", "[]", "{", "{\"libraries\":{}}x",
		                               "{\"libraries\":{\"A/1\":{},\"A/1\":{}}}" };
	struct dotnet_deps deps;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(16 * MIB);
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (dotnet_deps_parse(bytes_str(bad[i]), &a, &deps, &e) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_failed(&e, ERR_FORMAT);
	}
	buf_puts(&b, "{\"libraries\":{\"x/\":{}");
	for (int i = 0; i < LIMIT_DOTNET_LIBRARIES; i++)
		buf_printf(&b, ",\"%d/1\":{}", i);
	buf_puts(&b, "}}");
	assert_int_equal(dotnet_deps_parse(buf_bytes(&b), &a, &deps, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_clear(&b);
	buf_puts(&b, "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"A/1\":{\"native\":{\"x\":0");
	for (int i = 0; i < LIMIT_DOTNET_ASSETS; i++)
		buf_printf(&b, ",\"%d\":0", i);
	buf_puts(&b, "}}}},\"libraries\":{\"A/1\":{}}}");
	assert_int_equal(dotnet_deps_parse(buf_bytes(&b), &a, &deps, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&b);
	arena_done(&a);
}

static void test_deps_item_comes_back(void **state)
{
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB), again = BUF_INIT(MIB);
	struct dotnet_deps back, deps = parsed(portable, &a);

	(void)state;
	dotnet_deps_pack(&b, &deps);
	bytes in = buf_bytes(&b);

	assert_true(dotnet_deps_take(&in, &a, &back));
	assert_int_equal(in.n, 0);
	assert_bytes(library(&back, "Dapper")->assets.items[0].file, "2.1.35.13827");
	assert_true(library(&back, "Targets")->assets.items[1].rid_specific);
	assert_false(library(&back, "Untargeted")->targeted);
	dotnet_deps_pack(&again, &back);
	assert_true(bytes_equal(buf_bytes(&b), buf_bytes(&again)));
	for (size_t n = 0; n < b.n; n++) {
		in = bytes_slice(buf_bytes(&b), 0, n);
		assert_false(dotnet_deps_take(&in, &a, &back));
	}
	buf_done(&b);
	buf_done(&again);
	arena_done(&a);
}

static void test_deps_libraries_that_are_a_runtime(void **state)
{
	static const struct {
		enum dotnet_library_type type;
		const char *name, *runtime;
	} cases[] = {
		{ LIBRARY_RUNTIMEPACK, "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64",
		  "Microsoft.NETCore.App" },
		{ LIBRARY_RUNTIMEPACK, "runtimepack.Microsoft.AspNetCore.App.Runtime.linux-musl-arm64",
		  "Microsoft.AspNetCore.App" },
		{ LIBRARY_RUNTIMEPACK, "runtimepack.Own.Framework", "Own.Framework" },
		{ LIBRARY_PACKAGE, "Microsoft.AspNetCore.App.Runtime.linux-x64",
		  "Microsoft.AspNetCore.App" },
		{ LIBRARY_PACKAGE, "runtime.linux-x64.Microsoft.NETCore.App", "Microsoft.NETCore.App" },
		{ LIBRARY_PACKAGE, "runtime.native.System.Net.Http", NULL },
		{ LIBRARY_PACKAGE, "System.Runtime.Extensions", NULL },
		{ LIBRARY_PACKAGE, "App", NULL },
		{ LIBRARY_PACKAGE, "", NULL },
		{ LIBRARY_PROJECT, "Shop.App.Runtime.Core", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dotnet_library l = { .type = cases[i].type, .name = bytes_str(cases[i].name) };
		bytes runtime;

		if (dotnet_runtime_name(&l, &runtime) != (cases[i].runtime != NULL))
			fail_msg("%s", cases[i].name);
		if (cases[i].runtime)
			assert_bytes(runtime, cases[i].runtime);
	}
}

/* Real documents with what another scanner's tests expect of them: name/version pairs of the
 * packages that have something for the runtime. */
static void test_deps_real_documents(void **state)
{
	static const struct {
		const char *file;
		size_t packages, runtimes;
		const char *names[3];
	} cases[] = {
		{ "happy", 1, 0, { "Newtonsoft.Json/13.0.1" } },
		{ "without-runtime",
		  3,
		  0,
		  { "JsonDiffPatch/2.0.61", "Libuv/1.9.1", "System.Collections.Immutable/1.3.0" } },
		{ "no-libraries", 0, 0, { NULL } },
		{ "missing-target", 1, 0, { "Newtonsoft.Json/13.0.1" } },
		{ "self-contained", 1, 2, { "Newtonsoft.Json/13.0.1" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena a = ARENA_INIT;
		char *text = fixture_shared(
			arena_printf(&a, "vuln/dotnet-manifests/trivy/%s.deps.json", cases[i].file));
		size_t packages = 0, runtimes = 0;

		if (!text)
			skip();
		struct dotnet_deps deps = parsed(text, &a);

		for (size_t k = 0; k < deps.libraries.len; k++) {
			const struct dotnet_library *l = &deps.libraries.items[k];
			bytes ignored;

			if (dotnet_runtime_name(l, &ignored)) {
				runtimes++;
			} else if (l->type == LIBRARY_PACKAGE && !dotnet_library_is_assetless(l)) {
				assert_true(packages < cases[i].packages);
				assert_string_equal(
					arena_printf(&a, PRIb "/" PRIb, BYTESF(l->name), BYTESF(l->version)),
					cases[i].names[packages++]);
			}
		}
		assert_int_equal(packages, cases[i].packages);
		assert_int_equal(runtimes, cases[i].runtimes);
		free(text);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deps_libraries_and_assets),
		cmocka_unit_test(test_deps_runtime_asset_rule),
		cmocka_unit_test(test_deps_odd_documents),
		cmocka_unit_test(test_deps_refuses),
		cmocka_unit_test(test_deps_item_comes_back),
		cmocka_unit_test(test_deps_libraries_that_are_a_runtime),
		cmocka_unit_test(test_deps_real_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
