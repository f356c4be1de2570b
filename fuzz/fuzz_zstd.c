/* SPDX-License-Identifier: Apache-2.0 */
/* zstd: every split of the input gives the same verdict and the same output. */
#include "base/buf.h"
#include "codec/codec.h"

#include <stdlib.h>

#define OUTPUT_MAX (1 << 20)

static int decode(bytes in, size_t in_size, size_t out_size, buf *result)
{
	struct decoder *d = decoder_new(CODEC_ZSTD, CODEC_FAST);
	uint8_t *out = malloc(out_size);
	bytes part = { NULL, 0 };
	err e = { 0 };
	int status;

	do {
		size_t n = 0;

		if (part.n == 0)
			(void)bytes_take(&in, in_size < in.n ? in_size : in.n, &part);
		size_t left = part.n;

		status = decoder_step(d, &part, in.n == 0, out, out_size, &n, &e);
		if (status == 1 && n == 0 && part.n == left && (left > 0 || in.n == 0))
			abort(); /* no progress */
		if (result->n + n <= OUTPUT_MAX)
			buf_put(result, bytes_of(out, n));
		else
			status = 2; /* enough seen */
	} while (status == 1);
	free(out);
	decoder_free(d);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 3, 100, 70000 };
	buf whole = BUF_INIT(OUTPUT_MAX), split = BUF_INIT(OUTPUT_MAX);
	bytes in = bytes_of(data, size);
	uint8_t choice = 0;

	if (!bytes_take_u8(&in, &choice))
		return 0;
	int a = decode(in, SIZE_MAX, 65536, &whole);
	int b = decode(in, sizes[choice % 4], sizes[choice / 4 % 4], &split);

	if (a != b || (a == 0 && !bytes_equal(buf_bytes(&whole), buf_bytes(&split))))
		abort();
	buf_done(&whole);
	buf_done(&split);
	return 0;
}
