/* SPDX-License-Identifier: Apache-2.0 */
/* Packages: a hash of Berkeley DB from package number to header. All pages are looked at in the
 * order of the file, so the buckets and their links need not be trusted. A page is
 *
 *     lsn 8, number 4, previous 4, next 4, entries 2, offset 2, level 1, type 1   26 octets
 *     offsets of the items, 2 octets each: key, value, key, value; items fill the page from its end
 *
 * An item begins with its kind; one that is too long (kind 3: 3 unused octets, page, length) lies
 * in a chain of overflow pages, each with as many octets as its offset says. Numbers are in the
 * order of the machine that wrote the file. */
#include "catalog/rpm.h"

#include "base/limits.h"

#include <inttypes.h>

#define META 512
#define MAGIC_HASH 0x061561U
#define PAGE_HEAD 26
#define PAGE_LARGEST 65536

enum page_type { PAGE_HASH_UNSORTED = 2, PAGE_OVERFLOW = 7, PAGE_HASH_META = 8, PAGE_HASH = 13 };
enum item_kind { ITEM_HERE = 1, ITEM_ELSEWHERE = 3 };

struct reader {
	const struct rpm_file *file;
	const struct rpm_sink *sink;
	bool big_endian;
	uint32_t page_size, last;
	uint32_t left; /* overflow pages that may still come: each belongs to one item */
	uint8_t *page, *overflow;
	buf blob;
};

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "Berkeley DB: %s", what);
}

static uint32_t u32_at(const struct reader *r, bytes b, size_t at)
{
	uint32_t v = 0;
	bytes in = bytes_skip(b, at);

	/* 0 past the end: no overflow page and no length has it */
	return (r->big_endian ? bytes_take_be32(&in, &v) : bytes_take_le32(&in, &v)) ? v : 0;
}

static size_t u16_at(const struct reader *r, bytes b, size_t at)
{
	uint16_t v = 0;
	bytes in = bytes_skip(b, at);

	return (r->big_endian ? bytes_take_be16(&in, &v) : bytes_take_le16(&in, &v)) ? v : 0;
}

static uint8_t type_of(bytes page)
{
	return page.p[PAGE_HEAD - 1];
}

static int read_page(const struct reader *r, uint32_t number, uint8_t *page, bytes *out, err *e)
{
	if (number > r->last ||
	    !r->file->read(r->file->ctx, (uint64_t)number * r->page_size, r->page_size, page))
		return err_set(e, ERR_FORMAT, 0, "Berkeley DB: page %" PRIu32 " lies outside the file",
		               number);
	*out = bytes_of(page, r->page_size);
	return 0;
}

/* -- items ------------------------------------------------------------------------------------- */

/* item_at(r, page, i, out): items lie one below the other, the first one at the end of the page. */
static bool item_at(const struct reader *r, bytes page, size_t i, bytes *out)
{
	size_t from = u16_at(r, page, PAGE_HEAD + 2 * i);
	size_t to = i == 0 ? page.n : u16_at(r, page, PAGE_HEAD + 2 * (i - 1));

	if (from < PAGE_HEAD || from >= to || to > page.n)
		return false;
	*out = bytes_slice(page, from, to - from);
	return true;
}

static int read_overflow(struct reader *r, bytes item, err *e)
{
	uint32_t next = u32_at(r, item, 4), length = u32_at(r, item, 8);
	bytes page = { 0 };

	if (length > LIMIT_RPM_HEADER)
		return err_set(e, ERR_LIMIT, 0, "Berkeley DB: an item of %" PRIu32 " octets", length);
	buf_clear(&r->blob);
	while (r->blob.n < length) {
		if (next == 0)
			return bad(e, "an item that is cut off");
		if (r->left-- == 0)
			return bad(e, "pages that belong to several items");
		if (read_page(r, next, r->overflow, &page, e) < 0)
			return -1;
		size_t n = u16_at(r, page, 22);

		if (type_of(page) != PAGE_OVERFLOW || n == 0 || n > page.n - PAGE_HEAD ||
		    n > length - r->blob.n)
			return bad(e, "a page that is no part of its item");
		buf_put(&r->blob, bytes_slice(page, PAGE_HEAD, n));
		next = u32_at(r, page, 16);
	}
	return 0;
}

/* The package with the number 0 is none: it holds the next number to be given. */
static bool is_counter(bytes key)
{
	return bytes_equal(key, BYTES("\x01\0\0\0\0"));
}

static int read_pair(struct reader *r, bytes key, bytes value, err *e)
{
	bytes header = bytes_skip(value, 1);

	if (is_counter(key))
		return 0;
	if (value.p[0] == ITEM_ELSEWHERE) {
		if (read_overflow(r, value, e) < 0)
			return -1;
		header = buf_bytes(&r->blob);
	} else if (value.p[0] != ITEM_HERE) {
		return bad(e, "an item of a kind that rpm does not write");
	}
	r->sink->header(r->sink->ctx, header);
	return 0;
}

static int read_pairs(struct reader *r, bytes page, err *e)
{
	size_t entries = u16_at(r, page, 20);
	bytes key, value;

	if (entries % 2 == 1 || entries > (page.n - PAGE_HEAD) / 2)
		return bad(e, "a page with more items than it can hold");
	for (size_t i = 0; i < entries; i += 2) {
		if (!item_at(r, page, i, &key) || !item_at(r, page, i + 1, &value))
			return bad(e, "an item that lies outside its page");
		if (read_pair(r, key, value, e) < 0)
			return -1;
	}
	return 0;
}

/* -- the file ---------------------------------------------------------------------------------- */

static int read_meta(struct reader *r, err *e)
{
	uint8_t octets[META] = { 0 };
	bytes meta = bytes_of(octets, META);

	if (r->file->size < META || !r->file->read(r->file->ctx, 0, META, octets))
		return bad(e, "not a database");
	r->big_endian = u32_at(r, meta, 12) != MAGIC_HASH;
	if (u32_at(r, meta, 12) != MAGIC_HASH || type_of(meta) != PAGE_HASH_META)
		return bad(e, "not a hash database");
	if (octets[24] != 0)
		return bad(e, "an encrypted database");
	r->page_size = u32_at(r, meta, 20);
	r->last = u32_at(r, meta, 32);
	if (r->page_size < META || r->page_size > PAGE_LARGEST ||
	    (r->page_size & (r->page_size - 1)) != 0)
		return bad(e, "a page size that Berkeley DB does not have");
	if (r->last >= r->file->size / r->page_size)
		return bad(e, "the file is cut off");
	r->left = r->last;
	return 0;
}

static int read_pages(struct reader *r, struct arena *a, err *e)
{
	bytes page = { 0 };

	if (read_meta(r, e) < 0)
		return -1;
	r->page = arena_alloc(a, r->page_size);
	r->overflow = arena_alloc(a, r->page_size);
	for (uint32_t i = 1; i <= r->last; i++) {
		if (read_page(r, i, r->page, &page, e) < 0)
			return -1;
		if ((type_of(page) == PAGE_HASH || type_of(page) == PAGE_HASH_UNSORTED) &&
		    read_pairs(r, page, e) < 0)
			return -1;
	}
	return 0;
}

int rpm_bdb_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e)
{
	struct arena arena = ARENA_INIT;
	struct reader r = { .file = file, .sink = sink, .blob = BUF_INIT(LIMIT_RPM_HEADER) };
	int result = read_pages(&r, &arena, e);

	buf_done(&r.blob);
	arena_done(&arena);
	return result;
}
