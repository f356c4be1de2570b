/* SPDX-License-Identifier: Apache-2.0 */
/* compress - layers written as gzip or zstd, in pieces that can be made at the same time.
 *
 * A stream is compress_head, then each piece of COMPRESS_PIECE octets of input (the last one may be
 * shorter) compressed alone, in order, then compress_tail. gzip (RFC 1952) becomes one member,
 * whose pieces are runs of deflate blocks that end at an octet's border and refer to nothing before
 * them; zstd (RFC 8878) one frame a piece. The same input gives the same octets with the same
 * versions of ISA-L and libzstd, whatever the number of threads; other versions, or a processor for
 * which ISA-L takes another path, may give others. Threading: one thread a compressor; the rest is
 * pure. */
#pragma once

#include "codec/codec.h"

#define COMPRESS_PIECE ((size_t)256 << 10)

struct compressor;

/* compressor_new(codec): CODEC_GZIP or CODEC_ZSTD. compressor_free(NULL) does nothing. */
struct compressor *compressor_new(enum codec codec);
void compressor_free(struct compressor *c);

/* compress_room(codec): what a piece can grow to. compress_piece(c, in, out): out has that much
 * room; returns the octets written. in has at most COMPRESS_PIECE octets, not 0. */
size_t compress_room(enum codec codec);
size_t compress_piece(struct compressor *c, bytes in, uint8_t *out);

/* compress_checksum(codec, in): of one piece's input; compress_join: of what came before and a
 * piece of n octets. 0 at the beginning. Only gzip has one. */
uint32_t compress_checksum(enum codec codec, bytes in);
uint32_t compress_join(enum codec codec, uint32_t before, uint32_t piece, size_t n);

/* compress_head, compress_tail(codec, checksum, size, room): what stands before and behind the
 * pieces; size: octets of all input. Static, or in room. */
bytes compress_head(enum codec codec);
struct compress_room {
	uint8_t octets[16];
};
bytes compress_tail(enum codec codec, uint32_t checksum, uint64_t size, struct compress_room *room);
