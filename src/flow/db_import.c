/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/db.h"
#include "store/sorted.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>

/* Every entry is read, so that every block is checked against its digest. */
static int check_entries(const char *path, err *e)
{
	struct sorted *table;
	bytes key, value;
	int r;

	if (sorted_open(path, &table, e) < 0)
		return -1;
	r = sorted_seek(table, BYTES(""), e);
	while (r >= 0 && (r = sorted_next(table, &key, &value, e)) > 0) {}
	sorted_close(table);
	return r;
}

/* A database that cannot be read stands in nobody's way. */
static int check_age(const struct database_info *new, const char *path, err *e)
{
	struct database *old;
	err none = { 0 };

	if (database_open(path, &old, &none) < 0)
		return 0;
	int64_t built = database_info(old)->built;

	database_close(old);
	if (new->built >= built)
		return 0;
	return err_set(e, ERR_FORMAT, 0,
	               "its newest record (%s) is older than that of the database in use (%s); "
	               "--allow-older takes it all the same",
	               DATE_TEXT(new->built), DATE_TEXT(built));
}

static int copy(int from, const char *name, int to, const char *path, err *e)
{
	uint8_t part[65536];
	ssize_t n;

	while ((n = read(from, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_IO, errno, "read '%s'", SHOW(bytes_str(name)));
		if (file_write_all(to, path, bytes_of(part, (size_t)n), e) < 0)
			return -1;
	}
	return 0;
}

/* The copy is checked, not the source: nobody else can change it any more. */
static int check_copy(const char *temp, const char *path, bool allow_older, err *e)
{
	struct database *db;

	if (check_entries(temp, e) < 0 || database_open(temp, &db, e) < 0)
		return -1;
	int result = allow_older ? 0 : check_age(database_info(db), path, e);

	database_close(db);
	return result;
}

int db_import(const char *from, const char *path, bool allow_older, err *e)
{
	struct arena a = ARENA_INIT;
	auto_fd source = file_open_read(from, e);
	char *temp;

	if (source < 0)
		return -1;
	auto_fd draft = file_draft(path, &a, &temp, e);
	int result = draft < 0 ? -1 : copy(source, from, draft, temp, e);

	if (result == 0)
		result = check_copy(temp, path, allow_older, e);
	if (result == 0)
		result = file_draft_keep(draft, temp, path, 0644, e);
	if (draft >= 0 && result < 0)
		(void)unlink(temp); /* a left-over is no harm */
	arena_done(&a);
	return result < 0 ? err_wrap(e, "'%s'", SHOW(bytes_str(from))) : 0;
}
