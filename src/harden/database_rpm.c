/* SPDX-License-Identifier: Apache-2.0 */
/* Which packages of rpm's database stay, and the two forms of it that are no more than a list of
 * headers. Both are described in catalog/rpm_ndb.c and rpm_bdb.c. */
#include "harden/database_rpm.h"

#include "base/limits.h"
#include "catalog/rpm.h"

#define PAGE 4096

void database_rpm_init(struct database_rpm *r)
{
	r->headers = 0;
	r->left = LIMIT_RPM_STAYING;
}

/* check_files(p, e): a list that cannot be read leaves nobody's files, and no reason to go. */
static int check_files(const struct rpm_package *p, err *e)
{
	struct arena a = ARENA_INIT;
	struct rpm_files files;
	int status = rpm_files_begin(&files, p, &a, e);

	arena_done(&a);
	return status;
}

int database_rpm_judge(struct database_rpm *r, bytes header, bool *out, err *e)
{
	buf version = BUF_INIT(RPM_VERSION_MOST);
	struct rpm_package p;

	if (r->headers++ >= LIMIT_PACKAGES)
		return err_set(e, ERR_LIMIT, 0, "more than %u packages", (unsigned)LIMIT_PACKAGES);
	if (rpm_header_parse(header, &p, e) < 0 || check_files(&p, e) < 0)
		return err_wrap(e, "package %llu", (unsigned long long)r->headers);
	rpm_version(&p, &version);
	const struct database_package package = { .name = p.name,
		                                      .version = buf_bytes(&version),
		                                      .architecture = p.architecture };

	*out = r->stays(r->ctx, &package);
	buf_done(&version);
	return 0;
}

int database_rpm_charge(struct database_rpm *r, uint64_t n, err *e)
{
	if (n > r->left)
		return err_set(e, ERR_LIMIT, 0, "the packages that stay have more than %u MiB",
		               (unsigned)(LIMIT_RPM_STAYING / MIB));
	r->left -= n;
	return 0;
}

/* -- the headers ------------------------------------------------------------------------------- */

struct staying {
	struct database_rpm *rpm;
	struct arena *arena;
	struct {
		bytes *items;
		size_t len, cap;
	} headers;
	err trouble;
};

static void take_header(void *ctx, bytes header)
{
	struct staying *s = ctx;
	bool stays;

	if (s->trouble.kind != ERR_NONE || database_rpm_judge(s->rpm, header, &stays, &s->trouble) < 0)
		return;
	if (stays && database_rpm_charge(s->rpm, header.n + PAGE, &s->trouble) == 0)
		*ARENA_PUSH(s->arena, &s->headers) = arena_bytes(s->arena, header);
}

typedef int read_fn(const struct rpm_file *file, const struct rpm_sink *sink, err *e);

static int read_headers(struct staying *s, read_fn *read, err *e)
{
	const struct seek_file *f = s->rpm->file;
	const struct rpm_file file = { f->size, f->read, f->ctx };
	const struct rpm_sink sink = { take_header, s };

	if (read(&file, &sink, e) < 0)
		return -1;
	if (s->trouble.kind == ERR_NONE)
		return 0;
	*e = s->trouble;
	return -1;
}

static void put_le(buf *out, uint32_t v, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		buf_putc(out, (uint8_t)(v >> 8 * i));
}

static void put_zeros(buf *out, size_t n)
{
	memset(buf_room(out, n), 0, n);
	out->n += n;
}

/* fill(out, from): zeros up to the end of the page that began there. */
static void fill(buf *out, size_t from)
{
	put_zeros(out, PAGE - (out->n - from));
}

/* -- ndb --------------------------------------------------------------------------------------- */

enum { NDB_BLOCK = 16, NDB_SLOTS = PAGE / 16, NDB_HEAD_SLOTS = 2, NDB_HEAD = 16, NDB_TAIL = 12 };

/* RFC 1950, section 8.2. */
static uint32_t adler32(bytes in)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < in.n; i++) {
		a = (a + in.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static uint32_t blocks_of(bytes header)
{
	return (uint32_t)((NDB_HEAD + header.n + NDB_TAIL + NDB_BLOCK - 1) / NDB_BLOCK);
}

static void put_slots(const struct staying *s, uint32_t pages, buf *out)
{
	uint32_t block = pages * (PAGE / NDB_BLOCK);

	for (size_t i = 0; i < (size_t)pages * NDB_SLOTS - NDB_HEAD_SLOTS; i++) {
		bool used = i < s->headers.len;
		uint32_t blocks = used ? blocks_of(s->headers.items[i]) : 0;

		buf_put(out, BYTES("Slot"));
		put_le(out, used ? (uint32_t)i + 1 : 0, 4);
		put_le(out, used ? block : 0, 4);
		put_le(out, blocks, 4);
		block += blocks;
	}
}

static void put_blob(uint32_t number, bytes header, buf *out)
{
	size_t from = out->n, size = (size_t)blocks_of(header) * NDB_BLOCK;

	buf_put(out, BYTES("BlbS"));
	put_le(out, number, 4);
	put_le(out, 1, 4); /* generation */
	put_le(out, (uint32_t)header.n, 4);
	buf_put(out, header);
	put_zeros(out, size - NDB_TAIL - (out->n - from));
	put_le(out, adler32(bytes_skip(buf_bytes(out), from)), 4);
	put_le(out, (uint32_t)header.n, 4);
	buf_put(out, BYTES("BlbE"));
}

int database_rpm_ndb(struct database_rpm *r, struct arena *a, buf *out, err *e)
{
	struct staying s = { .rpm = r, .arena = a };

	if (read_headers(&s, rpm_ndb_read, e) < 0)
		return -1;
	uint32_t packages = (uint32_t)s.headers.len;
	uint32_t pages = (packages + NDB_HEAD_SLOTS + NDB_SLOTS - 1) / NDB_SLOTS;

	buf_put(out, BYTES("RpmP"));
	put_le(out, 0, 4); /* version */
	put_le(out, 1, 4); /* generation */
	put_le(out, pages, 4);
	put_le(out, packages + 1, 4); /* the next package */
	put_zeros(out, (size_t)NDB_HEAD_SLOTS * NDB_BLOCK - out->n);
	put_slots(&s, pages, out);
	for (uint32_t i = 0; i < packages; i++)
		put_blob(i + 1, s.headers.items[i], out);
	return 0;
}

/* -- Berkeley DB ------------------------------------------------------------------------------- */

/* A hash of two buckets, whose pages come first: of each package its number, and where its header
 * begins among the overflow pages behind them. */
enum {
	BDB_META = 8,
	BDB_PAIRS = 2, /* a page of a hash whose items are not sorted */
	BDB_OVERFLOW = 7,
	BDB_HEAD = 26,
	BDB_KEY = 5,
	BDB_VALUE = 12,
	BDB_PAIR = BDB_KEY + BDB_VALUE + 4, /* with both offsets */
	BDB_PAGE_PAIRS = (PAGE - BDB_HEAD) / BDB_PAIR,
	BDB_PAGE_DATA = PAGE - BDB_HEAD,
	BDB_META_ROOM = 72, /* of what all kinds of databases have */
};
#define BDB_MAGIC 0x061561U
#define BDB_CHARKEY 0x5E688DD1U /* its hash of "%$sniglet^&" */

struct bdb_page {
	uint32_t number, before, behind;
	unsigned entries, offset;
	uint8_t type;
};

static void put_page_head(const struct bdb_page *p, buf *out)
{
	put_zeros(out, 8); /* log sequence number */
	put_le(out, p->number, 4);
	put_le(out, p->before, 4);
	put_le(out, p->behind, 4);
	put_le(out, p->entries, 2);
	put_le(out, p->offset, 2);
	buf_putc(out, 0);
	buf_putc(out, p->type);
}

static void put_meta(uint32_t pages, uint32_t pairs, buf *out)
{
	put_zeros(out, 12);
	put_le(out, BDB_MAGIC, 4);
	put_le(out, 9, 4); /* version */
	put_le(out, PAGE, 4);
	buf_putc(out, 0); /* not encrypted */
	buf_putc(out, BDB_META);
	put_zeros(out, 6);
	put_le(out, pages, 4); /* the last one */
	put_zeros(out, 4);
	put_le(out, pairs, 4); /* keys */
	put_le(out, pairs, 4); /* records */
	put_zeros(out, BDB_META_ROOM - out->n);
	put_le(out, 1, 4); /* the last bucket */
	put_le(out, 1, 4); /* masks */
	put_zeros(out, 4 + 4);
	put_le(out, pairs, 4);
	put_le(out, BDB_CHARKEY, 4);
	put_le(out, 1, 4); /* the page of the bucket 0; that of 1 lies behind it */
	put_le(out, 1, 4);
	fill(out, 0);
}

static uint32_t overflow_pages(bytes header)
{
	return (uint32_t)((header.n + BDB_PAGE_DATA - 1) / BDB_PAGE_DATA);
}

/* The pair 0 is no package: it holds the last number that was given. */
static unsigned value_size(uint32_t pair)
{
	return pair == 0 ? BDB_KEY : BDB_VALUE;
}

static void put_pair(const struct staying *s, uint32_t pair, uint32_t page, buf *out)
{
	if (pair == 0) {
		buf_putc(out, 1); /* the value is here */
		put_le(out, (uint32_t)s->headers.len, 4);
	} else {
		put_le(out, 3, 4); /* elsewhere */
		put_le(out, page, 4);
		put_le(out, (uint32_t)s->headers.items[pair - 1].n, 4);
	}
	buf_putc(out, 1);
	put_le(out, pair, 4);
}

struct bdb_bucket {
	uint32_t *pairs, len;
	uint32_t pages, extra; /* how many; where those behind the first one begin */
};

/* Its hash (FNV-1 from 0) of a number has the parity of the lowest bits of its octets. */
static unsigned bucket_of(uint32_t pair)
{
	return (pair ^ pair >> 8 ^ pair >> 16 ^ pair >> 24) & 1;
}

/* put_pairs(s, p, list, n, pages, out): these pairs fill the page from its end, each with its value
 * below its key; pages: where the header of each pair begins. */
static void put_pairs(const struct staying *s, const struct bdb_page *page, const uint32_t *list,
                      uint32_t n, const uint32_t *pages, buf *out)
{
	struct bdb_page p = *page;
	size_t from = out->n;
	uint32_t at = PAGE;

	p.entries = 2 * n;
	p.offset = PAGE;
	for (uint32_t i = 0; i < n; i++)
		p.offset -= BDB_KEY + value_size(list[i]);
	put_page_head(&p, out);
	for (uint32_t i = 0; i < n; i++) {
		put_le(out, at -= BDB_KEY, 2);
		put_le(out, at -= value_size(list[i]), 2);
	}
	put_zeros(out, p.offset - (out->n - from));
	for (uint32_t i = n; i-- > 0;)
		put_pair(s, list[i], pages[list[i]], out);
}

static uint32_t page_of(const struct bdb_bucket *bucket, uint32_t b, uint32_t j)
{
	return j == 0 ? b + 1 : bucket->extra + j - 1;
}

/* put_bucket_page(s, bucket, b, j, pages, out): page j of the bucket b. */
static void put_bucket_page(const struct staying *s, const struct bdb_bucket *bucket, uint32_t b,
                            uint32_t j, const uint32_t *pages, buf *out)
{
	uint32_t first = j * BDB_PAGE_PAIRS, left = bucket->len - first;
	const struct bdb_page p = { .number = page_of(bucket, b, j),
		                        .before = j > 0 ? page_of(bucket, b, j - 1) : 0,
		                        .behind = j + 1 < bucket->pages ? page_of(bucket, b, j + 1) : 0,
		                        .type = BDB_PAIRS };

	put_pairs(s, &p, &bucket->pairs[first], left < BDB_PAGE_PAIRS ? left : BDB_PAGE_PAIRS, pages,
	          out);
}

static void put_overflow(uint32_t first, bytes header, buf *out)
{
	struct bdb_page p = { .number = first, .entries = 1, .type = BDB_OVERFLOW };

	for (bytes part; header.n > 0; p.before = p.number++) {
		size_t from = out->n;

		part = bytes_slice(header, 0, BDB_PAGE_DATA);
		header = bytes_skip(header, part.n);
		p.behind = header.n > 0 ? p.number + 1 : 0;
		p.offset = (unsigned)part.n;
		put_page_head(&p, out);
		buf_put(out, part);
		fill(out, from);
	}
}

/* fill_buckets(pairs, a, out): which pairs lie where; the first page behind them. */
static uint32_t fill_buckets(uint32_t pairs, struct arena *a, struct bdb_bucket out[2])
{
	uint32_t next = 3;

	for (unsigned b = 0; b < 2; b++)
		out[b] = (struct bdb_bucket){ .pairs = arena_array(a, uint32_t, pairs) };
	for (uint32_t i = 0; i < pairs; i++) {
		struct bdb_bucket *bucket = &out[bucket_of(i)];

		bucket->pairs[bucket->len++] = i;
	}
	for (unsigned b = 0; b < 2; b++) {
		uint32_t pages = (out[b].len + BDB_PAGE_PAIRS - 1) / BDB_PAGE_PAIRS;

		out[b].pages = pages > 0 ? pages : 1;
		out[b].extra = next;
		next += out[b].pages - 1;
	}
	return next;
}

int database_rpm_bdb(struct database_rpm *r, struct arena *a, buf *out, err *e)
{
	struct staying s = { .rpm = r, .arena = a };
	struct bdb_bucket buckets[2];

	if (read_headers(&s, rpm_bdb_read, e) < 0)
		return -1;
	uint32_t pairs = (uint32_t)s.headers.len + 1, next = fill_buckets(pairs, a, buckets);
	uint32_t *pages = arena_array(a, uint32_t, pairs);

	for (uint32_t i = 1; i < pairs; i++) {
		pages[i] = next;
		next += overflow_pages(s.headers.items[i - 1]);
	}
	put_meta(next - 1, pairs, out);
	for (uint32_t b = 0; b < 2; b++)
		put_bucket_page(&s, &buckets[b], b, 0, pages, out);
	for (uint32_t b = 0; b < 2; b++)
		for (uint32_t j = 1; j < buckets[b].pages; j++)
			put_bucket_page(&s, &buckets[b], b, j, pages, out);
	for (uint32_t i = 1; i < pairs; i++)
		put_overflow(pages[i], s.headers.items[i - 1], out);
	return 0;
}
