/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs - a folder of this machine, read as one layer.
 *
 * Walks the folder in name order and gives it as a tar stream, so that the same sealed worker reads it as
 * reads everything else. Every path is opened beneath the folder without following links (openat2);
 * other file systems below it (/proc, /sys) are not entered. What cannot be opened or changes while it
 * is read is noted, not fatal. Belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct rootfs;

/* rootfs_open(path, out, e): heap. ERR_ABSENT, ERR_IO. rootfs_close(NULL) does nothing. */
int rootfs_open(const char *path, struct rootfs **out, err *e);
void rootfs_close(struct rootfs *r);
/* rootfs_read(r, into, cap, e): the next octets of the stream, 0 at its end, -1. */
int64_t rootfs_read(void *r, uint8_t *into, size_t cap, err *e);
/* rootfs_gap(r, i): the i-th thing that could not be read, printable; NULL behind the last. */
const char *rootfs_gap(const struct rootfs *r, size_t i);
