/* SPDX-License-Identifier: Apache-2.0 */
/* stash - octets put aside until they may be believed.
 *
 * A layer's evidence waits here until both digests are verified. Small ones stay in memory, larger
 * ones go to an unlinked file, so that three million entries cost no memory. Written by one thread,
 * then read by another after a join. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct stash {
	const char *dir; /* where the file goes */
	int fd;          /* -1 while in memory */
	uint64_t size;
	buf head;        /* all of it while in memory, then what is not yet written */
};

/* stash_init(s, dir): empty. dir is borrowed. stash_done frees and closes. stash_clear empties
 * it. */
void stash_init(struct stash *s, const char *dir);
void stash_done(struct stash *s);
void stash_clear(struct stash *s);
/* stash_add(s, part, e): ERR_IO when the disk is full, ERR_LIMIT above LIMIT_EVIDENCE. */
int stash_add(struct stash *s, bytes part, err *e);
/* stash_read(s, offset, into, e): at most into->max octets from offset, replacing into's
 * content. */
int stash_read(struct stash *s, uint64_t offset, buf *into, err *e);
