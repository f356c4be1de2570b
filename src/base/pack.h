/* SPDX-License-Identifier: Apache-2.0 */
/* pack - the wire form of plain values: unsigned LEB128 numbers and length-prefixed octets.
 *
 * Workers answer in it and the cache keeps it. The reader treats its input as hostile: a number has
 * exactly one encoding (no padding), a length is checked against what is there and against the
 * caller's bound. Threading: as the buf or the slice that is passed. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

void pack_u64(buf *b, uint64_t v);
void pack_bytes(buf *b, bytes v);
/* pack_str(b, s): s may be NULL, read back as empty. */
void pack_str(buf *b, const char *s);

/* pack_take_u64(in, max, out): a number of at most max. pack_take_bytes(in, max, out): at most max
 * octets (borrows). False when short, padded or above the bound; *in is then unchanged. */
bool pack_take_u64(bytes *in, uint64_t max, uint64_t *out) __attribute__((warn_unused_result));
bool pack_take_u32(bytes *in, uint32_t max, uint32_t *out) __attribute__((warn_unused_result));
bool pack_take_bytes(bytes *in, size_t max, bytes *out) __attribute__((warn_unused_result));
bool pack_take_bool(bytes *in, bool *out) __attribute__((warn_unused_result));

/* pack_err(b, e): how it went; e may be empty. pack_take_err(in, out): what a worker says of it;
 * out must be empty and stays so when it went well. A worker may lie: of the kinds of failure those
 * are believed that tell of its input (ERR_FORMAT, ERR_LIMIT, ERR_IO, ERR_UNTRUSTED), every other
 * is ERR_BUG, and its text is made printable. False when malformed; *in is then of no use. */
void pack_err(buf *b, const err *e);
bool pack_take_err(bytes *in, err *out) __attribute__((warn_unused_result));
