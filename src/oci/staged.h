/* SPDX-License-Identifier: Apache-2.0 */
/* staged - a file that appears whole or not at all. Private to this room.
 *
 * Written without a name where the file system can (O_TMPFILE): a process that is killed leaves
 * nothing. Where it cannot, under a temporary name in the same folder. Unlike sys/file it is for
 * files that are too large for memory. Threading: one thread a file. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct staged {
	int fd; /* for reading and writing; -1: none */
	int folder;
	char name[32]; /* the temporary name; empty while there is none */
};

/* staged_open(folder, out, e): an empty file that will lie in folder (borrows the descriptor).
 * Modes follow the umask. ERR_IO. */
int staged_open(int folder, struct staged *out, err *e);
/* staged_place(s, name, e): to the disk, then to its place; what lay there is replaced. ERR_IO; s
 * is closed by staged_drop in any case. */
int staged_place(struct staged *s, const char *name, err *e);
/* staged_drop(s): close; what was not placed is gone. */
void staged_drop(struct staged *s);
