/* SPDX-License-Identifier: Apache-2.0 */
/* removal - take away a folder that an enemy filled: of any depth, whatever its modes are, no link
 * is followed, with few descriptors and a bounded stack. Threading: pure over the file system. */
#pragma once

/* removal_all(dir, name): what is there, with all that it holds; nothing there is fine. 0, or -1
 * with errno. */
int removal_all(int dir, const char *name);
