/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/squeeze.h"

#include "base/buf.h"
#include "unit.h"

#include <zlib.h>
#include <zstd.h>

#define MOST ((size_t)8 << 20)

/* What is squeezed, and what it became. */
struct ends {
	bytes in;
	buf out;
	size_t piece;      /* octets a read gives at most */
	size_t fail_read;  /* reading fails when so many are left; SIZE_MAX: never */
	size_t fail_write; /* writing fails beyond so many */
};

static int64_t ends_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct ends *x = ctx;
	bytes part = bytes_slice(x->in, 0, cap < x->piece ? cap : x->piece);

	if (x->fail_read != SIZE_MAX && x->in.n <= x->fail_read)
		return err_set(e, ERR_NET, 0, "broken");
	if (part.n)
		memcpy(into, part.p, part.n);
	x->in = bytes_skip(x->in, part.n);
	return (int64_t)part.n;
}

static int ends_write(void *ctx, bytes part, err *e)
{
	struct ends *x = ctx;

	if (x->out.n + part.n > x->fail_write)
		return err_set(e, ERR_IO, 0, "full");
	buf_put(&x->out, part);
	return 0;
}

static struct ends ends_of(bytes in)
{
	return (struct ends){ in, BUF_INIT(2 * MOST), 100000, SIZE_MAX, SIZE_MAX };
}

static int squeeze(struct squeeze *s, struct ends *x, digest *diff, err *e)
{
	return squeeze_run(s, &(struct squeeze_ends){ ends_read, ends_write, x }, diff, e);
}

/* Octets that compress as files do: words of a small alphabet, some runs, some noise. */
static bytes sample(size_t n)
{
	static uint8_t text[MOST];
	uint64_t state = 7;

	for (size_t i = 0; i < n; i++) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		text[i] = i / 65536 % 5 == 0 ? (uint8_t)(state >> 56)
		                             : (uint8_t)("shop items"[(state >> 60) % 10]);
	}
	return bytes_of(text, n);
}

/* -- the peers: zlib and libzstd read it ------------------------------------------------------- */

static void inflate_all(bytes in, buf *out)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in.p, .avail_in = (uInt)in.n };

	assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
	z.next_out = buf_room(out, MOST + 1);
	z.avail_out = (uInt)MOST + 1;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0); /* one member, nothing behind it */
	out->n += z.total_out;
	(void)inflateEnd(&z);
}

static void expand_all(bytes in, buf *out)
{
	ZSTD_DStream *d = ZSTD_createDStream();
	ZSTD_inBuffer from = { in.p, in.n, 0 };
	ZSTD_outBuffer to = { buf_room(out, MOST + 1), MOST + 1, 0 };
	size_t left = 1;

	assert_true(in.n > 0);
	while (from.pos < from.size) {
		left = ZSTD_decompressStream(d, &to, &from);
		assert_false(ZSTD_isError(left));
	}
	assert_int_equal(left, 0);
	out->n += to.pos;
	ZSTD_freeDStream(d);
}

static void what_is_read_back_is_what_went_in(void **state)
{
	static const size_t sizes[] = { 0,
		                            1,
		                            512,
		                            COMPRESS_PIECE - 1,
		                            COMPRESS_PIECE,
		                            COMPRESS_PIECE + 1,
		                            7 * COMPRESS_PIECE + 12345 };

	(void)state;
	for (enum codec codec = CODEC_GZIP; codec <= CODEC_ZSTD; codec++) {
		struct squeeze *s;
		err e = { 0 };

		assert_int_equal(squeeze_new(codec, 3, &s, &e), 0);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			bytes in = sample(sizes[i]);
			struct ends x = ends_of(in);
			buf back = BUF_INIT(2 * MOST);
			digest diff, want = digest_of(DIGEST_SHA256, in);

			assert_int_equal(squeeze(s, &x, &diff, &e), 0);
			assert_true(digest_equal(&diff, &want));
			if (codec == CODEC_GZIP)
				inflate_all(buf_bytes(&x.out), &back);
			else
				expand_all(buf_bytes(&x.out), &back);
			assert_true(bytes_equal(buf_bytes(&back), in));
			if (sizes[i] > COMPRESS_PIECE)
				assert_true(x.out.n < sizes[i]);
			buf_done(&x.out);
			buf_done(&back);
		}
		squeeze_free(s);
	}
}

static void helpers_and_pieces_change_nothing(void **state)
{
	static const unsigned helpers[] = { 1, 2, 8, 99 };

	(void)state;
	for (enum codec codec = CODEC_GZIP; codec <= CODEC_ZSTD; codec++) {
		buf first = BUF_INIT(2 * MOST);

		for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers); i++) {
			struct ends x = ends_of(sample(5 * COMPRESS_PIECE + 99));
			struct squeeze *s;
			digest diff;
			err e = { 0 };

			x.piece = 1000 + 77777 * i;
			assert_int_equal(squeeze_new(codec, helpers[i], &s, &e), 0);
			assert_int_equal(squeeze(s, &x, &diff, &e), 0);
			if (i == 0)
				buf_put(&first, buf_bytes(&x.out));
			assert_true(bytes_equal(buf_bytes(&first), buf_bytes(&x.out)));
			squeeze_free(s);
			buf_done(&x.out);
		}
		buf_done(&first);
	}
}

static void a_failure_ends_one_layer_only(void **state)
{
	bytes in = sample(6 * COMPRESS_PIECE);
	struct squeeze *s;
	digest diff;
	err e = { 0 };

	(void)state;
	assert_int_equal(squeeze_new(CODEC_GZIP, 2, &s, &e), 0);
	for (int round = 0; round < 3; round++) {
		struct ends reading = ends_of(in), writing = ends_of(in), fine = ends_of(in);
		buf back = BUF_INIT(2 * MOST);

		reading.fail_read = 3 * COMPRESS_PIECE;
		assert_int_equal(squeeze(s, &reading, &diff, &e), -1);
		assert_failed(&e, ERR_NET);
		writing.fail_write = COMPRESS_PIECE;
		assert_int_equal(squeeze(s, &writing, &diff, &e), -1);
		assert_failed(&e, ERR_IO);
		assert_int_equal(squeeze(s, &fine, &diff, &e), 0);
		inflate_all(buf_bytes(&fine.out), &back);
		assert_true(bytes_equal(buf_bytes(&back), in));
		buf_done(&reading.out);
		buf_done(&writing.out);
		buf_done(&fine.out);
		buf_done(&back);
	}
	squeeze_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_back_is_what_went_in),
		cmocka_unit_test(helpers_and_pieces_change_nothing),
		cmocka_unit_test(a_failure_ends_one_layer_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
