/* SPDX-License-Identifier: Apache-2.0 */
/* pour - one layer's tar, piece by piece, out of files that are elsewhere.
 *
 * Deterministic: the entries are sorted by name, folders come before what is in them. No memory but
 * one header. Threading: a value of one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fmt/tar.h"

struct pour_entry {
	bytes path;         /* clean */
	enum tar_type type; /* FILE, HARDLINK, SYMLINK or DIR */
	uint32_t mode, uid, gid;
	int64_t mtime;
	bytes link; /* a symbolic link's text, a hard link's path */
	uint64_t size;
	int fd; /* a tar that has the body at offset; -1: it is in memory */
	uint64_t offset;
	bytes content;
};

struct pour {
	struct {
		struct pour_entry *items;
		size_t len, cap;
	} entries;
	size_t next; /* entry whose header is due */
	uint64_t at; /* octets of the body in hand that were given */
	buf pending; /* of headers and padding */
	size_t pending_at;
	bool ended;
};

/* pour_begin(p): once the entries are there: sorts them. pour_read(ctx, into, cap, e): the next
 * octets of the tar, 0 at its end, -1 and ERR_IO; ctx is the struct pour. pour_done frees. */
void pour_begin(struct pour *p);
int64_t pour_read(void *ctx, uint8_t *into, size_t cap, err *e);
void pour_done(struct pour *p);
