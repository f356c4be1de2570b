/* SPDX-License-Identifier: Apache-2.0 */
/* weigh - what a folder that an enemy filled takes on the disk: of any depth, whatever is in it, no
 * link is followed, with one descriptor and no calls within itself. Threading: pure over the file
 * system. */
#pragma once

#include <stdint.h>

/* weigh(dir, name, octets): adds what is there with all that it holds: blocks, a file of several
 * links once. Nothing there is nothing; what we may not look into counts as empty. 0, or -1 with
 * errno (ESTALE: somebody moves it about). */
int weigh(int dir, const char *name, uint64_t *octets);
