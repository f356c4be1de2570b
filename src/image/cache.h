/* SPDX-License-Identifier: Apache-2.0 */
/* cache - the evidence of layers, kept between runs.
 *
 * One SQLite file (WAL, so that many processes may use it at once) under the user's cache folder.
 * Key: the blob's digest, the diff_id and the inspectors' versions; both digests were verified in
 * the read that filled the row. Looked up by the blob digest of a manifest; the caller compares the
 * recorded diff_id with the config's: a config that claims a popular base's diff_id gets nothing.
 * Evidence is stored as zstd frames of at most 1 MiB of records. A second table remembers local
 * files: device, inode, size, mtime, ctime and offset of a blob that was hashed, so that an
 * unchanged layout is not read again. Size is bounded (least recently used goes first).
 * A cache that cannot be opened, is locked or corrupt never fails a job: it is reported once and
 * the job runs without (a corrupt file is moved aside). What comes out is parsed as hostile.
 * Threading: one thread a cache; one process opens it after its workers have been forked. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

struct cache;

/* What identifies the octets of a blob in a local file without reading it. */
struct cache_file {
	uint64_t device, inode, size, offset;
	int64_t mtime_ns, ctime_ns;
};

/* cache_open(dir, limit, out, e): open or make DIR/evidence.db, files of mode 0600 in folders of
 * mode 0700. ERR_IO. cache_close(NULL) does nothing. */
int cache_open(const char *dir, uint64_t limit, struct cache **out, err *e);
void cache_close(struct cache *c);

/* cache_find(c, blob, version, out_row, out_diff_id): the row of this blob made by these
 * inspectors. False when there is none. cache_read then gives its records in order, piece by piece:
 * 1 and a whole number of framed records, 0 at the end, -1. The slice is valid until the next
 * call. */
bool cache_find(struct cache *c, const digest *blob, const digest *version, int64_t *out_row,
                digest *out_diff_id);
int cache_read(struct cache *c, int64_t row, uint32_t piece, bytes *out, err *e);

/* cache_distrust(c): what came out cannot be true. The file is moved aside when the cache is
 * closed, as one is that SQLite finds corrupt; the next open begins anew. */
void cache_distrust(struct cache *c);

/* cache_put_begin … cache_put_end: write one layer's evidence in one transaction; killed half-way
 * it leaves nothing. records: whole framed records, any amount a call. */
int cache_put_begin(struct cache *c, const digest *blob, const digest *diff_id,
                    const digest *version, err *e);
int cache_put(struct cache *c, bytes records, err *e);
int cache_put_end(struct cache *c, err *e);
void cache_put_abort(struct cache *c);

/* cache_file_seen(c, file, blob): this very file was hashed before and gave this digest.
 * cache_file_remember: say so (not for files changed within the last two seconds: their times may
 * not tell the next change). */
bool cache_file_seen(struct cache *c, const struct cache_file *file, const digest *blob);
void cache_file_remember(struct cache *c, const struct cache_file *file, const digest *blob,
                         int64_t now_ns);
