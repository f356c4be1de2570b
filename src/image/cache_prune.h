/* SPDX-License-Identifier: Apache-2.0 */
/* cache_prune - kept evidence of layers (cache.h) that was not used for a while is removed.
 *
 * Others may use the cache meanwhile; who is reading such a layer goes on with what he sees.
 * Threading: belongs to one thread. */
#pragma once

#include "base/err.h"
#include "sys/removal.h"

/* cache_prune(dir, before, dry, out, e): what was not used since (seconds since 1970) nor within
 * the day before, for a use is written down once a day (INT64_MAX: all), and a file that was moved
 * aside before; dry: it stays. Added to *out. No cache is fine. ERR_IO, also where others can write
 * to the folder; ERR_FORMAT (corrupt: the next read moves it aside). */
int cache_prune(const char *dir, int64_t before, bool dry, struct removed *out, err *e);
