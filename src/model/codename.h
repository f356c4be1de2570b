/* SPDX-License-Identifier: Apache-2.0 */
/* codename - the releases of Debian and Ubuntu by the names that their makers give them, which
 * trackers, bills and purls use for them. Threading: constant data. */
#pragma once

#include "base/bytes.h"

/* codename_release(id, name): by ID of os-release(5): of "debian" and "bookworm" "12"; empty when
 * it is not known. Static. */
bytes codename_release(bytes id, bytes name);
