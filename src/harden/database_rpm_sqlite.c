/* SPDX-License-Identifier: Apache-2.0 */
/* rpmdb.sqlite (lib/backend/sqlite.c of rpm 4.18): Packages (hnum, blob), and tables (key, hnum,
 * idx) with an index of the keys and one of the numbers, or only one, or none. Which rows the old
 * file has our own reader says; SQLite writes them into a new database in memory, whose statements
 * are made here: from the old one come the names of tables, and those are letters and digits. */
#include "harden/database_rpm.h"

#include "base/limits.h"
#include "base/map.h"
#include "fmt/sqlfile.h"
#include "store/sqlite.h"

#include <stdlib.h>

/* What a row costs beside what is in it, with its places in two indexes. */
#define ROW_COST 96

struct copying {
	struct database_rpm *rpm;
	struct arena *arena;
	struct sqlfile file;
	struct sqlite db;
	struct sqlite3_stmt *insert;
	struct {
		int64_t *items; /* ascending */
		size_t len, cap;
	} staying; /* numbers */
	struct strings tables;
	struct map indexes; /* by name */
};

/* -- the schema -------------------------------------------------------------------------------- */

static bool is_plain(bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return name.n > 0 && name.n <= 64;
}

/* SQLite, "Database File Format", 2.6: type, name, tbl_name, rootpage, sql. */
static int schema_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct copying *c = ctx;
	bytes type, name;

	if (!sqlfile_text(row, 0, &type) || !sqlfile_text(row, 1, &name) || name.n > 128)
		return 0;
	if (c->tables.len >= LIMIT_RPM_TABLES || c->indexes.len >= 2 * LIMIT_RPM_TABLES)
		return err_set(e, ERR_LIMIT, 0, "more than %u tables", (unsigned)LIMIT_RPM_TABLES);
	if (bytes_is(type, "table") && is_plain(name))
		*ARENA_PUSH(c->arena, &c->tables) = arena_bytes(c->arena, name);
	if (bytes_is(type, "index"))
		*map_put(&c->indexes, arena_bytes(c->arena, name)) = c;
	return 0;
}

static int run(struct copying *c, const char *text, err *e)
{
	return sqlite_run_text(&c->db, text, e);
}

/* make_index(c, table, column, e): if the old one had it. */
static int make_index(struct copying *c, const char *table, const char *column, err *e)
{
	const char *name = arena_printf(c->arena, "%s_%s_idx", table, column);

	if (!map_get(&c->indexes, bytes_str(name)))
		return 0;
	return run(c, arena_printf(c->arena, "CREATE INDEX '%s' ON '%s'(%s ASC)", name, table, column),
	           e);
}

/* -- rows -------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	int64_t l = *(const int64_t *)left, r = *(const int64_t *)right;

	return l < r ? -1 : l > r;
}

static bool stays(const struct copying *c, int64_t number)
{
	return c->staying.len > 0 && bsearch(&number, c->staying.items, c->staying.len,
	                                     sizeof(*c->staying.items), compare) != NULL;
}

static int package_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct copying *c = ctx;
	bool is_staying;
	bytes header;

	if (!sqlfile_blob(row, 1, &header))
		return err_set(e, ERR_FORMAT, 0, "a row of Packages without blob");
	if (c->staying.len > 0 && row->id <= c->staying.items[c->staying.len - 1])
		return err_set(e, ERR_FORMAT, 0, "packages that are not in their order");
	if (database_rpm_judge(c->rpm, header, &is_staying, e) < 0)
		return -1;
	if (!is_staying)
		return 0;
	*ARENA_PUSH(c->arena, &c->staying) = row->id;
	if (database_rpm_charge(c->rpm, header.n, e) < 0)
		return -1;
	sqlite_bind_int(c->insert, 1, row->id);
	sqlite_bind_bytes(c->insert, 2, header);
	return sqlite_once(c->insert, e);
}

static int index_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct copying *c = ctx;
	int64_t number, place;
	bytes key;
	bool is_text = sqlfile_text(row, 0, &key);

	if ((!is_text && !sqlfile_blob(row, 0, &key)) || !sqlfile_int(row, 1, &number) ||
	    !sqlfile_int(row, 2, &place))
		return err_set(e, ERR_FORMAT, 0, "a row without key, package or place");
	if (!stays(c, number))
		return 0;
	if (database_rpm_charge(c->rpm, 2 * key.n + ROW_COST, e) < 0)
		return -1;
	if (is_text)
		sqlite_bind_text(c->insert, 1, key);
	else
		sqlite_bind_bytes(c->insert, 1, key);
	sqlite_bind_int(c->insert, 2, number);
	sqlite_bind_int(c->insert, 3, place);
	return sqlite_once(c->insert, e);
}

/* fill(c, table, insert, row, e): the rows of one table. */
static int fill(struct copying *c, const struct sqlfile_table *table, const char *insert,
                sqlfile_fn *row, err *e)
{
	if (sqlite_prepare_text(&c->db, insert, &c->insert, e) < 0)
		return -1;
	int status = sqlfile_walk(&c->file, table, row, c, e);

	sqlite_finalize(c->insert);
	c->insert = NULL;
	return status;
}

/* -- tables ------------------------------------------------------------------------------------ */

static int copy_packages(struct copying *c, err *e)
{
	struct sqlfile_table packages;

	if (sqlfile_table(&c->file, "Packages", &packages, e) < 0)
		return -1;
	if (!packages.root)
		return err_set(e, ERR_FORMAT, 0, "no table Packages");
	if (run(c,
	        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)",
	        e) < 0)
		return -1;
	return fill(c, &packages, "INSERT INTO Packages VALUES(?,?)", package_row, e);
}

/* Others than rpm's, SQLite's own among them, are not taken over. */
static int copy_index(struct copying *c, bytes name, err *e)
{
	const char *text = arena_str(c->arena, name);
	struct sqlfile_table t;

	if (sqlfile_table(&c->file, text, &t, e) < 0)
		return -1;
	if (sqlfile_column(&t, "key") != 0 || sqlfile_column(&t, "hnum") != 1 ||
	    sqlfile_column(&t, "idx") != 2)
		return 0;
	const char *type = bytes_search(t.sql, BYTES("BLOB")) < t.sql.n ? "BLOB" : "TEXT";
	const char *make = arena_printf(c->arena,
	                                "CREATE TABLE '%s' (key '%s' NOT NULL, hnum INTEGER NOT NULL, "
	                                "idx INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES "
	                                "'Packages'(hnum))",
	                                text, type);

	if (run(c, make, e) < 0 || make_index(c, text, "key", e) < 0 ||
	    make_index(c, text, "hnum", e) < 0)
		return -1;
	return fill(c, &t, arena_printf(c->arena, "INSERT INTO '%s' VALUES(?,?,?)", text), index_row,
	            e);
}

static int copy_all(struct copying *c, err *e)
{
	static const struct sqlfile_table schema = { .root = 1 };

	if (sqlfile_walk(&c->file, &schema, schema_row, c, e) < 0 || run(c, "BEGIN", e) < 0 ||
	    copy_packages(c, e) < 0)
		return -1;
	for (size_t i = 0; i < c->tables.len; i++)
		if (copy_index(c, c->tables.items[i], e) < 0)
			return err_wrap(e, "table " PRIb, BYTESF(c->tables.items[i]));
	return run(c, "COMMIT", e);
}

int database_rpm_sqlite(struct database_rpm *r, struct arena *a, buf *out, err *e)
{
	struct copying c = { .rpm = r, .arena = a };

	map_init(&c.indexes, a);
	int status = sqlfile_open(&c.file, r->file, LIMIT_RPM_HEADER, a, e);

	if (status == 0)
		status = sqlite_memory(LIMIT_RPM_HEADER, &c.db, e);
	if (status == 0)
		status = copy_all(&c, e);
	if (status == 0)
		status = sqlite_image(&c.db, out, e);
	sqlite_close(&c.db);
	sqlfile_close(&c.file);
	return status;
}
