/* SPDX-License-Identifier: Apache-2.0 */
/* program - can the program of a container be started? Asked before the runtime is, for its answer
 * comes too late to tell the program's own failure from that of its start.
 *
 * The image is written by an enemy: names are resolved by the kernel as if its root were ours
 * (openat2, RESOLVE_IN_ROOT), only regular files are read, and of one its first headers. What
 * cannot be told from here (another's file, a full table of processes) the runtime tells.
 * Sources: execve(2), elf(5). Threading: reads files. */
#pragma once

#include "confine/hardening.h"

/* program_check(root, h, e): the first word of h, found as execvp(3) finds it in h's environment,
 * below the folder. What is bound from this machine is believed. ERR_ABSENT: it, or what would
 * interpret it, is not there; ERR_USAGE: it is no program for this machine; ERR_FORMAT: its name
 * or the folder that it starts in holds control characters or no UTF-8; ERR_IO. */
int program_check(const char *root, const struct hardening *h, err *e);
