/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

#include "catalog/dpkg.h"

#define INSTALLED "Status: install ok installed\n"
#define OS_RELEASE { .path = "etc/os-release", .body = "ID=debian\nVERSION_ID=\"12\"\n" }

static void collect_status(struct fixture *f, const char *path, const char *status)
{
	fixture_database(f, "ID=debian\nVERSION_ID=\"12\"\n", path, bytes_str(status));
}

static void test_places(void **state)
{
	static const struct {
		const char *path;
		enum dpkg_file kind;
	} cases[] = {
		{ "var/lib/dpkg/status", DPKG_STATUS },
		{ "usr/lib/dpkg/status", DPKG_STATUS },
		{ "usr/lib/sysimage/dpkg/status", DPKG_STATUS },
		{ "var/lib/dpkg/status-old", DPKG_NOT },
		{ "var/lib/dpkg/status.d/libc6", DPKG_STATUS_D },
		{ "var/lib/dpkg/status.d/libc6.md5sums", DPKG_MD5SUMS },
		{ "usr/lib/dpkg/status.d/libc6", DPKG_STATUS_D },
		{ "var/lib/dpkg/status.d/sub/libc6", DPKG_NOT },
		{ "var/lib/dpkg/info/libc6:amd64.list", DPKG_LIST },
		{ "var/lib/dpkg/info/libc6:amd64.md5sums", DPKG_NOT },
		{ "var/lib/dpkg/diversions", DPKG_DIVERSIONS },
		{ "var/lib/dpkg/updates/0001", DPKG_UPDATE },
		{ "var/lib/dpkg/updates/tmp.i", DPKG_NOT },
		{ "var/lib/dpkg/updates/0001x", DPKG_NOT },
		{ "updates/0001", DPKG_NOT },
		{ "home/x/var/lib/dpkg/status", DPKG_NOT },
		{ "status", DPKG_NOT },
		{ "", DPKG_NOT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(dpkg_file_of(bytes_str(cases[i].path)), cases[i].kind);
}

static void test_fields(void **state)
{
	struct fixture f;

	(void)state;
	collect_status(&f, "var/lib/dpkg/status",
	               "Package: libgcc-s1\n" INSTALLED "Architecture: amd64\n"
	               "Source: gcc-12 (12.2.0-14)\n"
	               "Maintainer: Debian GCC <gcc@d.org>\n"
	               "version:  12.2.0-14+deb12u1 \nDescription: words\n Package: not-this\n .\n\n"
	               "Package: tar\r\n" INSTALLED "Architecture: amd64\r\nVersion: 1.34\r\n \t\n"
	               "Package: tzdata\n" INSTALLED "Architecture: all\nSource: tz\nVersion: 2024a\n");
	assert_int_equal(f.facts.packages.len, 3);
	const struct package *p = fixture_package(&f, "libgcc-s1");

	assert_non_null(p);
	assert_int_equal(p->ecosystem, ECO_DEB);
	assert_bytes(p->version, "12.2.0-14+deb12u1");
	assert_bytes(p->architecture, "amd64");
	assert_bytes(p->source_name, "gcc-12");
	assert_bytes(p->source_version, "12.2.0-14");
	assert_bytes(p->vendor, "Debian GCC <gcc@d.org>");
	assert_bytes(p->distro_id, "debian");
	assert_bytes(p->distro_version, "12");
	assert_bytes(p->path, "var/lib/dpkg/status");
	p = fixture_package(&f, "tar");
	assert_bytes(p->source_name, "tar");
	assert_bytes(p->source_version, "1.34");
	p = fixture_package(&f, "tzdata");
	assert_bytes(p->source_name, "tz");
	assert_bytes(p->source_version, "2024a");
	assert_int_equal(f.image.gaps.len, 0);
	assert_int_equal(f.facts.gaps.len, 0);
	fixture_done(&f);
}

/* dpkg(1), "package states": which of them have their files in place. */
static void test_states(void **state)
{
	static const struct {
		const char *status;
		size_t packages;
		const char *gap;
	} cases[] = {
		{ "install ok installed", 1, NULL },
		{ "hold ok installed", 1, NULL },
		{ "install ok unpacked", 1, NULL },
		{ "install ok half-configured", 1, NULL },
		{ "install ok triggers-awaited", 1, NULL },
		{ "install ok triggers-pending", 1, NULL },
		{ "deinstall ok config-files", 0, NULL },
		{ "purge ok not-installed", 0, NULL },
		{ "install reinstreq half-installed", 0, "half installed" },
		{ "install ok nonsense", 0, "does not know" },
		{ "installed", 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		char body[256];

		snprintf(body, sizeof(body), "Package: a\nVersion: 1\nStatus: %s\n", cases[i].status);
		collect_status(&f, "var/lib/dpkg/status", body);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(f.image.gaps.len, cases[i].gap ? 1 : 0);
		if (cases[i].gap)
			assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		fixture_done(&f);
	}
}

static void test_malformed(void **state)
{
	static const struct {
		const char *body, *gap;
		size_t packages;
	} cases[] = {
		{ "Package: a\n" INSTALLED "\nPackage: b\nVersion: 1\n" INSTALLED,
		  "line 1: a package without Version", 1 },
		{ "Version: 1\n" INSTALLED, "line 1: a paragraph without Package", 0 },
		{ "\n\nPakij: apt\nStratus: x\n", "line 3: a paragraph without Package", 0 },
		{ "Package: a\nVersion: 1\n" INSTALLED "garbage\n", "line 4: no field", 1 },
		{ " lonely\nPackage: a\nVersion: 1\n" INSTALLED, "line 1: a continued line", 1 },
		{ "Package: a\nVersion: 1\nVersion: 2\n" INSTALLED,
		  "line 3: a field that is there twice", 1 },
		{ "Package: a\nVersion: 1\n", "a package without Status", 1 },
		{ "Package:\n", "a paragraph without Package", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_status(&f, "var/lib/dpkg/status", cases[i].body);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		fixture_done(&f);
	}
}

static void test_ownership(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		OS_RELEASE,
		{ .path = "lib", .link = "usr/lib" },
		{ .path = "bin", .link = "usr/bin" },
		{ .path = "usr/lib/libc.so.6", .body = "x" },
		{ .path = "usr/lib/i386/libc.so.6", .body = "x" },
		{ .path = "usr/bin/sh", .link = "dash" },
		{ .path = "usr/bin/dash", .body = "x" },
		{ .path = "usr/share/man/sh.1", .body = "of dash" },
		{ .path = "usr/share/man/sh.distrib.1", .body = "of bash" },
		{ .path = "opt/mine", .body = "x" },
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: libc6\nArchitecture: amd64\nVersion: 2\n" INSTALLED
		          "\nPackage: libc6\nArchitecture: i386\nVersion: 2\n" INSTALLED
		          "\nPackage: dash\nArchitecture: amd64\nVersion: 1\n" INSTALLED
		          "\nPackage: bash\nArchitecture: amd64\nVersion: 1\n" INSTALLED },
		{ .path = "var/lib/dpkg/info/libc6:amd64.list", .body = "/.\n/lib\n/lib/libc.so.6\n" },
		{ .path = "var/lib/dpkg/info/libc6:i386.list", .body = "/.\n/lib/i386/libc.so.6\n" },
		{ .path = "var/lib/dpkg/info/dash.list",
		  .body = "/.\n/bin/dash\n/bin/sh\n/usr/share/man/sh.1\n/usr\n/usr/bin\n" },
		{ .path = "var/lib/dpkg/info/bash.list", .body = "/.\n/usr/share/man/sh.1\n/bin/gone\n" },
		{ .path = "var/lib/dpkg/info/removed.list", .body = "/opt/mine\n" },
		{ .path = "var/lib/dpkg/diversions",
		  .body = "/usr/share/man/sh.1\n/usr/share/man/sh.distrib.1\ndash\n" },
		{ 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 4);
	assert_bytes(fixture_owner(&f, "usr/lib/libc.so.6"), "libc6");
	uint32_t node = tree_find(f.image.tree, BYTES("usr/lib/i386/libc.so.6"), false);
	uint32_t owner = tree_get(f.image.tree, node)->package;

	assert_bytes(f.facts.packages.items[owner - 1].architecture, "i386");
	assert_bytes(fixture_owner(&f, "usr/bin/dash"), "dash");
	assert_bytes(fixture_owner(&f, "usr/bin/sh"), "dash");
	assert_bytes(fixture_owner(&f, "usr/share/man/sh.1"), "dash");
	assert_bytes(fixture_owner(&f, "usr/share/man/sh.distrib.1"), "bash");
	assert_bytes(fixture_owner(&f, "opt/mine"), "");
	assert_bytes(fixture_owner(&f, "usr/bin"), "");
	assert_int_equal(f.facts.gaps.len, 0);
	fixture_done(&f);
}

/* A long list travels in several items; every path must arrive. */
static void test_long_list(void **state)
{
	enum { FILES = 20000 };
	struct fixture_file *files = calloc(FILES + 3, sizeof(*files));
	char(*paths)[64] = calloc(FILES, sizeof(*paths));
	buf list = BUF_INIT(4 * MIB);
	struct fixture f;

	(void)state;
	assert_non_null(files);
	assert_non_null(paths);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%zx/a-rather-long-name-of-a-file/%zu",
		         i * 2654435761U, i);
		files[i] = (struct fixture_file){ .path = paths[i], .body = "" };
		buf_printf(&list, "/%s\n", paths[i]);
	}
	buf_putc(&list, '\0');
	files[FILES] = (struct fixture_file){ .path = "var/lib/dpkg/status",
		                                  .body = "Package: a\nVersion: 1\n" INSTALLED };
	files[FILES + 1] = (struct fixture_file){ .path = "var/lib/dpkg/info/a.list",
		                                      .body = (const char *)list.p };
	fixture_init(&f);
	fixture_layer(&f, files);
	assert_true(f.image.items.len > 3);
	fixture_collect(&f);
	for (size_t i = 0; i < FILES; i++)
		assert_bytes(fixture_owner(&f, paths[i]), "a");
	fixture_done(&f);
	buf_done(&list);
	free(files);
	free(paths);
}

/* Distroless: one control file a package, checksums beside it; and the same package in both
 * forms. */
static void test_status_d(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		OS_RELEASE,
		{ .path = "usr/lib/libz.so.1", .body = "x" },
		{ .path = "var/lib/dpkg/status", .body = "Package: zlib1g\nVersion: 1\n" INSTALLED },
		{ .path = "var/lib/dpkg/status.d/zlib1g", .body = "Package: zlib1g\nVersion: 1\n" },
		{ .path = "var/lib/dpkg/status.d/zlib1g.md5sums",
		  .body = "e11d70c96979a1328ae4e7e50542782b  usr/lib/libz.so.1\nshort\n" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(fixture_owner(&f, "usr/lib/libz.so.1"), "zlib1g");
	assert_int_equal(fixture_gaps(&f, "line 2: neither checksum nor path"), 1);
	fixture_done(&f);
}

/* Every layer that installs something writes the whole status again. */
static void test_layers(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){ OS_RELEASE, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: base\nVersion: 1\n" INSTALLED
		          "\nPackage: upgraded\nVersion: 1\n" INSTALLED
		          "\nPackage: removed\nVersion: 1\n" INSTALLED }, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: base\nVersion: 1\n" INSTALLED
		          "\nPackage: upgraded\nVersion: 2\n" INSTALLED
		          "\nPackage: added\nVersion: 1\n" INSTALLED
		          "\nPackage: removed\nVersion: 1\nStatus: deinstall ok config-files\n" }, { 0 } });
	fixture_collect(&f);
	static const struct {
		const char *name, *version;
		uint16_t layer;
		bool hidden;
	} expected[] = {
		{ "added", "1", 2, false },   { "base", "1", 1, false },    { "removed", "1", 1, true },
		{ "upgraded", "1", 1, true }, { "upgraded", "2", 2, false },
	};

	assert_int_equal(f.facts.packages.len, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct package *p = &f.facts.packages.items[i];

		assert_bytes(p->name, expected[i].name);
		assert_bytes(p->version, expected[i].version);
		assert_int_equal(p->layer, expected[i].layer);
		assert_int_equal(p->hidden, expected[i].hidden);
	}
	fixture_done(&f);
}

/* A known system without its packages must not look clean. */
static void test_no_database(void **state)
{
	struct fixture f;

	(void)state;
	collect_status(&f, "var/lib/dpkg/status", "");
	assert_int_equal(fixture_gaps(&f, "no package database"), 1);
	fixture_done(&f);
	collect_status(&f, "var/lib/dpkg/status", "Package: a\nVersion: 1\n" INSTALLED);
	assert_int_equal(fixture_gaps(&f, "no package database"), 0);
	fixture_done(&f);

	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "app/x", .body = "" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(fixture_gaps(&f, "no os-release"), 1);
	fixture_done(&f);

	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "Files/Windows/x", .body = "" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(fixture_gaps(&f, "Windows image"), 1);
	fixture_done(&f);
}

/* What a worker that was taken over may send. */
static void test_hostile_items(void **state)
{
	static const struct {
		bytes payload;
		size_t packages, gaps;
	} cases[] = {
		{ BYTES_INIT("\1\1a\0011\0\1a\0011\0\0\0"), 1, 0 },
		{ BYTES_INIT("\1\1a\0011\0\1a\0011\0\0\0x"), 0, 1 },
		{ BYTES_INIT("\1\1a\0011\0\1a\0011\0\0"), 0, 1 },
		{ BYTES_INIT("\1\0\0011\0\1a\0011\0\0\0"), 0, 1 },   /* no name */
		{ BYTES_INIT("\1\377\377\377\377\17a"), 0, 1 },      /* a length beyond the end */
		{ BYTES_INIT("\1\1a"), 0, 1 },
		{ BYTES_INIT("\2\2\1a"), 0, 1 },                     /* relations of no package */
		{ BYTES_INIT("\3\1a\0\11usr/bin/x\3\1y"), 0, 0 },
		{ BYTES_INIT("\3\1a\5\1y"), 0, 1 },                  /* shares more than there was */
		{ BYTES_INIT("\3\1a\0\0"), 0, 1 },
		{ BYTES_INIT("\4\2/a\2/b\1:"), 0, 0 },
		{ BYTES_INIT("\4\2/a"), 0, 1 },
		{ BYTES_INIT("\5\1a\5amd64"), 0, 0 },
		{ BYTES_INIT("\5\1a"), 0, 1 },
		{ BYTES_INIT("\5\1a\0x"), 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_status(&f, "var/lib/dpkg/status", "");
		*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){
			catalog_inspectors[1]->id, 0,
			tree_find(f.image.tree, BYTES("var/lib/dpkg/status"), false), cases[i].payload };
		fixture_collect(&f);
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(fixture_gaps(&f, "evidence of this file cannot be read"), cases[i].gaps);
		fixture_done(&f);
	}
}

static void test_many_gaps(void **state)
{
	struct fixture f;

	(void)state;
	collect_status(&f, "var/lib/dpkg/status", "Package: a\nVersion: 1\n" INSTALLED);
	for (size_t i = 0; i < 1500; i++)
		*ARENA_PUSH(&f.image.arena, &f.image.items) = (struct image_item){
			catalog_inspectors[1]->id, 0,
			tree_find(f.image.tree, BYTES("var/lib/dpkg/status"), false), BYTES("\1") };
	fixture_collect(&f);
	assert_int_equal(f.facts.gaps_total, 1500);
	assert_int_equal(f.facts.gaps.len, LIMIT_GAPS_NAMED);
	assert_int_equal(f.facts.packages.len, 1);
	fixture_done(&f);
}

static void test_many_packages(void **state)
{
	buf status = BUF_INIT(8 * MIB);
	struct fixture f;

	(void)state;
	for (size_t i = 0; i <= LIMIT_PACKAGES; i++)
		buf_printf(&status, "Package: p%zu\nVersion: 1\n" INSTALLED "\n", i);
	buf_putc(&status, '\0');
	collect_status(&f, "var/lib/dpkg/status", (const char *)status.p);
	assert_int_equal(f.facts.packages.len, LIMIT_PACKAGES);
	assert_int_equal(fixture_gaps(&f, "more than 65536 packages: the rest is not read"), 1);
	fixture_done(&f);
	buf_done(&status);
}

/* Inspector numbers stand in the cache. */
static void test_inspectors(void **state)
{
	(void)state;
	assert_string_equal(catalog_inspectors[1]->name, "dpkg");
	for (size_t i = 0; catalog_inspectors[i]; i++) {
		assert_true(catalog_inspectors[i]->id > 0);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(catalog_inspectors[i]->id, catalog_inspectors[k]->id);
	}
}

/* Debian Policy 7.1: alternatives, versions, architectures, fields over several lines; 7.5: what is
 * provided; dpkg(1): the library of the other architecture is another package. */
static void test_relations(void **state)
{
	struct fixture f;

	(void)state;
	collect_status(&f, "var/lib/dpkg/status",
	               "Package: app\n" INSTALLED "Architecture: amd64\nVersion: 1\n"
	               "Pre-Depends: libc6 (>= 2.2.1)\n"
	               "Depends: gone | exim4 (>= 4) | mail-transport-agent, perl:any,\n"
	               " awk [amd64]\n\t, libnot (<< 3)\nRecommends: unwanted\n\n"
	               "Package: exim4\n" INSTALLED "Architecture: amd64\nVersion: 4\n"
	               "Provides: mail-transport-agent\n\n"
	               "Package: postfix\n" INSTALLED "Architecture: amd64\nVersion: 3\n"
	               "Provides: other,\n mail-transport-agent (= 1)\n"
	               "Depends: mail-transport-agent\n\n"
	               "Package: perl\n" INSTALLED "Architecture: amd64\nVersion: 5\n\n"
	               "Package: unwanted\n" INSTALLED "Architecture: amd64\nVersion: 5\n\n"
	               "Package: mawk\n" INSTALLED "Architecture: amd64\nVersion: 1\nProvides: awk\n\n"
	               "Package: libnot\nStatus: deinstall ok config-files\nVersion: 1\n\n"
	               "Package: libc6\n" INSTALLED "Architecture: amd64\nVersion: 2\n\n"
	               "Package: libc6\n" INSTALLED "Architecture: i386\nVersion: 2\n\n"
	               "Package: wine32\n" INSTALLED "Architecture: i386\nVersion: 2\n"
	               "Depends: libc6\n");
	assert_string_equal(fixture_edges(&f), "app>exim4 app>libc6 app>mawk app>perl postfix>exim4 "
	                                       "wine32>libc6");
	for (size_t i = 0; i < f.facts.edges.len; i++) {
		const struct package_edge *edge = &f.facts.edges.items[i];

		assert_true(bytes_equal(f.facts.packages.items[edge->from].architecture,
		                        f.facts.packages.items[edge->to].architecture));
	}
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

/* Who needs whom is said by visible databases only. */
static void test_relations_hidden(void **state)
{
	struct fixture f;

	(void)state;
	collect_status(&f, "var/lib/dpkg/status",
	               "Package: a\n" INSTALLED "Version: 1\nDepends: b\n\n"
	               "Package: b\n" INSTALLED "Version: 1\n");
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: a\n" INSTALLED "Version: 1\n\nPackage: b\n" INSTALLED "Version: 1\n" },
		{ 0 } });
	fixture_collect(&f);
	assert_string_equal(fixture_edges(&f), "");
	fixture_done(&f);
}

/* An interrupted dpkg: what the journal says stands for status, the highest number first; a package
 * that it removes is gone, one that it adds is there, and a journal that is gone says nothing. */
static void test_journal(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		OS_RELEASE,
		{ .path = "var/lib/dpkg/updates/0000",
		  .body = "Package: old\n" INSTALLED "Architecture: amd64\nVersion: 1\n" },
		{ .path = "var/lib/dpkg/status",
		  .body = "Package: kept\n" INSTALLED "Architecture: amd64\nVersion: 1\n\n"
		          "Package: up\n" INSTALLED "Architecture: amd64\nVersion: 1\nDepends: kept\n\n"
		          "Package: up\n" INSTALLED "Architecture: i386\nVersion: 1\n\n"
		          "Package: gone\n" INSTALLED "Architecture: amd64\nVersion: 1\n" },
		{ 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "var/lib/dpkg/updates/.wh.0000", .body = "" },
		{ .path = "var/lib/dpkg/updates/0002",
		  .body = "Package: up\n" INSTALLED "Architecture: amd64\nVersion: 3\nDepends: new\n" },
		{ .path = "var/lib/dpkg/updates/0001",
		  .body = "Package: up\n" INSTALLED "Architecture: amd64\nVersion: 2\n\n"
		          "Package: new\n" INSTALLED "Architecture: amd64\nVersion: 1\n\n"
		          "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\n"
		          "Version: 1\n" },
		{ 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 5);
	assert_true(fixture_package(&f, "old")->hidden);
	assert_bytes(fixture_package(&f, "kept")->version, "1");
	assert_bytes(fixture_package(&f, "new")->version, "1");
	assert_bytes(fixture_package(&f, "up")->architecture, "i386"); /* sorted: 1 before 3 */
	assert_null(fixture_package(&f, "gone"));
	for (size_t i = 0; i < f.facts.packages.len; i++)
		if (bytes_is(f.facts.packages.items[i].name, "up") &&
		    bytes_is(f.facts.packages.items[i].architecture, "amd64"))
			assert_bytes(f.facts.packages.items[i].version, "3");
	assert_string_equal(fixture_edges(&f), "up>new");
	assert_int_equal(f.image.gaps.len + f.facts.gaps.len, 0);
	fixture_done(&f);
}

/* A package that needs and provides more than is kept is a package all the same. */
static void test_relations_many(void **state)
{
	buf status = BUF_INIT(8 * MIB);
	struct fixture f;

	(void)state;
	buf_puts(&status, "Package: a\nVersion: 1\n" INSTALLED "Depends: b");
	for (size_t i = 0; i < 200000; i++)
		buf_printf(&status, ", needed-%zu", i);
	buf_puts(&status, "\n\nPackage: b\nVersion: 1\n" INSTALLED);
	buf_putc(&status, '\0');
	collect_status(&f, "var/lib/dpkg/status", (const char *)status.p);
	assert_string_equal(fixture_edges(&f), "a>b");
	assert_int_equal(fixture_gaps(&f, "too many dependencies"), 1);
	fixture_done(&f);
	buf_done(&status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),    cmocka_unit_test(test_fields),
		cmocka_unit_test(test_states),    cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_ownership), cmocka_unit_test(test_long_list),
		cmocka_unit_test(test_status_d),  cmocka_unit_test(test_layers),
		cmocka_unit_test(test_no_database), cmocka_unit_test(test_hostile_items),
		cmocka_unit_test(test_many_gaps), cmocka_unit_test(test_many_packages),
		cmocka_unit_test(test_inspectors),
		cmocka_unit_test(test_relations), cmocka_unit_test(test_relations_hidden),
		cmocka_unit_test(test_relations_many), cmocka_unit_test(test_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
