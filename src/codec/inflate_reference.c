/* SPDX-License-Identifier: Apache-2.0 */
/* Raw deflate with zlib: the judge of what is a deflate stream. */
#define ZLIB_CONST
#include "base/arena.h"
#include "codec/decoder.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct reference {
	struct inflater base;
	z_stream zlib;
};

static enum inflate_status reference_step(struct inflater *i, struct decoder_io *io)
{
	z_stream *z = &((struct reference *)i)->zlib;
	size_t room = io->cap - io->done;
	uInt avail_in = io->in->n < UINT_MAX ? (uInt)io->in->n : UINT_MAX;
	uInt avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;

	z->next_in = io->in->p;
	z->avail_in = avail_in;
	z->next_out = io->out + io->done;
	z->avail_out = avail_out;
	int status = inflate(z, Z_NO_FLUSH);

	*io->in = bytes_skip(*io->in, avail_in - z->avail_in);
	io->done += avail_out - z->avail_out;
	if (status == Z_STREAM_END)
		return INFLATE_END;
	/* Z_BUF_ERROR: nothing to take and nothing to give, no fault of the data. */
	if (status == Z_OK || status == Z_BUF_ERROR)
		return INFLATE_MORE;
	i->why = z->msg ? z->msg : "unknown";
	return INFLATE_CORRUPT;
}

/* zlib gives back whole octets by itself. */
static bytes reference_rest(struct inflater *i)
{
	(void)i;
	return (bytes){ NULL, 0 };
}

static void reference_reset(struct inflater *i)
{
	(void)inflateReset(&((struct reference *)i)->zlib); /* fails only on a broken state */
}

static void reference_free(struct inflater *i)
{
	(void)inflateEnd(&((struct reference *)i)->zlib);
	free(i);
}

struct inflater *inflater_new_reference(void)
{
	static const struct inflater_ops ops = { reference_step, reference_rest, reference_reset,
		                                     reference_free };
	struct reference *r = codec_alloc(sizeof(*r));

	r->base.ops = &ops;
	if (inflateInit2(&r->zlib, -MAX_WBITS) != Z_OK)
		arena_exhausted();
	return &r->base;
}
