/* SPDX-License-Identifier: Apache-2.0 */
#include "image/cache_db.h"

#include "base/text.h"
#include "image/pieces.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MS 5000
#define LOCK_TRIES 200 /* of 10 ms */
/* Files remembered as hashed: the blobs of 500 images of a hundred layers. */
#define FILES_KEPT "50000"
/* Who opens the file first goes through its whole log: half a millisecond. */
#define LOG_LONG (512 << 10)

static const char *const schema[] = {
	"CREATE TABLE layer (id INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL,"
	" version BLOB NOT NULL, diff_id BLOB NOT NULL, pieces INTEGER NOT NULL,"
	" octets INTEGER NOT NULL, used INTEGER NOT NULL, UNIQUE (blob, version)) STRICT",
	"CREATE INDEX layer_used ON layer (used)",
	"CREATE TABLE piece (id INTEGER PRIMARY KEY, octets INTEGER NOT NULL, data BLOB NOT NULL)"
	" STRICT",
	"CREATE TABLE file (id INTEGER PRIMARY KEY, device INTEGER NOT NULL, inode INTEGER NOT NULL,"
	" place INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,"
	" ctime INTEGER NOT NULL, blob BLOB NOT NULL, UNIQUE (device, inode, place)) STRICT",
	NULL,
};

/* A use is the second in which it was, or one more than the last, so that no two are the same. */
#define NOW "CAST(strftime('%s', 'now') AS INTEGER)"
#define NEXT_USE "(SELECT max(coalesce(max(used), 0) + 1, " NOW ") FROM layer)"
static const char *const statements[STATEMENTS] = {
	[FIND] = "SELECT id, diff_id FROM layer WHERE blob = ? AND version = ?",
	[READ] = "SELECT octets, data FROM piece WHERE id = ?",
	[IS_END] = "SELECT 1 FROM layer WHERE id = ? AND pieces = ?",
	[FORGET_PIECES] = "DELETE FROM piece WHERE id BETWEEN ?1 << 16 AND (?1 << 16) + 65535",
	[FORGET_LAYER] = "DELETE FROM layer WHERE id = ?",
	[ADD_LAYER] = "INSERT INTO layer (blob, version, diff_id, pieces, octets, used)"
				  " VALUES (?, ?, ?, 0, 0, " NEXT_USE ") RETURNING id",
	[ADD_PIECE] = "INSERT INTO piece (id, octets, data) VALUES (?, ?, ?)",
	[END_LAYER] = "UPDATE layer SET pieces = ?, octets = ? WHERE id = ?",
	[WEIGH] = "SELECT sum(octets) FROM layer",
	[OLDEST] = "SELECT id FROM layer WHERE id <> ? ORDER BY used LIMIT 1",
	[TOUCH] = "UPDATE layer SET used = " NEXT_USE " WHERE id = ?1"
			  " AND (used <= (SELECT max(used) FROM layer) - ?2 OR used < " NOW " - " CACHE_MARK_S
			  ")",
	[FILE_FIND] = "SELECT blob FROM file WHERE device = ? AND inode = ? AND place = ? AND size = ?"
				  " AND mtime = ? AND ctime = ?",
	[FILE_ADD] = "INSERT OR REPLACE INTO file (device, inode, place, size, mtime, ctime, blob)"
				 " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[FILE_TRIM] = "DELETE FROM file WHERE id <= (SELECT max(id) FROM file) - " FILES_KEPT,
};

struct cache_db_names cache_db_names(const char *dir, struct arena *a)
{
	return (struct cache_db_names){ .db = arena_printf(a, "%s/evidence.db", dir),
		                            .lock = arena_printf(a, "%s/evidence.lock", dir),
		                            .wal = arena_printf(a, "%s/evidence.db-wal", dir),
		                            .shm = arena_printf(a, "%s/evidence.db-shm", dir),
		                            .corrupt = arena_printf(a, "%s/evidence.db.corrupt", dir) };
}

int cache_db_own(const char *dir, err *e)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(dir)));
	/* Whoever may rename files here chooses what we believe. */
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(e, ERR_IO, 0, "'%s' is not a folder that only this user may write to",
		               SHOW(bytes_str(dir)));
	return 1;
}

/* The descriptor that holds the lock until it is closed, or -1. */
static int take_lock(const char *path, err *e)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(path)));
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return err_set(e, ERR_IO, 0, "'%s' is locked by another process", SHOW(bytes_str(path)));
}

bool cache_db_log_is_long(const char *dir)
{
	struct arena a = ARENA_INIT;
	const struct cache_db_names n = cache_db_names(dir, &a);
	struct stat st;
	bool is_long = stat(n.wal, &st) == 0 && st.st_size > LOG_LONG;

	arena_done(&a);
	return is_long;
}

void cache_db_close(struct cache_db *d)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite_finalize(d->st[i]);
	sqlite_close(&d->db);
	memset(d->st, 0, sizeof(d->st));
}

static int open_file(const char *path, struct cache_db *out, err *e)
{
	const struct sqlite_options options = {
		.version = 1, .schema = schema, .busy_ms = BUSY_MS, .largest = 2 * PIECE_LARGEST
	};
	struct cache_db d = { .db = { NULL } };
	struct stat st = { 0 };
	int done = sqlite_open(path, &options, &d.db, e);

	for (size_t i = 0; i < STATEMENTS && done == 0; i++)
		done = sqlite_prepare_text(&d.db, statements[i], &d.st[i], e);
	if (done == 0)
		done = sqlite_run(&d.db, "PRAGMA journal_size_limit=4194304", e);
	if (done == 0 && lstat(path, &st) < 0)
		done = err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(path)));
	if (done < 0) {
		cache_db_close(&d);
		return -1;
	}
	d.device = st.st_dev;
	d.inode = st.st_ino;
	*out = d;
	return 0;
}

/* Under the lock. One such file is kept for whoever wants to know why. */
static void move_aside(const struct cache_db_names *n)
{
	/* A failure shows when the file is opened again. */
	(void)rename(n->db, n->corrupt);
	(void)unlink(n->wal);
	(void)unlink(n->shm);
}

int cache_db_open(const char *dir, struct cache_db *out, err *e)
{
	if (file_make_dirs(dir, 0700, e) < 0 || cache_db_own(dir, e) < 0)
		return -1;
	struct arena a = ARENA_INIT;
	const struct cache_db_names n = cache_db_names(dir, &a);
	int lock = take_lock(n.lock, e), done = -1;

	if (lock >= 0) {
		done = open_file(n.db, out, e);
		if (done < 0 && e->kind == ERR_FORMAT) {
			err_clear(e); /* dealt with: a new file takes its place */
			move_aside(&n);
			done = open_file(n.db, out, e);
		}
		close(lock);
	}
	arena_done(&a);
	return done;
}

void cache_db_discard(const char *dir, const struct cache_db *d)
{
	struct arena a = ARENA_INIT;
	const struct cache_db_names n = cache_db_names(dir, &a);
	struct stat st;
	err ignored = { .kind = ERR_NONE }; /* the next one who meets it tries again */
	int lock = take_lock(n.lock, &ignored);

	if (lock >= 0 && lstat(n.db, &st) == 0 && st.st_ino == d->inode && st.st_dev == d->device)
		move_aside(&n);
	if (lock >= 0)
		close(lock);
	arena_done(&a);
}
