/* SPDX-License-Identifier: Apache-2.0 */
/* entries - what a layer's tar holds, and where in it the body of each entry lies.
 *
 * For who needs the files and not only facts of them. The tar is a file whose digest has been
 * checked; a sealed worker walks its headers and hands the entries on in portions. They come in
 * their order and are what image/dispatch makes of them (no kind, no capability), so that a tree to
 * which they are applied is the tree of the image, node for node. The worker is not believed: a
 * name leads nowhere but down, a body lies in the tar. An id beyond 32 bits is UINT32_MAX, which
 * nobody has (chown(2): "as it is").
 * Limits: LIMIT_PATH, LIMIT_TAR_ENTRIES. Threading: entries_read forks a worker: called by a
 * process with one thread; the others are pure. */
#pragma once

#include "fmt/tar.h"
#include "image/inspector.h"
#include "sys/deadline.h"

struct entries_item {
	struct entry entry;
	uint64_t offset; /* of its body in the tar; entry.size octets unless it is sparse */
};

/* entries_read(tar, size, deadline, each, ctx, e): each(ctx, item, e) for every entry; what it
 * borrows lives until it returns. tar: the file, its octets from 0 to size. ERR_FORMAT, ERR_LIMIT
 * (the deadline too), ERR_IO, ERR_BUG; whatever each says. */
int entries_read(int tar, uint64_t size, struct deadline deadline,
                 int (*each)(void *ctx, const struct entries_item *item, err *e), void *ctx,
                 err *e);

/* entries_take(in, size, out): the next of what the worker of a tar of this size says; borrows.
 * False when it makes no sense, or when no tar that went through path_clean could be so. */
bool entries_take(bytes *in, uint64_t size, struct entries_item *out);

/* entries_type_of(type): TAR_OTHER is a file, as POSIX asks. */
enum entry_type entries_type_of(enum tar_type type);
/* entries_id_of(id): ids are 32 bits wide in Linux; a larger one cannot be unpacked. */
uint32_t entries_id_of(uint64_t id);
