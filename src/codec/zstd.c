/* SPDX-License-Identifier: Apache-2.0 */
/* zstd (RFC 8878): frames and skippable frames one after the other.
 *
 * Frame headers are collected and handed to libzstd whole, skippable frames never reach it:
 *  - it would also read the formats of before version 0.8, whose decoders nobody looks after;
 *  - a header that arrives in pieces makes its one-pass shortcut look for a frame in the second
 *    piece (1.5.4), so that the same octets would mean different things in different splits. */
#include "base/arena.h"
#include "base/limits.h"
#include "codec/decoder.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum zstd_state { ZSTD_HEADER, ZSTD_FRAME, ZSTD_SKIPPED };

/* §3.1.1.1: magic 4, descriptor 1, window 1, dictionary 4, content size 8 (never all of them). */
enum { MAGIC = 4, SKIPPABLE_HEADER = 8, HEADER_MOST = 18 };

struct zstd {
	struct decoder base;
	ZSTD_DStream *stream;
	enum zstd_state state;
	uint8_t header[HEADER_MOST]; /* of the next frame; `have` octets are there */
	size_t have;
	uint32_t skip; /* octets left of a skippable frame */
	bool any_frame;
};

static int library_failed(size_t code, err *e)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
		return err_set(e, ERR_LIMIT, 0, "zstd: the window is larger than %d MiB",
		               1 << (LIMIT_ZSTD_WINDOW_LOG - 20));
	return err_set(e, ERR_FORMAT, 0, "zstd: %s", ZSTD_getErrorName(code));
}

/* Feed src to the library, which says when the frame is complete. */
static int feed(struct zstd *z, bytes *src, struct decoder_io *io, err *e)
{
	ZSTD_inBuffer in = { src->p, src->n, 0 };
	ZSTD_outBuffer out = { io->out, io->cap, io->done };
	size_t hint = ZSTD_decompressStream(z->stream, &out, &in);

	*src = bytes_skip(*src, in.pos);
	io->done = out.pos;
	if (ZSTD_isError(hint))
		return library_failed(hint, e);
	z->state = hint == 0 ? ZSTD_HEADER : ZSTD_FRAME;
	return 0;
}

/* The length of the header of which `have` octets are known: as far as they tell. */
static size_t header_size(const struct zstd *z)
{
	static const size_t dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };

	if (z->have < MAGIC)
		return MAGIC;
	if (z->header[0] != 0x28)
		return SKIPPABLE_HEADER;
	if (z->have == MAGIC)
		return MAGIC + 1;

	/* Frame_Header_Descriptor, §3.1.1.1.1. */
	uint8_t descriptor = z->header[MAGIC];
	bool single_segment = descriptor & 0x20;
	size_t content_size = content[descriptor >> 6];

	/* A single segment has no window octet, and at least one octet of content size. */
	if (!single_segment || content_size == 0)
		content_size++;
	return MAGIC + 1 + dictionary[descriptor & 3] + content_size;
}

static int header_complete(struct zstd *z, struct decoder_io *io, err *e)
{
	bytes header = bytes_of(z->header, z->have);

	z->have = 0;
	z->any_frame = true;
	if (z->header[0] == 0x28)
		return feed(z, &header, io, e);

	bytes size = bytes_skip(header, MAGIC);

	(void)bytes_take_le32(&size, &z->skip); /* four octets are there */
	z->state = ZSTD_SKIPPED;
	return 0;
}

static int take_header(struct zstd *z, struct decoder_io *io, err *e)
{
	bytes part = bytes_slice(*io->in, 0, header_size(z) - z->have);

	if (part.n > 0)
		memcpy(z->header + z->have, part.p, part.n);
	*io->in = bytes_skip(*io->in, part.n);
	z->have += part.n;
	if (z->have == MAGIC && codec_detect(bytes_of(z->header, MAGIC)) != CODEC_ZSTD)
		return err_set(e, ERR_FORMAT, 0, "zstd: %s",
		               z->any_frame ? "trailing garbage" : "no zstd header");
	return z->have == header_size(z) ? header_complete(z, io, e) : 0;
}

static void take_skipped(struct zstd *z, bytes *in)
{
	bytes part = bytes_slice(*in, 0, z->skip);

	*in = bytes_skip(*in, part.n);
	z->skip -= (uint32_t)part.n;
	if (z->skip == 0)
		z->state = ZSTD_HEADER;
}

static int take(struct zstd *z, struct decoder_io *io, err *e)
{
	switch (z->state) {
	case ZSTD_HEADER: return take_header(z, io, e);
	case ZSTD_FRAME: return feed(z, io->in, io, e);
	case ZSTD_SKIPPED: take_skipped(z, io->in); return 0;
	}
	return 0;
}

static int zstd_step(struct decoder *d, struct decoder_io *io, err *e)
{
	struct zstd *z = (struct zstd *)d;

	while (io->done < io->cap) {
		enum zstd_state state = z->state;
		size_t left = io->in->n, done = io->done;

		if (take(z, io, e) < 0)
			return -1;
		if (io->in->n != left || io->done != done || z->state != state)
			continue;
		if (!io->last)
			return 1;
		if (z->state == ZSTD_HEADER && z->any_frame && z->have == 0)
			return 0;
		return err_set(e, ERR_FORMAT, 0, "zstd: the data ends too early");
	}
	return 1;
}

static void zstd_free(struct decoder *d)
{
	struct zstd *z = (struct zstd *)d;

	(void)ZSTD_freeDStream(z->stream); /* always succeeds */
	free(z);
}

struct decoder *zstd_new(void)
{
	static const struct decoder_ops ops = { zstd_step, zstd_free };
	struct zstd *z = codec_alloc(sizeof(*z));

	z->base.ops = &ops;
	z->stream = ZSTD_createDStream();
	if (!z->stream ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG)))
		arena_exhausted();
	return &z->base;
}
