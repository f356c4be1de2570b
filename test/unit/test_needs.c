/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs whom among the packages of languages, and what the lock files of source trees list. */
#include "catalog_fixture.h"

#include "catalog/needs.h"
#include "catalog/python_needs.h"

static void collect_as(struct fixture *f, enum target_kind kind, const struct fixture_file *files)
{
	fixture_init(f);
	f->image.kind = kind;
	fixture_layer(f, files);
	fixture_collect(f);
}

#define MANIFEST(name, more) "{\"name\":\"" name "\",\"version\":\"1\"" more "}"

/* Node's rule: the nearest node_modules wins, a link is followed, what is nowhere is no edge. */
static void test_npm(void **state)
{
	struct fixture f;

	(void)state;
	collect_as(
		&f, TARGET_LAYOUT,
		(struct fixture_file[]){
			{ .path = "app/package.json",
	          .body = MANIFEST("shop",
	                           ",\"dependencies\":{\"a\":\"^1\",\"@s/b\":\"*\",\"gone\":\"1\"}") },
			{ .path = "app/node_modules/a/package.json",
	          .body = MANIFEST("a", ",\"dependencies\":{\"near\":\"1\"},"
	                                "\"optionalDependencies\":{\"far\":\"1\"},"
	                                "\"devDependencies\":{\"@s/b\":\"1\"}") },
			{ .path = "app/node_modules/a/node_modules/near/package.json",
	          .body = "{\"name\":\"near\",\"version\":\"2\",\"peerDependencies\":{\"a\":\"1\"}}" },
			{ .path = "app/node_modules/near/package.json", .body = MANIFEST("near", "") },
			{ .path = "app/node_modules/@s/b/package.json",
	          .body = MANIFEST("@s/b", ",\"dependencies\":{\"linked\":\"1\",\"near\":\"1\"}") },
			{ .path = "app/node_modules/linked", .link = ".pnpm/linked@1/node_modules/linked" },
			{ .path = "app/node_modules/.pnpm/linked@1/node_modules/linked/package.json",
	          .body = MANIFEST("linked", ",\"dependencies\":{\"deb\":\"1\",\"a\":\"1\"}") },
			{ .path = "node_modules/far/package.json",
	          .body = MANIFEST("far", ",\"dependencies\":{\"a\":\"1\"}") },
			{ .path = "usr/share/nodejs/deb/package.json", .body = MANIFEST("deb", "") },
			{ 0 } });
	assert_string_equal(fixture_edges(&f), "@s/b>linked @s/b>near a>far a>near linked>a linked>deb "
	                                       "near>a shop>@s/b shop>a");
	for (size_t i = 0; i < f.facts.edges.len; i++) {
		const struct package *from = &f.facts.packages.items[f.facts.edges.items[i].from];
		const struct package *to = &f.facts.packages.items[f.facts.edges.items[i].to];

		if (bytes_is(to->name, "near"))
			assert_bytes(to->version, bytes_is(from->name, "a") ? "2" : "1");
	}
	fixture_done(&f);
}

/* PEP 508: names, and markers that are false on the Linux and the Python of the path. */
static void test_python_markers(void **state)
{
	static const struct {
		const char *value, *path, *name; /* NULL: not needed */
	} cases[] = {
		{ "certifi (>=2017.4.17)", "", "certifi" },
		{ " urllib3<3,>=1.21.1", "", "urllib3" },
		{ "requests[socks] >= 2", "", "requests" },
		{ "pip @ https://e.org/p.zip", "", "pip" },
		{ "PySocks!=1.5.7; extra == 'socks'", "", NULL },
		{ "a; extra == \"x\" and python_version < \"3\"", "", NULL },
		{ "a; (extra == 'x') or sys_platform == 'linux'", "", "a" },
		{ "colorama; platform_system == \"Windows\"", "", NULL },
		{ "colorama; sys_platform != 'win32'", "", "colorama" },
		{ "pywin32; os_name == 'nt'", "", NULL },
		{ "a; python_version < '3.8'", "usr/lib/python3.11/site-packages/x", NULL },
		{ "a; python_version < '3.12'", "usr/lib/python3.11/site-packages/x", "a" },
		{ "a; python_version >= '3.11'", "usr/lib/python3.11/site-packages/x", "a" },
		{ "a; python_version < '3.8'", "usr/lib/python3/dist-packages/x", "a" },
		{ "a; python_version<'3'", "opt/python3.9/x", NULL },
		{ "a; platform_python_implementation == 'PyPy'", "", "a" },
		{ "a; python_full_version < '3.8.1'", "opt/python3.9/x", "a" },
		{ "a; nonsense", "", "a" },
		{ "a; extra == 'x", "", "a" },
		{ "a; ((((extra == 'x'))))", "", NULL },
		{ "a; ((((extra == 'x'", "", "a" },
		{ "", "", NULL },
		{ "; extra", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bytes name = BYTES("");
		bool needed = python_need(bytes_str(cases[i].value), bytes_str(cases[i].path), &name);

		if (needed != (cases[i].name != NULL))
			fail_msg("%s", cases[i].value);
		if (needed)
			assert_bytes(name, cases[i].name);
	}
}

#define SITE "usr/lib/python3.11/site-packages/"
#define LOCAL "usr/local/lib/python3.11/dist-packages/"
#define VENV "opt/venv/lib/python3.11/site-packages/"

static void test_python(void **state)
{
	struct fixture f;

	(void)state;
	collect_as(
		&f, TARGET_LAYOUT,
		(struct fixture_file[]){
			{ .path = SITE "flask-3.dist-info/METADATA",
	          .body = "Name: Flask\nVersion: 3\nRequires-Dist: Zope.Interface (>=1)\n"
	                  "Requires-Dist: dotenv; extra == 'dotenv'\nRequires-Dist: gone\n"
	                  "Requires-Dist: tool\n\nRequires-Dist: text\n" },
			{ .path = SITE "zope_interface-6.dist-info/METADATA",
	          .body = "Name: zope_interface\nVersion: 6\n" },
			{ .path = SITE "dotenv-6.dist-info/METADATA", .body = "Name: dotenv\nVersion: 6\n" },
			{ .path = SITE "text-6.dist-info/METADATA", .body = "Name: text\nVersion: 6\n" },
			{ .path = LOCAL "tool-1.dist-info/METADATA",
	          .body = "Name: tool\nVersion: 1\nRequires-Dist: old\n" },
			{ .path = SITE "old-1.egg-info", .body = "Name: old\nVersion: 1\n" },
			{ .path = VENV "mine-1.dist-info/METADATA",
	          .body = "Name: mine\nVersion: 1\nRequires-Dist: flask\nRequires-Dist: tool\n" },
			{ .path = VENV "tool-2.dist-info/METADATA", .body = "Name: tool\nVersion: 2\n" },
			{ 0 } });
	assert_string_equal(fixture_edges(&f), "Flask>tool Flask>zope_interface mine>tool tool>old");
	fixture_done(&f);
}

static void test_gems(void **state)
{
	struct fixture f;

	(void)state;
	collect_as(
		&f, TARGET_LAYOUT,
		(struct fixture_file[]){
			{ .path = "gem/specifications/sinatra-3.gemspec",
	          .body =
	              "# stub: sinatra 3 ruby lib\n"
	              "  s.add_runtime_dependency(%q<rack>.freeze, [\"~> 2\"])\n"
	              "  s.add_dependency(\"json\".freeze, [\">= 0\"])\n"
	              "  s.add_development_dependency(%q<rake>.freeze, [\">= 0\"])\n" },
			{ .path = "gem/specifications/rack-2.gemspec", .body = "# stub: rack 2 ruby lib\n" },
			{ .path = "gem/specifications/rake-2.gemspec", .body = "# stub: rake 2 ruby lib\n" },
			{ .path = "gem/specifications/default/json-2.gemspec",
	          .body = "# stub: json 2 ruby lib\n" },
			{ .path = "other/specifications/x-1.gemspec",
	          .body = "# stub: x 1 ruby lib\n  s.add_dependency(%q<rack>, [])\n" },
			{ 0 } });
	assert_string_equal(fixture_edges(&f), "sinatra>json sinatra>rack");
	fixture_done(&f);
}

static void test_composer(void **state)
{
	struct fixture f;

	(void)state;
	collect_as(
		&f, TARGET_LAYOUT,
		(struct fixture_file[]){
			{ .path = "app/vendor/composer/installed.json",
	          .body =
	              "{\"packages\":[{\"name\":\"monolog/monolog\",\"version\":\"3\","
	              "\"require\":{\"php\":\">=8\",\"psr/log\":\"^2\"},"
	              "\"require-dev\":{\"a/dev\":\"1\"}},"
	              "{\"name\":\"a/dev\",\"version\":\"1\"},"
	              "{\"name\":\"psr/log\",\"version\":\"3\"}]}" },
			{ 0 } });
	assert_string_equal(fixture_edges(&f), "monolog/monolog>psr/log");
	fixture_done(&f);
}

/* -- lock files of source trees ---------------------------------------------------------------- */

static void test_locks(void **state)
{
	static const struct {
		const char *path, *body, *packages;
	} cases[] = {
		{ "src/Gemfile.lock",
		  "PATH\n  remote: .\n  specs:\n    mine (0.1)\n\nGEM\n  remote: https://e.org/\n  specs:\n"
		  "    rack (2.2.8)\n    sinatra (3.1.0)\n      rack (~> 2.2)\n\nPLATFORMS\n  ruby\n\n"
		  "DEPENDENCIES\n  sinatra\n    odd (1)\n",
		  "rack@2.2.8 sinatra@3.1.0" },
		{ "src/composer.lock",
		  "{\"packages\":[{\"name\":\"psr/log\",\"version\":\"3.0.0\"}],"
		  "\"packages-dev\":[{\"name\":\"php/unit\",\"version\":\"1\"}]}",
		  "psr/log@3.0.0" },
		{ "src/uv.lock",
		  "version = 1\n\n[[package]]\nname = \"anyio\"\nversion = \"4.9.0\"\n"
		  "source = { registry = \"https://e.org/simple\" }\ndependencies = [\n"
		  "    { name = \"idna\" },\n]\n\n[[package]]\nname = \"mine\"\nversion = \"0.1\"\n"
		  "source = { editable = \".\" }\n",
		  "anyio@4.9.0" },
		{ "src/Cargo.lock",
		  "version = 3\n\n[[package]]\nname = \"libc\"\nversion = \"0.2.150\"\n"
		  "source = \"registry+https://e.org\"\nchecksum = \"x\"\n\n[[package]]\nname = \"mine\"\n"
		  "version = \"0.1.0\"\ndependencies = [\n \"libc\",\n]\n",
		  "libc@0.2.150" },
		{ "src/go.mod",
		  "module example.org/x\n\ngo 1.22\n\nrequire example.org/a v1.0.0\n\nrequire (\n"
		  "\texample.org/b v2.0.0 // indirect\n)\n\nreplace example.org/a => ../a\n",
		  "example.org/a@v1.0.0 example.org/b@v2.0.0" },
		{ "go/pkg/mod/x@1/go.mod", "module x\n\nrequire example.org/b v2.0.0\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int folder = 0; folder < 2; folder++) {
			struct fixture f;
			char found[512] = "";
			size_t n = 0;

			collect_as(
				&f, folder ? TARGET_ROOTFS : TARGET_LAYOUT,
				(struct fixture_file[]){ { .path = cases[i].path, .body = cases[i].body }, { 0 } });
			for (size_t k = 0; k < f.facts.packages.len; k++)
				n += (size_t)snprintf(found + n, sizeof(found) - n, "%s" PRIb "@" PRIb,
				                      n ? " " : "", BYTESF(f.facts.packages.items[k].name),
				                      BYTESF(f.facts.packages.items[k].version));
			assert_string_equal(found, folder ? cases[i].packages : "");
			fixture_done(&f);
		}
}

/* -- the module itself ------------------------------------------------------------------------- */

static void test_scopes(void **state)
{
	struct arena a = ARENA_INIT;
	struct facts facts = { 0 };
	uint32_t one = 1, two = 2;
	struct needs n;

	(void)state;
	needs_init(&n, &a, &facts);
	needs_offer(&n, NEEDS_SCOPE(one), BYTES("a"), 3);
	needs_offer(&n, NEEDS_SCOPE(one), BYTES("a"), 4);
	needs_offer(&n, BYTES(""), BYTES("b"), 0);
	needs_offer(&n, BYTES(""), BYTES(""), 5);
	assert_int_equal(needs_find(&n, NEEDS_SCOPE(one), BYTES("a")), 3);
	assert_int_equal(needs_find(&n, NEEDS_SCOPE(two), BYTES("a")), 0);
	assert_int_equal(needs_find(&n, BYTES(""), BYTES("a")), 0);
	assert_int_equal(needs_find(&n, BYTES(""), BYTES("b")), 0);
	assert_int_equal(needs_find(&n, BYTES(""), BYTES("")), 0);
	needs_add(&n, 1, NEEDS_SCOPE(one), BYTES("a"));
	needs_add(&n, 3, NEEDS_SCOPE(one), BYTES("a"));
	needs_add(&n, 0, NEEDS_SCOPE(one), BYTES("a"));
	needs_add(&n, 1, NEEDS_SCOPE(two), BYTES("a"));
	needs_resolve(&n);
	assert_int_equal(facts.edges.len, 1);
	assert_int_equal(facts.edges.items[0].from, 0);
	assert_int_equal(facts.edges.items[0].to, 2);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_npm),      cmocka_unit_test(test_python_markers),
		cmocka_unit_test(test_python),   cmocka_unit_test(test_gems),
		cmocka_unit_test(test_composer), cmocka_unit_test(test_locks),
		cmocka_unit_test(test_scopes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
