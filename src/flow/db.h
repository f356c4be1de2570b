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
};

/* db_input_parse(text): "PATH", or "KIND:PATH" with a kind that is known. Borrows. */
struct db_input db_input_parse(const char *text);

struct db_build_options {
	const struct db_input *inputs;
	size_t len;
	const char *out;
	uint64_t timeout_ms; /* 0: LIMIT_TIME_MS */
	/* What was left out, as it is found: in which document, at what. NULL: nobody asks. */
	void (*fault)(void *ctx, const char *document, const char *where, const char *what);
	void *ctx;
};

/* db_build(options, e): make the database and put it in its place whole; its date is the latest
 * that any record bears. ERR_ABSENT, ERR_IO; ERR_FORMAT and ERR_LIMIT: a file that was named is no
 * feed or cannot be read, or a folder holds none; ERR_BUG (the worker died). */
int db_build(const struct db_build_options *options, err *e);

/* db_import(from, path, allow_older, e): a copy of the database `from`, checked whole, takes the
 * place of `path`. ERR_ABSENT, ERR_IO; ERR_FORMAT: damaged, or older than what is there. */
int db_import(const char *from, const char *path, bool allow_older, err *e);
