/* SPDX-License-Identifier: Apache-2.0 */
/* rpmdb.sqlite: the blobs of the table Packages (hnum INTEGER PRIMARY KEY, blob BLOB). What lies in
 * a write-ahead log beside the file is not read (rpm.c states that). */
#include "catalog/rpm.h"

#include "base/limits.h"
#include "fmt/sqlfile.h"

static int package_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	const struct rpm_sink *sink = ctx;
	bytes blob;

	if (!sqlfile_blob(row, 1, &blob))
		return err_set(e, ERR_FORMAT, 0, "SQLite: a row of Packages without blob");
	sink->header(sink->ctx, blob);
	return 0;
}

static int read_table(struct sqlfile *f, const struct rpm_sink *sink, err *e)
{
	struct rpm_sink copy = *sink;
	struct sqlfile_table packages;

	if (sqlfile_table(f, "Packages", &packages, e) < 0)
		return -1;
	if (!packages.root)
		return err_set(e, ERR_FORMAT, 0, "SQLite: no table Packages");
	return sqlfile_walk(f, &packages, package_row, &copy, e);
}

int rpm_sqlite_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e)
{
	const struct seek_file source = { file->size, file->read, file->ctx };
	struct arena arena = ARENA_INIT;
	struct sqlfile f;
	int result = sqlfile_open(&f, &source, LIMIT_RPM_HEADER, &arena, e);

	if (result == 0)
		result = read_table(&f, sink, e);
	sqlfile_close(&f);
	arena_done(&arena);
	return result;
}
