/* SPDX-License-Identifier: Apache-2.0 */
/* tar - a push reader of tar streams, as GNU tar and libarchive read them.
 *
 * Formats: v7, ustar (POSIX.1-1988), pax (POSIX.1-2001, types x and g), GNU long names (K, L),
 * base-256 numbers, GNU sparse 0.0, 0.1, 1.0 and old GNU sparse (S). Names come as they stand in
 * the archive: cleaning them is the caller's affair (base/path.h). What a stream cannot be is an
 * ERR_FORMAT: a wrong checksum, a number that is none, an end inside an entry. A zero block, or the
 * end of the stream at an entry's border or in its padding (umoci writes such layers), ends the
 * archive; what follows is ignored and counted, as GNU tar and libarchive do.
 *
 * Where GNU tar, libarchive and Go's archive/tar (which unpacks images) read one archive in
 * different ways, an enemy could show us another image than the one that runs. So:
 *  - two headers of one kind (x, L, K) before an entry, an L and a pax path that differ, a NUL in a
 *    pax name, a g header that names or sizes files, half a sparse description: ERR_FORMAT;
 *  - links, devices, fifos and folders have no body whatever their size field says, but a hard link
 *    in a pax archive has one (POSIX) unless another header follows it at once;
 *  - a name with a trailing slash makes a folder of an entry that claims to be a file (v7), but not
 *    when it has a body: Go unpacks that as a file;
 *  - volume labels (V) are passed over.
 * The reader keeps headers only; bodies pass through untouched.
 * Threading: a struct tar belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum tar_type {
	TAR_OTHER, /* an unknown type flag: read as a regular file, as POSIX asks */
	TAR_FILE,
	TAR_HARDLINK,
	TAR_SYMLINK,
	TAR_CHAR,
	TAR_BLOCK,
	TAR_DIR,
	TAR_FIFO,
};

/* One entry. Slices are borrowed and valid during the `entry` call only. */
struct tar_entry {
	enum tar_type type;
	bytes name, link; /* as in the archive, without a trailing NUL */
	uint32_t mode;    /* the twelve permission bits */
	uint64_t uid, gid;
	int64_t mtime;         /* seconds */
	uint64_t size;         /* of the file as it will be unpacked (real size of a sparse file) */
	uint64_t stored;       /* octets of body in the archive, without the map of a sparse file */
	uint32_t major, minor; /* devices */
	bytes capability;      /* value of SCHILY.xattr.security.capability, or empty */
	bool sparse;           /* the body is not the file: stored octets with holes left out */
	uint64_t offset;       /* of the body in the stream */
};

/* What the reader tells. `data` comes for the stored octets of an entry in order, in pieces; `end`
 * closes every entry, bodies or not. An event that returns -1 (with *e set) stops the reader, which
 * must not be fed again. `data` may be NULL: `end` then follows `entry` at once. */
struct tar_events {
	int (*entry)(void *ctx, const struct tar_entry *entry, err *e);
	int (*data)(void *ctx, bytes part, err *e);
	int (*end)(void *ctx, err *e);
};

struct tar;

/* tar_starts(head): a file that begins so is an archive: 512 octets, a name, a checksum that is
 * right; v7 has no magic. */
bool tar_starts(bytes head);
/* tar_new(a, events, ctx): a reader whose memory comes from a. Arena. */
struct tar *tar_new(struct arena *a, const struct tar_events *events, void *ctx);
/* tar_done(t): free what is not in the arena. */
void tar_done(struct tar *t);
/* tar_feed(t, chunk, e): the next octets of the stream, any length. ERR_FORMAT, ERR_LIMIT. */
int tar_feed(struct tar *t, bytes chunk, err *e);
/* tar_finish(t, e): the stream ends here. ERR_FORMAT when that is inside an entry. */
int tar_finish(struct tar *t, err *e);
/* tar_trailing(t): octets behind the zero blocks, from the first on that is not zero (padding is
 * not counted). Go refuses an archive that goes on after one zero block: worth a gap. */
uint64_t tar_trailing(const struct tar *t);
/* tar_skip(t): how many octets from here on the reader would only pass over (the rest of a body
 * nobody wants when `data` is NULL, and padding). A reader of a seekable file may jump them and
 * then call tar_skipped(t, n), n at most that. */
uint64_t tar_skip(const struct tar *t);
void tar_skipped(struct tar *t, uint64_t n);

/* tar_write_header(out, entry): append the header blocks of entry (ustar, with a pax header before
 * it where ustar cannot say it). Not for sparse entries: their map is not kept. The caller appends
 * the body and tar_write_pad. Deterministic. tar_write_end: the two zero blocks. */
void tar_write_header(buf *out, const struct tar_entry *entry);
void tar_write_pad(buf *out, uint64_t body);
void tar_write_end(buf *out);
