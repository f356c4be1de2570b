/* SPDX-License-Identifier: Apache-2.0 */
/* distribution - until when a Linux distribution gets fixes from those who make it.
 *
 * A table of last days, as the makers announced them: for Debian with its LTS team, for Ubuntu
 * without paid extensions. What it does not name is unknown, never supported.
 * Threading: constant data. */
#pragma once

#include "base/bytes.h"

/* distribution_end(id, version): by ID and VERSION_ID of os-release(5): "2026-08-31"; NULL when the
 * table does not name it. Static. */
const char *distribution_end(bytes id, bytes version);
