/* SPDX-License-Identifier: Apache-2.0 */
/* Interpreters that no package manager installed: the texts are lines of the real ones. */
#include "catalog_fixture.h"

#define PROGRAM "\177ELF\2\1\1"
#define NODE_H \
	"#ifndef SRC_NODE_VERSION_H_\n#define NODE_MAJOR_VERSION 20\n" \
	"#define NODE_MINOR_VERSION 20\n#define NODE_PATCH_VERSION 2\n\n" \
	"#define NODE_VERSION_IS_LTS 1\n"
#define PYTHON_H \
	"#define PY_MICRO_VERSION        1\n\n/* Version as a string */\n" \
	"#define PY_VERSION              \"3.12.1\"\n#define PY_VERSION_HEX ((3 << 24) | \\\n"

static const struct fixture_file installed[] = {
	{ .path = "usr/local/include/node/node_version.h", .body = NODE_H },
	{ .path = "usr/local/bin/node", .body = PROGRAM },
	{ .path = "usr/local/include/python3.12/patchlevel.h", .body = PYTHON_H },
	{ .path = "usr/local/bin/python3.12", .body = PROGRAM },
	{ .path = "usr/local/include/php/main/php_version.h",
	  .body = "#define PHP_MAJOR_VERSION 8\n#define PHP_VERSION \"8.3.14\"\n"
	          "#define PHP_VERSION_ID 80314\n" },
	{ .path = "usr/local/bin/php", .body = PROGRAM },
	{ .path = "usr/local/lib/ruby/3.3.0/x86_64-linux/rbconfig.rb",
	  .body = "  CONFIG[\"MAJOR\"] = \"3\"\n"
	          "  CONFIG[\"RUBY_PROGRAM_VERSION\"] = \"3.3.6\"\n" },
	{ .path = "usr/local/bin/ruby", .body = PROGRAM },
	{ .path = "usr/local/go/VERSION", .body = "go1.23.4\ntime 2024-11-27T20:27:20Z\n" },
	{ .path = "usr/local/go/bin/go", .body = PROGRAM },
	{ .path = "usr/local/apache2/include/ap_release.h",
	  .body = "#define AP_SERVER_MAJORVERSION_NUMBER 2\n"
	          "#define AP_SERVER_MINORVERSION_NUMBER 4\n"
	          "#define AP_SERVER_PATCHLEVEL_NUMBER   62\n" },
	{ .path = "usr/local/apache2/bin/httpd", .body = PROGRAM },
	{ .path = "opt/java/openjdk/release",
	  .body = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"21.0.5+11-LTS\"\n"
	          "JAVA_VERSION=\"21.0.5\"\n" },
	{ .path = "opt/java/openjdk/bin/java", .body = PROGRAM },
	{ .path = "opt/java8/release", .body = "JAVA_VERSION=\"1.8.0_432\"\n" },
	{ .path = "opt/java8/bin/java", .body = PROGRAM },
	{ 0 },
};

static void test_installed(void **state)
{
	static const struct {
		const char *name, *version, *purl;
	} want[] = {
		{ "go", "1.23.4", "pkg:generic/go@1.23.4" },
		{ "httpd", "2.4.62", "pkg:generic/httpd@2.4.62" },
		{ "node", "20.20.2", "pkg:generic/node@20.20.2" },
		{ "openjdk", "1.8.0_432", "pkg:generic/openjdk@1.8.0_432" },
		{ "openjdk", "21.0.5+11-LTS", "pkg:generic/openjdk@21.0.5%2B11-LTS" },
		{ "php", "8.3.14", "pkg:generic/php@8.3.14" },
		{ "python", "3.12.1", "pkg:generic/python@3.12.1" },
		{ "ruby", "3.3.6", "pkg:generic/ruby@3.3.6" },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, installed);
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < f.facts.packages.len; i++) {
		const struct package *p = &f.facts.packages.items[i];

		assert_bytes(p->name, want[i].name);
		assert_bytes(p->version, want[i].version);
		assert_string_equal(package_purl(p, &f.arena), want[i].purl);
	}
	uint32_t node = tree_find(f.image.tree, BYTES("usr/local/bin/node"), false);

	assert_true(tree_get(f.image.tree, node)->flags & TREE_IDENTIFIED);
	fixture_done(&f);
}

/* Headers alone (node-gyp keeps some), files that only share the name, and what the distribution
 * owns: no packages. */
static void test_not_installed(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(
		&f, (struct fixture_file[]){
				{ .path = "root/.cache/node-gyp/20/include/node/node_version.h", .body = NODE_H },
				{ .path = "app/VERSION", .body = "1.0\n" },
				{ .path = "app/bin/go", .body = PROGRAM },
				{ .path = "srv/release", .body = "JAVA_VERSION=\"unknown\"\n" },
				{ .path = "srv/bin/java", .body = PROGRAM },
				{ .path = "usr/include/python3.11/patchlevel.h",
	              .body = "#define PY_VERSION \"3.11.2\"\n" },
				{ .path = "usr/bin/python3.11", .body = PROGRAM },
				{ .path = "var/lib/dpkg/status",
	              .body = "Package: python3.11\nStatus: install ok installed\n"
	                      "Version: 3.11.2-6\n" },
				{ .path = "var/lib/dpkg/info/python3.11.list", .body = "/usr/bin/python3.11\n" },
				{ 0 },
			});
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(f.facts.packages.items[0].name, "python3.11");
	fixture_done(&f);
}

/* The program of a lower layer's text may lie in an upper one, and be removed there. */
static void test_removed(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, installed);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "usr/local/bin/.wh.node", .body = "" },
	                                           { 0 } });
	fixture_collect(&f);
	assert_null(fixture_package(&f, "node"));
	assert_non_null(fixture_package(&f, "python"));
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
