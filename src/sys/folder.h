/* SPDX-License-Identifier: Apache-2.0 */
/* folder - a folder of this process alone, which nobody has to clean up.
 *
 * It is locked as long as one of our processes has its descriptor. What processes that were killed
 * left is removed by the next one of the same user, with all that is in it (removal.h). Threading:
 * works on the file system; a folder belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "sys/removal.h"

#define FOLDER_ID 16 /* letters */

/* Those that are alike: in one folder, of names that begin alike. */
struct folder_kind {
	const char *above, *prefix;
	/* What goes before such a folder does, ours or one that was left. NULL: nothing. */
	void (*leave)(const void *ctx, const char *id);
	const void *ctx;
};

struct folder {
	struct folder_kind kind;
	const char *path, *id; /* ABOVE/PREFIX and the id, which is random */
	int lock;              /* -1: there is none */
};

/* folder_make(kind, a, out, e): a new one, empty, of mode 0700, after what others left was removed.
 * Borrows what kind points to; arena. ERR_IO: out->lock is -1. folder_remove: with all that is in
 * it, when no process of ours works there any more; none is fine. What cannot be removed stays for
 * the next one. */
int folder_make(const struct folder_kind *kind, struct arena *a, struct folder *out, err *e);
void folder_remove(struct folder *f);

/* folder_sweep(kind, dry, out): what others left, as folder_make begins; dry: it stays. Added to
 * *out, whose kept are those of who lives; NULL: nobody wants to know. */
void folder_sweep(const struct folder_kind *kind, bool dry, struct removed *out);
