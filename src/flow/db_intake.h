/* SPDX-License-Identifier: Apache-2.0 */
/* db_intake - a file on its way into the worker of db_build: expanded, unpacked, told apart; for
 * flow/db*.c alone.
 *
 * The file comes in frames and may be compressed (gzip, zstd, xz, bzip2), be a tar archive, or
 * both. What is read here and there instead of from front to end (ZIP archives, the databases of
 * other tools) goes into a file without a name; all else is a document, which is held whole.
 * Limits: LIMIT_FEED a document, LIMIT_SPOOL what is spooled. Threading: one thread. */
#pragma once

#include "codec/codec.h"
#include "fmt/seek.h"
#include "fmt/tar.h"
#include "image/spool.h"

/* What comes out; nothing is kept behind the call. */
struct intake_events {
	void (*document)(void *ctx, bytes name, bytes content);
	void (*store)(void *ctx, bytes name, const struct seek_file *file);
	void (*failed)(void *ctx, bytes name, const err *why);
};

/* A file, or a member of the archive that it is. */
struct intake_part {
	enum { PART_UNTOLD, PART_DOCUMENT, PART_STORE, PART_TAR, PART_DROPPED } kind;
	bytes name;
	buf body;
};

struct intake {
	const struct intake_events *events;
	void *ctx;
	struct spool spool;
	struct arena arena; /* of one file */
	struct intake_part file, member;
	bool begun;
	struct decoder *decoder;
	struct tar *tar;
};

/* intake_init(i, fd, events, ctx): fd is an empty file for reading and writing. */
void intake_init(struct intake *i, int fd, const struct intake_events *events, void *ctx);

/* intake_begin(i, name): a file comes; borrows its name. intake_add(i, part, last): its octets, the
 * last ones marked. What went wrong has been told. */
void intake_begin(struct intake *i, bytes name);
void intake_add(struct intake *i, bytes part, bool last);
