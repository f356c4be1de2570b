/* SPDX-License-Identifier: Apache-2.0 */
/* diff - in what two images or bills of materials differ.
 *
 * A package is its type and its name; the versions that only one side has are paired, oldest with
 * oldest, and what is left over was added or removed. Where a file lies and of which layer makes no
 * difference, so that an image and its bill differ in nothing. Settings, layers and sizes are
 * compared when both are images.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "flow/bill.h"
#include "report/diff_page.h"

/* diff_make(before, after, options, a, out, e): options.image.network may be set for both. Arena.
 * Errors of bill_make and convert_file, with the target's name. */
int diff_make(const struct target *before, const struct target *after,
              const struct bill_options *options, struct arena *a, struct diff_page *out, err *e);
