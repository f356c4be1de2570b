/* SPDX-License-Identifier: Apache-2.0 */
/* sorted_block - what the files of sorted share: references, headers, blocks. Private to this
 * room. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/digest.h"

#define SORTED_MAGIC "OAKUMTAB"
#define SORTED_VERSION 2
#define SORTED_DIGEST 16
#define SORTED_REF (8 + 4 + 4 + SORTED_DIGEST)

/* Where a block lies: at the end of the span that it and all blocks below it fill. */
struct sorted_ref {
	uint64_t start; /* not stored: it follows from what stands before */
	uint64_t span;
	uint32_t stored, expanded;
	uint8_t digest[SORTED_DIGEST];
};

/* sorted_ref_take(in, start, out): start: where the span begins. */
static inline bool sorted_ref_take(bytes *in, uint64_t start, struct sorted_ref *out)
{
	bytes hash;

	if (!bytes_take_le64(in, &out->span) || !bytes_take_le32(in, &out->stored) ||
	    !bytes_take_le32(in, &out->expanded) || !bytes_take(in, SORTED_DIGEST, &hash))
		return false;
	memcpy(out->digest, hash.p, SORTED_DIGEST);
	out->start = start;
	return true;
}

/* sorted_ref_offset(r): of the block itself. */
static inline uint64_t sorted_ref_offset(const struct sorted_ref *r)
{
	return r->start + r->span - r->stored;
}

/* sorted_ref_fits(r, end): it lies before `end`, and is no larger than a block may be. */
static inline bool sorted_ref_fits(const struct sorted_ref *r, uint64_t end)
{
	return r->expanded <= LIMIT_SORTED_BLOCK && r->stored <= r->expanded && r->stored <= r->span &&
	       r->start <= end && r->span <= end - r->start;
}

/* What a header says, beside its checksum. */
struct sorted_head {
	uint64_t size, entries;
	uint32_t levels;
	struct sorted_ref root;
	digest digest;
};

/* sorted_head_parse(header, out, e): SORTED_HEADER octets. ERR_FORMAT. sorted_unpacker():
 * what sorted_expand works with; ZSTD_freeDCtx. sorted_expand(ref, stored, unpacker, out, e): the
 * block's entries; its digest is compared first. sorted_entry_take: the next one. ERR_FORMAT. */
struct ZSTD_DCtx_s *sorted_unpacker(void);
int sorted_head_parse(bytes header, struct sorted_head *out, err *e);
int sorted_expand(const struct sorted_ref *r, bytes stored, struct ZSTD_DCtx_s *unpacker, buf *out,
                  err *e);
bool sorted_entry_take(bytes *rest, bytes *key, bytes *value);

/* What sorted_fill.c reads of an open table. Borrows. */
struct sorted;
const struct sorted_head *sorted_head(const struct sorted *t);
int sorted_fd(const struct sorted *t);
