/* SPDX-License-Identifier: Apache-2.0 */
/* db - the vulnerability database: made from feeds, put in its place.
 *
 * Every document is read in a sealed worker, one after the other; files may be compressed (gzip,
 * zstd) and be ZIP archives. The same files give the same octets.
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "vuln/database.h"

struct db_input {
	enum feed_kind kind; /* FEED_UNKNOWN: each document shows it */
	const char *path;    /* a file, or a folder whose files are read in order of their names */
	int64_t date;        /* of what day it is when it bears no date itself; 0: nobody knows */
};

struct db_inputs {
	struct db_input *items;
	size_t len, cap;
};

/* db_input_parse(text): "PATH", or "KIND:PATH" with a kind that is known. Borrows. */
struct db_input db_input_parse(const char *text);

struct db_build_options {
	const struct db_input *inputs;
	size_t len;
	const char *out;
	uint64_t timeout_ms; /* 0: LIMIT_TIME_MS */
	int64_t not_after;   /* a record of a later date does not make the database newer; 0: any may */
	/* gather(ctx, out, e): the inputs, when they are only known (fetched) once the worker runs, in
	 * place of `inputs`. NULL: they are known. failed: of which input the failure is; or NULL. */
	int (*gather)(void *ctx, struct db_inputs *out, err *e);
	void (*failed)(void *ctx, const struct db_input *input);
	/* What was left out, as it is found: in which document, at what. NULL: nobody asks. */
	void (*fault)(void *ctx, const char *document, const char *where, const char *what);
	void *ctx;
};

/* db_build(options, e): make the database and put it in its place whole; its date is the latest
 * that any feed bears; none does: unknown. ERR_ABSENT, ERR_IO; ERR_FORMAT and ERR_LIMIT: a
 * file that was named is no feed or cannot be read, or a folder holds none; ERR_BUG (the worker
 * died). */
int db_build(const struct db_build_options *options, err *e);

/* -- in its place ------------------------------------------------------------------------------ */

struct db_place {
	const char *path;
	bool allow_older; /* also one whose feeds are older than those there, or fewer */
	int64_t now;      /* by the clock: one from the future would keep out all that come later */
	bool own;         /* made here, of the feeds that were asked for: others are not missed */
};

/* db_adopt(temp, place, e): the database `temp` is checked, every block of it, and takes its place;
 * where it is refused it stays where it is. ERR_FORMAT: damaged, a feed of it is older than the
 * same one there, one is missing, or it is of the future; ERR_IO.
 * db_import(from, place, e): the same with a copy of `from`. ERR_ABSENT. */
int db_adopt(const char *temp, const struct db_place *place, err *e);
int db_import(const char *from, const struct db_place *place, err *e);
/* db_check(path, out, e): every block, and nothing but the database; out is opened. ERR_FORMAT. */
int db_check(const char *path, struct database **out, err *e);
