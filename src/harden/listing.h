/* SPDX-License-Identifier: Apache-2.0 */
/* listing - where in a layer's tar the body of each entry lies.
 *
 * The tar is a file whose digests have been checked; a sealed worker walks its headers. The entries
 * come in their order and are what image/dispatch makes of them, so that a tree to which they are
 * applied is the tree of the image, node for node. Threading: forks a worker: called by a process
 * with one thread. */
#pragma once

#include "image/inspector.h"
#include "sys/deadline.h"

struct listing_entry {
	struct entry entry;
	uint64_t offset; /* of its body in the tar; entry.size octets unless it is sparse */
};

/* listing_read(tar, size, deadline, a, each, ctx, e): each(ctx, entry, e) for every entry; what it
 * borrows lives until it returns. ERR_FORMAT, ERR_LIMIT (LIMIT_UNPACK_ANSWER of headers), ERR_IO,
 * ERR_BUG; whatever each says. */
int listing_read(int tar, uint64_t size, struct deadline deadline,
                 int (*each)(void *ctx, const struct listing_entry *entry, err *e), void *ctx,
                 err *e);
