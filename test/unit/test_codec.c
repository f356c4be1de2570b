/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

#include <zlib.h>
#include <zstd.h>

enum { HCRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16 };

static const enum codec_engine engines[] = { CODEC_FAST, CODEC_REFERENCE };

/* -- making: with zlib and libzstd, headers and trailers by hand from RFC 1952 ---------------- */

static void put_le(buf *b, uint32_t v, int octets)
{
	for (int i = 0; i < octets; i++)
		buf_putc(b, (uint8_t)(v >> 8 * i));
}

static void put_deflate(buf *b, bytes data, int level)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data.p, .avail_in = (uInt)data.n };

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, data.n);

	z.next_out = buf_room(b, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	b->n += z.total_out;
	(void)deflateEnd(&z);
}

static void put_header(buf *b, uint8_t flags)
{
	size_t from = b->n;

	buf_put(b, BYTES("\x1f\x8b\x08"));
	buf_putc(b, flags);
	buf_put(b, BYTES("\x78\x56\x34\x12\x02\x03"));
	if (flags & EXTRA)
		buf_put(b, BYTES("\x07\x00"
		                 "AP\x03\x00"
		                 "xyz"));
	if (flags & NAME)
		buf_put(b, BYTES("layer.tar\0"));
	if (flags & COMMENT)
		buf_put(b, BYTES("by hand\0"));
	if (flags & HCRC)
		put_le(b, (uint32_t)crc32(0, b->p + from, (uInt)(b->n - from)), 2);
}

static void put_member(buf *b, uint8_t flags, bytes data, int level)
{
	put_header(b, flags);
	put_deflate(b, data, level);
	put_le(b, (uint32_t)crc32(0, data.p, (uInt)data.n), 4);
	put_le(b, (uint32_t)data.n, 4);
}

static void put_zstd(buf *b, bytes data, int level, bool checksum)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(data.n);

	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
	size_t n = ZSTD_compress2(c, buf_room(b, room), room, data.p, data.n);

	assert_false(ZSTD_isError(n));
	b->n += n;
	ZSTD_freeCCtx(c);
}

/* -- reading ---------------------------------------------------------------------------------- */

struct feed {
	enum codec codec;
	enum codec_engine engine;
	size_t in_size, out_size; /* how much a step sees and may write */
};

/* Decode in, append to out (NULL: only count into *out_n). 0 or -1. Fails the test on a step
 * without progress. */
static int decode(struct feed f, bytes in, buf *out, uint64_t *out_n, err *e)
{
	struct decoder *d = decoder_new(f.codec, f.engine);
	uint8_t *room = malloc(f.out_size);
	bytes part = { NULL, 0 };
	uint64_t total = 0;
	int status;

	do {
		size_t n = 0;

		if (part.n == 0)
			(void)bytes_take(&in, f.in_size < in.n ? f.in_size : in.n, &part);
		size_t left = part.n;

		status = decoder_step(d, &part, in.n == 0, room, f.out_size, &n, e);
		if (status == 1)
			assert_true(n > 0 || part.n < left || (left == 0 && in.n > 0));
		assert_true(n <= f.out_size);
		total += n;
		if (out)
			buf_put(out, bytes_of(room, n));
	} while (status == 1);
	if (out_n)
		*out_n = total;
	free(room);
	decoder_free(d);
	return status;
}

#define WHOLE ((size_t)1 << 20)

static void assert_decodes(struct feed f, bytes in, bytes expected)
{
	buf out = BUF_INIT(64 * MIB);
	err e = { 0 };

	if (decode(f, in, &out, NULL, &e) < 0)
		print_error("%s\n", e.text);
	assert_int_equal(e.kind, ERR_NONE);
	assert_true(bytes_equal(buf_bytes(&out), expected));
	buf_done(&out);
}

static void assert_refused(enum codec codec, bytes in, enum err_kind kind, const char *text)
{
	for (size_t i = 0; i < 2; i++) {
		static const size_t sizes[] = { 1, WHOLE };

		for (size_t k = 0; k < 2; k++) {
			struct feed f = { codec, engines[i], sizes[k], 4096 };
			err e = { 0 };

			assert_int_equal(decode(f, in, NULL, NULL, &e), -1);
			if (!strstr(e.text, text))
				print_error("'%s' does not say '%s'\n", e.text, text);
			assert_non_null(strstr(e.text, text));
			assert_failed(&e, kind);
		}
	}
}

/* A reproducible mix of runs, repeats and noise. */
static bytes sample(uint8_t *to, size_t n)
{
	uint64_t s = 88172645463325252;

	for (size_t i = 0; i < n; i++) {
		s ^= s << 13;
		s ^= s >> 7;
		s ^= s << 17;
		if (i > 300 && s % 16)
			to[i] = to[i - 1 - (s >> 8) % (i % 3000 < 1500 ? 4 : 300)];
		else
			to[i] = (uint8_t)(s >> 16);
	}
	return bytes_of(to, n);
}

/* -- tests ------------------------------------------------------------------------------------ */

static void detection_goes_by_magic(void **state)
{
	(void)state;
	assert_int_equal(codec_detect(BYTES("\x1f\x8b\x08\x00")), CODEC_GZIP);
	assert_int_equal(codec_detect(BYTES("\x28\xb5\x2f\xfd")), CODEC_ZSTD);
	assert_int_equal(codec_detect(BYTES("\x50\x2a\x4d\x18")), CODEC_ZSTD);
	assert_int_equal(codec_detect(BYTES("\x5f\x2a\x4d\x18")), CODEC_ZSTD);
	assert_int_equal(codec_detect(BYTES("\x60\x2a\x4d\x18")), CODEC_NONE);
	assert_int_equal(codec_detect(BYTES("\x27\xb5\x2f\xfd")), CODEC_NONE); /* zstd 0.7 */
	assert_int_equal(codec_detect(BYTES("./\0\0")), CODEC_NONE);
	assert_int_equal(codec_detect(BYTES("")), CODEC_NONE);
	assert_string_equal(codec_name(CODEC_ZSTD), "zstd");
	decoder_free(NULL);
}

/* Octets written by gzip(1) 1.12: printf hello | gzip -n. */
static void gzip_of_another_hand(void **state)
{
	(void)state;
	bytes hello = BYTES(
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6"
		"\x10\x36\x05\x00\x00\x00");

	for (size_t i = 0; i < 2; i++)
		assert_decodes((struct feed){ CODEC_GZIP, engines[i], WHOLE, 4096 }, hello, BYTES("hello"));
}

static void members_follow_each_other(void **state)
{
	(void)state;
	buf b = BUF_INIT(4096);

	put_member(&b, 0, BYTES("one "), 9);
	put_member(&b, NAME, BYTES(""), 9);
	put_member(&b, 0, BYTES("two "), 0);
	put_member(&b, EXTRA | HCRC, BYTES("three"), 1);
	for (size_t i = 0; i < 2; i++)
		for (size_t in = 1; in <= b.n; in++)
			for (size_t out = 1; out <= 14; out++)
				assert_decodes((struct feed){ CODEC_GZIP, engines[i], in, out }, buf_bytes(&b),
				               BYTES("one two three"));
	buf_done(&b);
}

static void every_header_flag_is_passed_over(void **state)
{
	(void)state;
	for (unsigned flags = 0; flags < 32; flags++) {
		buf b = BUF_INIT(4096);

		put_member(&b, (uint8_t)flags, BYTES("content"), 9);
		for (size_t i = 0; i < 2; i++)
			for (size_t in = 1; in <= b.n; in++)
				assert_decodes((struct feed){ CODEC_GZIP, engines[i], in, 4096 }, buf_bytes(&b),
				               BYTES("content"));
		buf_done(&b);
	}
}

static void headers_against_the_rule_are_refused(void **state)
{
	(void)state;
	buf b = BUF_INIT(256 * KIB);

	for (unsigned bit = 5; bit < 8; bit++) {
		buf_clear(&b);
		put_member(&b, (uint8_t)(1u << bit), BYTES("x"), 9);
		assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "reserved flags");
	}
	buf_clear(&b);
	put_member(&b, 0, BYTES("x"), 9);
	b.p[2] = 7;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "unknown compression method 7");
	b.p[2] = 8;
	b.p[1] = 0x8c;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "no gzip header");
	buf_clear(&b);
	put_member(&b, HCRC | NAME, BYTES("x"), 9);
	b.p[12] ^= 1;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "checksum of the header");
	assert_refused(CODEC_GZIP, BYTES(""), ERR_FORMAT, "ends too early");

	/* A name without an end. */
	buf_clear(&b);
	buf_put(&b, BYTES("\x1f\x8b\x08\x08\0\0\0\0\0\3"));
	memset(buf_room(&b, LIMIT_GZIP_HEADER + 1), 'n', LIMIT_GZIP_HEADER + 1);
	b.n += LIMIT_GZIP_HEADER + 1;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_LIMIT, "header is too long");
	buf_done(&b);
}

static void padding_and_garbage_behind(void **state)
{
	(void)state;
	buf b = BUF_INIT(4096);

	put_member(&b, 0, BYTES("tape"), 9);
	size_t member = b.n;

	memset(buf_room(&b, 1000), 0, 1000);
	b.n += 1000;
	for (size_t i = 0; i < 2; i++)
		for (size_t in = 1; in <= b.n; in += 7)
			assert_decodes((struct feed){ CODEC_GZIP, engines[i], in, 4096 }, buf_bytes(&b),
			               BYTES("tape"));
	put_member(&b, 0, BYTES(" and more"), 9);
	for (size_t i = 0; i < 2; i++)
		for (size_t in = 1; in <= b.n; in += 7)
			assert_decodes((struct feed){ CODEC_GZIP, engines[i], in, 4096 }, buf_bytes(&b),
			               BYTES("tape and more"));
	assert_refused(CODEC_GZIP, bytes_slice(buf_bytes(&b), 0, b.n - 1), ERR_FORMAT, "too early");
	b.n = member + 1000;
	b.p[b.n - 1] = 'g';
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "trailing garbage");
	b.n = member;
	buf_put(&b, BYTES("garbage"));
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "trailing garbage");
	buf_done(&b);
}

/* Cut anywhere: refused. Any bit changed: refused, or (bits that mean nothing, as the padding
 * behind the final block) the same content. */
static void damage_is_never_silent(void **state)
{
	(void)state;
	uint8_t text[700];
	bytes data = sample(text, sizeof(text));
	buf b = BUF_INIT(4096);

	put_member(&b, EXTRA | HCRC, data, 9);
	for (size_t i = 0; i < 2; i++) {
		struct feed f = { CODEC_GZIP, engines[i], WHOLE, 4096 };

		for (size_t n = 0; n < b.n; n++) {
			err e = { 0 };

			assert_int_equal(decode(f, bytes_of(b.p, n), NULL, NULL, &e), -1);
			assert_failed(&e, ERR_FORMAT);
		}
		for (size_t bit = 0; bit < b.n * 8; bit++) {
			buf out = BUF_INIT(1 * MIB);
			err e = { 0 };

			b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (decode(f, buf_bytes(&b), &out, NULL, &e) == 0)
				assert_true(bytes_equal(buf_bytes(&out), data) && bit >= 21 * 8 &&
				            bit < (b.n - 8) * 8);
			else
				assert_failed(&e, ERR_FORMAT);
			b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			buf_done(&out);
		}
	}
	buf_done(&b);
}

static void checksum_and_length_count(void **state)
{
	(void)state;
	buf b = BUF_INIT(4096);

	put_member(&b, 0, BYTES("content"), 9);
	b.p[b.n - 5] ^= 0x80;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "checksum of the content");
	b.p[b.n - 5] ^= 0x80;
	b.p[b.n - 1] ^= 0x01;
	assert_refused(CODEC_GZIP, buf_bytes(&b), ERR_FORMAT, "length of the content");
	buf_done(&b);
}

/* Through every pair of these sizes of input and output. */
static void assert_splits_agree(size_t n, const size_t sizes[4])
{
	uint8_t *text = malloc(n);
	bytes data = sample(text, n);

	for (int level = 0; level <= 9; level += 3) {
		buf gzip = BUF_INIT(1 * MIB), zstd = BUF_INIT(1 * MIB);

		put_member(&gzip, 0, data, level);
		put_zstd(&zstd, data, level + 1, true);
		for (size_t k = 0; k < 16; k++) {
			struct feed f = { CODEC_GZIP, CODEC_FAST, sizes[k % 4], sizes[k / 4] };

			assert_decodes(f, buf_bytes(&gzip), data);
			f.engine = CODEC_REFERENCE;
			assert_decodes(f, buf_bytes(&gzip), data);
			f.codec = CODEC_ZSTD;
			assert_decodes(f, buf_bytes(&zstd), data);
		}
		buf_done(&gzip);
		buf_done(&zstd);
	}
	free(text);
}

static void any_split_gives_the_same(void **state)
{
	(void)state;
	assert_splits_agree(5000, (const size_t[]){ 1, 3, 100, 4999 });
	assert_splits_agree(200000, (const size_t[]){ 1000, 32768, 65537, WHOLE });
}

/* Damaged deflate data with a trailer that fits what zlib makes of it, so that only the inflating
 * decides: both engines must give the same verdict and the same octets. */
static void engines_agree_on_damage(void **state)
{
	(void)state;
	uint8_t text[3000];
	bytes data = sample(text, sizeof(text));
	uint64_t s = 1;

	for (int round = 0; round < 3000; round++) {
		buf body = BUF_INIT(8192), in = BUF_INIT(16384);
		struct result {
			buf out;
			int status;
		} r[2];
		uint8_t whole[65536];

		put_deflate(&body, bytes_slice(data, 0, 1 + (size_t)round), round % 10);
		for (int k = round % 3; k > 0; k--) {
			s = s * 6364136223846793005u + 1442695040888963407u;
			body.p[(s >> 33) % (k == 1 ? body.n : 1 + body.n % 64)] ^= (uint8_t)(1
			                                                                     << (s >> 60) % 8);
		}
		z_stream z = { .next_in = body.p,
			           .avail_in = (uInt)body.n,
			           .next_out = whole,
			           .avail_out = sizeof(whole) };

		assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
		(void)inflate(&z, Z_SYNC_FLUSH);
		put_header(&in, 0);
		buf_put(&in, bytes_of(body.p, z.total_in));
		put_le(&in, (uint32_t)crc32(0, whole, (uInt)z.total_out), 4);
		put_le(&in, (uint32_t)z.total_out, 4);
		(void)inflateEnd(&z);
		for (size_t i = 0; i < 2; i++) {
			struct feed f = { CODEC_GZIP, engines[i], 1 + (size_t)(s >> 20) % 500,
				              1 + (s >> 40) % 5000 };
			err e = { 0 };

			r[i].out = (buf)BUF_INIT(4 * MIB);
			r[i].status = decode(f, buf_bytes(&in), &r[i].out, NULL, &e);
		}
		assert_int_equal(r[0].status, r[1].status);
		if (r[0].status == 0)
			assert_true(bytes_equal(buf_bytes(&r[0].out), buf_bytes(&r[1].out)));
		buf_done(&r[0].out);
		buf_done(&r[1].out);
		buf_done(&body);
		buf_done(&in);
	}
}

static void zstd_frames_and_skippable_frames(void **state)
{
	(void)state;
	buf b = BUF_INIT(64 * KIB);

	put_zstd(&b, BYTES("one "), 3, false);
	buf_put(&b, BYTES("\x5a\x2a\x4d\x18\x06\0\0\0skip!!"));
	put_zstd(&b, BYTES(""), 3, true);
	put_zstd(&b, BYTES("two"), 19, true);
	buf_put(&b, BYTES("\x50\x2a\x4d\x18\0\0\0\0"));
	for (size_t in = 1; in <= b.n; in++)
		for (size_t out = 1; out <= 8; out++)
			assert_decodes((struct feed){ CODEC_ZSTD, CODEC_FAST, in, out }, buf_bytes(&b),
			               BYTES("one two"));
	buf_put(&b, BYTES("garbage"));
	assert_refused(CODEC_ZSTD, buf_bytes(&b), ERR_FORMAT, "trailing garbage");
	assert_refused(CODEC_ZSTD, BYTES(""), ERR_FORMAT, "ends too early");
	assert_refused(CODEC_ZSTD, BYTES("ustar"), ERR_FORMAT, "no zstd header");
	/* zstd 0.7 (RFC 8878 §3.1.1 knows one magic). */
	assert_refused(CODEC_ZSTD, BYTES("\x27\xb5\x2f\xfd\0\0\0\0\0"), ERR_FORMAT, "no zstd header");
	buf_done(&b);
}

static void zstd_damage_is_never_silent(void **state)
{
	(void)state;
	uint8_t text[700];
	bytes data = sample(text, sizeof(text));
	buf b = BUF_INIT(4096);
	struct feed f = { CODEC_ZSTD, CODEC_FAST, WHOLE, 4096 };

	put_zstd(&b, data, 3, true);
	for (size_t n = 0; n < b.n; n++) {
		err e = { 0 };

		assert_int_equal(decode(f, bytes_of(b.p, n), NULL, NULL, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		buf out = BUF_INIT(1 * MIB);
		err e = { 0 };

		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (decode(f, buf_bytes(&b), &out, NULL, &e) == 0)
			assert_true(bytes_equal(buf_bytes(&out), data) || bit / 8 == 4);
		else
			err_clear(&e); /* of either kind: a changed window can pass the limit */
		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		buf_done(&out);
	}
	buf_done(&b);
}

/* The octets behind the magic read as the header of a frame (dictionary 0x0005184d) and, looked at
 * alone, as a skippable frame: no split may change the verdict. */
static void zstd_header_is_no_frame_of_its_own(void **state)
{
	(void)state;
	assert_refused(CODEC_ZSTD,
	               BYTES("\x28\xb5\x2f\xfd\x53\x2a\x4d\x18\x05\0\0\0\x60\x73\x6b\xff\xec"),
	               ERR_FORMAT, "zstd: ");
}

/* RFC 8878 §3.1.1.1.2: Window_Size = 2^(10 + exponent), exponent in the upper five bits. */
static void zstd_window_is_bounded(void **state)
{
	(void)state;
	/* Magic, descriptor 0 (window, no size), window, one raw last block "x". */
	uint8_t frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0, (LIMIT_ZSTD_WINDOW_LOG - 10) << 3, 9, 0, 0, 'x'
	};
	struct feed f = { CODEC_ZSTD, CODEC_FAST, WHOLE, 4096 };

	assert_decodes(f, bytes_of(frame, sizeof(frame)), BYTES("x"));
	frame[5] += 1 << 3;
	assert_refused(CODEC_ZSTD, bytes_of(frame, sizeof(frame)), ERR_LIMIT, "window");
}

/* `record` repeated up to `size`, as one gzip member, not kept expanded. */
static void put_repeated(buf *b, bytes record, uint64_t size)
{
	z_stream z = { 0 };
	uint32_t crc = 0;

	put_header(b, 0);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	for (uint64_t n = 0; n < size; n += record.n) {
		z.next_in = (uint8_t *)(uintptr_t)record.p;
		z.avail_in = (uInt)record.n;
		crc = (uint32_t)crc32(crc, record.p, (uInt)record.n);
		do {
			z.next_out = buf_room(b, 4096);
			z.avail_out = 4096;
			(void)deflate(&z, n + record.n >= size ? Z_FINISH : Z_NO_FLUSH);
			b->n += 4096 - z.avail_out;
		} while (z.avail_out == 0);
	}
	put_le(b, crc, 4);
	put_le(b, (uint32_t)z.total_in, 4);
	(void)deflateEnd(&z);
}

static void bombs_stop_and_honest_layers_pass(void **state)
{
	(void)state;
	enum { RECORD = 64 * 1024, SIZE = 96 * 1024 * 1024 };
	uint8_t *record = calloc(1, RECORD);
	buf bomb = BUF_INIT(4 * MIB), honest = BUF_INIT(4 * MIB), small = BUF_INIT(1 * MIB);
	uint64_t n = 0;

	put_repeated(&bomb, bytes_of(record, RECORD), SIZE);
	put_repeated(&small, bytes_of(record, RECORD), LIMIT_RATIO_FREE);
	sample(record, 150); /* some noise in each record of zeros */
	put_repeated(&honest, bytes_of(record, RECORD), SIZE);
	assert_true(SIZE / bomb.n > 1000);
	assert_in_range(SIZE / honest.n, 290, 390);
	for (size_t i = 0; i < 2; i++) {
		struct feed f = { CODEC_GZIP, engines[i], 65536, 131072 };
		err e = { 0 };

		assert_int_equal(decode(f, buf_bytes(&bomb), NULL, &n, &e), -1);
		assert_failed(&e, ERR_LIMIT);
		assert_true(n < LIMIT_RATIO_FREE + 1 * MIB);
		assert_int_equal(decode(f, buf_bytes(&honest), NULL, &n, &e), 0);
		assert_int_equal(n, SIZE);
		assert_int_equal(decode(f, buf_bytes(&small), NULL, &n, &e), 0);
		assert_int_equal(n, LIMIT_RATIO_FREE);
	}
	buf_done(&bomb);
	buf_done(&honest);
	buf_done(&small);
	free(record);
}

static void zstd_bomb_stops(void **state)
{
	(void)state;
	enum { SIZE = 96 * 1024 * 1024 };
	uint8_t *zeros = calloc(1, SIZE);
	buf b = BUF_INIT(ZSTD_COMPRESSBOUND(SIZE));
	uint64_t n = 0;
	err e = { 0 };

	put_zstd(&b, bytes_of(zeros, SIZE), 3, true);
	assert_int_equal(
		decode((struct feed){ CODEC_ZSTD, CODEC_FAST, 65536, 131072 }, buf_bytes(&b), NULL, &n, &e),
		-1);
	assert_failed(&e, ERR_LIMIT);
	assert_true(n < LIMIT_RATIO_FREE + 1 * MIB);
	buf_done(&b);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detection_goes_by_magic),
		cmocka_unit_test(gzip_of_another_hand),
		cmocka_unit_test(members_follow_each_other),
		cmocka_unit_test(every_header_flag_is_passed_over),
		cmocka_unit_test(headers_against_the_rule_are_refused),
		cmocka_unit_test(padding_and_garbage_behind),
		cmocka_unit_test(damage_is_never_silent),
		cmocka_unit_test(checksum_and_length_count),
		cmocka_unit_test(any_split_gives_the_same),
		cmocka_unit_test(engines_agree_on_damage),
		cmocka_unit_test(zstd_frames_and_skippable_frames),
		cmocka_unit_test(zstd_damage_is_never_silent),
		cmocka_unit_test(zstd_header_is_no_frame_of_its_own),
		cmocka_unit_test(zstd_window_is_bounded),
		cmocka_unit_test(bombs_stop_and_honest_layers_pass),
		cmocka_unit_test(zstd_bomb_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
