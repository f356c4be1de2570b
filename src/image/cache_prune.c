/* SPDX-License-Identifier: Apache-2.0 */
#include "image/cache_prune.h"

#include "base/text.h"
#include "image/cache_db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A layer may have been used so long after it was written down. */
#define LAST "?1 - " CACHE_MARK_S

static int run_before(struct cache_db *d, const char *text, int64_t before, err *e)
{
	struct sqlite3_stmt *st = NULL;
	int status = sqlite_prepare_text(&d->db, text, &st, e);

	if (status == 0) {
		sqlite_bind_int(st, 1, before);
		status = sqlite_once(st, e);
	}
	sqlite_finalize(st);
	return status;
}

static int count(struct cache_db *d, int64_t before, struct removed *out, err *e)
{
	struct sqlite3_stmt *st = NULL;
	int status = sqlite_prepare(&d->db,
	                            "SELECT count(*) FILTER (WHERE used < " LAST "),"
	                            " coalesce(sum(octets) FILTER (WHERE used < " LAST "), 0),"
	                            " count(*) FILTER (WHERE used >= " LAST ") FROM layer",
	                            &st, e);

	if (status == 0) {
		sqlite_bind_int(st, 1, before);
		status = sqlite_step(st, e) > 0 ? 0 : -1;
	}
	if (status == 0) {
		out->count += (uint64_t)sqlite_int(st, 0);
		out->octets += (uint64_t)sqlite_int(st, 1);
		out->kept += (uint64_t)sqlite_int(st, 2);
	}
	sqlite_finalize(st);
	return status;
}

/* The second table remembers of which layer a local file is. */
static int forget(struct cache_db *d, int64_t before, err *e)
{
	static const char *const texts[] = {
		"DELETE FROM piece WHERE id >> 16 IN (SELECT id FROM layer WHERE used < " LAST ")",
		"DELETE FROM layer WHERE used < " LAST,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (run_before(d, texts[i], before, e) < 0)
			return -1;
	return sqlite_run(&d->db, "DELETE FROM file WHERE blob NOT IN (SELECT blob FROM layer)", e);
}

static int prune(struct cache_db *d, int64_t before, bool dry, struct removed *out, err *e)
{
	err ignored = { 0 }; /* the room is used by the next layers, or given back by them */

	if (sqlite_run(&d->db, "BEGIN IMMEDIATE", e) < 0 || count(d, before, out, e) < 0)
		return -1;
	if (dry)
		return sqlite_run(&d->db, "ROLLBACK", e);
	if (forget(d, before, e) < 0 || sqlite_run(&d->db, "COMMIT", e) < 0)
		return -1;
	if (sqlite_run(&d->db, "PRAGMA incremental_vacuum", &ignored) == 0)
		(void)sqlite_run(&d->db, "PRAGMA wal_checkpoint(TRUNCATE)", &ignored);
	return 0;
}

/* Kept for whoever wants to know why; its time is that of the last write to it. */
static int prune_corrupt(const char *path, int64_t before, bool dry, struct removed *out, err *e)
{
	if (removal_old_one(AT_FDCWD, path, before, dry, out) < 0)
		return err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(path)));
	return 0;
}

int cache_prune(const char *dir, int64_t before, bool dry, struct removed *out, err *e)
{
	struct arena a = ARENA_INIT;
	const struct cache_db_names names = cache_db_names(dir, &a);
	struct cache_db d = { .db = { NULL } };
	int status = cache_db_own(dir, e);

	if (status > 0)
		status = prune_corrupt(names.corrupt, before, dry, out, e);
	if (status == 0 && access(names.db, F_OK) == 0) {
		status = cache_db_open(dir, &d, e);
		if (status == 0)
			status = prune(&d, before, dry, out, e);
		cache_db_close(&d);
	}
	arena_done(&a);
	return status < 0 ? err_wrap(e, "cache") : 0;
}
