/* SPDX-License-Identifier: Apache-2.0 */
/* zip - the directory of a ZIP archive, and where its members lie.
 *
 * PKWARE APPNOTE 6.3.10: end of central directory (4.3.16) and its 64-bit forms (4.3.14, 4.3.15),
 * central directory (4.3.12), local headers (4.3.7), the 64-bit extra field (4.5.3). Octets before
 * the archive (a program that unpacks itself) are allowed: offsets then count from where it begins.
 * Archives of several disks are refused. This does not inflate. Threading: an archive belongs to
 * one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct zip_source {
	uint64_t size;
	/* read(ctx, offset, n, a, out): n octets at offset, borrowed or in a; false when they cannot
	 * be had. */
	bool (*read)(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out);
	void *ctx;
};

struct zip {
	struct zip_source source;
	bytes directory;  /* what has not been read of it */
	uint64_t base;    /* where the archive begins */
	uint64_t members; /* read so far */
};

enum zip_method { ZIP_STORED = 0, ZIP_DEFLATED = 8 }; /* others are not inflated here */

struct zip_member {
	bytes name; /* untrusted, not cleaned; borrows from the directory */
	uint16_t method;
	bool encrypted;
	uint64_t packed, size; /* octets in the archive, and as a file */
	uint64_t header;       /* where its local header stands */
};

/* zip_open(source, a, out, e): read the directory into a (or borrow it). ERR_FORMAT; ERR_LIMIT: a
 * directory above LIMIT_ZIP_DIRECTORY. */
int zip_open(const struct zip_source *source, struct arena *a, struct zip *out, err *e);

/* zip_next(z, out, e): 1 and the next member, 0 at the end, -1 ERR_FORMAT or ERR_LIMIT (above
 * LIMIT_ZIP_MEMBERS). */
int zip_next(struct zip *z, struct zip_member *out, err *e);

/* zip_content(z, m, a, out, e): where the packed octets of a member begin; they lie in the source
 * whole. ERR_FORMAT. */
int zip_content(const struct zip *z, const struct zip_member *m, struct arena *a, uint64_t *out,
                err *e);

/* zip_wide_field(extra): the 64-bit field (4.5.3) of an extra field, or empty. zip_take_wide(field,
 * value): a value of 32 ones stands there: takes it. False when it does not. */
bytes zip_wide_field(bytes extra);
bool zip_take_wide(bytes *field, uint64_t *value);

/* zip_number(b, at, n): the number of n octets at an offset; they lie in b. */
uint64_t zip_number(bytes b, size_t at, size_t n);
