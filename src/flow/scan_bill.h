/* SPDX-License-Identifier: Apache-2.0 */
/* scan_bill - the packages of a bill that somebody wrote, as facts.
 *
 * The bill and the purls in it are read in a sealed worker. What no purl names, or one of a type
 * that nobody publishes advisories for, becomes a package of no ecosystem. Threading: as
 * convert_file. */
#pragma once

#include "catalog/facts.h"

/* scan_bill_read(path, tmp_dir, timeout_ms, a, out, e): packages and distribution. Arena. Errors of
 * convert_file; ERR_LIMIT above 256 MiB of names. */
int scan_bill_read(const char *path, const char *tmp_dir, uint64_t timeout_ms, struct arena *a,
                   struct facts *out, err *e);
