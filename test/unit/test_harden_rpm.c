/* SPDX-License-Identifier: Apache-2.0 */
/* What hardening leaves of rpm's database. Expected values: SQLite's own reading of what was
 * written (sqlite3_deserialize), the formats as rpm_writer.h and catalog/rpm.h have them. */
#include "catalog/rpm.h"
#include "harden/database.h"
#include "harden/database_rpm.h"

#include "rpm_writer.h"

/* filter(form, file, out, e): the packages p1 and p3 stay. */
static int filter(enum database_form form, bytes file, buf *out, err *e)
{
	static struct database_package there[] = {
		{ BYTES_INIT("p1"), BYTES_INIT("1-2"), BYTES_INIT("noarch"), SELECT_PRESENT },
		{ BYTES_INIT("p2"), BYTES_INIT("1-3"), BYTES_INIT("noarch"), SELECT_PRESENT },
		{ BYTES_INIT("p2"), BYTES_INIT("1:1-2"), BYTES_INIT("noarch"), SELECT_PRESENT },
		{ BYTES_INIT("p2"), BYTES_INIT("1-2"), BYTES_INIT("x86_64"), SELECT_PRESENT },
		{ BYTES_INIT("p3"), BYTES_INIT("1-2"), BYTES_INIT("noarch"), SELECT_SETTINGS },
	};
	const struct seek_file seek = { file.n, rpm_read_memory, &file };
	struct database d = { .form = form, .packages = { there, 5, 5 }, .file = &seek };
	struct arena a = ARENA_INIT;

	*e = (err){ 0 };
	int status = database_filter(&d, &a, out, e);

	arena_done(&a);
	return status;
}

/* -- SQLite ------------------------------------------------------------------------------------ */

#define PACKAGES \
	"CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT," \
	"blob BLOB NOT NULL);"
#define TABLE(name, type) \
	"CREATE TABLE IF NOT EXISTS '" name "' (key '" type "' NOT NULL, hnum INTEGER NOT NULL, idx " \
	"INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum));"

#define NAMES TABLE("Name", "TEXT")
#define SUMS TABLE("Sigmd5", "BLOB")

static const char schema[] = PACKAGES NAMES SUMS
	"CREATE INDEX 'Name_key_idx' ON 'Name'(key ASC);"
	"INSERT INTO Name VALUES ('p0',1,0),('p1',2,0),('p2',3,0),('p3',4,9223372036854775807);"
	"INSERT INTO Name VALUES ('x',99,0);"
	"INSERT INTO Sigmd5 VALUES (x'00ff',1,0),(x'00fe',2,1),(x'',4,-5);"
	/* not rpm's */
	"CREATE TABLE \"x'); DROP TABLE Name; --\" (key, hnum, idx);"
	"CREATE TABLE Other (a, b);"
	"CREATE INDEX odd ON Name (idx);"
	"CREATE VIEW Seen AS SELECT * FROM Name;"
	"CREATE TRIGGER t AFTER INSERT ON Name BEGIN DELETE FROM Packages; END;";

/* said(image, sql): the rows, "|" between them. */
static const char *said(bytes image, const char *sql, struct arena *a)
{
	const char *text = "";
	sqlite3_stmt *st;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	unsigned char *copy = sqlite3_malloc64(image.n);

	memcpy(copy, image.p, image.n);
	assert_int_equal(sqlite3_deserialize(db, "main", copy, (sqlite3_int64)image.n,
	                                     (sqlite3_int64)image.n, SQLITE_DESERIALIZE_FREEONCLOSE),
	                 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		text = arena_printf(a, "%s%s|", text, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

static void edits_sqlite(void **state)
{
	static const size_t paddings[] = { 0, 9000, 10, 70000, 1, 2, 3 };
	static const struct {
		const char *sql, *rows;
	} wants[] = {
		{ "PRAGMA integrity_check", "ok|" },
		{ "PRAGMA page_size", "4096|" },
		{ "SELECT hnum FROM Packages ORDER BY hnum", "2|4|" },
		{ "SELECT key || hnum || ' ' || idx || typeof(key) FROM Name ORDER BY hnum",
		  "p12 0text|p34 9223372036854775807text|" },
		{ "SELECT hex(key) || hnum || ' ' || idx || typeof(key) FROM Sigmd5 ORDER BY hnum",
		  "00FE2 1blob|4 -5blob|" },
		{ "SELECT type || name FROM sqlite_master ORDER BY name",
		  "tableName|indexName_key_idx|tablePackages|tableSigmd5|tablesqlite_sequence|" },
	};
	buf db = BUF_INIT(16 * MIB), out = BUF_INIT(LIMIT_RPM_DATABASE);
	buf again = BUF_INIT(LIMIT_RPM_DATABASE);
	struct arena a = ARENA_INIT;
	err e;

	(void)state;
	rpm_sqlite(schema, paddings, 7, &db);
	assert_int_equal(filter(DATABASE_RPM_SQLITE, buf_bytes(&db), &out, &e), 0);
	for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++)
		assert_string_equal(said(buf_bytes(&out), wants[i].sql, &a), wants[i].rows);
	/* 18, 19: how it is written to and read: with a rollback journal, so it can be read where
	 * nobody can write */
	assert_memory_equal(out.p + 18, "\1\1", 2);
	assert_string_equal(
		said(buf_bytes(&db), "SELECT hex(blob) FROM Packages WHERE hnum IN (2,4)", &a),
		said(buf_bytes(&out), "SELECT hex(blob) FROM Packages", &a));
	assert_int_equal(filter(DATABASE_RPM_SQLITE, buf_bytes(&out), &again, &e), 0);
	assert_int_equal(out.n, again.n);
	assert_memory_equal(out.p, again.p, out.n);
	arena_done(&a);
	buf_done(&db);
	buf_done(&out);
	buf_done(&again);
}

static void refuses_sqlite(void **state)
{
	static const struct {
		const char *sql, *text;
		enum err_kind kind;
	} cases[] = {
		{ "CREATE TABLE Other (a, b)", "no table Packages", ERR_FORMAT },
		{ PACKAGES "INSERT INTO Packages VALUES (5, x'00')", "package 1: the header is cut off",
		  ERR_FORMAT },
		{ "CREATE TABLE Packages (hnum, blob); INSERT INTO Packages VALUES (5, 'x')",
		  "without blob", ERR_FORMAT },
		{ PACKAGES TABLE("Name", "TEXT") "INSERT INTO Name VALUES (5, 'x', 2)",
		  "table Name: a row without key, package or place", ERR_FORMAT },
		{ PACKAGES TABLE("Name", "BLOB") "INSERT INTO Name VALUES (5, 1, 2)",
		  "table Name: a row without key", ERR_FORMAT },
		{ PACKAGES "CREATE TABLE Name (key, hnum, idx, PRIMARY KEY (key)) WITHOUT ROWID",
		  "table Name: SQLite: a page that belongs to no table", ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf db = BUF_INIT(MIB), out = BUF_INIT(LIMIT_RPM_DATABASE);
		err e;

		rpm_sqlite(cases[i].sql, NULL, 0, &db);
		assert_int_equal(filter(DATABASE_RPM_SQLITE, buf_bytes(&db), &out, &e), -1);
		assert_int_equal(e.kind, cases[i].kind);
		if (!strstr(e.text, cases[i].text))
			fail_msg("case %zu: %s", i, e.text);
		buf_done(&db);
		buf_done(&out);
	}
}

static void bounds_tables(void **state)
{
	buf db = BUF_INIT(4 * MIB), out = BUF_INIT(LIMIT_RPM_DATABASE), sql = BUF_INIT(MIB);
	struct database_rpm r = { .left = LIMIT_RPM_STAYING };
	err e = { 0 };

	(void)state;
	buf_puts(&sql, PACKAGES);
	for (unsigned i = 0; i < LIMIT_RPM_TABLES; i++)
		buf_printf(&sql, "CREATE TABLE T%u (key, hnum, idx);", i);
	buf_putc(&sql, 0);
	rpm_sqlite((const char *)sql.p, NULL, 0, &db);
	assert_int_equal(filter(DATABASE_RPM_SQLITE, buf_bytes(&db), &out, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	e = (err){ 0 };
	assert_int_equal(database_rpm_charge(&r, LIMIT_RPM_STAYING, &e), 0);
	assert_int_equal(database_rpm_charge(&r, 1, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	buf_done(&db);
	buf_done(&out);
	buf_done(&sql);
}

/* -- ndb --------------------------------------------------------------------------------------- */

struct listing {
	buf all;
	size_t n;
};

static void list_header(void *ctx, bytes header)
{
	struct listing *l = ctx;

	l->n++;
	buf_put(&l->all, header);
}

static void edits_ndb(void **state)
{
	buf headers[5], db = BUF_INIT(MIB), out = BUF_INIT(LIMIT_RPM_DATABASE);
	struct listing have = { BUF_INIT(MIB), 0 };
	const struct rpm_sink sink = { list_header, &have };
	bytes views[5], file;
	err e;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		char name[8];

		headers[i] = (buf)BUF_INIT(MIB);
		snprintf(name, sizeof(name), "p%zu", i);
		rpm_simple(name, i * 3000, &headers[i]);
		views[i] = buf_bytes(&headers[i]);
	}
	rpm_ndb(views, 5, &db);
	assert_int_equal(filter(DATABASE_RPM_NDB, buf_bytes(&db), &out, &e), 0);
	file = buf_bytes(&out);
	const struct rpm_file written = { file.n, rpm_read_memory, &file };

	assert_int_equal(rpm_ndb_read(&written, &sink, &e), 0);
	assert_int_equal(have.n, 2);
	assert_int_equal(have.all.n, views[1].n + views[3].n);
	assert_memory_equal(have.all.p, views[1].p, views[1].n);
	assert_memory_equal(have.all.p + views[1].n, views[3].p, views[3].n);

	/* one whose lists of files do not fit together: nobody could tell whether they are there */
	struct rpm_writer w = RPM_WRITER_INIT;
	buf odd = BUF_INIT(MIB);

	rpm_text(&w, 1000, "p1");
	rpm_text(&w, 1001, "1");
	rpm_text(&w, 1002, "2");
	rpm_texts(&w, 1117, 1, (const char *const[]){ "file" });
	rpm_blob(&w, &odd);
	views[4] = buf_bytes(&odd);
	buf_clear(&db);
	buf_clear(&out);
	rpm_ndb(views, 5, &db);
	assert_int_equal(filter(DATABASE_RPM_NDB, buf_bytes(&db), &out, &e), -1);
	assert_non_null(strstr(e.text, "package 5: file lists"));
	assert_int_equal(filter(DATABASE_RPM_NDB, bytes_slice(buf_bytes(&db), 0, 5000), &out, &e), -1);
	assert_int_equal(filter(DATABASE_RPM_BDB, buf_bytes(&db), &out, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
	rpm_writer_done(&w);
	for (size_t i = 0; i < 5; i++)
		buf_done(&headers[i]);
	buf_done(&odd);
	buf_done(&db);
	buf_done(&out);
	buf_done(&have.all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_sqlite),
		cmocka_unit_test(refuses_sqlite),
		cmocka_unit_test(bounds_tables),
		cmocka_unit_test(edits_ndb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
