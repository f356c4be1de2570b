/* SPDX-License-Identifier: Apache-2.0 */
/* unpack - a layer's tar as files in a folder, in the form in which overlayfs takes its layers.
 *
 * Sources: OCI image-spec 1.1, layer.md (whiteouts, opaque folders, hard links); Linux
 * Documentation/filesystems/overlayfs.rst (a whiteout is a character device 0/0, an opaque folder
 * has an attribute). A sealed worker walks the headers of the tar (image/entries.h), and this
 * process, which trusts none of its records, makes the files (unpack_tree.h).
 * What a hard link names may lie in a layer below: it is copied here, as overlayfs itself would.
 * Left out: devices, which nothing in a container that we start could open (what is below them is
 * hidden), and extended attributes: file capabilities, which no_new_privs and nosuid make void, and
 * those of overlayfs, with which a layer could forge what only overlayfs writes. Setuid bits stay;
 * the mount makes them void. Without the right to give files away, all belong to the caller; above
 * id_base, an id beyond UNPACK_IDS becomes the last but one.
 * Limits: LIMIT_TAR_ENTRIES, LIMIT_UNPACK_FOLDERS. Threading: forks a worker: called by a process
 * with one thread. */
#pragma once

#include "sys/deadline.h"

#include "base/arena.h"
#include "base/err.h"

#define UNPACK_IDS UINT32_C(65536)

struct unpack_options {
	bool owners;       /* files get the owners that the layer says, */
	uint32_t id_base;  /* so much higher, for a user namespace that begins there; 0: none */
	bool userxattr;    /* overlayfs was told so: an ordinary user's attributes */
	const int *lowers; /* the folders of the layers below, unpacked so: the topmost first */
	size_t lowers_len;
	struct deadline deadline;
};

struct unpack_result {
	uint64_t files, octets; /* made; written */
	uint64_t devices;       /* left out */
};

/* unpack_layer(tar, size, folder, options, out, e): tar: the file, its octets from 0 to size;
 * folder: an empty one, opened. ERR_FORMAT (the tar; names and links that no file system could
 * hold), ERR_LIMIT, ERR_IO, ERR_BUG. What was made stays: sys/removal.h. */
int unpack_layer(int tar, uint64_t size, int folder, const struct unpack_options *options,
                 struct unpack_result *out, err *e);
