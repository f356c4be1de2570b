/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

static void collect_installed(struct fixture *f, const char *path, const char *body)
{
	fixture_init(f);
	fixture_layer(f, (struct fixture_file[]){
		{ .path = "etc/os-release", .body = "ID=alpine\nVERSION_ID=3.19.1\n" },
		{ .path = "bin/busybox", .body = "x" }, { .path = "bin/sh", .link = "busybox" },
		{ .path = "etc/motd", .body = "x" }, { .path = "at-the-root", .body = "x" },
		{ .path = path, .body = body }, { 0 } });
	fixture_collect(f);
}

static void test_fields(void **state)
{
	struct fixture f;

	(void)state;
	collect_installed(&f, "lib/apk/db/installed",
	                  "C:Q1=\nP:busybox-binsh\nV:1.36.1-r15\nA:x86_64\nL:GPL-2.0-only\no:busybox\n"
	                  "T:a description: with P:colons\nF:bin\nM:0:0:755\n"
	                  "R:busybox\na:0:0:755\nZ:Q1=\nR:sh\nF:\nR:at-the-root\n\n\nP:virtual\nV:0\n");
	assert_int_equal(f.facts.packages.len, 2);
	const struct package *p = fixture_package(&f, "busybox-binsh");

	assert_non_null(p);
	assert_int_equal(p->ecosystem, ECO_APK);
	assert_bytes(p->version, "1.36.1-r15");
	assert_bytes(p->architecture, "x86_64");
	assert_bytes(p->licence, "GPL-2.0-only");
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

/* Real databases; names, versions and origins as they stand in the files. */
static void test_real_databases(void **state)
{
	static const struct {
		const char *file;
		size_t packages, gaps;
		const char *name, *version, *origin, *licence;
	} cases[] = {
		{ "syft-multiple.installed", 14, 0, "libssl1.1", "1.1.1q-r0", "openssl", "OpenSSL" },
		{ "trivy.installed", 15, 1, "ada-libs", "2.7.4-r0", "ada",
		  "( Apache-2.0 OR MIT ) AND MPL-2.0" },
		{ "syft-corrupt.installed", 1, 1, "alpine-baselayout-data", "3.2.0-r22",
		  "alpine-baselayout", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[128];
		struct fixture f;

		snprintf(path, sizeof(path), "vuln/os-db/apk/%s", cases[i].file);
		char *body = fixture_shared(path);

		if (!body)
			skip();
		collect_installed(&f, "lib/apk/db/installed", body);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(f.image.gaps.len, cases[i].gaps);
		const struct package *p = fixture_package(&f, cases[i].name);

		assert_non_null(p);
		assert_bytes(p->version, cases[i].version);
		assert_bytes(p->source_name, cases[i].origin);
		assert_bytes(p->licence, cases[i].licence);
		fixture_done(&f);
		free(body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_real_databases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
