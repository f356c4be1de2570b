/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs - a folder of this machine, read as one layer.
 *
 * Walks the folder in name order and gives it as a tar stream, so that the same sealed worker reads
 * it as it reads everything else. Nothing is opened through a symbolic link: every name is opened
 * in the folder it stands in. Other file systems below it (/proc, /sys) are not entered. What
 * cannot be opened, or changes while it is read, is noted and not fatal; a file that cannot be
 * opened is given as empty. Memory: the names of the folders on the way, not of the tree. Belongs
 * to one thread. */
#pragma once

#include "base/err.h"

#include <stddef.h>

/* Folders inside folders that are entered; each costs a descriptor. */
#define ROOTFS_DEPTH 256

struct rootfs;

/* rootfs_open(path, out, e): heap. ERR_ABSENT, ERR_IO. rootfs_close(NULL) does nothing. */
int rootfs_open(const char *path, struct rootfs **out, err *e);
void rootfs_close(struct rootfs *r);
/* rootfs_restart(r, e): from the beginning; what was noted is forgotten.
 * rootfs_read(r, into, cap, e): the next octets of the stream, 0 at its end, -1. */
int rootfs_restart(void *r, err *e);
int64_t rootfs_read(void *r, uint8_t *into, size_t cap, err *e);
/* rootfs_gaps(r): how many things could not be read; rootfs_gap(r, i): the i-th of those that are
 * named (LIMIT_GAPS_NAMED), printable; NULL behind the last. */
uint64_t rootfs_gaps(const struct rootfs *r);
const char *rootfs_gap(const struct rootfs *r, size_t i);
