/* SPDX-License-Identifier: Apache-2.0 */
/* sorted - an immutable file of sorted keys and their values, checked where it is read.
 *
 * For data that is built once and looked up by many: the vulnerability database. The file is a tree
 * of blocks in which every reference carries the block's SHA-256 (its first 16 octets), up to a
 * header that carries its own: opening reads 128 octets, a lookup a few blocks, and what was
 * truncated, altered or torn is ERR_FORMAT at the moment it is looked at, never a wrong answer.
 * Blocks are read with pread into memory of ours and checked there, so that a file that changes
 * underneath can neither crash nor mislead; the page cache is shared by all processes. The same
 * keys and values give the same octets.
 *
 * Layout (little-endian): header of SORTED_HEADER octets: "OAKUMTAB", u32 version 2, u32 levels of
 * references above the leaves, u64 size of the file, u64 number of entries, reference to the root,
 * zeros, SHA-256 over all before it. Reference: u64 span, u32 octets stored, u32 octets expanded,
 * 16 octets of digest over what is stored. Block: entries (pack.h: key, value), compressed with
 * zstd when stored is less than expanded. The value of an entry above the leaves is a reference.
 * A block lies at the end of the span that it fills with all blocks below it, one child's span
 * behind the other; the root's begins behind the header. So no block knows where it lies, and since
 * keys decide where blocks end, two tables that differ in a few entries share nearly all of their
 * blocks: sorted_fill makes one of the other and the few (sorted_fill.c).
 * Limits: LIMIT_SORTED_BLOCK, LIMIT_SORTED_LEVELS. Keys and values together fit a block.
 * Threading: one thread a table; many may open one file. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

#define SORTED_HEADER 128

struct sorted;

/* sorted_open(path, out, e): ERR_ABSENT, ERR_IO, ERR_FORMAT (no table, another version, cut short).
 * sorted_close(NULL) does nothing. sorted_entries: how many. sorted_root: the digest that stands
 * for the whole content: over the header. */
int sorted_open(const char *path, struct sorted **out, err *e);
void sorted_close(struct sorted *t);
uint64_t sorted_entries(const struct sorted *t);
digest sorted_root(const struct sorted *t);

/* sorted_get(t, key, out, e): 1 and the value, 0 when there is none, -1. sorted_seek(t, key, e):
 * stand before the first entry that is not less than key (an empty key: before all). sorted_next(t,
 * out_key, out_value, e): 1 and the next entry, 0 at the end, -1. Slices are valid until the next
 * call. Lookups in ascending order read each block once. O(log n). */
int sorted_get(struct sorted *t, bytes key, bytes *out, err *e);
int sorted_seek(struct sorted *t, bytes key, err *e);
int sorted_next(struct sorted *t, bytes *out_key, bytes *out_value, err *e);

/* -- writing ----------------------------------------------------------------------------------- */
struct sorted_writer;

/* sorted_create(path, out, e): a new table that takes its place when it is finished; until then
 * nothing is seen at path. sorted_add(w, key, value, e): keys ascend strictly, else ERR_BUG.
 * sorted_compress(w, on): from the next entry on; smaller and slower to read. sorted_finish(w, e):
 * to the disk and into place; w ends. sorted_abandon(w): nothing happened; NULL is fine. */
int sorted_create(const char *path, struct sorted_writer **out, err *e);
int sorted_add(struct sorted_writer *w, bytes key, bytes value, err *e);
int sorted_compress(struct sorted_writer *w, bool on, err *e);
int sorted_finish(struct sorted_writer *w, err *e);
void sorted_abandon(struct sorted_writer *w);

/* -- from elsewhere ---------------------------------------------------------------------------- */

/* A table that lies elsewhere. fetch(ctx, from, n, e): bring n octets of it, from there, to the
 * same place in the file that is filled. */
struct sorted_elsewhere {
	bytes header; /* its first SORTED_HEADER octets; hostile */
	int (*fetch)(void *ctx, uint64_t from, uint64_t n, err *e);
	void *ctx;
};

/* sorted_size(header, out, out_root, e): how long the table is, and what sorted_root says of it.
 * sorted_fill(elsewhere, old, fd, e): make fd (open for reading and writing) that table: a block
 * that is there already, from an earlier try, or in old (NULL: none), is not fetched; all others
 * are, and each is checked. Not synced. ERR_IO, ERR_LIMIT, ERR_FORMAT (what came is
 * not what it should be), what fetch says. */
int sorted_size(bytes header, uint64_t *out, digest *out_root, err *e);
int sorted_fill(const struct sorted_elsewhere *from, struct sorted *old, int fd, err *e);
