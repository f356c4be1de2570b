/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/deflate.h"

#include "codec/decoder.h"

#include <stdlib.h>

static int run(struct inflater *i, struct decoder_io *io, err *e)
{
	for (;;) {
		size_t left = io->in->n, done = io->done;
		enum inflate_status status = i->ops->step(i, io);

		if (status == INFLATE_END)
			return 0;
		if (status == INFLATE_CORRUPT)
			return err_set(e, ERR_FORMAT, 0, "deflate: %s", i->why);
		if (io->done == io->cap)
			return err_set(e, ERR_LIMIT, 0, "deflate: more than %zu octets", io->cap);
		if (io->in->n == left && io->done == done)
			return err_set(e, ERR_FORMAT, 0, "deflate: cut off");
	}
}

int deflate_inflate(bytes in, uint8_t *out, size_t cap, size_t *out_n, err *e)
{
	struct inflater *i = inflater_new_fast();
	struct decoder_io io = { .in = &in, .last = true, .out = out, .cap = cap };
	int status = run(i, &io, e);

	i->ops->free(i);
	if (status == 0)
		*out_n = io.done;
	return status;
}

/* -- a stream ---------------------------------------------------------------------------------- */

struct deflate {
	struct inflater *inflater;
};

struct deflate *deflate_new(void)
{
	struct deflate *d = codec_alloc(sizeof(*d));

	d->inflater = inflater_new_fast();
	return d;
}

void deflate_free(struct deflate *d)
{
	if (!d)
		return;
	d->inflater->ops->free(d->inflater);
	free(d);
}

void deflate_reset(struct deflate *d)
{
	d->inflater->ops->reset(d->inflater);
}

int deflate_step(struct deflate *d, bytes *in, uint8_t *out, size_t cap, size_t *out_n, err *e)
{
	struct decoder_io io = { .in = in, .out = out, .cap = cap };
	size_t left = in->n;
	enum inflate_status status = d->inflater->ops->step(d->inflater, &io);

	*out_n = io.done;
	if (status == INFLATE_CORRUPT)
		return err_set(e, ERR_FORMAT, 0, "deflate: %s", d->inflater->why);
	if (status == INFLATE_MORE && left > 0 && in->n == left && io.done == 0)
		return err_set(e, ERR_FORMAT, 0, "deflate: no progress");
	return status == INFLATE_MORE;
}

bytes deflate_rest(struct deflate *d)
{
	return d->inflater->ops->rest(d->inflater);
}
