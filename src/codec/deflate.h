/* SPDX-License-Identifier: Apache-2.0 */
/* deflate - one run of raw deflate (RFC 1951) that is in memory whole, inflated into memory.
 *
 * For what archives and programs hold inside; streams go through codec.h. The caller's room is the
 * limit. Threading: pure functions. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* deflate_inflate(in, out, cap, out_n, e): inflate to out, at most cap octets; *out_n of them.
 * What follows the final block is not looked at. ERR_FORMAT, ERR_LIMIT. */
int deflate_inflate(bytes in, uint8_t *out, size_t cap, size_t *out_n, err *e);
