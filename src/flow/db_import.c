/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/db.h"
#include "store/sorted.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>

/* Feeds are dated in all time zones, and clocks differ. */
#define FUTURE INT64_C(172800)

/* -- checks ------------------------------------------------------------------------------------ */

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

int db_check(const char *path, struct database **out, err *e)
{
	return check_entries(path, e) < 0 ? -1 : database_open(path, out, e);
}

/* A database that cannot be read stands in nobody's way, and one of the future neither. */
static int check_age(int64_t built, const struct db_place *place, err *e)
{
	struct database *old;
	err none = { 0 };

	if (place->allow_older)
		return 0;
	if (built > place->now + FUTURE)
		return err_set(e, ERR_FORMAT, 0,
		               "its newest record (%s) is of the future: by it, all later databases would "
		               "be refused; is the clock right (%s)? --allow-older takes it all the same",
		               DATE_TEXT(built), DATE_TEXT(place->now));
	if (database_open(place->path, &old, &none) < 0)
		return 0;
	int64_t before = database_info(old)->built;

	database_close(old);
	if (built >= before || before > place->now + FUTURE)
		return 0;
	return err_set(e, ERR_FORMAT, 0,
	               "its newest record (%s) is older than that of the database in use (%s); "
	               "--allow-older takes it all the same",
	               DATE_TEXT(built), DATE_TEXT(before));
}

static int check(const char *temp, const struct db_place *place, err *e)
{
	struct database *db;

	if (db_check(temp, &db, e) < 0)
		return -1;
	int64_t built = database_info(db)->built;

	database_close(db);
	return check_age(built, place, e);
}

int db_adopt(const char *temp, const struct db_place *place, err *e)
{
	auto_fd fd = file_open_read(temp, e);

	if (fd < 0 || check(temp, place, e) < 0)
		return -1;
	return file_draft_keep(fd, temp, place->path, 0644, e);
}

/* -- import ------------------------------------------------------------------------------------ */

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
int db_import(const char *from, const struct db_place *place, err *e)
{
	struct arena a = ARENA_INIT;
	auto_fd source = file_open_read(from, e);
	char *temp;

	if (source < 0)
		return -1;
	auto_fd draft = file_draft(place->path, &a, &temp, e);
	int result = draft < 0 ? -1 : copy(source, from, draft, temp, e);

	if (result == 0)
		result = db_adopt(temp, place, e);
	if (draft >= 0 && result < 0)
		(void)unlink(temp); /* a left-over is no harm */
	arena_done(&a);
	return result < 0 ? err_wrap(e, "'%s'", SHOW(bytes_str(from))) : 0;
}
