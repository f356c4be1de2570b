/* SPDX-License-Identifier: Apache-2.0 */
/* distribution - until when a Linux distribution gets fixes from those who make it.
 *
 * A table of last days, as the makers announced them until DISTRIBUTION_DATE: for Debian with its
 * LTS team, for Ubuntu, Red Hat and SUSE without paid extensions, for Amazon Linux with its
 * maintenance phase. What it does not name is unknown, never supported.
 * Threading: constant data. */
#pragma once

#include "base/bytes.h"

#define DISTRIBUTION_DATE "2026-11-22"

/* distribution_end(id, version): by ID and VERSION_ID of os-release(5): "2026-08-31"; "" of those
 * that have no releases (Arch, Wolfi), which do not end; NULL when the table does not
 * name it. Static. */
const char *distribution_end(bytes id, bytes version);
