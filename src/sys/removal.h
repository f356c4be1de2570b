/* SPDX-License-Identifier: Apache-2.0 */
/* removal - take away a folder that an enemy filled: of any depth, whatever its modes are, no link
 * is followed, with few descriptors and a bounded stack. Threading: pure over the file system. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What went of some kind, or would go: how many, what they took on the disk; how many stay. */
struct removed {
	uint64_t count, octets, kept;
};

/* removal_all(dir, name): what is there, with all that it holds; nothing there is fine. 0, or -1
 * with errno (EBUSY: something is mounted there or below; nothing of that is touched). */
int removal_all(int dir, const char *name);

/* removal_old(folder, before, dry, out): the files in this folder that were not changed since
 * (seconds since 1970), none of its folders; dry: they stay. Added to *out. No such folder is fine.
 * 0, or -1 with errno. removal_old_one: this file alone, in dir. */
int removal_old(const char *folder, int64_t before, bool dry, struct removed *out);
int removal_old_one(int dir, const char *name, int64_t before, bool dry, struct removed *out);
