/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

#include "catalog/coverage.h"

#define ELF "\177ELF\2\1\1"

static void test_classes(void **state)
{
	struct coverage c;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "usr/bin/tool", .body = ELF "old" },
		{ .path = "opt/gone", .body = ELF }, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "opt/.wh.gone", .body = "" },
		{ .path = "etc/os-release", .body = "ID=debian\n" },
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: a\nVersion: 1\nStatus: install ok installed\n" },
		{ .path = "var/lib/dpkg/info/a.list",
		  .body = "/usr/bin/tool\n/usr/lib/python3/mod.py\n/etc/os-release\n" },
		{ .path = "var/lib/dpkg/info/a.postinst", .body = "#!/bin/sh\n" },
		{ .path = "var/lib/dpkg/implant", .body = ELF },
		{ .path = "usr/bin/tool", .body = ELF "new" },
		{ .path = "usr/lib/python3/mod.py", .body = "import os\n" },
		{ .path = "usr/lib/python3/__pycache__/mod.cpython-311.pyc", .body = "code" },
		{ .path = "usr/lib/python3/loose.py", .body = "7654321" },
		{ .path = "usr/lib/python3/__pycache__/loose.cpython-311.pyc", .body = "7654321" },
		{ .path = "usr/lib/python3/__pycache__/other.cpython-311.pyc", .body = "code!" },
		{ .path = "etc/passwd", .body = "root:x:0:0:::\n" },
		{ .path = "srv/app/deep/run.sh", .body = "#!/bin/sh\n" },
		{ .path = "srv/app/notes", .body = "12345" },
		{ .path = "srv/app/empty", .body = "" },
		{ .path = "srv/app/link", .link = "notes" },
		{ .path = "top", .body = "1" }, { 0 } });
	fixture_collect(&f);
	coverage_count(&f.image, &f.facts, &f.arena, &c);

	assert_int_equal(c.of[COVERAGE_OWNED].files, 3);
	assert_int_equal(c.of[COVERAGE_OWNED].bytes, 10 + 10 + 10);
	assert_int_equal(c.of[COVERAGE_DERIVED].files, 1);
	assert_int_equal(c.of[COVERAGE_GENERATED].files, 4); /* status, list, postinst, passwd */
	assert_int_equal(c.of[COVERAGE_UNKNOWN].files, 8);
	assert_int_equal(c.total.files, 16);
	assert_int_equal(c.unknown[KIND_ELF].files, 1);
	assert_int_equal(c.unknown[KIND_SCRIPT].files, 1);
	assert_int_equal(c.unknown[KIND_EMPTY].files, 1);
	assert_int_equal(coverage_opaque(&c), 1); /* the program; neither script nor data */
	assert_int_equal(c.unknown[KIND_DATA].files, 5);
	assert_int_equal(c.unknown[KIND_DATA].bytes, 5 + 5 + 1 + 7 + 7);

	assert_int_equal(c.largest[KIND_ELF].len, 1);
	assert_bytes(c.largest[KIND_ELF].items[0].path, "var/lib/dpkg/implant");
	assert_int_equal(c.largest[KIND_ELF].items[0].layer, 1);
	assert_bytes(c.largest[KIND_SCRIPT].items[0].path, "srv/app/deep/run.sh");
	assert_int_equal(c.largest[KIND_DATA].len, 0);

	assert_int_equal(c.folders.len, 4);
	assert_bytes(c.folders.items[0].path, "srv/app");
	assert_int_equal(c.folders.items[0].unknown.files, 3);
	assert_bytes(c.folders.items[1].path, "usr/lib");
	assert_int_equal(c.folders.items[1].unknown.files, 3);
	assert_bytes(c.folders.items[2].path, "");
	assert_bytes(c.folders.items[3].path, "var/lib");
	fixture_done(&f);
}

/* Layer 1 puts files where packages of layer 0 had theirs: they are not what the lists name. What a
 * later list names is owned, a diverted file lies where dpkg moved it, and settings that scripts
 * write stay what they are. */
static void test_replaced(void **state)
{
	struct coverage c;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: a\nVersion: 1\nStatus: install ok installed\n\n"
		          "Package: b\nVersion: 1\nStatus: install ok installed\n" },
		{ .path = "var/lib/dpkg/info/a.list",
		  .body = "/usr/bin/tool\n/usr/bin/later\n/usr/bin/kept\n/etc/profile\n/bin/sh\n" },
		{ .path = "var/lib/dpkg/info/b.list", .body = "/usr/bin/new\n" },
		{ .path = "usr/bin/tool", .body = ELF },
		{ .path = "usr/bin/new", .body = ELF },
		{ .path = "usr/bin/kept", .body = ELF },
		{ .path = "bin/sh", .body = ELF },
		{ .path = "etc/profile", .body = "umask 022\n" },
		{ .path = "usr/lib/python3/p-1.dist-info/METADATA",
		  .body = "Metadata-Version: 2.1\nName: p\nVersion: 1\n" },
		{ .path = "usr/lib/python3/p-1.dist-info/RECORD", .body = "p.py,,\nq.py,,\n" },
		{ .path = "usr/lib/python3/p.py", .body = "import os\n" },
		{ .path = "usr/lib/python3/q.py", .body = "import os\n" }, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "usr/bin/tool", .body = ELF "implant" },
		{ .path = "usr/bin/later", .body = ELF },
		{ .path = "usr/bin/new", .body = ELF "upgraded" },
		{ .path = "var/lib/dpkg/info/b.list", .body = "/usr/bin/new\n" },
		{ .path = "var/lib/dpkg/diversions", .body = "/bin/sh\n/bin/sh.distrib\nb\n" },
		{ .path = "bin/.wh.sh", .body = "" },
		{ .path = "bin/sh.distrib", .body = ELF },
		{ .path = "etc/profile", .body = "umask 077\n" },
		{ .path = "usr/lib/python3/p.py", .body = "implant()\n" }, { 0 } });
	fixture_collect(&f);
	coverage_count(&f.image, &f.facts, &f.arena, &c);

	assert_bytes(fixture_owner(&f, "usr/bin/kept"), "a");
	assert_bytes(fixture_owner(&f, "usr/bin/new"), "b");
	assert_bytes(fixture_owner(&f, "bin/sh.distrib"), "a");
	assert_bytes(fixture_owner(&f, "usr/bin/tool"), "");
	assert_bytes(fixture_owner(&f, "usr/lib/python3/q.py"), "p");
	assert_int_equal(c.of[COVERAGE_OWNED].files, 3);
	assert_int_equal(c.of[COVERAGE_UNKNOWN].files, 3); /* tool, later, p.py */
	assert_int_equal(c.replaced.files, 3);
	assert_int_equal(c.replaced.bytes, 14 + 7 + 10);
	assert_int_equal(coverage_opaque(&c), 2);
	assert_int_equal(c.largest[KIND_ELF].len, 2);
	assert_bytes(c.largest[KIND_ELF].items[0].path, "usr/bin/tool");
	assert_true(c.largest[KIND_ELF].items[0].replaced);
	fixture_done(&f);
}

/* The largest are kept in order, however many there are. */
static void test_largest(void **state)
{
	enum { FILES = 300 };
	static char bodies[FILES][FILES + 8];
	static char paths[FILES][16];
	static struct fixture_file files[FILES + 1];
	struct coverage c;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		size_t size = 4 + i * 7 % FILES; /* 7 and 300 share no factor: each size once */

		memset(bodies[i], 'x', size);
		memcpy(bodies[i], "\177ELF", 4);
		snprintf(paths[i], sizeof(paths[i]), "f%zu", size);
		files[i] = (struct fixture_file){ .path = paths[i], .body = bodies[i], .size = size };
	}
	fixture_init(&f);
	fixture_layer(&f, files);
	fixture_collect(&f);
	coverage_count(&f.image, &f.facts, &f.arena, &c);
	assert_int_equal(c.unknown[KIND_ELF].files, FILES);
	assert_int_equal(c.largest[KIND_ELF].len, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(c.largest[KIND_ELF].items[i].size, 4 + FILES - 1 - i);
	assert_bytes(c.largest[KIND_ELF].items[0].path, "f303");
	fixture_done(&f);
}

static void test_generated(void **state)
{
	static const struct {
		const char *path;
		enum file_kind kind;
		bool generated;
	} cases[] = {
		{ "etc/passwd", KIND_DATA, true },
		{ "etc/passwd", KIND_ELF, false },
		{ "etc/passwd2", KIND_DATA, false },
		{ "var/lib/dpkg/info/a.postinst", KIND_SCRIPT, true },
		{ "var/lib/dpkg/a.sh", KIND_SCRIPT, false },
		{ "var/lib/dpkg", KIND_DATA, false },
		{ "lib/apk/db/scripts.tar", KIND_ARCHIVE, true },
		{ "var/cache/apt/pkgcache.bin", KIND_DATA, true },
		{ "var/cache/x.deb", KIND_ARCHIVE, false },
		{ "usr/share/icons/hicolor/icon-theme.cache", KIND_DATA, true },
		{ "usr/share/icons/icon-theme.cache", KIND_DATA, false },
		{ "app/etc/passwd", KIND_DATA, false },
		{ "etc/services", KIND_DATA, true },
		{ "etc/ld.so.conf.d/x86_64-linux-gnu.conf", KIND_DATA, true },
		{ "etc/update-motd.d/10-uname", KIND_SCRIPT, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(coverage_generated(bytes_str(cases[i].path), cases[i].kind) != NULL,
		                 cases[i].generated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
