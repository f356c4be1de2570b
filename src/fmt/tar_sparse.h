/* SPDX-License-Identifier: Apache-2.0 */
/* tar_sparse - the maps of GNU tar's sparse files.
 *
 * A map lists the pieces of a file that are stored; the rest reads as zeros. The reader only checks
 * maps and never keeps them: pieces ascend, do not overlap, lie inside the file and add up to what
 * the archive stores. Formats (GNU tar manual, appendix "Sparse Formats"): old GNU slots in the
 * header and in blocks behind it; pax 0.0 and 0.1 in records; pax 1.0 as text before the data.
 * Private to the tar reader. Threading: one thread a map. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct tar_sparse {
	uint64_t pieces, end, data; /* number of pieces, end of the last, sum of lengths */
	/* pax 1.0, which comes in blocks: */
	uint64_t number, expected, offset;
	uint32_t numbers; /* parity and beginning: 0 the count comes, odd an offset, even a length */
	bool digits;      /* of a number that is not ended yet */
};

/* All set ERR_FORMAT or ERR_LIMIT (LIMIT_SPARSE). */

/* tar_sparse_add: one piece. */
int tar_sparse_add(struct tar_sparse *s, uint64_t offset, uint64_t length, err *e);
/* tar_sparse_slots(s, slots, more, e): old GNU slots (24 octets each) up to the first empty one;
 * more says that another block of them follows. */
int tar_sparse_slots(struct tar_sparse *s, bytes slots, bool more, err *e);
/* tar_sparse_list: a map of pax 0.1, "offset,length,offset,length". */
int tar_sparse_list(struct tar_sparse *s, bytes list, err *e);
/* tar_sparse_text(s, block, e): the next block of a map of pax 1.0. 1 when it was the last. */
int tar_sparse_text(struct tar_sparse *s, bytes block, err *e);
/* tar_sparse_fits: the map is one of a file of `size` octets, `stored` of them in the archive. */
int tar_sparse_fits(const struct tar_sparse *s, uint64_t size, uint64_t stored, err *e);
