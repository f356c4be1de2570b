/* SPDX-License-Identifier: Apache-2.0 */
/* decoder - what the files of this room share; other rooms include codec.h.
 *
 * A decoder is a struct that begins with `struct decoder`. An inflater is one implementation of raw
 * deflate (RFC 1951) under the gzip framing, so that both engines share everything but the
 * inflating. */
#pragma once

#include "codec/codec.h"

/* Where a step reads and writes. `done` counts what has been written to out. */
struct decoder_io {
	bytes *in;
	bool last;
	uint8_t *out;
	size_t cap, done;
};

struct decoder_ops {
	/* As decoder_step, without the ratio limit. */
	int (*step)(struct decoder *d, struct decoder_io *io, err *e);
	void (*free)(struct decoder *d);
};

struct decoder {
	const struct decoder_ops *ops;
	uint64_t taken, given;
};

struct inflater;

enum inflate_status { INFLATE_MORE, INFLATE_END, INFLATE_CORRUPT };

struct inflater_ops {
	/* Take from io->in, write to io->out behind io->done. INFLATE_END when the final block is over
	 * and all of its output written. INFLATE_MORE without progress means that input lacks. */
	enum inflate_status (*step)(struct inflater *i, struct decoder_io *io);
	/* After INFLATE_END: the octets that were taken from the input and lie behind the final block.
	 * At most 8, borrowed until the reset. */
	bytes (*rest)(struct inflater *i);
	void (*reset)(struct inflater *i);
	void (*free)(struct inflater *i);
};

struct inflater {
	const struct inflater_ops *ops;
	const char *why; /* after INFLATE_CORRUPT; static */
};

/* Heap; abort when memory is exhausted. */
struct inflater *inflater_new_fast(void);
struct inflater *inflater_new_reference(void);
/* gzip_new(i): takes i. */
struct decoder *gzip_new(struct inflater *i);
struct decoder *zstd_new(void);
struct decoder *xz_new(void);
struct decoder *bzip2_new(void);

/* codec_alloc(n): cleared memory, for the adapters of this room. */
void *codec_alloc(size_t n) __attribute__((returns_nonnull, malloc));
