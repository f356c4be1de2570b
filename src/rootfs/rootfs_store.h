/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_store - the folder that keeps unpacked layers. Private to rootfs.
 *
 *   STORE/FORM/CHAIN     a layer upon those below it; nothing is ever written to it
 *   STORE/FORM/CHAIN.use the layers of the image that has this one on top, a line each; locked for
 *                        reading by its containers, changed when it was used last (to a day)
 *   STORE/FORM/.new-...  one that is being made or goes; whoever has the lock removes those of
 *                        others
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

/* Letters of the chain id in a folder's name: 128 bits; so many of them fit into the one page that
 * mount(2) takes. */
#define ROOTFS_NAME 32
#define ROOTFS_DRAFT ".new-"
#define ROOTFS_MARK_S 86400 /* a use is written down so often: each writes to the disk */

struct rootfs_store {
	const char *layers; /* STORE/FORM */
	int folder;         /* the same, opened */
	int lock;           /* -1: not held */
};

/* rootfs_store_open(path, u, a, out, e): make what is missing. ERR_IO also for a store that is not
 * ours alone to write. rootfs_store_lock: wait for who unpacks, and clear what was interrupted.
 * rootfs_store_clear(s, name, a): remove it; NULL. Else the name by which it stays, out of the way
 * of drafts, and errno as removal_all says. Arena.
 * rootfs_store_close: also after a failure, and twice. */
int rootfs_store_open(const char *path, const struct unpack_options *u, struct arena *a,
                      struct rootfs_store *out, err *e);
int rootfs_store_lock(struct rootfs_store *s, err *e);
const char *rootfs_store_clear(const struct rootfs_store *s, const char *name, struct arena *a);
void rootfs_store_close(struct rootfs_store *s);

/* rootfs_store_names(diff_ids, len, a): the names of the layers, the lowest first. Arena. */
const char **rootfs_store_names(const digest *diff_ids, size_t len, struct arena *a);

/* rootfs_store_layer(s, name): the folder, -1 when it is not there. rootfs_store_has: is it? */
int rootfs_store_layer(const struct rootfs_store *s, const char *name);
bool rootfs_store_has(const struct rootfs_store *s, const char *name);
/* rootfs_store_hides(folder, u): the root of this layer is opaque: nothing below it shows. */
bool rootfs_store_hides(int folder, const struct unpack_options *u);

/* rootfs_store_use(s, names, len, a): all layers of an image are there, and stay as long as a
 * process of ours has the descriptor that it gives; it is not inherited by programs. -1: not all
 * are there, or nobody wrote them down. At least one layer.
 * rootfs_store_note(s, names, len, a, e): write them down; the lock is held. ERR_IO.
 * rootfs_store_mark(fd): it was used today. */
int rootfs_store_use(const struct rootfs_store *s, const char *const *names, size_t len,
                     struct arena *a);
int rootfs_store_note(const struct rootfs_store *s, const char *const *names, size_t len,
                      struct arena *a, err *e);
void rootfs_store_mark(int fd);

/* rootfs_store_is_layer(name), rootfs_store_is_draft, rootfs_store_is_note: what has this name in
 * the folder. rootfs_store_own(path, out, e): a folder that is ours alone to write, opened. ERR_IO.
 */
bool rootfs_store_is_layer(const char *name);
bool rootfs_store_is_draft(const char *name);
bool rootfs_store_is_note(const char *name);
int rootfs_store_own(const char *path, int *out, err *e);

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
