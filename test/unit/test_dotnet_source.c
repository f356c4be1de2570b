/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and project files of source trees. Real documents lie in the folder of real data; what
 * must come of them is what the tests of other scanners expect. */
#include "catalog_fixture.h"

/* listed(f): "path name version, ..." of all NuGet packages; a "-" before the name: for development
 * only. */
static const char *listed(const struct fixture *f)
{
	static char out[8192];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts.packages.len && n < sizeof(out); i++) {
		const struct package *p = &f->facts.packages.items[i];

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s" PRIb " " PRIb, n ? ", " : "",
		                      p->assetless ? "-" : "", BYTESF(p->name), BYTESF(p->version));
	}
	return out;
}

static void collect(struct fixture *f, const struct fixture_file *files)
{
	fixture_init(f);
	fixture_layer(f, files);
	fixture_collect(f);
}

static void check(const char *path, const char *body, const char *expected, const char *gap)
{
	struct fixture f;

	collect(&f, (struct fixture_file[]){ { .path = path, .body = body }, { 0 } });
	if (strcmp(listed(&f), expected) != 0)
		fail_msg("%s: %s, not %s", path, listed(&f), expected);
	if (gap && fixture_gaps(&f, gap) != 1)
		fail_msg("%s: no gap '%s'", path, gap);
	assert_int_equal(f.image.gaps.len, gap && strstr(gap, "XML") ? 1 : 0);
	fixture_done(&f);
}

static bool needs(const struct fixture *f, const char *from, const char *to)
{
	for (size_t i = 0; i < f->facts.edges.len; i++)
		if (bytes_is(f->facts.packages.items[f->facts.edges.items[i].from].name, from) &&
		    bytes_is(f->facts.packages.items[f->facts.edges.items[i].to].name, to))
			return true;
	return false;
}

/* -- lists ------------------------------------------------------------------------------------ */

static const char lock[] =
	"\xef\xbb\xbf{\"version\":2,\"dependencies\":{\"net8.0\":{"
	"\"A\":{\"type\":\"Direct\",\"requested\":\"[1.0, )\",\"resolved\":\"1.0.0\","
	"\"dependencies\":{\"b\":\"2.0.0\",\"Gone\":\"1\"}},"
	"\"B\":{\"type\":\"Transitive\",\"resolved\":\"2.0.0\"},"
	"\"C\":{\"type\":\"CentralTransitive\",\"resolved\":\"3.0.0\"},"
	"\"shop.core\":{\"type\":\"Project\",\"dependencies\":{\"C\":\"[3.0.0, )\"}}},"
	"\"net9.0\":{\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\","
	"\"dependencies\":{\"B\":\"2.1.0\"}},\"B\":{\"type\":\"Transitive\",\"resolved\":\"2.1.0\"}}}}";

static void test_source_lock(void **state)
{
	struct fixture f;

	(void)state;
	collect(&f, (struct fixture_file[]){ { .path = "src/packages.lock.json", .body = lock },
	                                     { .path = "src/packages.shop.lock.json", .body = lock },
	                                     { 0 } });
	assert_string_equal(listed(&f), "A 1.0.0, A 1.0.0, B 2.0.0, B 2.0.0, B 2.1.0, B 2.1.0, "
	                                "C 3.0.0, C 3.0.0");
	assert_int_equal(f.facts.edges.len, 4);
	assert_true(needs(&f, "A", "B"));
	assert_bytes(fixture_package(&f, "A")->path, "src/packages.lock.json");
	assert_bytes(fixture_owner(&f, "src/packages.lock.json"), "");
	fixture_done(&f);
}

/* What a graph lists and has no file for the runtime was needed to build only. */
static void test_source_assets(void **state)
{
	static const char assets[] =
		"{\"version\":3,\"targets\":{\"net8.0\":{"
		"\"A/1.0.0\":{\"type\":\"package\",\"dependencies\":{\"B\":\"2.0.0\"},"
		"\"runtime\":{\"lib/net8.0/A.dll\":{}}},"
		"\"B/2.0.0\":{\"type\":\"package\",\"build\":{\"build/B.props\":{}},"
		"\"runtime\":{\"lib/netstandard1.0/_._\":{}}},"
		"\"Core/1.0.0\":{\"type\":\"project\",\"runtime\":{\"bin/Core.dll\":{}}}},"
		"\"net8.0/linux-x64\":{\"N/1.0.0\":{\"type\":\"package\","
		"\"native\":{\"runtimes/linux-x64/native/libn.so\":{}}},"
		"\"A/1.0.0\":{\"type\":\"package\"}}}}";
	struct fixture f;

	(void)state;
	collect(&f, (struct fixture_file[]){ { .path = "obj/project.assets.json", .body = assets },
	                                     { 0 } });
	assert_string_equal(listed(&f), "A 1.0.0, -B 2.0.0, N 1.0.0");
	assert_true(needs(&f, "A", "B"));
	assert_int_equal(f.facts.edges.len, 1);
	fixture_done(&f);
}

static void test_source_plain_lists(void **state)
{
	(void)state;
	check("packages.config",
	      "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>"
	      "<package id=\"A\" version=\"1.2.3\" targetFramework=\"net46\" />"
	      "<package id=\"B\" version=\"4\" developmentDependency=\"true\" />"
	      "<package version=\"5\" /><other id=\"C\" version=\"6\" /></packages>",
	      "A 1.2.3, -B 4", NULL);
	check("src/.config/dotnet-tools.json",
	      "{\"version\":1,\"isRoot\":true,\"tools\":{\"dotnet-ef\":{\"version\":\"8.0.4\","
	      "\"commands\":[\"dotnet-ef\"]}}}",
	      "dotnet-ef 8.0.4", NULL);
	check("global.json",
	      "{\"sdk\":{\"version\":\"8.0.404\"},\"msbuild-sdks\":{\"Microsoft.Build.Traversal\":"
	      "\"4.1.0\"}}",
	      "-Microsoft.Build.Traversal 4.1.0", NULL);
	check("srv/global.json", "not of .NET, and no JSON", "", NULL);
	check("packages.config", "<packages>", "", "XML: line 1");
}

/* -- projects --------------------------------------------------------------------------------- */

#define ITEMS(inside) "<Project><ItemGroup>" inside "</ItemGroup></Project>"

static void test_source_project(void **state)
{
	static const struct {
		const char *text, *expected, *gap;
	} cases[] = {
		{ ITEMS("<PackageReference Include=\"A\" Version=\"1.2.3\"/>"), "A 1.2.3", NULL },
		{ ITEMS("<PackageReference Include=\"A\"><Version> 1.2.3 </Version></PackageReference>"),
		  "A 1.2.3", NULL },
		{ ITEMS("<PackageReference Include=\"A;B\" Version=\"[1.0]\"/>"), "A 1.0, B 1.0", NULL },
		{ ITEMS("<PackageReference Include=\"A\" Version=\"1\" PrivateAssets=\"All\"/>"), "-A 1",
		  NULL },
		{ ITEMS("<PackageReference Include=\"A\" Version=\"1\" PrivateAssets=\"compile\"/>"), "A 1",
		  NULL },
		{ ITEMS("<GlobalPackageReference Include=\"A\" Version=\"1\"/>"), "-A 1", NULL },
		{ ITEMS("<PackageReference Include=\"\" Version=\"1\"/><PackageReference Version=\"1\"/>"),
		  "", NULL },
		{ ITEMS("<PackageReference Update=\"A\" Version=\"1\"/><PackageReference Update=\"B\"/>"),
		  "A 1", NULL },
		{ ITEMS("<PackageReference Include=\"A\"/>"), "A ", "1 package without one version" },
		{ ITEMS("<PackageReference Include=\"A\" Version=\"1.*\"/>"
		        "<PackageReference Include=\"B\" Version=\"[1.0,2.0)\"/>"),
		  "A , B ", "2 packages without one version that these files say: 'A' the first" },
		{ "<Project><PropertyGroup><X>2.1</X><Y>$(x).7</Y><PackageVersion>9</PackageVersion>"
		  "</PropertyGroup><Choose><When Condition=\"1\"><ItemGroup>"
		  "<PackageReference Include=\"A\" Version=\"$(Y)\"/></ItemGroup></When></Choose>"
		  "</Project>",
		  "A 2.1.7", NULL },
		{ ITEMS("<PackageReference Include=\"A\" Version=\"$(Nowhere)\"/>"), "A ",
		  "without one version" },
		{ ITEMS("<PackageReference Include=\"$(Nowhere)\" Version=\"1\"/>"), "",
		  "1 package without one version that these files say: '$(Nowhere)'" },
		{ "<Project><PropertyGroup><X>$(Y)</X><Y>$(X)$(X)</Y></PropertyGroup><ItemGroup>"
		  "<PackageReference Include=\"A\" Version=\"$(X)\"/></ItemGroup></Project>",
		  "A ", "without one version" },
		{ "not\nxml", "", "XML: line 1, column 1" },
		{ "<!DOCTYPE a [<!ENTITY b \"c\">]><Project/>", "", "XML: line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check("src/a.csproj", cases[i].text, cases[i].expected, cases[i].gap);
}

/* Central versions and properties come from the nearest file of the tree, and from it alone. */
static void test_source_central_versions(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "Directory.Packages.props",
		  .body = ITEMS("<PackageVersion Include=\"A\" Version=\"1.0\"/>"
		                "<PackageVersion Include=\"B\" Version=\"1.$(Minor)\"/>") },
		{ .path = "Directory.Build.props",
		  .body = "<Project><PropertyGroup><Minor>7</Minor></PropertyGroup></Project>" },
		{ .path = "src/shop/shop.csproj",
		  .body = ITEMS("<PackageReference Include=\"a\"/><PackageReference Include=\"B\"/>"
		                "<PackageReference Include=\"C\" VersionOverride=\"3.0\"/>") },
		{ .path = "own/Directory.Packages.props",
		  .body = ITEMS("<PackageVersion Include=\"A\" Version=\"2.0\"/>") },
		{ .path = "own/deep/x.fsproj",
		  .body = ITEMS("<PackageReference Include=\"A\"/><PackageReference Include=\"B\"/>") },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	collect(&f, files);
	assert_string_equal(listed(&f), "A 1.0, A 2.0, A 2.0, B , B 1.7, B 1.7, C 3.0, a 1.0");
	assert_int_equal(fixture_gaps(&f, "'B'"), 1);
	fixture_done(&f);
}

/* A lock file beside a published document: both tell, each with its path. */
static void test_source_beside_published(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "app/a.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"libraries\":{\"A/1.0.0\":{\"type\":\"package\"}}}" },
		{ .path = "app/packages.lock.json", .body = lock },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	collect(&f, files);
	assert_int_equal(f.facts.packages.len, 5);
	assert_bytes(f.facts.packages.items[0].path, "app/a.deps.json");
	assert_bytes(f.facts.packages.items[1].path, "app/packages.lock.json");
	assert_bytes(f.facts.packages.items[1].name, "A");
	fixture_done(&f);
}

/* -- real documents --------------------------------------------------------------------------- */

static void test_source_real_documents(void **state)
{
	static const struct {
		const char *file, *as, *expected, *gap;
	} cases[] = {
		{ "scalibr/csproj/valid", "a.csproj", "LiteDB 5.0.12", NULL },
		{ "scalibr/csproj/emptyinclude", "a.csproj", "", NULL },
		{ "scalibr/csproj/nopackage", "a.csproj", "", NULL },
		{ "scalibr/csproj/noversion", "a.csproj", "LiteDB ", "without one version" },
		{ "scalibr/csproj/emptyversion", "a.csproj", "LiteDB ", "without one version" },
		{ "scalibr/csproj/invalid", "a.csproj", "", "XML: line 1" },
		{ "scalibr/nugetcpm/valid", "Directory.Packages.props", "LiteDB 5.0.12", NULL },
		{ "scalibr/packagesconfig/valid", "packages.config",
		  "Microsoft.CodeDom.Providers.DotNetCompilerPlatform 1.0.0, "
		  "-Microsoft.Net.Compilers 1.0.0",
		  NULL },
		{ "scalibr/packagesconfig/nopackage", "packages.config",
		  "Microsoft.CodeDom.Providers.DotNetCompilerPlatform 1.0.0", NULL },
		{ "trivy/nuget/config/packages.config", "packages.config",
		  "Microsoft.AspNet.WebApi 5.2.2, Newtonsoft.Json 6.0.4", NULL },
		{ "trivy/nuget/config/dev_dependency.config", "packages.config",
		  "-Microsoft.Net.Compilers 1.0.0, Newtonsoft.Json 8.0.3", NULL },
		{ "trivy/nuget/config/malformed_xml.config", "packages.config", "", "XML: line" },
		{ "trivy/nuget/packagesprops/Directory.Packages.props", "Directory.Packages.props",
		  "PackageOne 6.2.3, PackageThree 2.4.1, PackageTwo 6.0.0", NULL },
		{ "trivy/nuget/packagesprops/packages.props", "Packages.props",
		  "Microsoft.Extensions.Configuration 2.1.1, "
		  "Microsoft.Extensions.DependencyInjection.Abstractions 2.2.1, "
		  "Microsoft.Extensions.Http 3.2.1",
		  NULL },
		{ "trivy/nuget/packagesprops/several_item_groups", "Directory.Packages.props",
		  "PackageOne 6.2.3, PackageThree 2.4.1, PackageTwo 6.0.0", NULL },
		{ "trivy/nuget/packagesprops/variables_and_empty", "Directory.Packages.props",
		  "PackageFour 2.4.1, PackageOne , package ", "3 packages without one version" },
		{ "trivy/nuget/lock/packages_lock_simple.json", "packages.lock.json",
		  "Newtonsoft.Json 12.0.3, NuGet.Frameworks 5.7.0", NULL },
		{ "trivy/nuget/lock/packages_lock_legacy.json", "packages.lock.json",
		  "AWSSDK.Core 3.5.1.30, Newtonsoft.Json 12.0.3", NULL },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = fixture_shared(arena_printf(&a, "vuln/dotnet-manifests/%s", cases[i].file));

		if (!text)
			skip();
		check(cases[i].as, text, cases[i].expected, cases[i].gap);
		free(text);
	}
	arena_done(&a);
}

/* Items come from a worker that may have been taken over. */
static void test_source_hostile_items(void **state)
{
	static const bytes payloads[] = { BYTES_INIT(""),
		                              BYTES_INIT("\x00"),
		                              BYTES_INIT("\x03"),
		                              BYTES_INIT("\x01\x00 trailing"),
		                              BYTES_INIT("\x01\x01\x01"
		                                         "a\x01"
		                                         "1\x00\x01\x01"),
		                              BYTES_INIT("\x01\xff\xff\xff\x7f"),
		                              BYTES_INIT("\x02\x00"),
		                              BYTES_INIT("\x02\x00\x01\x03\x00\x01"
		                                         "a\x01"
		                                         "1") };
	const size_t n = sizeof(payloads) / sizeof(*payloads);
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f,
	              (struct fixture_file[]){ { .path = "a.csproj", .body = "<Project/>" }, { 0 } });
	f.image.items.len = 0;
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){
			21, 0, tree_find(f.image.tree, BYTES("a.csproj"), false), payloads[i]
		};
	assert_int_equal(fixture_collect(&f)->packages.len, 0);
	assert_int_equal(fixture_gaps(&f, "the evidence of this file cannot be read"), n);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_lock),
		cmocka_unit_test(test_source_assets),
		cmocka_unit_test(test_source_plain_lists),
		cmocka_unit_test(test_source_project),
		cmocka_unit_test(test_source_central_versions),
		cmocka_unit_test(test_source_beside_published),
		cmocka_unit_test(test_source_real_documents),
		cmocka_unit_test(test_source_hostile_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
