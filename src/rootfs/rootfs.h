/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs - the layers of an image as folders that overlayfs can put upon each other.
 *
 * Each layer is unpacked once, checked against its diff_id before its first file is made, and kept
 * by its chain id in a store (rootfs_store.h); images and containers share it, and nobody writes to
 * it. A layout that was prepared before is neither read nor parsed again (rootfs_known.h): that
 * costs about a millisecond. Several may prepare at once; nothing is kept of what fails.
 * Limits: LIMIT_ROOTFS_LAYERS, LIMIT_ROOTFS_FREE. Threading: forks workers: called by a process
 * with one thread. */
#pragma once

#include "rootfs/unpack.h"
#include "transfer/cargo.h"

struct rootfs_options {
	struct cargo_options source;
	struct platform platform;
	const char *store;            /* a folder; made when it is missing */
	struct unpack_options unpack; /* lowers are set here */
};

struct rootfs {
	const char *layers; /* the folder that holds them */
	const char *lower;  /* their names below it for overlayfs: the topmost first, ":" between */
	struct oci_config config;
	bytes accounts, groups; /* etc/passwd and etc/group of the image; empty: it has none */
	digest image;           /* of its manifest; none: out of docker's form */
	int use; /* a descriptor: the layers stay as long as this process or one that it forked has it,
	            so it is closed by nobody; -1: there are no layers */
};

/* rootfs_prepare(target, options, a, out, e): ERR_ABSENT (no such image or platform), ERR_FORMAT (a
 * blob or layer that does not have its digest, or cannot be unpacked), ERR_LIMIT (also: the disk is
 * too full), ERR_IO (also: a store that others can write to), ERR_NET, ERR_BUG. Arena. */
int rootfs_prepare(const struct target *target, const struct rootfs_options *options,
                   struct arena *a, struct rootfs *out, err *e);
