/* SPDX-License-Identifier: Apache-2.0 */
/* The facts about .NET of whole images. */
#include "base/pack.h"
#include "catalog/dotnet.h"
#include "catalog_fixture.h"

#define SHARED "usr/share/dotnet/shared/"
/* A service on the shared framework with one package that the framework also ships. */
#define SHOP_DEPS \
	"{\"runtimeTarget\":{\"name\":\".NETCoreApp,Version=v9.0\"}," \
	"\"targets\":{\".NETCoreApp,Version=v9.0\":{" \
	"\"Shop/1.2.3\":{\"runtime\":{\"Shop.dll\":{}}}," \
	"\"System.Text.Json/9.0.1\":{\"runtime\":{\"lib/net9.0/System.Text.Json.dll\":" \
	"{\"assemblyVersion\":\"9.0.0.0\",\"fileVersion\":\"9.0.124.61010\"}}}," \
	"\"Dapper/2.1.35\":{\"runtime\":{\"lib/net7.0/Dapper.dll\":{}}," \
	"\"resources\":{\"lib/net7.0/de/Dapper.resources.dll\":{}}}," \
	"\"Lib.Native/1.0.0\":{\"runtimeTargets\":{\"runtimes/linux-x64/native/libn.so\":" \
	"{\"rid\":\"linux-x64\",\"assetType\":\"native\"}}}}}," \
	"\"libraries\":{\"Shop/1.2.3\":{\"type\":\"project\"}," \
	"\"System.Text.Json/9.0.1\":{\"type\":\"package\",\"path\":\"system.text.json/9.0.1\"}," \
	"\"Dapper/2.1.35\":{\"type\":\"package\",\"path\":\"dapper/2.1.35\"}," \
	"\"Lib.Native/1.0.0\":{\"type\":\"package\"}}}"
#define SHOP_CONFIG \
	"{\"runtimeOptions\":{\"tfm\":\"net9.0\",\"framework\":" \
	"{\"name\":\"Microsoft.NETCore.App\",\"version\":\"9.0.0\"}}}"
#define FRAMEWORK_DEPS(version, assembly, file) \
	"{\"runtimeTarget\":{\"name\":\"t\"},\"targets\":{\"t\":{" \
	"\"Microsoft.NETCore.App.Runtime.linux-x64/" version "\":{\"runtime\":{" \
	"\"System.Text.Json.dll\":{\"assemblyVersion\":\"" assembly "\"," \
	"\"fileVersion\":\"" file "\"}},\"native\":{\"libcoreclr.so\":{}}}}}," \
	"\"libraries\":{\"Microsoft.NETCore.App.Runtime.linux-x64/" version "\":" \
	"{\"type\":\"package\"}}}"

static const struct fixture_file shop[] = {
	{ .path = "app/Shop", .body = "\177ELF" },
	{ .path = "app/Shop.dll", .body = "MZ" },
	{ .path = "app/Shop.deps.json", .body = SHOP_DEPS },
	{ .path = "app/Shop.runtimeconfig.json", .body = SHOP_CONFIG },
	{ .path = "app/System.Text.Json.dll", .body = "MZ" },
	{ .path = "app/Dapper.dll", .body = "MZ" },
	{ .path = "app/de/Dapper.resources.dll", .body = "MZ" },
	{ .path = "app/runtimes/linux-x64/native/libn.so", .body = "\177ELF" },
	{ .path = "app/unknown.bin", .body = "\177ELF" },
	{ 0 },
};

static bool identified(const struct fixture *f, const char *path)
{
	uint32_t node = tree_find(f->image.tree, bytes_str(path), false);

	assert_int_not_equal(node, TREE_NONE);
	return tree_get(f->image.tree, node)->flags & TREE_IDENTIFIED;
}

static void test_dotnet_loose_application(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, shop);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.len, 1);
	const struct dotnet_app *app = &facts->apps.items[0];

	assert_bytes(app->path, "app/Shop");
	assert_bytes(app->name, "Shop");
	assert_bytes(app->version, "1.2.3");
	assert_int_equal(app->form, DOTNET_FRAMEWORK_DEPENDENT);
	assert_int_equal(app->packages, 3);
	assert_int_equal(app->projects, 1);
	assert_int_equal(app->assetless, 0);
	assert_bytes(app->frameworks.items[0].version, "9.0.0");
	assert_int_equal(facts->packages.len, 3);
	assert_bytes(fixture_package(&f, "Dapper")->path, "app/Shop.deps.json");
	assert_bytes(fixture_owner(&f, "app/Dapper.dll"), "Dapper");
	assert_bytes(fixture_owner(&f, "app/de/Dapper.resources.dll"), "Dapper");
	assert_bytes(fixture_owner(&f, "app/runtimes/linux-x64/native/libn.so"), "Lib.Native");
	assert_true(identified(&f, "app/Shop") && identified(&f, "app/Shop.dll"));
	assert_true(identified(&f, "app/Shop.deps.json"));
	assert_true(identified(&f, "app/Shop.runtimeconfig.json"));
	assert_false(identified(&f, "app/unknown.bin"));
	fixture_done(&f);
}

/* The host loads the framework's assembly when it is newer, and only then. */
static void test_dotnet_framework_override(void **state)
{
	static const struct {
		const char *deps;
		bool overridden;
	} cases[] = {
		{ FRAMEWORK_DEPS("9.0.7", "9.0.0.0", "9.0.725.31616"), true },
		{ FRAMEWORK_DEPS("9.0.7", "10.0.0.0", "1.0.0.0"), true },
		{ FRAMEWORK_DEPS("9.0.7", "9.0.0.0", "9.0.124.61010"), false }, /* the same code */
		{ FRAMEWORK_DEPS("9.0.7", "9.0.0.0", "9.0.24.52809"), false },
		{ FRAMEWORK_DEPS("9.0.7", "8.0.0.0", "99.0.0.0"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct fixture_file framework[] = {
			{ .path = SHARED "Microsoft.NETCore.App/9.0.7/Microsoft.NETCore.App.deps.json",
			  .body = cases[i].deps },
			{ .path = SHARED "Microsoft.NETCore.App/9.0.7/System.Text.Json.dll", .body = "MZ" },
			{ .path = SHARED "Microsoft.NETCore.App/9.0.7/libcoreclr.so", .body = "\177ELF" },
			{ 0 },
		};
		struct fixture f;

		fixture_init(&f);
		fixture_layer(&f, framework);
		fixture_layer(&f, shop);
		const struct facts *facts = fixture_collect(&f);

		assert_int_equal(fixture_package(&f, "System.Text.Json")->overridden, cases[i].overridden);
		assert_false(fixture_package(&f, "Dapper")->overridden);
		assert_false(fixture_package(&f, "Lib.Native")->overridden);
		assert_int_equal(facts->runtimes.len, 1);
		assert_bytes(facts->runtimes.items[0].name, "Microsoft.NETCore.App");
		assert_bytes(facts->runtimes.items[0].version, "9.0.7");
		const struct package *runtime = fixture_package(&f,
		                                                "Microsoft.NETCore.App.Runtime.linux-x64");

		assert_non_null(runtime);
		assert_bytes(runtime->version, "9.0.7");
		assert_bytes(runtime->path,
		             SHARED "Microsoft.NETCore.App/9.0.7/Microsoft.NETCore.App.deps.json");
		assert_bytes(fixture_owner(&f, SHARED "Microsoft.NETCore.App/9.0.7/libcoreclr.so"),
		             "Microsoft.NETCore.App.Runtime.linux-x64");
		assert_int_equal(facts->packages.len, 4); /* it and the shop's three, none twice */
		fixture_done(&f);
	}
}

/* A framework that the application does not roll forward to overrides nothing. */
static void test_dotnet_framework_out_of_reach(void **state)
{
	static const struct fixture_file framework[] = {
		{ .path = SHARED "Microsoft.NETCore.App/10.0.0/Microsoft.NETCore.App.deps.json",
		  .body = FRAMEWORK_DEPS("10.0.0", "10.0.0.0", "10.0.0.0") },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, framework);
	fixture_layer(&f, shop);
	fixture_collect(&f);
	assert_false(fixture_package(&f, "System.Text.Json")->overridden);
	fixture_done(&f);
}

static void test_dotnet_installation_without_documents(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "usr/share/dotnet/dotnet", .body = "\177ELF" },
		{ .path = SHARED "Microsoft.NETCore.App/8.0.11/System.Runtime.dll", .body = "MZ" },
		{ .path = SHARED "Microsoft.NETCore.App/8.0.11/libcoreclr.so", .body = "\177ELF" },
		{ .path = SHARED "Microsoft.NETCore.App/8.0.11/planted", .body = "\177ELF" },
		{ .path = SHARED "Microsoft.NETCore.App/readme/x.dll", .body = "MZ" },
		{ .path = "usr/share/dotnet/host/fxr/8.0.11/libhostfxr.so", .body = "\177ELF" },
		{ .path = "usr/share/dotnet/sdk/8.0.404/dotnet.dll", .body = "MZ" },
		{ .path = "usr/lib/perl/5.36.0/threads/shared/shared.so", .body = "\177ELF" },
		{ .path = "srv/shared/docs/1.0.0/index.html", .body = "x" },
		{ 0 },
	};
	static const char *const expected[] = { "Microsoft.NETCore.App 8.0.11", "hostfxr 8.0.11",
		                                    ".NET SDK 8.0.404" };
	struct fixture f;
	struct arena a = ARENA_INIT;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->runtimes.len, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(arena_printf(&a, PRIb " " PRIb, BYTESF(facts->runtimes.items[i].name),
		                                 BYTESF(facts->runtimes.items[i].version)),
		                    expected[i]);
	bytes sdk = fixture_package(&f, "Microsoft.NET.Sdk")->version;

	assert_true(bytes_is(sdk, "8.0.404"));
	assert_true(identified(&f, files[0].path) && identified(&f, files[2].path));
	assert_false(identified(&f, files[3].path));
	arena_done(&a);
	fixture_done(&f);
}

/* A package whose files were deleted is not there; without anything that deps.json lists, or
 * behind a tool that merges assemblies, nothing is said to be missing. */
static void test_dotnet_missing_files(void **state)
{
	static const struct fixture_file some[] = {
		{ .path = "app/Shop.dll", .body = "MZ" },
		{ .path = "app/Shop.deps.json", .body = SHOP_DEPS },
		{ .path = "app/System.Text.Json.dll", .body = "MZ" },
		{ .path = "app/libn.so", .body = "\177ELF" }, /* not where it belongs */
		{ 0 },
	};
	static const struct fixture_file none[] = {
		{ .path = "app/Shop.deps.json", .body = SHOP_DEPS },
		{ 0 },
	};
	static const struct fixture_file merged[] = {
		{ .path = "app/Shop.dll", .body = "MZ" },
		{ .path = "app/Shop.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{"
		          "\"Shop/1\":{\"runtime\":{\"Shop.dll\":{}}},"
		          "\"A/1\":{\"runtime\":{\"lib/A.dll\":{}}}}},\"libraries\":{"
		          "\"Shop/1\":{\"type\":\"project\"},\"A/1\":{\"type\":\"package\"},"
		          "\"Costura.Fody/5.7.0\":{\"type\":\"package\"}}}" },
		{ 0 },
	};
	static const struct {
		const struct fixture_file *files;
		const char *package;
		bool assetless;
		uint32_t missing;
	} cases[] = {
		{ some, "System.Text.Json", false, 2 },
		{ some, "Dapper", true, 2 },
		{ some, "Lib.Native", true, 2 },
		{ none, "Dapper", false, 0 },
		{ merged, "A", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		fixture_init(&f);
		fixture_layer(&f, cases[i].files);
		const struct facts *facts = fixture_collect(&f);

		assert_int_equal(fixture_package(&f, cases[i].package)->assetless, cases[i].assetless);
		assert_int_equal(facts->apps.items[0].missing, cases[i].missing);
		fixture_done(&f);
	}
}

/* A class library's assemblies stay in the package folder that its configuration names. */
static void test_dotnet_probing_paths(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "src/bin/Shop.dll", .body = "MZ" },
		{ .path = "src/bin/Shop.deps.json", .body = SHOP_DEPS },
		{ .path = "src/bin/Shop.runtimeconfig.dev.json",
		  .body = "{\"runtimeOptions\":{\"additionalProbingPaths\":[\"/root/.nuget/packages\"]}}" },
		{ .path = "root/.nuget/packages/dapper/2.1.35/lib/net7.0/Dapper.dll", .body = "MZ" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	fixture_collect(&f);
	assert_false(fixture_package(&f, "Dapper")->assetless);
	assert_true(fixture_package(&f, "System.Text.Json")->assetless);
	fixture_done(&f);
}

/* deps.json claims only what lies below its own folder. */
static void test_dotnet_claims_stay_below(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "usr/bin/evil", .body = "\177ELF" },
		{ .path = "app/ok.so", .body = "\177ELF" },
		{ .path = "app/A.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"A/1\":{\"native\":{"
		          "\"x/ok.so\":{},\"1\":{\"localPath\":\"../usr/bin/evil\"},"
		          "\"2\":{\"localPath\":\"/usr/bin/evil\"},"
		          "\"3\":{\"localPath\":\"./../usr/bin/evil\"}}}}},"
		          "\"libraries\":{\"A/1\":{\"type\":\"package\"}}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	fixture_collect(&f);
	assert_false(identified(&f, "usr/bin/evil"));
	assert_bytes(fixture_owner(&f, "usr/bin/evil"), "");
	assert_bytes(fixture_owner(&f, "app/ok.so"), "A");
	fixture_done(&f);
}

/* What a lower layer held stays visible as such. */
static void test_dotnet_hidden_applications(void **state)
{
	static const struct fixture_file framework[] = {
		{ .path = SHARED "Microsoft.NETCore.App/9.0.1/Microsoft.NETCore.App.deps.json",
		  .body = FRAMEWORK_DEPS("9.0.1", "9.0.0.0", "9.0.0.0") },
		{ 0 },
	};
	static const struct fixture_file gone[] = { { .path = ".wh.app", .body = "" },
		                                        { .path = "usr/share/.wh.dotnet", .body = "" },
		                                        { 0 } };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, framework);
	fixture_layer(&f, shop);
	fixture_layer(&f, gone);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.len, 1);
	assert_true(facts->apps.items[0].hidden);
	assert_int_equal(facts->apps.items[0].layer, 1);
	assert_true(fixture_package(&f, "Dapper")->hidden);
	assert_false(fixture_package(&f, "Dapper")->assetless);
	assert_int_equal(facts->runtimes.len, 1);
	assert_true(facts->runtimes.items[0].hidden);
	assert_bytes(facts->runtimes.items[0].version, "9.0.1");
	fixture_done(&f);
}

/* A single file on the shared framework: what is embedded is there, and the framework still
 * overrides. */
static void test_dotnet_single_file(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = SHARED "Microsoft.NETCore.App/9.0.7/Microsoft.NETCore.App.deps.json",
		  .body = FRAMEWORK_DEPS("9.0.7", "9.0.0.0", "9.0.725.31616") },
		{ .path = "app/shop", .body = "\177ELF" },
		{ .path = "app/runtimes/linux-x64/native/libn.so", .body = "\177ELF" },
		{ 0 },
	};
	struct dotnet_bundle_item bundle = { .has_deps = true, .has_config = true };
	struct fixture f;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	bundle.bundle.major = 6;
	bundle.bundle.compressed = true;
	*ARENA_PUSH(&f.arena, &bundle.bundle.files) = BYTES("Shop.dll");
	*ARENA_PUSH(&f.arena, &bundle.bundle.files) = BYTES("System.Text.Json.dll");
	assert_int_equal(dotnet_deps_parse(BYTES(SHOP_DEPS), &f.arena, &bundle.deps, &e), 0);
	assert_int_equal(dotnet_config_parse(BYTES(SHOP_CONFIG), &f.arena, &bundle.config, &e), 0);
	pack_u64(&b, DOTNET_ITEM_BUNDLE);
	dotnet_bundle_pack(&b, &bundle);
	*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){
		DOTNET_INSPECTOR, 0, tree_find(f.image.tree, BYTES("app/shop"), false), buf_bytes(&b)
	};
	const struct dotnet_app *app = &fixture_collect(&f)->apps.items[0];

	assert_bytes(app->path, "app/shop");
	assert_true(app->single_file && app->bundle_compressed);
	assert_int_equal(app->bundle_major, 6);
	assert_int_equal(app->bundle_files, 2);
	assert_int_equal(app->form, DOTNET_FRAMEWORK_DEPENDENT);
	assert_true(identified(&f, "app/shop"));
	assert_true(fixture_package(&f, "System.Text.Json")->overridden);
	assert_false(fixture_package(&f, "System.Text.Json")->assetless);
	assert_true(fixture_package(&f, "Dapper")->assetless);
	assert_bytes(fixture_owner(&f, "app/runtimes/linux-x64/native/libn.so"), "Lib.Native");
	buf_done(&b);
	fixture_done(&f);
}

/* A self-contained application carries its runtimes, by its packs or by its configuration
 * alone. */
static void test_dotnet_carried_runtimes(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "a/a.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{}},\"libraries\":{"
		          "\"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7\":"
		          "{\"type\":\"runtimepack\"}}}" },
		{ .path = "a/a.runtimeconfig.json",
		  .body = "{\"runtimeOptions\":{\"includedFrameworks\":["
		          "{\"name\":\"Microsoft.NETCore.App\",\"version\":\"9.0.7\"},"
		          "{\"name\":\"Microsoft.AspNetCore.App\",\"version\":\"9.0.7\"}]}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.items[0].form, DOTNET_SELF_CONTAINED);
	assert_int_equal(facts->apps.items[0].runtimes.len, 2);
	/* Nothing says for which platform the second one is. */
	assert_int_equal(facts->packages.len, 2);
	assert_bytes(fixture_package(&f, "Microsoft.NETCore.App.Runtime.linux-x64")->version, "9.0.7");
	assert_bytes(fixture_package(&f, "Microsoft.AspNetCore.App")->version, "9.0.7");
	assert_int_equal(fixture_gaps(&f, "for a platform that nothing here names"), 1);
	assert_int_equal(facts->runtimes.len, 2);
	assert_true(facts->runtimes.items[1].carried);
	assert_bytes(facts->runtimes.items[1].name, "Microsoft.AspNetCore.App");
	assert_bytes(facts->runtimes.items[1].version, "9.0.7");
	assert_bytes(facts->runtimes.items[1].path, "a/a");
	fixture_done(&f);
}

/* ASP.NET Core asks for the base framework in its own configuration: an application that names
 * only the first gets both, the second in the version that the first wants. */
static void test_dotnet_framework_of_a_framework(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = SHARED "Microsoft.AspNetCore.App/9.0.7/Microsoft.AspNetCore.App.dll",
		  .body = "MZ" },
		{ .path = SHARED "Microsoft.AspNetCore.App/9.0.7/"
		                 "Microsoft.AspNetCore.App.runtimeconfig.json",
		  .body = SHOP_CONFIG },
		{ .path = SHARED "Microsoft.NETCore.App/9.0.7/Microsoft.NETCore.App.deps.json",
		  .body = FRAMEWORK_DEPS("9.0.7", "9.0.0.0", "9.0.725.31616") },
		{ 0 },
	};
	static const struct fixture_file web[] = {
		{ .path = "app/Shop.runtimeconfig.json",
		  .body = "{\"runtimeOptions\":{\"framework\":"
		          "{\"name\":\"Microsoft.AspNetCore.App\",\"version\":\"9.0.0\"}}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	fixture_layer(&f, shop);
	fixture_layer(&f, web);
	const struct facts *facts = fixture_collect(&f);

	assert_true(fixture_package(&f, "System.Text.Json")->overridden);
	assert_int_equal(facts->apps.len, 2); /* and the configuration that the upper layer hid */
	assert_true(identified(&f, files[1].path));
	fixture_done(&f);
}

/* What lies beside a document of a lower layer now says nothing about the packages of then. */
static void test_dotnet_replaced_document(void **state)
{
	static const struct fixture_file update[] = {
		{ .path = "app/Shop.deps.json", .body = "{}" },
		{ .path = "app/.wh.Dapper.dll", .body = "" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, shop);
	fixture_layer(&f, update);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.len, 2);
	assert_true(fixture_package(&f, "Dapper")->hidden);
	assert_false(fixture_package(&f, "Dapper")->assetless);
	fixture_done(&f);
}

static void test_dotnet_broken_documents_are_gaps(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "a/a.deps.json", .body = "{" },
		{ .path = "a/a.runtimeconfig.json", .body = "{}" },
		{ .path = "a/b.runtimeconfig.json",
		  .body = "{\"runtimeOptions\":{\"rollForward\":\"x\"}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.len, 0);
	assert_int_equal(f.image.gaps.len, 3);
	assert_int_equal(fixture_gaps(&f, "rollForward 'x' is unknown"), 1);
	assert_int_equal(fixture_gaps(&f, "no runtimeOptions"), 1);
	fixture_done(&f);
}

/* Items come from a worker that may have been taken over. */
static void test_dotnet_hostile_items(void **state)
{
	static const bytes payloads[] = { BYTES_INIT(""),
		                              BYTES_INIT("\x00"),
		                              BYTES_INIT("\x04"),
		                              BYTES_INIT("\x01"),
		                              BYTES_INIT("\x01\x00\xff\xff\xff"),
		                              BYTES_INIT("\x01\x00\x00 trailing"),
		                              BYTES_INIT(
										  "\x02\x00\x00\x00\x00"), /* a config on deps.json */
		                              BYTES_INIT("\x03\x06\x00\x02") };
	const size_t n = sizeof(payloads) / sizeof(*payloads);
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, shop);
	uint32_t node = tree_find(f.image.tree, BYTES("app/Shop.deps.json"), false);

	f.image.items.len = 0;
	*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){
		20, 0, tree_find(f.image.tree, BYTES("app/Shop.dll"), false), BYTES("\x01\x00\x00")
	};
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){ 20, 0, node,
			                                                               payloads[i] };
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(fixture_gaps(&f, "the evidence of this file cannot be read"), n + 1);
	assert_int_equal(facts->apps.len, 0);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dotnet_loose_application),
		cmocka_unit_test(test_dotnet_framework_override),
		cmocka_unit_test(test_dotnet_framework_out_of_reach),
		cmocka_unit_test(test_dotnet_installation_without_documents),
		cmocka_unit_test(test_dotnet_missing_files),
		cmocka_unit_test(test_dotnet_probing_paths),
		cmocka_unit_test(test_dotnet_claims_stay_below),
		cmocka_unit_test(test_dotnet_hidden_applications),
		cmocka_unit_test(test_dotnet_single_file),
		cmocka_unit_test(test_dotnet_carried_runtimes),
		cmocka_unit_test(test_dotnet_framework_of_a_framework),
		cmocka_unit_test(test_dotnet_replaced_document),
		cmocka_unit_test(test_dotnet_broken_documents_are_gaps),
		cmocka_unit_test(test_dotnet_hostile_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
