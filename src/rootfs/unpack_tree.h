/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_tree - the folder that a layer is unpacked into, as it looks upon the layers below it.
 * Private to unpack.
 *
 * Names are resolved by the kernel as if the folder were the root (openat2, RESOLVE_IN_ROOT), so
 * neither a link nor ".." leads out. A folder that the layer does not name, but puts something
 * into, gets the owner, mode and time that it has below: overlayfs shows those of the topmost
 * layer; and where a link stands below, the layer means what that leads to (containerd, which
 * unpacks onto the mounted layers, does the same).
 * Modes and times of folders are set at the end: what has no right to write to a folder can still
 * fill it, and filling changes its time.
 * At most LIMIT_ROOTFS_LAYERS below. Threading: belongs to one thread. Functions set errno. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

#include <sys/stat.h>

struct unpack_tree {
	int folder;
	const int *lowers; /* the topmost first (borrows) */
	size_t lowers_len;
	bool owners;        /* they can be set */
	const char *opaque; /* the attribute that says that nothing below shows (static) */
	struct arena arena; /* of one entry; the caller resets it */
	struct arena kept;
	struct {
		struct unpack_folder *items;
		size_t len, cap;
	} folders;
};

/* unpack_tree_folder(t, path): the folder (O_PATH), made with those above it where it is missing.
 * -1 and errno. */
int unpack_tree_folder(struct unpack_tree *t, bytes path);

/* unpack_tree_below(t, path): what the layers below show at path (O_PATH; its last part is not
 * followed), -1 and ENOENT for nothing. The folders above it are made. */
int unpack_tree_below(struct unpack_tree *t, bytes path);

/* unpack_tree_hide(t, folder): nothing that is below it shows. */
int unpack_tree_hide(const struct unpack_tree *t, int folder);
bool unpack_tree_is_whiteout(const struct stat *st);

/* unpack_tree_later(t, path, mode, mtime): what the folder is to have in the end; what is said last
 * counts. -1 and E2BIG beyond LIMIT_UNPACK_FOLDERS. unpack_tree_finish: set it all. */
int unpack_tree_later(struct unpack_tree *t, bytes path, mode_t mode, int64_t mtime);
int unpack_tree_finish(struct unpack_tree *t);

void unpack_tree_done(struct unpack_tree *t);
