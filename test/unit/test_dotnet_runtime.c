/* SPDX-License-Identifier: Apache-2.0 */
/* Runtimes as packages, who needs whom, and which framework an application gets. */
#include "catalog_fixture.h"

#define SHARED "usr/share/dotnet/shared/"
#define CORE SHARED "Microsoft.NETCore.App/"

static void collect(struct fixture *f, const struct fixture_file *files)
{
	fixture_init(f);
	fixture_layer(f, files);
	fixture_collect(f);
}

/* purls(f): the NuGet packages, "a b". */
static const char *purls(const struct fixture *f)
{
	static char out[2048];
	struct arena a = ARENA_INIT;
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts.packages.len; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", n ? " " : "",
		                      package_purl(&f->facts.packages.items[i], &a));
	arena_done(&a);
	return out;
}

/* A framework folder without its deps.json is named by its folder and the image's platform. */
static void test_runtime_of_a_bare_folder(void **state)
{
	static const struct {
		const char *architecture, *loader, *purl;
	} cases[] = {
		{ "amd64", "lib64/ld-linux-x86-64.so.2",
		  "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@9.0.7" },
		{ "amd64", "lib/ld-musl-x86_64.so.1",
		  "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-musl-x64@9.0.7" },
		{ "arm64", "lib/ld-linux-aarch64.so.1",
		  "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-arm64@9.0.7" },
		/* a root file system says no platform, its loader does */
		{ "", "lib/ld-musl-aarch64.so.1",
		  "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-musl-arm64@9.0.7" },
		/* nothing says it */
		{ "", "lib/other.so", "pkg:nuget/Microsoft.NETCore.App@9.0.7" },
		/* a loader for another platform is no evidence */
		{ "arm64", "lib64/ld-linux-x86-64.so.2", "pkg:nuget/Microsoft.NETCore.App@9.0.7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct fixture_file files[] = {
			{ .path = cases[i].loader, .body = "\177ELF" },
			{ .path = CORE "9.0.7/System.Runtime.dll", .body = "MZ" },
			{ .path = CORE "9.0.7/libcoreclr.so", .body = "\177ELF" },
			{ 0 },
		};
		bool unsure = strstr(cases[i].purl, ".Runtime.") == NULL;
		struct fixture f;

		fixture_init(&f);
		f.image.platform.architecture = bytes_str(cases[i].architecture);
		fixture_layer(&f, files);
		fixture_collect(&f);
		assert_string_equal(purls(&f), cases[i].purl);
		assert_int_equal(fixture_gaps(&f, "a .NET runtime for a platform"), unsure);
		assert_true(bytes_starts(f.facts.packages.items[0].path, BYTES(CORE "9.0.7/")));
		assert_true(bytes_equal(fixture_owner(&f, CORE "9.0.7/libcoreclr.so"),
		                        f.facts.packages.items[0].name));
		fixture_done(&f);
	}
}

/* A folder with nothing but its deps.json counts; what it lists beside itself is a package too. A
 * document that says another version than its folder is told of. */
static void test_runtime_of_a_document(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = CORE "9.0.7/Microsoft.NETCore.App.deps.json",
		  .body =
		      "{\"runtimeTarget\":\".NETCoreApp,Version=v9.0/linux-musl-x64\",\"libraries\":{"
		      "\"Microsoft.NETCore.App.Runtime.linux-musl-x64/9.0.8\":{\"type\":\"package\"}}}" },
		{ .path = SHARED "Microsoft.AspNetCore.App/9.0.7/Microsoft.AspNetCore.App.deps.json",
		  .body = "{\"runtimeTarget\":{\"name\":\".NETCoreApp,Version=v9.0/linux-musl-x64\"}}" },
		{ .path = CORE "2.0.0/Microsoft.NETCore.App.deps.json",
		  .body =
		      "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"A/1\":{\"runtime\":{\"a.dll\":{}}}}},"
		      "\"libraries\":{\"A/1\":{\"type\":\"package\"}}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	collect(&f, files);
	assert_string_equal(purls(&f),
	                    "pkg:nuget/A@1 "
	                    "pkg:nuget/Microsoft.AspNetCore.App.Runtime.linux-musl-x64@9.0.7 "
	                    "pkg:nuget/Microsoft.NETCore.App@2.0.0 "
	                    "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-musl-x64@9.0.7");
	assert_int_equal(fixture_gaps(&f, "another version than its folder"), 1);
	fixture_done(&f);
}

/* Two installations hold the same runtime twice; an application carries it a third time. Hidden
 * ones stay, as such. */
static void test_runtime_once_a_place(void **state)
{
#define SELF_DEPS \
	"{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{}},\"libraries\":{" \
	"\"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7\":{\"type\":\"runtimepack\"}}}"
	static const struct fixture_file files[] = {
		{ .path = "lib64/ld-linux-x86-64.so.2", .body = "\177ELF" },
		{ .path = CORE "9.0.7/a.dll", .body = "MZ" },
		{ .path = "opt/dotnet/shared/Microsoft.NETCore.App/9.0.7/a.dll", .body = "MZ" },
		{ .path = "app/a.deps.json", .body = SELF_DEPS },
		{ .path = "app/a.runtimeconfig.json",
		  .body = "{\"runtimeOptions\":{\"includedFrameworks\":["
		          "{\"name\":\"Microsoft.NETCore.App\",\"version\":\"9.0.7\"}]}}" },
		{ .path = "old/b.deps.json", .body = SELF_DEPS },
		{ 0 },
	};
	static const struct fixture_file gone[] = { { .path = ".wh.old", .body = "" }, { 0 } };
	struct fixture f;
	size_t hidden = 0;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, files);
	fixture_layer(&f, gone);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->packages.len, 4);
	for (size_t i = 0; i < facts->packages.len; i++) {
		assert_bytes(facts->packages.items[i].name, "Microsoft.NETCore.App.Runtime.linux-x64");
		hidden += facts->packages.items[i].hidden;
	}
	assert_int_equal(hidden, 1);
	fixture_done(&f);
}

/* -- who needs whom --------------------------------------------------------------------------- */

static bool needs(const struct fixture *f, const char *from, const char *to)
{
	for (size_t i = 0; i < f->facts.edges.len; i++)
		if (bytes_is(f->facts.packages.items[f->facts.edges.items[i].from].name, from) &&
		    bytes_is(f->facts.packages.items[f->facts.edges.items[i].to].name, to))
			return true;
	return false;
}

static void test_runtime_edges(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "app/a.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"targets\":{\"other\":{\"C/3\":{\"dependencies\":"
		          "{\"A\":\"1\"}}},\"t\":{"
		          "\"App/1\":{\"dependencies\":{\"A\":\"1\",\"P\":\"1\"}},"
		          "\"P/1\":{\"dependencies\":{\"C\":\"3\"}},"
		          "\"A/1\":{\"dependencies\":{\"b\":\"2\",\"Elsewhere\":\"1\",\"A\":\"1\"}},"
		          "\"B/2\":{\"dependencies\":{\"C\":\"2.9\"}},\"C/3\":{}}},\"libraries\":{"
		          "\"App/1\":{\"type\":\"project\"},\"P/1\":{\"type\":\"project\"},"
		          "\"A/1\":{\"type\":\"package\"},\"B/2\":{\"type\":\"package\"},"
		          "\"C/3\":{\"type\":\"package\"}}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	collect(&f, files);
	assert_int_equal(f.facts.edges.len, 2);
	assert_true(needs(&f, "A", "B"));
	assert_true(needs(&f, "B", "C"));
	assert_false(needs(&f, "C", "A"));
	fixture_done(&f);
}

/* -- which framework -------------------------------------------------------------------------- */

/* framework-version-resolution.md, "Roll-forward": the environment wins over the document;
 * "Proposed new pre-release mode": its two examples. */
static void test_runtime_environment(void **state)
{
	static const struct {
		const char *env, *own, *available[3], *gets;
	} cases[] = {
		{ NULL, "", { "3.0.0", "3.1.2", "5.0.0" }, "3.0.0" },
		{ NULL, "Disable", { "3.0.1" }, "" },
		{ "DOTNET_ROLL_FORWARD=LatestPatch", "", { "3.0.0", "3.0.9", "3.1.0" }, "3.0.9" },
		{ "DOTNET_ROLL_FORWARD=LatestPatch", "Major", { "3.1.0" }, "" },
		{ "DOTNET_ROLL_FORWARD=Minor", "Disable", { "3.1.0", "3.1.4", "3.2.0" }, "3.1.4" },
		{ "DOTNET_ROLL_FORWARD=LatestMinor", "", { "3.0.0", "3.1.4", "3.2.0" }, "3.2.0" },
		{ "DOTNET_ROLL_FORWARD=major", "", { "5.0.1", "5.0.3", "6.0.0" }, "5.0.3" },
		{ "DOTNET_ROLL_FORWARD=LatestMajor", "", { "3.0.0", "5.0.3", "6.0.0" }, "6.0.0" },
		{ "DOTNET_ROLL_FORWARD=Disable", "LatestMajor", { "3.0.0", "5.0.3" }, "3.0.0" },
		{ "DOTNET_ROLL_FORWARD=never", "Disable", { "3.0.1" }, "" }, /* no policy: unset */
		{ "DOTNET_ROLL_FORWARD_TO_PRERELEASE=1",
		  "",
		  { "3.0.0", "3.0.1-preview" },
		  "3.0.1-preview" },
		{ "DOTNET_ROLL_FORWARD_TO_PRERELEASE=1",
		  "",
		  { "3.1.0", "3.0.1-preview" },
		  "3.0.1-preview" },
		{ "DOTNET_ROLL_FORWARD_TO_PRERELEASE=0", "", { "3.1.0", "3.0.1-preview" }, "3.1.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		struct fixture_file files[5] = { { 0 } };
		size_t n = 0;

		fixture_init(&f);
		for (; n < 3 && cases[i].available[n]; n++)
			files[n] = (struct fixture_file){
				.path = arena_printf(&f.arena, CORE "%s/a.dll", cases[i].available[n]), .body = "MZ"
			};
		files[n] = (struct fixture_file){ .path = "app/a.runtimeconfig.json",
			                              .body = arena_printf(
											  &f.arena,
											  "{\"runtimeOptions\":{%s%s%s\"framework\":{\"name\":"
											  "\"Microsoft.NETCore.App\",\"version\":\"3.0.0\"}}}",
											  *cases[i].own ? "\"rollForward\":\"" : "",
											  cases[i].own, *cases[i].own ? "\"," : "") };
		if (cases[i].env)
			*ARENA_PUSH(&f.image.arena, &f.image.config.env) = bytes_str(cases[i].env);
		fixture_layer(&f, files);
		const struct dotnet_app *app = &fixture_collect(&f)->apps.items[0];

		if (!bytes_is(app->frameworks.items[0].gets, cases[i].gets))
			fail_msg("case %zu: %.*s", i, BYTESF(app->frameworks.items[0].gets));
		fixture_done(&f);
	}
}

/* Windows programs are looked into, the system is not: never clean. */
static void test_runtime_of_windows(void **state)
{
	static const struct fixture_file files[] = {
		{ .path = "Files/app/a.deps.json",
		  .body = "{\"runtimeTarget\":\"t\",\"libraries\":{\"A/1\":{\"type\":\"package\"}}}" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.image.platform.os = BYTES("windows");
	fixture_layer(&f, files);
	fixture_collect(&f);
	assert_string_equal(purls(&f), "pkg:nuget/A@1");
	assert_int_equal(fixture_gaps(&f, "a Windows image"), 1);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runtime_of_a_bare_folder),
		cmocka_unit_test(test_runtime_of_a_document),
		cmocka_unit_test(test_runtime_once_a_place),
		cmocka_unit_test(test_runtime_edges),
		cmocka_unit_test(test_runtime_environment),
		cmocka_unit_test(test_runtime_of_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
