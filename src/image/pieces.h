/* SPDX-License-Identifier: Apache-2.0 */
/* pieces - evidence cut into compressed pieces that can be read one by one.
 *
 * A piece is one zstd frame (RFC 8878) with checksum and stated content size; it holds whole framed
 * records (image/evidence.h), at most 256 KiB of them, or a single larger one: what is unpacked is
 * looked at while it is in the processor's cache. Unpacking treats it as hostile. Threading: one
 * thread a struct pieces. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#define PIECE_SIZE (256 * KIB)
#define PIECE_LARGEST (LIMIT_RECORD + 4) /* one record of the largest size, with its length */

struct pieces {
	struct ZSTD_CCtx_s *packer;
	struct ZSTD_DCtx_s *unpacker;
	buf raw; /* records on their way in; or the piece unpacked last */
	buf packed;
};

void pieces_init(struct pieces *p);
void pieces_done(struct pieces *p);

/* pieces_add(p, records, e): take records from the front of *records (whole framed ones) into the
 * piece in hand: 1 when the piece is full and more is to come, 0 when all is taken, -1 ERR_FORMAT.
 * pieces_pack(p, out_n, out): compress the piece in hand and begin the next; out_n: octets it
 * holds, 0 when it was empty. Borrowed until the next call. */
int pieces_add(struct pieces *p, bytes *records, err *e);
bytes pieces_pack(struct pieces *p, size_t *out_n);

/* pieces_unpack(p, packed, n, out, e): the records of a piece that holds n octets. ERR_FORMAT.
 * Borrowed until the next call. */
int pieces_unpack(struct pieces *p, bytes packed, uint64_t n, bytes *out, err *e);
