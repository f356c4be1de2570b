/* SPDX-License-Identifier: Apache-2.0 */
/* local - files of an image that lies on this machine: an OCI layout folder (image-layout.md), or
 * a tar archive of one, or what docker save wrote.
 *
 * Opens, never parses: the listing of an archive is made by local_list inside a sealed worker,
 * over a descriptor opened before the fork, and handed back packed. In a folder every path is
 * resolved beneath it (openat2 RESOLVE_BENEATH), regular files only, so that a layout full of
 * links reads nothing else of the machine. Links inside an archive (docker save writes a repeated
 * layer as a link) are followed inside its listing.
 * Threading: opening and listing belong to one thread; local_find is safe on any. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "oci/target.h"

struct local_name {
	bytes name, link; /* cleaned; link empty for a file */
	uint64_t offset, size;
};

struct local {
	int fd; /* the folder or the archive; -1 closed */
	bool is_archive;
	uint64_t size; /* of the archive */
	struct {
		struct local_name *items;
		size_t len, cap;
	} names; /* archive only, sorted by name */
};

/* Where a file's octets lie. */
struct local_file {
	int fd; /* own descriptor of a folder's file (close it), or the archive's (leave it) */
	bool owned;
	uint64_t offset, size;
	uint64_t device, inode;
	int64_t mtime_ns, ctime_ns;
	uint64_t ahead; /* octets of it that the kernel has been asked for */
};

/* local_open(target, out, e): ERR_ABSENT, ERR_IO; ERR_USAGE when a folder is named as an archive or
 * the reverse. An archive has no names until local_names. */
int local_open(const struct target *target, struct local *out, err *e);
void local_close(struct local *l);

/* local_list(fd, size, a, out, e): walk a tar file's headers with pread, jumping over bodies, and
 * append its packed listing. Runs in the worker. ERR_FORMAT, ERR_LIMIT (also when out is
 * full), ERR_IO. A compressed file is ERR_FORMAT saying so, with what to do.
 * local_names(l, packed, a, e): take the listing in. ERR_BUG when malformed or out of the file. */
int local_list(int fd, uint64_t size, struct arena *a, buf *out, err *e);
int local_names(struct local *l, bytes packed, struct arena *a, err *e);

/* local_find(l, name, out, e): the file at name ("index.json"). ERR_ABSENT. local_file_close closes
 * an owned descriptor. local_read: its whole content, at most max octets, arena. ERR_LIMIT.
 * local_file_read(f, at, into, cap, e): up to cap octets from *at on, which moves behind them; 0 at
 * the end, ERR_IO also when the file became shorter. Meant for reading on and on: the kernel
 * fetches what comes next meanwhile. */
int local_find(const struct local *l, bytes name, struct local_file *out, err *e);
int64_t local_file_read(struct local_file *f, uint64_t *at, uint8_t *into, size_t cap, err *e);
void local_file_close(struct local_file *f);
/* local_blobs(l, a, out, e): the digests that files under blobs/ bear as their names, in the order
 * of the names; what has another name is no blob. At most LIMIT_ARCHIVE_ENTRIES. Whether a blob has
 * its digest is not looked at. Arena. ERR_IO, ERR_LIMIT. */
struct local_digests {
	digest *items;
	size_t len, cap;
};
int local_blobs(const struct local *l, struct arena *a, struct local_digests *out, err *e);
int local_read(const struct local *l, bytes name, uint64_t max, struct arena *a, bytes *out,
               err *e);
