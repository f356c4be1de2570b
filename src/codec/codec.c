/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include "base/arena.h"
#include "base/limits.h"
#include "codec/decoder.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum codec codec_detect(bytes head)
{
	if (bytes_starts(head, BYTES("\x1f\x8b")))
		return CODEC_GZIP;
	if (bytes_starts(head, BYTES("\x28\xb5\x2f\xfd")))
		return CODEC_ZSTD;
	/* A skippable frame may come first (RFC 8878 §3.1.2), as pzstd writes it. */
	if (head.n >= 4 && (head.p[0] & 0xf0) == 0x50 &&
	    bytes_starts(bytes_skip(head, 1), BYTES("\x2a\x4d\x18")))
		return CODEC_ZSTD;
	return CODEC_NONE;
}

enum codec codec_detect_file(bytes head)
{
	if (bytes_starts(head, BYTES("\xfd" "7zXZ\0")))
		return CODEC_XZ;
	if (bytes_starts(head, BYTES("BZh")) && head.n >= 4 && head.p[3] >= '1' && head.p[3] <= '9')
		return CODEC_BZIP2;
	return codec_detect(head);
}

const char *codec_name(enum codec codec)
{
	switch (codec) {
	case CODEC_NONE: return "none";
	case CODEC_GZIP: return "gzip";
	case CODEC_ZSTD: return "zstd";
	case CODEC_XZ: return "xz";
	case CODEC_BZIP2: return "bzip2";
	}
	return "unknown";
}

void *codec_alloc(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		arena_exhausted();
	return p;
}

struct decoder *decoder_new(enum codec codec, enum codec_engine engine)
{
	assert(codec != CODEC_NONE);
	if (codec == CODEC_ZSTD)
		return zstd_new();
	if (codec == CODEC_XZ)
		return xz_new();
	if (codec == CODEC_BZIP2)
		return bzip2_new();
	return gzip_new(engine == CODEC_FAST ? inflater_new_fast() : inflater_new_reference());
}

void decoder_free(struct decoder *d)
{
	if (d)
		d->ops->free(d);
}

int decoder_step(struct decoder *d, bytes *in, bool last, uint8_t *out, size_t cap, size_t *out_n,
                 err *e)
{
	struct decoder_io io = { .in = in, .last = last, .cap = cap };
	size_t before = in->n;

	io.out = out;
	int status = d->ops->step(d, &io, e);

	d->taken += before - in->n;
	d->given += io.done;
	*out_n = io.done;
	if (status >= 0 && d->given > LIMIT_RATIO_FREE && d->given / LIMIT_RATIO > d->taken)
		return err_set(e, ERR_LIMIT, 0,
		               "%" PRIu64 " compressed bytes expand to more than %d times as much",
		               d->taken, LIMIT_RATIO);
	return status;
}
