/* SPDX-License-Identifier: Apache-2.0 */
/* convert - a bill that somebody wrote, in another format, or what else is made of it.
 *
 * A bill from outside is read in a sealed worker, piece by piece, which also writes what is made of
 * it; the parent passes the octets on.
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "sbom/read.h"

struct convert_options {
	/* answer(ctx, document, what, out): write what was asked for; in the worker, which has a
	 * copy of ctx as it was. NULL: the bill in the format `what` (enum sbom_format). */
	void (*answer)(const void *ctx, const struct sbom_document *document, uint8_t what,
	               struct stream *out);
	const void *ctx;
	const uint8_t *asks;
	struct stream *const *outs; /* one for each */
	size_t len;
	const char *tmp_dir; /* for the packages */
	bool judge;          /* document->fault: is it what its schema allows? */
	uint64_t timeout_ms; /* 0: LIMIT_TIME_MS */
	uint64_t *nameless;  /* packages without a name, which are left out; NULL: of no interest */
	digest subject;      /* what a statement must be about; none: anything, also no statement */
};

/* convert_file(path, options, e): ERR_ABSENT, ERR_IO, ERR_FORMAT and ERR_LIMIT of sbom_read,
 * ERR_UNTRUSTED (a statement about something else), ERR_BUG (the worker died). On failure streams
 * may hold a part. convert_fd: a regular file, from where it stands to its end; `name` is
 * for errors. A UTF-8 byte order mark at its beginning is passed over. */
int convert_file(const char *path, const struct convert_options *options, err *e);
int convert_fd(int fd, const char *name, const struct convert_options *options, err *e);
