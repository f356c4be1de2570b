/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities - root's rights, one by one (capabilities(7), linux/capability.h).
 *
 * Threading: constant. */
#pragma once

#include "base/bytes.h"

#define CAPABILITIES 41
#define CAPABILITIES_ALL ((UINT64_C(1) << CAPABILITIES) - 1)

/* What root may do in a container that nobody hardened: Docker's and containerd's default set. */
#define CAPABILITIES_USUAL UINT64_C(0xa80425fb)

/* capability_name(n): "CAP_CHOWN" of 0. Static. capability_find(name): with "CAP_" or without, in
 * capitals; CAPABILITIES for none. */
const char *capability_name(unsigned n);
unsigned capability_find(bytes name);
