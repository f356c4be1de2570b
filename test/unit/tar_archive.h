/* SPDX-License-Identifier: Apache-2.0 */
/* tar_archive - archives made octet by octet, and what the reader tells of them as text. */
#pragma once

#include "fmt/tar.h"

#include "unit.h"

/* POSIX.1-1988 table 10-2; GNU tar's manual for the sparse slots. */
struct head {
	char type; /* '0' when left out */
	bytes name, mode, uid, gid, size, mtime, link, magic, major, minor, prefix;
	bytes slots; /* from offset 386 on: slots, flag, real size */
	bool sum_signed, sum_wrong;
};

#define USTAR BYTES("ustar\00000")
#define GNU BYTES("ustar  \0")
#define V7 BYTES("\0")

static buf archive = BUF_INIT(SIZE_MAX);

static inline void field(uint8_t *block, size_t at, bytes value, bytes otherwise)
{
	bytes v = value.p ? value : otherwise;

	if (v.n)
		memcpy(block + at, v.p, v.n);
}

static inline void header(struct head h)
{
	uint8_t b[512] = { 0 };
	char sum[8];
	int total = 0;

	field(b, 0, h.name, BYTES("file"));
	field(b, 100, h.mode, BYTES("0000644"));
	field(b, 108, h.uid, BYTES("0001750"));
	field(b, 116, h.gid, BYTES("0000062"));
	field(b, 124, h.size, BYTES("00000000000"));
	field(b, 136, h.mtime, BYTES("00000000017"));
	memset(b + 148, ' ', 8);
	b[156] = h.type == 'v' ? 0 : (uint8_t)(h.type ? h.type : '0'); /* v: the NUL of v7 */
	field(b, 157, h.link, BYTES(""));
	field(b, 257, h.magic, USTAR);
	field(b, 329, h.major, BYTES(""));
	field(b, 337, h.minor, BYTES(""));
	field(b, 345, h.prefix, BYTES(""));
	field(b, 386, h.slots, BYTES(""));
	for (size_t i = 0; i < 512; i++)
		total += h.sum_signed ? (signed char)b[i] : b[i];
	snprintf(sum, sizeof(sum), "%06o", (unsigned)(total + h.sum_wrong));
	memcpy(b + 148, sum, 7);
	buf_put(&archive, bytes_of(b, sizeof(b)));
}

static inline void body(bytes data)
{
	static const uint8_t zeros[512];

	buf_put(&archive, data);
	buf_put(&archive, bytes_of(zeros, -data.n % 512));
}

static inline bytes octal(size_t n)
{
	static char text[8][24];
	static unsigned turn;
	char *t = text[turn++ % 8];

	snprintf(t, 24, "%011zo", n);
	return bytes_of(t, 11);
}

static inline void entry(struct head h, bytes data)
{
	h.size = octal(data.n);
	header(h);
	body(data);
}

/* A pax header: say its records one by one, then write it; or write ready octets. */
static buf records = BUF_INIT(SIZE_MAX);

static inline void say(const char *keyword, bytes value)
{
	size_t rest = strlen(keyword) + value.n + 3, n = rest + 1;

	while (rest + (size_t)snprintf(NULL, 0, "%zu", n) != n)
		n = rest + (size_t)snprintf(NULL, 0, "%zu", n);
	buf_printf(&records, "%zu %s=", n, keyword);
	buf_put(&records, value);
	buf_puts(&records, "\n");
}

static inline void pax_raw(char type, bytes octets)
{
	entry((struct head){ .type = type, .name = BYTES("PaxHeaders/file") }, octets);
}

static inline void pax(char type)
{
	pax_raw(type, buf_bytes(&records));
	buf_clear(&records);
}

/* A pax header of one record. */
static inline void pax_one(char type, const char *keyword, const char *value)
{
	say(keyword, bytes_str(value));
	pax(type);
}

static inline void end(void)
{
	static const uint8_t zeros[1024];

	buf_put(&archive, bytes_of(zeros, sizeof(zeros)));
}

/* -- what the reader tells, as text ----------------------------------------------------------- */

static inline int on_entry(void *ctx, const struct tar_entry *n, err *e)
{
	static const char types[] = "?fhlcbdp";

	(void)e;
	buf_printf(ctx, "%c %o %d:%d %d t%d ", types[n->type], n->mode, (int)n->uid, (int)n->gid,
	           (int)n->size, (int)n->mtime);
	buf_put(ctx, n->name);
	if (n->link.n)
		buf_printf(ctx, " > " PRIb, BYTESF(n->link));
	if (n->major || n->minor)
		buf_printf(ctx, " %u,%u", n->major, n->minor);
	for (size_t i = 0; i < n->capability.n; i++)
		buf_printf(ctx, "%s%02x", i ? "" : " cap ", n->capability.p[i]);
	if (n->sparse)
		buf_printf(ctx, " sparse %d", (int)n->stored);
	else
		assert_true(n->size == n->stored);
	buf_puts(ctx, " [");
	return 0;
}

static inline int on_data(void *ctx, bytes part, err *e)
{
	(void)e;
	buf_put(ctx, part);
	return 0;
}

static inline int on_end(void *ctx, err *e)
{
	(void)e;
	buf_puts(ctx, "]\n");
	return 0;
}

static inline int read_in_pieces(bytes in, size_t piece, buf *log, uint64_t *trailing, err *e)
{
	static const struct tar_events events = { on_entry, on_data, on_end };
	struct arena a = ARENA_INIT;
	struct tar *t = tar_new(&a, &events, log);
	int r = 0;

	for (; r == 0 && in.n > 0; in = bytes_skip(in, piece)) {
		/* A copy of its own, so that a reader that looks past it is caught. */
		bytes part = bytes_slice(in, 0, piece);
		uint8_t *copy = malloc(part.n);

		memcpy(copy, part.p, part.n);
		r = tar_feed(t, bytes_of(copy, part.n), e);
		free(copy);
	}
	if (r == 0)
		r = tar_finish(t, e);
	*trailing = tar_trailing(t);
	tar_done(t);
	arena_done(&a);
	return r;
}

static uint64_t trailing;

/* Read the archive made so far in pieces of several sizes: always the same is told. Begins the next
 * archive. */
static inline void reads(const char *told, enum err_kind kind)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 511, 512, 513, 1000 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		buf log = BUF_INIT(SIZE_MAX);
		err e = { 0 };
		int r = read_in_pieces(buf_bytes(&archive), pieces[i], &log, &trailing, &e);

		assert_int_equal(r, kind == ERR_NONE ? 0 : -1);
		assert_failed(&e, kind);
		if (told)
			assert_bytes(buf_bytes(&log), told);
		buf_done(&log);
	}
	buf_clear(&archive);
}

#define NEXT "f 644 1000:50 1 t15 file [x]\n"

/* The archive ends with an entry that must be found again. */
static inline void next_and_end(void)
{
	entry((struct head){ 0 }, BYTES("x"));
	end();
}

static inline int archive_done(void **state)
{
	(void)state;
	buf_done(&archive);
	buf_done(&records);
	return 0;
}
