/* SPDX-License-Identifier: Apache-2.0 */
/* squeeze - a layer compressed on all processors, while it is read and hashed and written.
 *
 * The caller's thread reads, hashes the input in order and hands each piece to a helper; finished
 * pieces are written in order. The result does not depend on the number of helpers
 * (codec/compress.h). Memory: about 2 MiB a helper.
 * Threading: one layer at a time; belongs to one thread. */
#pragma once

#include "codec/compress.h"
#include "crypto/digest.h"

struct squeeze;

/* squeeze_new(codec, helpers, out, e): CODEC_GZIP or CODEC_ZSTD. ERR_IO when no thread can be
 * started. squeeze_free(NULL) does nothing. */
int squeeze_new(enum codec codec, unsigned helpers, struct squeeze **out, err *e);
void squeeze_free(struct squeeze *s);

struct squeeze_ends {
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e); /* as blob_read */
	int (*write)(void *ctx, bytes part, err *e);
	void *ctx;
};
/* squeeze_run(s, ends, out_diff, e): one layer, from its beginning to its end; its digest before
 * compression (sha256). Whatever read and write say. */
int squeeze_run(struct squeeze *s, const struct squeeze_ends *ends, digest *out_diff, err *e);
