/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite - a careful way to a SQLite database.
 *
 * For everything that changes and that many processes share: WAL, a busy timeout, files of mode
 * 0600. The file may have been written by an enemy, so SQLite runs as its manual asks for such
 * files ("Defense Against The Dark Arts"): defensive, no trusted schema, no triggers, no views,
 * bounded lengths; what comes out of a row is checked by its reader. Statements are string
 * literals: the macros refuse anything else, values are bound.
 * Errors: ERR_FORMAT when the file is corrupt or no database, ERR_LIMIT above a length limit,
 * ERR_IO for all else (locked too long, disk full, not ours). Threading: one thread a
 * connection. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

struct sqlite3;
struct sqlite3_stmt;

struct sqlite {
	struct sqlite3 *handle;
};

struct sqlite_options {
	int version; /* PRAGMA user_version of this schema; above 0 */
	const char *const
		*schema;      /* statements that make it in an empty file; NULL ends. STRICT tables */
	int busy_ms;      /* how long to wait for other writers */
	uint64_t largest; /* octets of one value */
};

/* sqlite_open(path, options, out, e): open or make the file, of mode 0600. It must be a plain file
 * that belongs to the user. A file of another version is ERR_IO. *out is in the caller's memory.
 * sqlite_close(s): also of one that was never opened (all zero). */
int sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite *out, err *e);
void sqlite_close(struct sqlite *s);

/* sqlite_memory(largest, out, e): an empty database without a file, a journal or anything else that
 * a sealed worker could not have: for one that is written here and given away whole.
 * sqlite_image(s, out, e): the octets of its file, added to out. ERR_LIMIT. */
int sqlite_memory(uint64_t largest, struct sqlite *out, err *e);
int sqlite_image(struct sqlite *s, buf *out, err *e);

/* sqlite_run(s, "literal", e): a statement without values or result, outside of hot paths. */
#define sqlite_run(s, literal, e) sqlite_run_text((s), "" literal, (e))
int sqlite_run_text(struct sqlite *s, const char *text, err *e);

/* sqlite_prepare(s, "literal", out, e), sqlite_finalize(st): NULL does nothing. */
#define sqlite_prepare(s, literal, out, e) sqlite_prepare_text((s), "" literal, (out), (e))
int sqlite_prepare_text(struct sqlite *s, const char *text, struct sqlite3_stmt **out, err *e);
void sqlite_finalize(struct sqlite3_stmt *st);

/* sqlite_bind_int, sqlite_bind_bytes, sqlite_bind_text: the value of parameter i (from 1). Octets
 * are borrowed until sqlite_reset. */
void sqlite_bind_int(struct sqlite3_stmt *st, int i, int64_t v);
void sqlite_bind_bytes(struct sqlite3_stmt *st, int i, bytes v);
void sqlite_bind_text(struct sqlite3_stmt *st, int i, bytes v);

/* sqlite_step(st, e): 1 and a row, 0 at the end, -1. sqlite_reset(st): ready for the next round,
 * its values forgotten; slices of its row end here. sqlite_once: step to the end, reset; the row,
 * if there is one, is not looked at. */
int sqlite_step(struct sqlite3_stmt *st, err *e);
void sqlite_reset(struct sqlite3_stmt *st);
int sqlite_once(struct sqlite3_stmt *st, err *e);

/* sqlite_int, sqlite_bytes: column i (from 0) of the row. A value of another type is 0 or empty. */
int64_t sqlite_int(struct sqlite3_stmt *st, int i);
bytes sqlite_bytes(struct sqlite3_stmt *st, int i);
