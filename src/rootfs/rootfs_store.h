/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_store - the folder that keeps unpacked layers. Private to rootfs.
 *
 *   STORE/FORM/CHAIN     a layer upon those below it; nothing is ever written to it
 *   STORE/FORM/.new-...  one that is being made; whoever has the lock removes those of others
 *   STORE/FORM.lock      one process unpacks at a time; nobody waits to read
 *   STORE/known/...      what an image was found to be (rootfs_known.h)
 * FORM is how owners and marks are written: it differs between root, root with ids shifted, and a
 * user. Layers go by their chain id (image-spec 1.1, config.md, Layer ChainID): what a layer
 * becomes depends on what lies below it (unpack_tree.h). They get their names after their octets
 * are on the disk: what has a name is whole, also after a loss of power.
 * Threading: belongs to one thread. */
#pragma once

#include "crypto/digest.h"
#include "rootfs/unpack.h"

struct rootfs_store {
	const char *layers; /* STORE/FORM */
	int folder;         /* the same, opened */
	int lock;           /* -1: not held */
};

/* rootfs_store_open(path, u, a, out, e): make what is missing. ERR_IO also for a store that is not
 * ours alone to write. rootfs_store_lock: wait for who unpacks, and remove what was interrupted.
 * rootfs_store_close: also after a failure, and twice. */
int rootfs_store_open(const char *path, const struct unpack_options *u, struct arena *a,
                      struct rootfs_store *out, err *e);
int rootfs_store_lock(struct rootfs_store *s, err *e);
void rootfs_store_close(struct rootfs_store *s);

/* rootfs_store_names(diff_ids, len, a): the names of the layers, the lowest first. Arena. */
const char **rootfs_store_names(const digest *diff_ids, size_t len, struct arena *a);

/* rootfs_store_layer(s, name): the folder, -1 when it is not there. rootfs_store_has: is it? */
int rootfs_store_layer(const struct rootfs_store *s, const char *name);
bool rootfs_store_has(const struct rootfs_store *s, const char *name);
/* rootfs_store_hides(folder, u): the root of this layer is opaque: nothing below it shows. */
bool rootfs_store_hides(int folder, const struct unpack_options *u);

/* rootfs_store_room(s, octets, e): ERR_LIMIT when the disk has not so much room and
 * LIMIT_ROOTFS_FREE beside it. */
int rootfs_store_room(const struct rootfs_store *s, uint64_t octets, err *e);

/* rootfs_store_draft(s, name, a, e): a new, empty folder for it, opened; or -1.
 * rootfs_store_keep(s, names, len, a, e): all these drafts at once; names of NULL are passed over.
 * rootfs_store_drop: what was not kept. */
int rootfs_store_draft(const struct rootfs_store *s, const char *name, struct arena *a, err *e);
int rootfs_store_keep(const struct rootfs_store *s, const char *const *names, size_t len,
                      struct arena *a, err *e);
void rootfs_store_drop(const struct rootfs_store *s, const char *const *names, size_t len,
                       struct arena *a);
