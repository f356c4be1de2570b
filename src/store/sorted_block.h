/* SPDX-License-Identifier: Apache-2.0 */
/* sorted_block - what sorted.c and sorted_write.c share: references to blocks. Private to this
 * room. */
#pragma once

#include "base/bytes.h"

#define SORTED_MAGIC "OAKUMTAB"
#define SORTED_VERSION 1
#define SORTED_DIGEST 16
#define SORTED_REF (8 + 4 + 4 + SORTED_DIGEST)

struct sorted_ref {
	uint64_t offset;
	uint32_t stored, expanded;
	uint8_t digest[SORTED_DIGEST];
};

static inline bool sorted_ref_take(bytes *in, struct sorted_ref *out)
{
	bytes hash;

	if (!bytes_take_le64(in, &out->offset) || !bytes_take_le32(in, &out->stored) ||
	    !bytes_take_le32(in, &out->expanded) || !bytes_take(in, SORTED_DIGEST, &hash))
		return false;
	memcpy(out->digest, hash.p, SORTED_DIGEST);
	return true;
}
