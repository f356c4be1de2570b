/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_prune - layers that no container uses and none has used for a while are removed from the
 * store (rootfs_store.h).
 *
 * An image goes when its note is older than asked for and nobody has it locked; then each layer
 * that no note names. First goes the note, then a layer's name, then what is in it: whatever stops
 * us, what has a name is whole, and the next one goes on. Others may prepare and run meanwhile; who
 * has to unpack waits. Threading: belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "sys/removal.h"

struct rootfs_prune_options {
	const char *store;
	/* Seconds since 1970: what was used then or later stays, and what was used within the day
	 * before, for a use is written down once a day. INT64_MAX: none stays for its age. */
	int64_t before;
	bool dry; /* all stays */
	/* wait(ctx): somebody unpacks, and is waited for. NULL: nobody is told. */
	void (*wait)(void *ctx);
	void *wait_ctx;
};

struct rootfs_pruned {
	struct removed layers; /* also what was left half-made */
	struct removed known;  /* files that say what an image is (rootfs_known.h) */
	uint64_t running;      /* images that are in use this moment */
};

/* rootfs_prune(options, a, out, e): what cannot be pruned keeps nothing else from it, and *out also
 * tells what was done beside a failure, the first of which is told. No store is fine. ERR_IO, also
 * for a store that others can write to; ERR_LIMIT: somebody unpacks for longer than LIMIT_TIME_MS.
 */
int rootfs_prune(const struct rootfs_prune_options *options, struct arena *a,
                 struct rootfs_pruned *out, err *e);
