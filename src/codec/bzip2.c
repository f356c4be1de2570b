/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2 (as its 1.0.8 reads it): streams one after the other. */
#include "base/arena.h"
#include "codec/decoder.h"

#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

struct bzip2 {
	struct decoder base;
	bz_stream stream;
	bool within, any; /* a stream has been begun; one has ended */
};

static void begin(struct bzip2 *b)
{
	b->stream = (bz_stream){ 0 };
	if (BZ2_bzDecompressInit(&b->stream, 0, 0) != BZ_OK)
		arena_exhausted();
	b->within = true;
}

/* One call of the library. */
static int step(struct bzip2 *b, struct decoder_io *io)
{
	unsigned in = io->in->n < UINT_MAX ? (unsigned)io->in->n : UINT_MAX,
			 out = io->cap - io->done < UINT_MAX ? (unsigned)(io->cap - io->done) : UINT_MAX;

	b->stream.next_in = (char *)(uintptr_t)io->in->p; /* is not written to */
	b->stream.avail_in = in;
	b->stream.next_out = (char *)io->out + io->done;
	b->stream.avail_out = out;
	int code = BZ2_bzDecompress(&b->stream);

	*io->in = bytes_skip(*io->in, in - b->stream.avail_in);
	io->done += out - b->stream.avail_out;
	return code;
}

static int bzip2_step(struct decoder *d, struct decoder_io *io, err *e)
{
	struct bzip2 *b = (struct bzip2 *)d;

	while (io->done < io->cap) {
		size_t left = io->in->n, done = io->done;

		if (!b->within && io->in->n == 0)
			return io->last && b->any ? 0 : 1;
		if (!b->within)
			begin(b);
		int code = step(b, io);

		if (code == BZ_STREAM_END) {
			BZ2_bzDecompressEnd(&b->stream);
			b->within = false;
			b->any = true;
		} else if (code == BZ_MEM_ERROR) {
			arena_exhausted();
		} else if (code != BZ_OK) {
			return err_set(e, ERR_FORMAT, 0, "bzip2: %s",
			               b->any ? "trailing garbage" : "the data is corrupt");
		} else if (io->in->n == left && io->done == done) {
			return io->last ? err_set(e, ERR_FORMAT, 0, "bzip2: the data ends too early") : 1;
		}
	}
	return 1;
}

static void bzip2_free(struct decoder *d)
{
	struct bzip2 *b = (struct bzip2 *)d;

	if (b->within)
		BZ2_bzDecompressEnd(&b->stream);
	free(b);
}

struct decoder *bzip2_new(void)
{
	static const struct decoder_ops ops = { bzip2_step, bzip2_free };
	struct bzip2 *b = codec_alloc(sizeof(*b));

	b->base.ops = &ops;
	return &b->base;
}
