/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs - the layers of an image as folders that overlayfs can put upon each other.
 *
 * Each layer is unpacked once, checked against its diff_id before its first file is made, and kept
 * under that in STORE/layers; images and containers share it, and nobody writes to it. What an
 * interrupted run left is removed by the next one. A lock lets one process unpack at a time.
 * Limits: LIMIT_ROOTFS_LAYERS. Threading: forks workers: called by a process with one thread. */
#pragma once

#include "runtime/unpack.h"
#include "transfer/cargo.h"

struct rootfs_options {
	struct cargo_options source;
	struct platform platform;
	const char *store; /* a folder; made when it is missing */
	struct unpack_options unpack;
};

struct rootfs {
	const char *layers; /* the folder that holds them */
	const char *lower;  /* their names below it for overlayfs: the topmost first, ":" between */
	struct oci_config config;
	bytes accounts, groups; /* etc/passwd and etc/group of the image; empty: it has none */
	digest image;   /* of its manifest; none: out of docker's form */
};

/* rootfs_prepare(target, options, a, out, e): ERR_ABSENT (no such image or platform), ERR_FORMAT (a
 * blob or layer that does not have its digest), ERR_LIMIT, ERR_IO, ERR_NET, ERR_BUG. Arena. */
int rootfs_prepare(const struct target *target, const struct rootfs_options *options,
                   struct arena *a, struct rootfs *out, err *e);
