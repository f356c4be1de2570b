/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/db.h"
#include "store/sorted.h"
#include "sys/file.h"
#include "vuln/feed.h"

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

/* feed_like(info, f): the feed of this kind and name, else the newest of this kind; NULL: none. */
static const struct database_feed *feed_like(const struct database_info *info,
                                             const struct database_feed *f)
{
	const struct database_feed *best = NULL;

	for (size_t i = 0; i < info->feeds.len; i++) {
		const struct database_feed *x = &info->feeds.items[i];

		if (x->kind != f->kind)
			continue;
		if (bytes_equal(x->name, f->name))
			return x;
		if (!best || bytes_compare(x->newest, best->newest) > 0)
			best = x;
	}
	return best;
}

static size_t count_kind(const struct database_info *info, enum feed_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < info->feeds.len; i++)
		n += info->feeds.items[i].kind == kind;
	return n;
}

/* check_feed(was, info, before, place, e): the new database knows what this feed of the old one
 * did, and it is no older there. Files may be called otherwise than before, so a feed is missing
 * where there are fewer of its kind. */
static int check_feed(const struct database_feed *was, const struct database_info *info,
                      const struct database_info *before, const struct db_place *place, err *e)
{
	const struct database_feed *now = feed_like(info, was);
	bool renamed = !now || !bytes_equal(now->name, was->name);
	int64_t date = 0, past = 0;

	if (was->kind == FEED_DOTNET)
		return 0; /* it comes with the program, nobody publishes it */
	if (renamed && count_kind(info, was->kind) < count_kind(before, was->kind))
		return place->own ? 0
		                  : err_set(e, ERR_FORMAT, 0,
		                            "it lacks the %s feed '%s' of the database in use; "
		                            "--allow-older takes it all the same",
		                            feed_kind_name(was->kind), SHOW(was->name));
	if (!now || !text_from_date(was->newest, &past) || past > place->now + FUTURE)
		return 0;
	if (text_from_date(now->newest, &date) && date >= past)
		return 0;
	return err_set(e, ERR_FORMAT, 0,
	               "its %s feed '%s' (%s) is older than that of the database in use (%s); "
	               "--allow-older takes it all the same",
	               feed_kind_name(now->kind), SHOW(now->name),
	               now->newest.n > 0 ? SHOW(now->newest) : "without a date", DATE_TEXT(past));
}

/* lost(info, before): a distribution or an ecosystem that the new one knows nothing of; NULL: none.
 * Both lists are sorted. */
static const bytes *lost(const struct database_info *info, const struct database_info *before)
{
	size_t k = 0;

	for (size_t i = 0; i < before->spaces.len; i++) {
		while (k < info->spaces.len &&
		       bytes_compare(info->spaces.items[k], before->spaces.items[i]) < 0)
			k++;
		if (k == info->spaces.len || !bytes_equal(info->spaces.items[k], before->spaces.items[i]))
			return &before->spaces.items[i];
	}
	return NULL;
}

static int check_feeds(const struct database_info *info, const struct database_info *before,
                       const struct db_place *place, err *e)
{
	for (size_t i = 0; i < before->feeds.len; i++)
		if (check_feed(&before->feeds.items[i], info, before, place, e) < 0)
			return -1;
	if (place->own)
		return 0;
	const bytes *space = lost(info, before);

	if (space)
		return err_set(e, ERR_FORMAT, 0,
		               "it knows nothing of %s as the database in use does; --allow-older takes it "
		               "all the same",
		               SHOW(*space));
	if (info->built >= before->built || before->built > place->now + FUTURE)
		return 0;
	return err_set(e, ERR_FORMAT, 0,
	               "its newest record (%s) is older than that of the database in use (%s); "
	               "--allow-older takes it all the same",
	               info->built > 0 ? DATE_TEXT(info->built) : "none is known",
	               DATE_TEXT(before->built));
}

/* A database that cannot be read stands in nobody's way, and one of the future neither. */
static int check_age(const struct database_info *info, const struct db_place *place, err *e)
{
	struct database *old;
	err none = { 0 };

	if (place->allow_older)
		return 0;
	if (info->built > place->now + FUTURE)
		return err_set(e, ERR_FORMAT, 0,
		               "its newest record (%s) is of the future: by it, all later databases would "
		               "be refused; is the clock right (%s)? --allow-older takes it all the same",
		               DATE_TEXT(info->built), DATE_TEXT(place->now));
	if (database_open(place->path, &old, &none) < 0)
		return 0;
	int result = check_feeds(info, database_info(old), place, e);

	database_close(old);
	return result;
}

static int check(const char *temp, const struct db_place *place, err *e)
{
	struct database *db;

	if (db_check(temp, &db, e) < 0)
		return -1;
	int result = check_age(database_info(db), place, e);

	database_close(db);
	return result;
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
