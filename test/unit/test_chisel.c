/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

#include <zstd.h>

#define PLACE "var/lib/chisel/manifest.wall"
#define HEAD(lines) "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":" #lines "}\n"
#define SAMPLE \
	HEAD(7) \
	"{\"kind\":\"content\",\"slice\":\"libc6_libs\",\"path\":\"/usr/lib/libc.so.6\"}\n" \
	"{\"kind\":\"content\",\"slice\":\"libc6_config\",\"path\":\"/etc/ld.conf\"}\n" \
	"{\"kind\":\"package\",\"name\":\"libc6\",\"version\":\"2.39-0ubuntu8.4\",\"sha256\":\"0\"," \
	"\"arch\":\"amd64\"}\n" \
	"{\"kind\":\"path\",\"path\":\"/etc/ld.conf\",\"mode\":\"0644\"," \
	"\"slices\":[\"libc6_config\"]}\n" \
	"{\"kind\":\"slice\",\"name\":\"libc6_config\"}\n" \
	"{\"kind\":\"slice\",\"name\":\"libc6_libs\"}\n"

static void collect_body(struct fixture *f, const char *path, bytes body)
{
	fixture_init(f);
	fixture_layer(f, (struct fixture_file[]){
						 { .path = "etc/os-release", .body = "ID=ubuntu\nVERSION_ID=24.04\n" },
						 { .path = "usr/lib/libc.so.6", .body = "x" },
						 { .path = "etc/ld.conf", .body = "x" },
						 { .path = "etc/mine", .body = "x" },
						 { .path = "usr/bin/openssl", .body = "x" },
						 { .path = path, .body = (const char *)body.p, .size = body.n },
						 { 0 } });
	fixture_collect(f);
}

/* collect_text(f, path, text): the text as chisel would compress it. */
static void collect_text(struct fixture *f, const char *path, const char *text)
{
	char packed[8192];
	size_t n = ZSTD_compress(packed, sizeof(packed), text, strlen(text), 3);

	assert_false(ZSTD_isError(n));
	collect_body(f, path, bytes_of(packed, n));
}

static void test_wall(void **state)
{
	struct fixture f;

	(void)state;
	collect_text(&f, PLACE, SAMPLE);
	assert_int_equal(f.facts.packages.len, 1);
	const struct package *p = fixture_package(&f, "libc6");

	assert_non_null(p);
	assert_int_equal(p->ecosystem, ECO_DEB);
	assert_bytes(p->version, "2.39-0ubuntu8.4");
	assert_bytes(p->architecture, "amd64");
	assert_bytes(p->slices, "config libs");
	assert_bytes(p->distro_id, "ubuntu");
	assert_bytes(p->path, PLACE);
	assert_bytes(fixture_owner(&f, "usr/lib/libc.so.6"), "libc6");
	assert_bytes(fixture_owner(&f, "etc/ld.conf"), "libc6");
	assert_bytes(fixture_owner(&f, "etc/mine"), "");
	assert_int_equal(fixture_gaps(&f, ""), 0);
	fixture_done(&f);
}

static void test_place(void **state)
{
	struct fixture f;

	(void)state;
	collect_text(&f, "srv/" PLACE, SAMPLE);
	assert_int_equal(f.facts.packages.len, 0);
	assert_int_equal(fixture_gaps(&f, "no package database"), 1);
	fixture_done(&f);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *text, *gap;
		size_t packages;
	} cases[] = {
		{ "", "no package database that names a package", 0 },
		{ "{\"jsonwall\":\"2.0\",\"schema\":\"1.0\",\"count\":1}\n", "line 1: no head", 0 },
		{ "{\"jsonwall\":\"1.0\",\"schema\":\"2.0\",\"count\":1}\n", "line 1: no head", 0 },
		{ HEAD(2), "1 lines where 2 were promised", 0 },
		{ HEAD(2) "{\n", "line 2: no JSON", 0 },
		{ HEAD(2) "{}\n", "line 2: a line without kind", 0 },
		{ HEAD(2) "{\"kind\":\"package\",\"name\":\"a\"}\n", "line 2: a package without", 0 },
		{ HEAD(2) "{\"kind\":\"slice\",\"name\":\"a\"}\n", "line 2: a slice without", 0 },
		{ HEAD(2) "{\"kind\":\"slice\",\"name\":\"_a\"}\n", "line 2: a slice without", 0 },
		{ HEAD(2) "{\"kind\":\"content\",\"slice\":\"a_b\"}\n", "line 2: a content without", 0 },
		{ HEAD(3) "{\"kind\":\"new\"}\n{\"kind\":\"package\",\"name\":\"a\",\"version\":\"1\"}\n",
		  "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_text(&f, PLACE, cases[i].text);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		if (fixture_gaps(&f, cases[i].gap) != (cases[i].gap[0] ? 1 : 0))
			fail_msg("case %zu", i);
		fixture_done(&f);
	}
}

static void test_uncompressed(void **state)
{
	struct fixture f;

	(void)state;
	collect_body(&f, PLACE, BYTES(SAMPLE));
	assert_int_equal(fixture_gaps(&f, "cannot be read: not compressed with zstd"), 1);
	fixture_done(&f);
}

/* Chisel can leave a dpkg status file, too: one package, the slices and files added to it. */
static void test_beside_dpkg(void **state)
{
	struct fixture f;
	char packed[8192];
	size_t n = ZSTD_compress(packed, sizeof(packed), SAMPLE, sizeof(SAMPLE) - 1, 3);

	(void)state;
	assert_false(ZSTD_isError(n));
	fixture_init(&f);
	fixture_layer(
		&f, (struct fixture_file[]){
				{ .path = "var/lib/dpkg/status",
	              .body = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n"
	                      "Source: glibc\nVersion: 2.39-0ubuntu8.4\n" },
				{ .path = "usr/lib/libc.so.6", .body = "x" },
				{ .path = PLACE, .body = packed, .size = n },
				{ 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(f.facts.packages.items[0].source_name, "glibc");
	assert_bytes(f.facts.packages.items[0].path, "var/lib/dpkg/status");
	assert_bytes(f.facts.packages.items[0].slices, "config libs");
	assert_bytes(fixture_owner(&f, "usr/lib/libc.so.6"), "libc6");
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wall),        cmocka_unit_test(test_place),
		cmocka_unit_test(test_malformed),   cmocka_unit_test(test_uncompressed),
		cmocka_unit_test(test_beside_dpkg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
