/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

static void collect_installed(struct fixture *f, const char *path, const char *body)
{
	fixture_database(f, "ID=alpine\nVERSION_ID=3.19.1\n", path, bytes_str(body));
}

static void test_fields(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/os-release", .body = "ID=alpine\nVERSION_ID=3.19.1\n" },
		{ .path = "bin/busybox", .body = "x" }, { .path = "bin/sh", .link = "busybox" },
		{ .path = "etc/motd", .body = "x" }, { .path = "at-the-root", .body = "x" },
		{ .path = "lib/apk/db/installed",
		  .body = "C:Q1=\nP:busybox-binsh\nV:1.36.1-r15\nA:x86_64\nL:GPL-2.0-only\no:busybox\n"
		          "T:a description: with P:colons\nm:A <a@b.org>\nF:bin\nM:0:0:755\n"
		          "R:busybox\na:0:0:755\nZ:Q1=\nR:sh\nF:\nR:at-the-root\n\n\nP:virtual\nV:0\n" },
		{ 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 2);
	const struct package *p = fixture_package(&f, "busybox-binsh");

	assert_non_null(p);
	assert_int_equal(p->ecosystem, ECO_APK);
	assert_bytes(p->version, "1.36.1-r15");
	assert_bytes(p->architecture, "x86_64");
	assert_bytes(p->licence, "GPL-2.0-only");
	assert_bytes(p->vendor, "A <a@b.org>");
	assert_bytes(p->source_name, "busybox");
	assert_bytes(p->source_version, "1.36.1-r15");
	assert_bytes(p->distro_id, "alpine");
	assert_bytes(p->distro_version, "3.19.1");
	assert_bytes(fixture_package(&f, "virtual")->source_name, "virtual");
	assert_bytes(fixture_owner(&f, "bin/busybox"), "busybox-binsh");
	assert_bytes(fixture_owner(&f, "bin/sh"), "busybox-binsh");
	assert_bytes(fixture_owner(&f, "at-the-root"), "busybox-binsh");
	assert_bytes(fixture_owner(&f, "etc/motd"), "");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

static void test_places(void **state)
{
	static const struct {
		const char *path;
		size_t packages;
	} cases[] = {
		{ "lib/apk/db/installed", 1 },
		{ "usr/lib/apk/db/installed", 1 },
		{ "lib/apk/db/installed.old", 0 },
		{ "srv/lib/apk/db/installed", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_installed(&f, cases[i].path, "P:a\nV:1\n");
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(fixture_gaps(&f, "no package database"), 1 - cases[i].packages);
		fixture_done(&f);
	}
}

static void test_malformed(void **state)
{
	static const struct {
		const char *body, *gap;
		size_t packages;
	} cases[] = {
		{ "P:a\n\nP:b\nV:1\n", "line 1: a package without version", 1 },
		{ "V:1\n", "line 1: a package without name", 0 },
		{ "P:a\nV:1\nnonsense\n", "line 3: no field", 1 },
		{ "P:a\nV:1\nV:2\n", "line 3: a field that is there twice", 1 },
		{ "this is no database\n\nP:b\nV:1\n", "line 1: no field", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_installed(&f, "lib/apk/db/installed", cases[i].body);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		fixture_done(&f);
	}
}

/* apk-v2(5): D and p name packages, libraries, programs, paths; a "!" forbids. */
static void test_relations(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/os-release", .body = "ID=alpine\nVERSION_ID=3.19.1\n" },
		{ .path = "bin/sh", .link = "busybox" },
		{ .path = "lib/apk/db/installed",
		  .body = "P:app\nV:1\nA:x86_64\n"
		          "D:so:libc.musl-x86_64.so.1 busybox>=1.36 !other cmd:ssl@edge /bin/sh pc:none\n\n"
		          "P:musl\nV:1\nA:x86_64\np:so:libc.musl-x86_64.so.1=1\n\n"
		          "P:other\nV:1\nA:x86_64\n\n"
		          "P:openssl\nV:3\nA:x86_64\np:cmd:ssl=3-r0 cmd:other=1\n"
		          "D:so:libc.musl-x86_64.so.1\n\n"
		          "P:busybox\nV:1.37\nA:x86_64\n\n"
		          "P:busybox-binsh\nV:1\nA:x86_64\nF:bin\nR:sh\n" },
		{ 0 } });
	fixture_collect(&f);
	assert_string_equal(fixture_edges(&f), "app>busybox app>busybox-binsh app>musl app>openssl "
	                                       "openssl>musl");
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_relations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
