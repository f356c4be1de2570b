/* SPDX-License-Identifier: Apache-2.0 */
/* xz (The .xz File Format 1.1): streams one after the other, with padding between them. */
#include "base/arena.h"
#include "base/limits.h"
#include "codec/decoder.h"

#include <lzma.h>
#include <stdlib.h>

struct xz {
	struct decoder base;
	lzma_stream stream;
};

static int failed(lzma_ret code, err *e)
{
	if (code == LZMA_MEM_ERROR)
		arena_exhausted();
	if (code == LZMA_MEMLIMIT_ERROR)
		return err_set(e, ERR_LIMIT, 0, "xz: it takes more than %u MiB to expand this",
		               (unsigned)(LIMIT_XZ_MEMORY / MIB));
	return err_set(e, ERR_FORMAT, 0, "xz: %s",
	               code == LZMA_OPTIONS_ERROR  ? "a filter that is not known"
	               : code == LZMA_FORMAT_ERROR ? "no xz header"
	               : code == LZMA_BUF_ERROR    ? "the data ends too early"
	                                           : "the data is corrupt");
}

static int xz_step(struct decoder *d, struct decoder_io *io, err *e)
{
	struct xz *x = (struct xz *)d;

	x->stream.next_in = io->in->p;
	x->stream.avail_in = io->in->n;
	x->stream.next_out = io->out;
	x->stream.avail_out = io->cap;
	lzma_ret code = LZMA_OK;

	/* The library says only at the second time that it gets no further. */
	for (int i = 0; i < 2 && code == LZMA_OK && x->stream.avail_out == io->cap; i++)
		code = lzma_code(&x->stream, io->last ? LZMA_FINISH : LZMA_RUN);
	*io->in = bytes_skip(*io->in, io->in->n - x->stream.avail_in);
	io->done = io->cap - x->stream.avail_out;
	if (code == LZMA_STREAM_END)
		return 0;
	/* Without input there is nothing to do: the caller gives more. */
	if (code == LZMA_OK || (code == LZMA_BUF_ERROR && !io->last))
		return 1;
	return failed(code, e);
}

static void xz_free(struct decoder *d)
{
	struct xz *x = (struct xz *)d;

	lzma_end(&x->stream);
	free(x);
}

struct decoder *xz_new(void)
{
	static const struct decoder_ops ops = { xz_step, xz_free };
	struct xz *x = codec_alloc(sizeof(*x));

	x->base.ops = &ops;
	if (lzma_stream_decoder(&x->stream, LIMIT_XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
		arena_exhausted();
	return &x->base;
}
