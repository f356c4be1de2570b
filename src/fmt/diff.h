/* SPDX-License-Identifier: Apache-2.0 */
/* diff - what differs between two texts, as a patch: unified format with three lines of context
 * (POSIX diff -u, "Diff -u or -U Output Format"), as git apply and patch take it.
 *
 * Lines are compared with Myers' algorithm (An O(ND) Difference Algorithm, 1986); texts that differ
 * in more than DIFF_MOST lines are told as one replaced run. Threading: pure. */
#pragma once

#include "base/arena.h"
#include "fmt/stream.h"

#define DIFF_MOST 1000

/* diff_write(out, name, before, after): the patch of file `name` (a/NAME, b/NAME); nothing when the
 * texts are equal. A control character in the name is shown escaped. */
void diff_write(struct stream *out, bytes name, bytes before, bytes after);
