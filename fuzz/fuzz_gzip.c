/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: the fast engine against the reference, over one input in two different splits.
 *
 * The first octet chooses the splits. With its top bit set the rest is a raw deflate stream, which
 * gets a header and a true trailer, so that the checksum does not hide what lies behind it. The
 * verdict and the output must be the same, but for what codec.h says of incomplete codes; that
 * ISA-L refuses what zlib accepts costs only a second reading, and aborts only with
 * OAKUM_FUZZ_STRICT. */
#include "base/buf.h"
#include "codec/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define OUTPUT_MAX (1 << 20)

struct result {
	int status;
	err e;
	buf out;
};

static size_t size_of_split(unsigned n)
{
	static const size_t sizes[] = { 1, 2, 13, 258, 1000, 33000, 65536, OUTPUT_MAX };

	return sizes[n % 8];
}

static void decode(enum codec_engine engine, bytes in, size_t in_size, size_t out_size,
                   struct result *r)
{
	struct decoder *d = decoder_new(CODEC_GZIP, engine);
	uint8_t *out = malloc(out_size);
	bytes part = { NULL, 0 };

	r->e = (err){ 0 };
	r->out = (buf)BUF_INIT(OUTPUT_MAX + 65536 * 2);
	do {
		size_t n = 0;

		if (part.n == 0)
			(void)bytes_take(&in, in_size < in.n ? in_size : in.n, &part);
		size_t left = part.n;

		r->status = decoder_step(d, &part, in.n == 0, out, out_size, &n, &r->e);
		if (r->status == 1 && n == 0 && part.n == left && (left > 0 || in.n == 0))
			abort(); /* no progress */
		if (r->out.n + n <= OUTPUT_MAX)
			buf_put(&r->out, bytes_of(out, n));
		else
			r->status = 2; /* enough seen */
	} while (r->status == 1);
	free(out);
	decoder_free(d);
}

static void put_le32(buf *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buf_putc(b, (uint8_t)(v >> 8 * i));
}

/* The deflate stream at the front of data as a gzip member with a true trailer. */
static void frame(buf *b, bytes data)
{
	static uint8_t out[OUTPUT_MAX];
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data.p,
		           .avail_in = (uInt)data.n,
		           .next_out = out,
		           .avail_out = sizeof(out) };

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		abort();
	(void)inflate(&z, Z_SYNC_FLUSH);
	buf_put(b, BYTES("\x1f\x8b\x08\0\0\0\0\0\0\xff"));
	buf_put(b, bytes_slice(data, 0, z.total_in));
	put_le32(b, (uint32_t)crc32(0, out, (uInt)z.total_out));
	put_le32(b, (uint32_t)z.total_out);
	buf_put(b, bytes_skip(data, z.total_in));
	(void)inflateEnd(&z);
}

static bool is_incomplete_code(const struct result *fast, const struct result *reference)
{
	return fast->status >= 0 && reference->status < 0 &&
	       (strstr(reference->e.text, "invalid literal/lengths set") ||
	        strstr(reference->e.text, "invalid distances set")) &&
	       bytes_starts(buf_bytes(&fast->out), buf_bytes(&reference->out));
}

static void compare(const struct result *fast, const struct result *reference)
{
	if (fast->status == reference->status && fast->e.kind == reference->e.kind &&
	    (fast->status != 0 || bytes_equal(buf_bytes(&fast->out), buf_bytes(&reference->out))))
		return;
	if (is_incomplete_code(fast, reference))
		return;
	fprintf(stderr, "fast: %d, %zu octets %s\nreference: %d, %zu octets %s\n", fast->status,
	        fast->out.n, fast->e.text, reference->status, reference->out.n, reference->e.text);
	if (fast->status >= 0 || getenv("OAKUM_FUZZ_STRICT"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result fast, reference;
	buf input = BUF_INIT(size + 64);
	bytes in = bytes_of(data, size);
	uint8_t choice = 0;

	if (!bytes_take_u8(&in, &choice))
		return 0;
	if (choice & 0x80)
		frame(&input, in);
	else
		buf_put(&input, in);
	decode(CODEC_FAST, buf_bytes(&input), size_of_split(choice), size_of_split(choice >> 3), &fast);
	decode(CODEC_REFERENCE, buf_bytes(&input), size_of_split(7u - choice % 8), 65536, &reference);
	compare(&fast, &reference);
	buf_done(&fast.out);
	buf_done(&reference.out);
	buf_done(&input);
	return 0;
}
