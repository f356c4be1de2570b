/* SPDX-License-Identifier: Apache-2.0 */
/* scan_papers - ignore files, VEX, reports, ledgers and settings, read in a sealed worker.
 *
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "vuln/papers.h"

/* scan_papers_read(items, len, now, a, out, e): add what they say, in their order; no worker is
 * started for none. Arena. ERR_FORMAT, ERR_LIMIT, ERR_UNTRUSTED of vuln/papers.h; ERR_BUG (the
 * worker died), ERR_IO. */
int scan_papers_read(const struct paper *items, size_t len, int64_t now, struct arena *a,
                     struct papers *out, err *e);

/* scan_papers_merge(items, len, now, out, e): OpenVEX documents as one, see vex_merge. Errors as
 * above. */
int scan_papers_merge(const struct paper *items, size_t len, int64_t now, struct stream *out,
                      err *e);
