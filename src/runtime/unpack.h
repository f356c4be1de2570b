/* SPDX-License-Identifier: Apache-2.0 */
/* unpack - a layer's tar as files in a folder, in the form in which overlayfs takes its layers.
 *
 * Sources: OCI image-spec 1.1, layer.md (whiteouts, opaque folders, hard links); Linux
 * Documentation/filesystems/overlayfs.rst (a whiteout is a character device 0/0, an opaque folder
 * has an attribute). The tar lies in a file whose digests have been checked; a sealed worker walks
 * its headers, and this process, which trusts none of its records, makes the files. Names are
 * resolved by the kernel as if the folder were the root (openat2, RESOLVE_IN_ROOT), so neither a
 * link nor ".." leads out. Devices are left out: nothing in a container that we start could open
 * them. Without the right to give files away, all belong to the caller.
 * Limits: LIMIT_UNPACK_ANSWER of headers. Threading: forks a worker: called by a process with one
 * thread. */
#pragma once

#include "sys/deadline.h"

#include "base/arena.h"
#include "base/err.h"

struct unpack_options {
	bool owners;      /* files get the owners that the layer says, */
	uint32_t id_base; /* so much higher, for a user namespace that begins there */
	bool userxattr;   /* overlayfs was told so: an ordinary user's attributes */
	struct deadline deadline;
};

struct unpack_result {
	uint64_t files, octets; /* made; written */
	uint64_t devices;       /* left out */
};

/* unpack_layer(tar, size, folder, options, out, e): tar: the file, its octets from 0 to size; folder:
 * an empty one, opened. ERR_FORMAT (the tar; a file where a folder must be), ERR_LIMIT, ERR_IO,
 * ERR_BUG. What was made stays. */
int unpack_layer(int tar, uint64_t size, int folder, const struct unpack_options *options,
                 struct unpack_result *out, err *e);
