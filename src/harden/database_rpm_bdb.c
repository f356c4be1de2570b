/* SPDX-License-Identifier: Apache-2.0 */
/* Packages of Berkeley DB: described in catalog/rpm_bdb.c. A hash of two buckets, whose pages come
 * first: of each package its number, and where its header begins among the overflow pages behind
 * them. */
#include "harden/database_rpm_own.h"

enum {
	BDB_META = 8,
	BDB_PAIRS = 2, /* a page of a hash whose items are not sorted */
	BDB_OVERFLOW = 7,
	BDB_HEAD = 26,
	BDB_KEY = 5,
	BDB_VALUE = 12,
	BDB_PAIR = BDB_KEY + BDB_VALUE + 4, /* with both offsets */
	BDB_PAGE_PAIRS = (RPM_PAGE - BDB_HEAD) / BDB_PAIR,
	BDB_PAGE_DATA = RPM_PAGE - BDB_HEAD,
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
	rpm_put_zeros(out, 8); /* log sequence number */
	rpm_put_le(out, p->number, 4);
	rpm_put_le(out, p->before, 4);
	rpm_put_le(out, p->behind, 4);
	rpm_put_le(out, p->entries, 2);
	rpm_put_le(out, p->offset, 2);
	buf_putc(out, 0);
	buf_putc(out, p->type);
}

static void put_meta(uint32_t pages, uint32_t pairs, buf *out)
{
	rpm_put_zeros(out, 12);
	rpm_put_le(out, BDB_MAGIC, 4);
	rpm_put_le(out, 9, 4); /* version */
	rpm_put_le(out, RPM_PAGE, 4);
	buf_putc(out, 0); /* not encrypted */
	buf_putc(out, BDB_META);
	rpm_put_zeros(out, 6);
	rpm_put_le(out, pages, 4); /* the last one */
	rpm_put_zeros(out, 4);
	rpm_put_le(out, pairs, 4); /* keys */
	rpm_put_le(out, pairs, 4); /* records */
	rpm_put_zeros(out, BDB_META_ROOM - out->n);
	rpm_put_le(out, 1, 4); /* the last bucket */
	rpm_put_le(out, 1, 4); /* masks */
	rpm_put_zeros(out, 4 + 4);
	rpm_put_le(out, pairs, 4);
	rpm_put_le(out, BDB_CHARKEY, 4);
	rpm_put_le(out, 1, 4); /* the page of the bucket 0; that of 1 lies behind it */
	rpm_put_le(out, 1, 4);
	rpm_put_rest(out, 0);
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

static void put_pair(const struct rpm_staying *s, uint32_t pair, uint32_t page, buf *out)
{
	if (pair == 0) {
		buf_putc(out, 1); /* the value is here */
		rpm_put_le(out, (uint32_t)s->headers.len, 4);
	} else {
		rpm_put_le(out, 3, 4); /* elsewhere */
		rpm_put_le(out, page, 4);
		rpm_put_le(out, (uint32_t)s->headers.items[pair - 1].n, 4);
	}
	buf_putc(out, 1);
	rpm_put_le(out, pair, 4);
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
static void put_pairs(const struct rpm_staying *s, const struct bdb_page *page,
                      const uint32_t *list, uint32_t n, const uint32_t *pages, buf *out)
{
	struct bdb_page p = *page;
	size_t from = out->n;
	uint32_t at = RPM_PAGE;

	p.entries = 2 * n;
	p.offset = RPM_PAGE;
	for (uint32_t i = 0; i < n; i++)
		p.offset -= BDB_KEY + value_size(list[i]);
	put_page_head(&p, out);
	for (uint32_t i = 0; i < n; i++) {
		rpm_put_le(out, at -= BDB_KEY, 2);
		rpm_put_le(out, at -= value_size(list[i]), 2);
	}
	rpm_put_zeros(out, p.offset - (out->n - from));
	for (uint32_t i = n; i-- > 0;)
		put_pair(s, list[i], pages[list[i]], out);
}

static uint32_t page_of(const struct bdb_bucket *bucket, uint32_t b, uint32_t j)
{
	return j == 0 ? b + 1 : bucket->extra + j - 1;
}

/* put_bucket_page(s, bucket, b, j, pages, out): page j of the bucket b. */
static void put_bucket_page(const struct rpm_staying *s, const struct bdb_bucket *bucket,
                            uint32_t b, uint32_t j, const uint32_t *pages, buf *out)
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
		rpm_put_rest(out, from);
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
	struct rpm_staying s = { .rpm = r, .arena = a };
	struct bdb_bucket buckets[2];

	if (rpm_staying_read(&s, rpm_bdb_read, e) < 0)
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
