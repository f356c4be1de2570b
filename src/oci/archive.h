/* SPDX-License-Identifier: Apache-2.0 */
/* archive - a tar file of an image that is written: an oci-archive or what docker save writes.
 *
 * Deterministic: names come in the caller's order; times, owners are 0. The file appears under its
 * name at the end, whole (or never: without a name for engines). Members whose size is not known in
 * advance are written first and their header afterwards; such a member has at most 8 GiB (ustar's
 * field), else ERR_LIMIT. Threading: belongs to one thread. */
#pragma once

#include "oci/staged.h"

#include "base/arena.h"

struct archive {
	struct staged file;
	int folder;
	const char *path, *name; /* NULL: has none */
	char member[160];
	uint64_t end, begun; /* octets written; where the open member's header lies */
	uint64_t announced;  /* its size, UINT64_MAX while it is not known */
};

/* archive_create(path, a, out, e): path is replaced by archive_commit. archive_nameless(dir, out,
 * e): an unlinked file in dir; read it at out->file.fd. ERR_IO, ERR_ABSENT. archive_close drops
 * what was not committed. */
int archive_create(const char *path, struct arena *a, struct archive *out, err *e);
int archive_nameless(const char *dir, struct archive *out, err *e);
int archive_commit(struct archive *t, err *e);
void archive_close(struct archive *t);

/* archive_begin(t, name, size, e): a member; size UINT64_MAX when it is not known.
 * archive_write: ERR_IO; ERR_LIMIT; ERR_BUG beyond its size. archive_end: ERR_BUG when octets lack.
 * archive_rename(t, name): the open member, whose size was not known, gets another name.
 * archive_rewind(t, e): forget what the open member has. archive_add: one in memory. */
int archive_begin(struct archive *t, const char *name, uint64_t size, err *e);
int archive_write(struct archive *t, bytes part, err *e);
int archive_end(struct archive *t, err *e);
void archive_rename(struct archive *t, const char *name);
int archive_rewind(struct archive *t, err *e);
int archive_add(struct archive *t, const char *name, bytes content, err *e);
