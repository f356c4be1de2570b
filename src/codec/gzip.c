/* SPDX-License-Identifier: Apache-2.0 */
/* gzip (RFC 1952): members one after the other, each a header, a raw deflate stream and a trailer.
 *
 * The framing is parsed here and not by the libraries: ISA-L wants the whole header in its first
 * buffer and stops after the first member, and both engines must agree on every octet outside of
 * the deflate data. The state machine takes any split of the input. */
#include "base/limits.h"
#include "codec/decoder.h"

#include <assert.h>
#include <isa-l/crc.h>
#include <stdlib.h>

enum gzip_state {
	GZIP_FIXED, /* the ten octets of §2.3 that every header begins with */
	GZIP_EXTRA_LEN,
	GZIP_EXTRA,
	GZIP_NAME,
	GZIP_COMMENT,
	GZIP_HCRC,
	GZIP_BODY,
	GZIP_TRAILER,
	GZIP_BETWEEN, /* behind a member: another one, padding, or the end */
	GZIP_PADDING, /* zeros, as tape drives leave them; another member may follow, or the end */
};

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAG_RESERVED = 0xe0 };

struct gzip {
	struct decoder base;
	struct inflater *inflater;
	enum gzip_state state;
	uint8_t field[10]; /* a field that is being collected; `have` octets are there */
	size_t have;
	uint8_t flags;
	uint32_t header_crc;
	size_t header_n; /* octets of EXTRA, NAME and COMMENT so far */
	size_t extra_left;
	uint32_t crc;
	uint32_t length; /* modulo 2^32, as ISIZE is */
};

/* collect: take up to n octets into g->field; true once it is complete (and have is 0 again). */
static bool collect(struct gzip *g, bytes *in, size_t n)
{
	size_t lack = n - g->have;
	bytes part = bytes_slice(*in, 0, lack);

	if (part.n > 0)
		memcpy(g->field + g->have, part.p, part.n);
	*in = bytes_skip(*in, part.n);
	g->have += part.n;
	if (g->have < n)
		return false;
	g->have = 0;
	return true;
}

static void header_sum(struct gzip *g, bytes part)
{
	g->header_crc = crc32_gzip_refl(g->header_crc, part.p, part.n);
}

static uint32_t field_le32(const struct gzip *g, size_t at)
{
	bytes b = bytes_of(g->field + at, 4);
	uint32_t v = 0;

	(void)bytes_take_le32(&b, &v); /* four octets are there */
	return v;
}

/* The state that follows `state` in a header with these flags. */
static enum gzip_state header_next(enum gzip_state state, uint8_t flags)
{
	static const struct {
		enum gzip_state state;
		uint8_t flag;
	} order[] = {
		{ GZIP_EXTRA_LEN, FLAG_EXTRA },
		{ GZIP_NAME, FLAG_NAME },
		{ GZIP_COMMENT, FLAG_COMMENT },
		{ GZIP_HCRC, FLAG_HCRC },
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i].state > state && flags & order[i].flag)
			return order[i].state;
	return GZIP_BODY;
}

static int take_fixed(struct gzip *g, bytes *in, err *e)
{
	if (!collect(g, in, 10))
		return 0;
	if (g->field[0] != 0x1f || g->field[1] != 0x8b)
		return err_set(e, ERR_FORMAT, 0, "gzip: no gzip header");
	if (g->field[2] != 8)
		return err_set(e, ERR_FORMAT, 0, "gzip: unknown compression method %u", g->field[2]);
	/* §2.3.1.2: a decoder must refuse reserved bits, a new field could stand behind them. */
	if (g->field[3] & FLAG_RESERVED)
		return err_set(e, ERR_FORMAT, 0, "gzip: reserved flags are set");
	g->flags = g->field[3];
	g->header_n = 0;
	g->header_crc = 0;
	header_sum(g, bytes_of(g->field, 10));
	g->state = header_next(GZIP_FIXED, g->flags);
	return 0;
}

static void take_extra_len(struct gzip *g, bytes *in)
{
	if (!collect(g, in, 2))
		return;
	header_sum(g, bytes_of(g->field, 2));
	g->extra_left = (size_t)g->field[0] | (size_t)g->field[1] << 8;
	g->state = GZIP_EXTRA;
}

static int header_count(struct gzip *g, bytes part, err *e)
{
	header_sum(g, part);
	g->header_n += part.n;
	if (g->header_n > LIMIT_GZIP_HEADER)
		return err_set(e, ERR_LIMIT, 0, "gzip: the header is too long");
	return 0;
}

static int take_extra(struct gzip *g, bytes *in, err *e)
{
	bytes part = bytes_slice(*in, 0, g->extra_left);

	*in = bytes_skip(*in, part.n);
	g->extra_left -= part.n;
	if (g->extra_left == 0)
		g->state = header_next(GZIP_EXTRA, g->flags);
	return header_count(g, part, e);
}

/* FNAME and FCOMMENT: octets up to a NUL. */
static int take_text(struct gzip *g, bytes *in, err *e)
{
	size_t end = bytes_find(*in, 0);
	bytes part = bytes_slice(*in, 0, end < in->n ? end + 1 : end);

	if (end < in->n)
		g->state = header_next(g->state, g->flags);
	*in = bytes_skip(*in, part.n);
	return header_count(g, part, e);
}

static int take_header_crc(struct gzip *g, bytes *in, err *e)
{
	if (!collect(g, in, 2))
		return 0;
	if ((g->header_crc & 0xffff) != ((uint32_t)g->field[0] | (uint32_t)g->field[1] << 8))
		return err_set(e, ERR_FORMAT, 0, "gzip: the checksum of the header is wrong");
	g->state = GZIP_BODY;
	return 0;
}

static int take_body(struct gzip *g, struct decoder_io *io, err *e)
{
	size_t from = io->done;
	enum inflate_status status = g->inflater->ops->step(g->inflater, io);

	g->crc = crc32_gzip_refl(g->crc, io->out + from, io->done - from);
	g->length += (uint32_t)(io->done - from);
	if (status == INFLATE_CORRUPT)
		return err_set(e, ERR_FORMAT, 0, "gzip: corrupt data (%s)", g->inflater->why);
	if (status == INFLATE_END) {
		bytes rest = g->inflater->ops->rest(g->inflater);

		/* The trailer has eight octets and the engine looks ahead no further. */
		assert(rest.n <= 8);
		if (rest.n > 0)
			memcpy(g->field, rest.p, rest.n);
		g->have = rest.n;
		g->state = GZIP_TRAILER;
	}
	return 0;
}

static int take_trailer(struct gzip *g, bytes *in, err *e)
{
	if (!collect(g, in, 8))
		return 0;
	if (field_le32(g, 0) != g->crc)
		return err_set(e, ERR_FORMAT, 0, "gzip: the checksum of the content is wrong");
	if (field_le32(g, 4) != g->length)
		return err_set(e, ERR_FORMAT, 0, "gzip: the length of the content is wrong");
	g->inflater->ops->reset(g->inflater);
	g->crc = 0;
	g->length = 0;
	g->state = GZIP_BETWEEN;
	return 0;
}

static int take_between(struct gzip *g, bytes *in, err *e)
{
	if (in->p[0] != 0 && in->p[0] != 0x1f)
		return err_set(e, ERR_FORMAT, 0, "gzip: trailing garbage");
	g->state = in->p[0] == 0 ? GZIP_PADDING : GZIP_FIXED;
	return 0;
}

static int take_padding(struct gzip *g, bytes *in, err *e)
{
	while (in->n > 0 && in->p[0] == 0)
		*in = bytes_skip(*in, 1);
	return in->n > 0 ? take_between(g, in, e) : 0;
}

static int take(struct gzip *g, struct decoder_io *io, err *e)
{
	switch (g->state) {
	case GZIP_FIXED: return take_fixed(g, io->in, e);
	case GZIP_EXTRA_LEN: take_extra_len(g, io->in); return 0;
	case GZIP_EXTRA: return take_extra(g, io->in, e);
	case GZIP_NAME:
	case GZIP_COMMENT: return take_text(g, io->in, e);
	case GZIP_HCRC: return take_header_crc(g, io->in, e);
	case GZIP_BODY: return take_body(g, io, e);
	case GZIP_TRAILER: return take_trailer(g, io->in, e);
	case GZIP_BETWEEN: return take_between(g, io->in, e);
	case GZIP_PADDING: return take_padding(g, io->in, e);
	}
	return 0;
}

/* Nothing of the input is left: an engine may still hold output back, every other state waits. */
static int at_end_of_input(const struct gzip *g, const struct decoder_io *io, err *e)
{
	if (!io->last)
		return 1;
	if (g->state == GZIP_BETWEEN || g->state == GZIP_PADDING)
		return 0;
	return err_set(e, ERR_FORMAT, 0, "gzip: the data ends too early");
}

static int gzip_step(struct decoder *d, struct decoder_io *io, err *e)
{
	struct gzip *g = (struct gzip *)d;

	for (;;) {
		enum gzip_state state = g->state;
		size_t left = io->in->n, done = io->done;

		if (state == GZIP_BODY && io->done == io->cap)
			return 1;
		if (io->in->n == 0 && state != GZIP_BODY && state != GZIP_TRAILER && state != GZIP_EXTRA)
			return at_end_of_input(g, io, e);
		if (take(g, io, e) < 0)
			return -1;
		if (io->in->n == left && io->done == done && g->state == state) {
			if (io->in->n > 0) /* ISA-L can stand still before data it cannot decode */
				return err_set(e, ERR_FORMAT, 0, "gzip: corrupt data (no progress)");
			return at_end_of_input(g, io, e);
		}
	}
}

static void gzip_free(struct decoder *d)
{
	struct gzip *g = (struct gzip *)d;

	g->inflater->ops->free(g->inflater);
	free(g);
}

struct decoder *gzip_new(struct inflater *i)
{
	static const struct decoder_ops ops = { gzip_step, gzip_free };
	struct gzip *g = codec_alloc(sizeof(*g));

	g->base.ops = &ops;
	g->inflater = i;
	return &g->base;
}
