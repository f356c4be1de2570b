/* SPDX-License-Identifier: Apache-2.0 */
/* deflate - raw deflate (RFC 1951), as archives and programs hold it inside.
 *
 * One run that is in memory whole, or one that streams by; gzip and its like go through codec.h.
 * The caller's room is the limit. Threading: deflate_inflate is pure; a stream belongs to one
 * thread. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* deflate_inflate(in, out, cap, out_n, e): inflate to out, at most cap octets; *out_n of them.
 * What follows the final block is not looked at. ERR_FORMAT, ERR_LIMIT. */
int deflate_inflate(bytes in, uint8_t *out, size_t cap, size_t *out_n, err *e);

/* Runs that stream by, one after the other. */
struct deflate;

/* deflate_new: heap. deflate_free(NULL) does nothing. deflate_reset: the next run begins. */
struct deflate *deflate_new(void);
void deflate_free(struct deflate *d);
void deflate_reset(struct deflate *d);

/* deflate_step(d, in, out, cap, out_n, e): take from *in, write at most cap (not 0) octets to out,
 * set *out_n. 1: there is more to come, give more when *in is empty; 0: the final block is over,
 * and deflate_rest tells what was taken from *in and lies behind it, at most eight octets (borrows,
 * until the reset); -1 ERR_FORMAT. Never 1 without progress unless *in is empty. */
int deflate_step(struct deflate *d, bytes *in, uint8_t *out, size_t cap, size_t *out_n, err *e);
bytes deflate_rest(struct deflate *d);
