/* SPDX-License-Identifier: Apache-2.0 */
/* codec - decompression: gzip and zstd (layers and feeds), xz and bzip2 (feeds), and none.
 *
 * A decoder is stepped: it takes what it likes from the front of the input and writes what fits
 * into the output. gzip (RFC 1952) may have any number of members; zero padding behind one is
 * passed over, behind the last as gzip(1) does, between two as Python's gzip does; CRC and length
 * of each member are checked. zstd (RFC 8878) may have any number of frames and skippable frames;
 * xz (The .xz File Format 1.1) and bzip2 may have any number of streams. Two engines read gzip: the
 * fast one (ISA-L) and the reference (zlib); a layer that the fast one refuses is read again with
 * the reference before it is called corrupt. The fast engine accepts one thing that the reference
 * refuses: a block whose Huffman code leaves some code words undefined and never uses them. That
 * cannot change what a layer holds, because the output must still have the layer's diff_id. The
 * ratio limit (LIMIT_RATIO) is kept here. This room opens nothing and holds at most the codec's
 * window.
 * Threading: one thread a decoder. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum codec { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD, CODEC_XZ, CODEC_BZIP2 };
enum codec_engine { CODEC_FAST, CODEC_REFERENCE };

/* codec_detect(head): of a layer, by magic, of at least four octets. codec_detect_file(head): of
 * any file, of at least six. codec_name: for reports. */
enum codec codec_detect(bytes head);
enum codec codec_detect_file(bytes head);
const char *codec_name(enum codec codec);

struct decoder;

/* decoder_new(codec, engine): heap. codec is not CODEC_NONE. decoder_free(NULL) does nothing. */
struct decoder *decoder_new(enum codec codec, enum codec_engine engine);
void decoder_free(struct decoder *d);

/* decoder_step(d, in, last, out, cap, out_n, e): take from *in, write at most cap (not 0) octets to
 * out, set *out_n. `last` says that nothing follows *in. Returns 1 when there is more to come, 0
 * when the stream is complete (all of *in taken, `last` was given), -1 on ERR_FORMAT (corrupt,
 * truncated, trailing garbage) or ERR_LIMIT. Never returns 1 without having taken or written
 * something, unless *in is empty and last is false (give more). */
int decoder_step(struct decoder *d, bytes *in, bool last, uint8_t *out, size_t cap, size_t *out_n,
                 err *e);
