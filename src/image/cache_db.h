/* SPDX-License-Identifier: Apache-2.0 */
/* cache_db - the file behind cache.h: its tables, its statements, and how it is opened by many.
 *
 * Opening, making and moving aside happen under a lock file, one process at a time. A database that
 * is corrupt is renamed to evidence.db.corrupt by whoever meets it first; the others, who have the
 * old file open, see by its inode that it is done. Threading: as cache.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "store/sqlite.h"

#include <sys/types.h>

#define CACHE_PIECE_BITS 16  /* of a piece's key: its number in the layer */
#define CACHE_MARK_S "86400" /* a use is written down so often: each writes to the disk */

enum statement {
	FIND,          /* blob, version -> row, diff_id */
	READ,          /* key of a piece -> octets, data */
	IS_END,        /* row, pieces -> 1 */
	FORGET_PIECES, /* row */
	FORGET_LAYER,  /* row */
	ADD_LAYER,     /* blob, version, diff_id -> row */
	ADD_PIECE,     /* key of a piece, octets, data */
	END_LAYER,     /* pieces, octets, row */
	WEIGH,         /* -> octets of all layers */
	OLDEST,        /* a row to spare -> row */
	TOUCH,         /* row, n: nothing to be done where it is one of the last n, and of today */
	FILE_FIND,     /* device, inode, place, size, mtime, ctime -> blob */
	FILE_ADD,      /* the same, blob */
	FILE_TRIM,
	STATEMENTS,
};

struct cache_db {
	struct sqlite db;
	struct sqlite3_stmt *st[STATEMENTS];
	dev_t device; /* which file it is */
	ino_t inode;
};

/* cache_db_names(dir, a): what lies in the folder. Arena. */
struct cache_db_names {
	const char *db, *lock, *wal, *shm, *corrupt;
};

struct cache_db_names cache_db_names(const char *dir, struct arena *a);

/* cache_db_own(dir, e): 1: a folder that only this user may write to; 0: nothing is there. ERR_IO.
 * cache_db_open(dir, out, e): make what is missing, move aside what is corrupt. ERR_IO.
 * cache_db_close(d): also of one that was never opened (all zero).
 * cache_db_log_is_long(dir): it is worth a checkpoint.
 * cache_db_discard(dir, d): d, which is closed, turned out to be corrupt: move it aside, unless
 * another process did. */
int cache_db_own(const char *dir, err *e);
int cache_db_open(const char *dir, struct cache_db *out, err *e);
void cache_db_close(struct cache_db *d);
bool cache_db_log_is_long(const char *dir);
void cache_db_discard(const char *dir, const struct cache_db *d);
