/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

#include "catalog_fixture.h"
#include "rpm_writer.h"

/* -- databases ------------------------------------------------------------------------------ */

struct listing {
	char text[4096]; /* "NAME " a header; "! " for one that is none */
};

static void list_header(void *ctx, bytes blob)
{
	struct listing *l = ctx;
	struct rpm_package p;
	size_t n = strlen(l->text);
	err e = { 0 };

	if (rpm_header_parse(blob, &p, &e) < 0)
		p.name = BYTES("!");
	snprintf(l->text + n, sizeof(l->text) - n, PRIb " ", BYTESF(p.name));
}

typedef int (*read_fn)(const struct rpm_file *, const struct rpm_sink *, err *);

/* read_database(read, all, listing, text): the reader's verdict; *text is its error. */
static int read_database(read_fn read, bytes all, struct listing *listing, err *e)
{
	const struct rpm_file file = { all.n, rpm_read_memory, &all };
	const struct rpm_sink sink = { list_header, listing };

	*listing = (struct listing){ "" };
	*e = (err){ 0 };
	return read(&file, &sink, e);
}

#define PACKAGES \
	"CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);"

#define PACKAGES_PLAIN "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob)"

/* Headers that fit into their cell, that just do not, and that fill chains of pages; tables of one
 * page and of several levels. */
static void test_sqlite(void **state)
{
	static const char *const sizes[] = { "512", "4096", "65536" };
	static const size_t paddings[] = {
		0,     300, 350, 360, 370, 380, 390, 400, 470, 3900, 4000,
		70000, 0,   1,   2,   3,   4,   5,   6,   7,   8,    900000
	};
	static const size_t n = sizeof(paddings) / sizeof(*paddings);

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		buf db = BUF_INIT(16 * MIB);
		struct listing listing, want = { "" };
		char sql[256];
		err e;

		snprintf(sql, sizeof(sql),
		         "PRAGMA page_size=%s; CREATE TABLE Name (key TEXT, hnum INTEGER);" PACKAGES
		         "CREATE INDEX i ON Name (key)",
		         sizes[i]);
		rpm_sqlite(sql, paddings, n, &db);
		assert_int_equal(read_database(rpm_sqlite_read, buf_bytes(&db), &listing, &e), 0);
		for (size_t k = 0; k < n; k++)
			snprintf(want.text + strlen(want.text), 32, "p%zu ", k);
		assert_string_equal(listing.text, want.text);
		assert_int_equal(
			read_database(rpm_sqlite_read, bytes_slice(buf_bytes(&db), 0, db.n / 2), &listing, &e),
			-1);
		buf_done(&db);
	}
}

static void test_sqlite_malformed(void **state)
{
	static const struct {
		const char *sql;
		size_t at, n; /* octets that are replaced */
		const char *octets, *text;
	} cases[] = {
		{ "PRAGMA page_size=512;" PACKAGES, 0, 1, "s", "not a database" },
		{ "PRAGMA page_size=512;" PACKAGES, 16, 2, "\0\377", "page size" },
		{ "PRAGMA page_size=512;" PACKAGES, 16, 2, "\2\1", "page size" },
		{ "PRAGMA page_size=512;" PACKAGES, 20, 1, "\50", "page size" },
		{ "PRAGMA encoding='UTF-16le';" PACKAGES, 0, 0, "", "text encoding" },
		{ "CREATE TABLE Other (a, b)", 0, 0, "", "no table Packages" },
		{ "CREATE TABLE Other (a, b); CREATE VIEW Packages AS SELECT * FROM Other", 0, 0, "",
		  "no table Packages" },
		{ "PRAGMA page_size=512;" PACKAGES, 100, 1, "\2", "belongs to no table" },
		{ "PRAGMA page_size=512;" PACKAGES, 103, 2, "\377\377", "more cells than it can hold" },
		{ "PRAGMA page_size=512;" PACKAGES, 108, 2, "\377\377", "cut off" },
		{ "CREATE TABLE Packages (a INTEGER PRIMARY KEY, b); INSERT INTO Packages (b) VALUES ('x')",
		  0, 0, "", "without blob" },
		{ "CREATE TABLE Packages (a INTEGER PRIMARY KEY); INSERT INTO Packages VALUES (1)", 0, 0,
		  "", "without blob" },
		/* the only page of the table becomes an interior one whose right child is itself, or 0 */
		{ "PRAGMA page_size=512; CREATE TABLE Packages (a, b)", 512, 12, "\5\0\0\0\0\0\0\0\0\0\0\2",
		  "several places" },
		{ "PRAGMA page_size=512; CREATE TABLE Packages (a, b)", 512, 12, "\5\0\0\0\0\0\0\0\0\0\0\0",
		  "outside the file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf db = BUF_INIT(MIB);
		struct listing listing;
		err e;

		rpm_sqlite(cases[i].sql, NULL, 0, &db);
		memcpy(db.p + cases[i].at, cases[i].octets, cases[i].n);
		assert_int_equal(read_database(rpm_sqlite_read, buf_bytes(&db), &listing, &e), -1);
		if (!strstr(e.text, cases[i].text))
			fail_msg("case %zu: %s", i, e.text);
		buf_done(&db);
	}
}

/* Two cells that share their chain of pages: as many pages as the file has, then no more. */
static void test_sqlite_shared(void **state)
{
	buf db = BUF_INIT(MIB);
	struct listing listing;
	err e;

	(void)state;
	rpm_sqlite("PRAGMA page_size=512;" PACKAGES_PLAIN, (const size_t[]){ 3000 }, 1, &db);
	db.p[512 + 4] = 2;                          /* cells of page 2 */
	memcpy(db.p + 512 + 10, db.p + 512 + 8, 2); /* the second is the first */
	assert_int_equal(read_database(rpm_sqlite_read, buf_bytes(&db), &listing, &e), -1);
	assert_non_null(strstr(e.text, "several places"));
	assert_string_equal(listing.text, "p0 ");
	buf_done(&db);
}

static void write_ndb(buf *db, buf headers[2])
{
	bytes views[2];

	for (size_t i = 0; i < 2; i++) {
		rpm_simple(i ? "second" : "first", 100 * i, &headers[i]);
		views[i] = buf_bytes(&headers[i]);
	}
	rpm_ndb(views, 2, db);
}

static void test_ndb(void **state)
{
	static const struct {
		size_t at, n;
		const char *octets, *text, *listing;
	} cases[] = {
		{ 0, 0, "", "", "first second " },
		{ 36, 4, "\0\0\0\0", "", "second " }, /* a free slot */
		{ 0, 1, "r", "not a package database", "" },
		{ 4, 1, "\1", "version 1 is unknown", "" },
		{ 12, 4, "\377\377\377\377", "list of packages is cut off", "first second " },
		{ 32, 1, "s", "without its mark", "" },
		{ 40, 4, "\377\377\377\377", "outside the file", "" },
		{ 44, 4, "\1\0\0\0", "outside the file", "" },
		{ 44, 4, "\377\377\377\17", "outside the file", "" },
		{ 48 + 4, 1, "\7", "does not lead to its package", "first " },
		{ 4096, 1, "b", "does not lead to its package", "" },
		{ 4096 + 12, 4, "\377\377\377\377", "does not lead to its package", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf db = BUF_INIT(MIB), headers[2] = { BUF_INIT(MIB), BUF_INIT(MIB) };
		struct listing listing;
		err e;

		write_ndb(&db, headers);
		memcpy(db.p + cases[i].at, cases[i].octets, cases[i].n);
		int result = read_database(rpm_ndb_read, buf_bytes(&db), &listing, &e);

		if (result != (cases[i].text[0] ? -1 : 0) || !strstr(e.text, cases[i].text) ||
		    strcmp(listing.text, cases[i].listing) != 0)
			fail_msg("case %zu: '%s' '%s'", i, e.text, listing.text);
		buf_done(&db);
		buf_done(&headers[0]);
		buf_done(&headers[1]);
	}
}

/* All slots lead to the same blocks: as many octets as the file has, then no more. */
static void test_ndb_overlap(void **state)
{
	buf db = BUF_INIT(MIB), headers[2] = { BUF_INIT(MIB), BUF_INIT(MIB) };
	struct listing listing;
	err e;

	(void)state;
	write_ndb(&db, headers);
	for (size_t i = 1; i < 254; i++)
		memcpy(db.p + 32 + 16 * i, db.p + 32, 16);
	assert_int_equal(read_database(rpm_ndb_read, buf_bytes(&db), &listing, &e), -1);
	assert_non_null(strstr(e.text, "overlap"));
	buf_done(&db);
	buf_done(&headers[0]);
	buf_done(&headers[1]);
}

#define REAL_BDB "vuln/os-db/rpm/bdb/dive-and-one.Packages"
#define REAL_BDB_SIZE 16384

/* What rpm 4.18 lists from this file: dive-0.9.2-1.x86_64. Its header lies on the pages 2 and 3. */
static void test_bdb(void **state)
{
	static const struct {
		size_t at, n;
		const char *octets, *text, *listing;
	} cases[] = {
		{ 0, 0, "", "", "dive " },
		{ 12, 4, "\x62\x31\5\0", "not a hash database", "" }, /* a b-tree's magic */
		{ 12, 4, "\0\6\x15\x61", "page size", "" },           /* the other octet order */
		{ 24, 1, "\1", "encrypted", "" },
		{ 20, 4, "\0\0\1\0", "cut off", "" },
		{ 20, 4, "\0\0\2\0", "page size", "" },
		{ 20, 4, "\1\20\0\0", "page size", "" },
		{ 32, 4, "\4\0\0\0", "cut off", "" },
		{ 32, 4, "\377\377\377\377", "cut off", "" },
	};
	char *body = fixture_shared(REAL_BDB);

	(void)state;
	if (!body)
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf db = BUF_INIT(MIB);
		struct listing listing;
		err e;

		buf_put(&db, bytes_of(body, REAL_BDB_SIZE));
		memcpy(db.p + cases[i].at, cases[i].octets, cases[i].n);
		int result = read_database(rpm_bdb_read, buf_bytes(&db), &listing, &e);

		if (result != (cases[i].text[0] ? -1 : 0) || !strstr(e.text, cases[i].text) ||
		    strcmp(listing.text, cases[i].listing) != 0)
			fail_msg("case %zu: '%s' '%s'", i, e.text, listing.text);
		buf_done(&db);
	}
	free(body);
}

/* -- the whole way -------------------------------------------------------------------------- */

#define MANIFEST_LINE \
	"bash\t5.1.8-4.cm2\t1\t2\tMicrosoft Corporation\t(none)\t9\tx86_64\t3\t" \
	"bash-src-5.1.8-4.cm2.src.rpm\n"

static void collect_files(struct fixture *f, const char *path, bytes body)
{
	fixture_init(f);
	fixture_layer(f, (struct fixture_file[]){
						 { .path = "etc/os-release", .body = "ID=fedora\nVERSION_ID=40\n" },
						 { .path = "usr/bin/sample", .body = "x" },
						 { .path = "usr/share/gone", .body = "x" },
						 { .path = path, .body = (const char *)body.p, .size = body.n },
						 { 0 } });
	fixture_collect(f);
}

static void test_manifest(void **state)
{
	struct fixture f;

	(void)state;
	collect_files(&f, "var/lib/rpmmanifest/container-manifest-2", BYTES(MANIFEST_LINE));
	const struct package *p = fixture_package(&f, "bash");

	assert_non_null(p);
	assert_int_equal(p->ecosystem, ECO_RPM);
	assert_bytes(p->version, "3:5.1.8-4.cm2");
	assert_bytes(p->architecture, "x86_64");
	assert_bytes(p->source_name, "bash-src");
	assert_bytes(p->source_version, "5.1.8-4.cm2");
	assert_bytes(p->distro_id, "fedora");
	assert_int_equal(fixture_gaps(&f, ""), 0);
	fixture_done(&f);
}

static void test_manifest_malformed(void **state)
{
	static const struct {
		const char *name, *body, *gap;
		size_t packages;
	} cases[] = {
		{ "container-manifest-2", "bogus", "line 1: fewer than ten fields", 0 },
		{ "container-manifest-2", MANIFEST_LINE "a\t1\t\t\t\t\t\t\t0\tx\n",
		  "line 2: a package without", 1 },
		{ "container-manifest-2", "a\t1-1\t\t\t\t\t\tx\t-1\tx\n", "line 1: an epoch", 0 },
		{ "container-manifest-1", "a-1.noarch\n\nbash-5.1-4.x86_64\n", "line 1: no NAME-VERSION",
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		char path[128];

		snprintf(path, sizeof(path), "var/lib/rpmmanifest/%s", cases[i].name);
		collect_files(&f, path, bytes_str(cases[i].body));
		assert_int_equal(f.facts.packages.len, cases[i].packages);
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		fixture_done(&f);
	}
}

/* The list of names leaves the epoch out: it counts only when nothing better is there. */
static void test_manifest_both(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "var/lib/rpmmanifest/container-manifest-1",
	                                             .body = "bash-5.1.8-4.cm2.x86_64\n" },
	                                           { .path = "var/lib/rpmmanifest/container-manifest-2",
	                                             .body = MANIFEST_LINE },
	                                           { 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 1);
	assert_bytes(f.facts.packages.items[0].version, "3:5.1.8-4.cm2");
	fixture_done(&f);
}

static void test_places(void **state)
{
	static const struct {
		const char *path, *gap;
	} cases[] = {
		{ "var/lib/rpm/Packages", "not a database" },
		{ "var/lib/rpm/Packages.db", "not a package database" },
		{ "var/lib/rpm/rpmdb.sqlite", "SQLite: not a database" },
		{ "usr/lib/sysimage/rpm/rpmdb.sqlite", "SQLite: not a database" },
		{ "usr/share/rpm/rpmdb.sqlite", "SQLite: not a database" },
		{ "var/lib/rpm/rpmdb.sqlite-wal", "write-ahead log" },
		{ "srv/var/lib/rpm/Packages", "no package database" },
		{ "var/lib/rpm/Name", "no package database" },
		{ "var/lib/rpmmanifest/Packages", "no package database" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_files(&f, cases[i].path, BYTES("x"));
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		/* never clean: that no package was found is said, too */
		assert_int_equal(fixture_gaps(&f, "no package database that names a package"), 1);
		fixture_done(&f);
	}
}

static void write_database(buf *db, bool broken)
{
	struct rpm_writer w = RPM_WRITER_INIT;
	buf blob = BUF_INIT(MIB), second = BUF_INIT(MIB);

	rpm_sample(&w);
	if (broken)
		rpm_numbers(&w, 1116, 3, RPM_SAMPLE_DIRS);
	rpm_blob(&w, &blob);
	rpm_simple("other", 0, &second);
	rpm_ndb((const bytes[]){ buf_bytes(&blob), buf_bytes(&second) }, 2, db);
	rpm_writer_done(&w);
	buf_done(&blob);
	buf_done(&second);
}

static void test_ownership(void **state)
{
	struct fixture f;
	buf db = BUF_INIT(MIB);

	(void)state;
	write_database(&db, false);
	collect_files(&f, "usr/lib/sysimage/rpm/Packages.db", buf_bytes(&db));
	assert_int_equal(f.facts.packages.len, 2);
	assert_bytes(fixture_package(&f, "sample")->version, "7:1.2~rc3-4.el9");
	assert_bytes(fixture_package(&f, "sample")->source_name, "source-of-it");
	assert_bytes(fixture_package(&f, "other")->source_name, "other");
	assert_bytes(fixture_package(&f, "other")->version, "1-2");
	assert_bytes(fixture_owner(&f, "usr/bin/sample"), "sample");
	assert_bytes(fixture_owner(&f, "usr/share/gone"), ""); /* another package replaced it */
	assert_bytes(fixture_owner(&f, "etc/os-release"), "");
	assert_int_equal(fixture_gaps(&f, ""), 0);
	fixture_done(&f);
	buf_done(&db);
}

/* needing_header: of a package that needs n names and provides one. */
static void needing_header(const char *name, const char *const *needs, const uint32_t *flags,
                           uint32_t n, const char *provides, buf *out)
{
	struct rpm_writer w = RPM_WRITER_INIT;

	rpm_text(&w, 1000, name);
	rpm_text(&w, 1001, "1");
	rpm_text(&w, 1002, "1");
	if (n > 0) {
		rpm_numbers(&w, 1048, n, flags);
		rpm_texts(&w, 1049, n, needs);
	}
	rpm_texts(&w, 1047, 1, &provides);
	rpm_blob(&w, out);
	rpm_writer_done(&w);
}

/* What rpmlib and weak dependencies ask for is no need (rpmsenseFlags); of rich ones (rpm, "Boolean
 * Dependencies") "or" takes the first that is there, "if" depends on what is not known here. */
static void test_relations(void **state)
{
	static const char *const needs[] = { "rpmlib(PayloadIsZstd)", "weak", "libb.so.1()(64bit)",
		                                 "(none or c or d)", "(e if b)", "(b and f)",
		                                 "(g >= 1 with h)", "(c or (d and e))" };
	static const uint32_t flags[] = { 1U << 24, 1U << 19, 0, 0, 0, 0, 0, 0 };
	static const char *const others[] = { "b", "c", "d", "e", "f", "g", "h", "weak" };
	buf db = BUF_INIT(MIB), blobs[9];
	bytes headers[9];
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		blobs[i] = (buf)BUF_INIT(MIB);
		needing_header(i ? others[i - 1] : "a", needs, flags, i ? 0 : 8,
		               i == 1 ? "libb.so.1()(64bit)" : i ? others[i - 1] : "rpmlib(PayloadIsZstd)",
		               &blobs[i]);
		headers[i] = buf_bytes(&blobs[i]);
	}
	rpm_ndb(headers, 9, &db);
	collect_files(&f, "var/lib/rpm/Packages.db", buf_bytes(&db));
	assert_int_equal(f.facts.packages.len, 9);
	assert_string_equal(fixture_edges(&f), "a>b a>c a>f a>g a>h");
	fixture_done(&f);
	for (size_t i = 0; i < 9; i++)
		buf_done(&blobs[i]);
	buf_done(&db);
}

/* A package whose lists of files contradict each other is still a package. */
static void test_files_malformed(void **state)
{
	struct fixture f;
	buf db = BUF_INIT(MIB);

	(void)state;
	write_database(&db, true);
	collect_files(&f, "var/lib/rpm/Packages.db", buf_bytes(&db));
	assert_int_equal(f.facts.packages.len, 2);
	assert_bytes(fixture_owner(&f, "usr/bin/sample"), "");
	assert_int_equal(fixture_gaps(&f, "package 1 of the database: file lists of different lengths"),
	                 1);
	fixture_done(&f);
	buf_done(&db);
}

static void test_hidden(void **state)
{
	struct fixture f;
	buf db = BUF_INIT(MIB), later = BUF_INIT(MIB), header = BUF_INIT(MIB);

	(void)state;
	write_database(&db, false);
	rpm_simple("other", 0, &header);
	rpm_ndb((const bytes[]){ buf_bytes(&header) }, 1, &later);
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
						  { .path = "usr/bin/sample", .body = "x" },
						  { .path = "var/lib/rpm/Packages.db", .body = (char *)db.p, .size = db.n },
						  { 0 } });
	fixture_layer(
		&f, (struct fixture_file[]){
				{ .path = "var/lib/rpm/Packages.db", .body = (char *)later.p, .size = later.n },
				{ 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.packages.len, 2);
	assert_true(fixture_package(&f, "sample")->hidden);
	assert_false(fixture_package(&f, "other")->hidden);
	assert_int_equal(fixture_package(&f, "other")->layer, 0);
	assert_bytes(fixture_owner(&f, "usr/bin/sample"), "");
	fixture_done(&f);
	buf_done(&db);
	buf_done(&later);
	buf_done(&header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sqlite),        cmocka_unit_test(test_sqlite_malformed),
		cmocka_unit_test(test_sqlite_shared), cmocka_unit_test(test_ndb),
		cmocka_unit_test(test_ndb_overlap),   cmocka_unit_test(test_bdb),
		cmocka_unit_test(test_manifest),      cmocka_unit_test(test_manifest_malformed),
		cmocka_unit_test(test_manifest_both), cmocka_unit_test(test_places),
		cmocka_unit_test(test_ownership),     cmocka_unit_test(test_files_malformed),
		cmocka_unit_test(test_hidden),        cmocka_unit_test(test_relations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
