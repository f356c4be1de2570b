/* SPDX-License-Identifier: Apache-2.0 */
/* beneath - open a regular file that lies in a folder, and nothing else. Private to this room.
 *
 * The name comes from a document that an enemy wrote, and so may the folder. Links that stay
 * inside the folder are followed where the kernel has openat2(2) (Linux 5.6) and refused where
 * not; a FIFO or device is neither waited for nor read. Threading: safe on any. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <sys/stat.h>

/* beneath_open(folder, name, out_st, e): a descriptor, or -1: ERR_ABSENT; ERR_FORMAT for what is no
 * regular file or leads out of the folder; ERR_IO. */
int beneath_open(int folder, bytes name, struct stat *out_st, err *e);
