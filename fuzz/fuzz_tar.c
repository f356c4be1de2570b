/* SPDX-License-Identifier: Apache-2.0 */
/* The tar reader tells the same in one piece, in pieces and with bodies jumped over; what it tells
 * of an entry lies inside the stream and its bounds; what is written of it reads back the same.
 * The first octet seeds the sizes of the pieces, the rest is the archive, in which a block with a
 * checksum of eight spaces gets the right one (a mutation seldom would). */
#include "base/limits.h"
#include "fmt/tar.h"
#include "fmt/tar_block.h"

#include <stdio.h>

#include <stdlib.h>

struct log {
	buf text;      /* what was told, bodies as sums */
	uint64_t open; /* stored octets of the entry still to come */
	uint64_t sum, size;
	bool in_entry;
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void put(struct log *l, uint64_t v)
{
	buf_put(&l->text, bytes_of(&v, sizeof(v)));
}

static void put_bytes(struct log *l, bytes b)
{
	put(l, b.n);
	buf_put(&l->text, b);
}

static int on_entry(void *ctx, const struct tar_entry *n, err *e)
{
	struct log *l = ctx;

	(void)e;
	must(!l->in_entry && n->name.n <= LIMIT_PATH && n->link.n <= LIMIT_PATH && n->mode <= 07777);
	must(n->sparse || n->size == n->stored);
	must(n->offset >= 512 && n->offset % 512 == 0 && n->offset <= l->size);
	must(n->capability.n <= LIMIT_PAX);
	l->in_entry = true;
	l->open = n->stored;
	l->sum = 0;
	put_bytes(l, n->name);
	put_bytes(l, n->link);
	put_bytes(l, n->capability);
	put(l, (uint64_t)n->type << 33 | (uint64_t)n->sparse << 32 | n->mode);
	put(l, (uint64_t)n->major << 32 | n->minor);
	put(l, n->uid);
	put(l, n->gid);
	put(l, n->size);
	put(l, n->stored);
	put(l, (uint64_t)n->mtime);
	put(l, n->offset);
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	struct log *l = ctx;

	(void)e;
	must(l->in_entry && part.n > 0 && part.n <= l->open);
	l->open -= part.n;
	for (size_t i = 0; i < part.n; i++)
		l->sum = l->sum * 31 + part.p[i];
	return 0;
}

static int on_end(void *ctx, err *e)
{
	struct log *l = ctx;

	(void)e;
	must(l->in_entry);
	l->in_entry = false;
	return 0;
}

static int on_end_read(void *ctx, err *e)
{
	struct log *l = ctx;

	must(l->open == 0);
	put(l, l->sum);
	return on_end(ctx, e);
}

static int on_end_jumped(void *ctx, err *e)
{
	put(ctx, 0);
	return on_end(ctx, e);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

/* One reading; 0 in seed is "in one piece". The log ends with how it went. */
static void read_tar(bytes in, const struct tar_events *events, uint32_t seed, bool jump,
                     struct log *l)
{
	struct arena a = ARENA_INIT;
	err e = { 0 };
	bool pieces = seed != 0;
	int r = 0;

	*l = (struct log){ .text = BUF_INIT(SIZE_MAX), .size = in.n };
	struct tar *t = tar_new(&a, events, l);

	while (r == 0 && in.n > 0) {
		uint64_t skip = tar_skip(t);
		size_t n = pieces ? next(&seed) % (seed & 1024 ? 7 : 1500) + 1 : in.n;

		if (jump && skip > 0) {
			skip = skip < in.n ? skip : in.n;
			tar_skipped(t, skip);
			in = bytes_skip(in, skip);
			continue;
		}
		r = tar_feed(t, bytes_slice(in, 0, n), &e);
		in = bytes_skip(in, n);
	}
	if (r == 0)
		r = tar_finish(t, &e);
	must((r < 0) == err_is_set(&e));
	must(r == 0 || e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
	put_bytes(l, bytes_str(e.text));
	put(l, r == 0 ? tar_trailing(t) : 0);
	tar_done(t);
	arena_done(&a);
}

static int rewrite(void *ctx, const struct tar_entry *n, err *e)
{
	struct tar_entry w = *n;
	struct log *l = ctx;

	(void)e;
	/* No sparse map can be written; a body is left out; a file "x/" comes back a folder. */
	w.sparse = false;
	if ((w.type == TAR_FILE || w.type == TAR_OTHER) && bytes_ends(w.name, BYTES("/")))
		w.type = TAR_DIR;
	w.size = w.stored = 0;
	tar_write_header(&l->text, &w);
	return 0;
}

static int nothing(void *ctx, err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

static void check_written(bytes in)
{
	static const struct tar_events rewriting = { rewrite, NULL, nothing };
	struct log first, second;

	read_tar(in, &rewriting, 0, false, &first);
	/* Cut off what read_tar noted at the end: text with its length, trailing. */
	first.text.n -= first.text.n % 512;
	tar_write_end(&first.text);
	read_tar(buf_bytes(&first.text), &rewriting, 0, false, &second);
	must(second.text.n >= first.text.n - 1024);
	must(bytes_equal(bytes_slice(buf_bytes(&first.text), 0, first.text.n - 1024),
	                 bytes_slice(buf_bytes(&second.text), 0, first.text.n - 1024)));
	buf_done(&first.text);
	buf_done(&second.text);
}

static void checksum(struct tar_block *b)
{
	if (bytes_equal(TAR_FIELD(b, checksum), BYTES("        ")))
		snprintf((char *)b->checksum, sizeof(b->checksum), "%06o", tar_block_sum(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tar_events reading = { on_entry, on_data, on_end_read };
	static const struct tar_events jumping = { on_entry, NULL, on_end_jumped };
	struct log a, b;

	if (size == 0)
		return 0;
	buf archive = BUF_INIT(SIZE_MAX);

	buf_put(&archive, bytes_of(data + 1, size - 1));
	for (size_t at = 0; at + TAR_BLOCK_SIZE <= archive.n; at += TAR_BLOCK_SIZE)
		checksum((struct tar_block *)(archive.p + at));
	bytes in = buf_bytes(&archive);
	uint32_t seed = data[0] + 1U;

	read_tar(in, &reading, 0, false, &a);
	read_tar(in, &reading, seed, false, &b);
	must(bytes_equal(buf_bytes(&a.text), buf_bytes(&b.text)));
	buf_done(&a.text);
	buf_done(&b.text);
	read_tar(in, &jumping, 0, false, &a);
	read_tar(in, &jumping, seed, true, &b);
	must(bytes_equal(buf_bytes(&a.text), buf_bytes(&b.text)));
	buf_done(&a.text);
	buf_done(&b.text);
	check_written(in);
	buf_done(&archive);
	return 0;
}
