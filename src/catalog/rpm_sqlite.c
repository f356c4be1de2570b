/* SPDX-License-Identifier: Apache-2.0 */
/* rpmdb.sqlite: the blobs of the table Packages (hnum INTEGER PRIMARY KEY, blob BLOB).
 *
 * SQLite's "Database File Format": 1.3 the header, 1.6 b-tree pages and cells, 1.6.2 overflow
 * pages, 2.1 records. Only table b-trees are walked, and nothing in them is executed: no schema
 * text is parsed, no index trusted. What lies in a write-ahead log beside the file is not read
 * (rpm.c states that). */
#include "catalog/rpm.h"

#include "base/limits.h"

#include <inttypes.h>

#define HEADER 100
#define MAGIC BYTES("SQLite format 3\0")
#define PAGE_LARGEST 65536
#define ENCODING_UTF8 1

enum page_type { PAGE_INTERIOR_TABLE = 5, PAGE_LEAF_TABLE = 13 };

struct reader {
	const struct rpm_file *file;
	const struct rpm_sink *sink;
	struct arena *arena;
	uint32_t page_size, usable, pages;
	uint32_t left; /* pages that may still be looked at: each of them is in one place only */
	uint32_t root; /* of Packages, once it is found */
	uint8_t
		*levels[LIMIT_SQLITE_DEPTH + 1]; /* the page in hand at each depth, the last overflows */
	buf record;
};

typedef int (*row_fn)(struct reader *r, bytes record, err *e);

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "SQLite: %s", what);
}

/* -- pages ------------------------------------------------------------------------------------- */

static int read_page(struct reader *r, uint32_t number, unsigned depth, bytes *out, err *e)
{
	if (number == 0 || number > r->pages)
		return err_set(e, ERR_FORMAT, 0, "SQLite: page %" PRIu32 " lies outside the file", number);
	if (r->left-- == 0)
		return bad(e, "pages that stand in several places");
	if (!r->levels[depth])
		r->levels[depth] = arena_alloc(r->arena, r->page_size);
	if (!r->file->read(r->file->ctx, (uint64_t)(number - 1) * r->page_size, r->page_size,
	                   r->levels[depth]))
		return bad(e, "a page cannot be read");
	*out = bytes_of(r->levels[depth], r->usable);
	return 0;
}

static uint32_t number_at(bytes page, size_t at)
{
	uint32_t v = 0;
	bytes in = bytes_skip(page, at);

	return bytes_take_be32(&in, &v) ? v : 0; /* no page has the number 0 */
}

static size_t short_at(bytes page, size_t at)
{
	uint16_t v = 0;
	bytes in = bytes_skip(page, at);

	return bytes_take_be16(&in, &v) ? v : page.n; /* past the end, where nothing is found */
}

/* take_varint: 1.6, "variable-length integer": the ninth octet gives all its eight bits. */
static bool take_varint(bytes *in, uint64_t *out)
{
	uint64_t v = 0;
	uint8_t c;

	for (int i = 0; i < 8; i++) {
		if (!bytes_take_u8(in, &c))
			return false;
		v = v << 7 | (c & 0x7fU);
		if (!(c & 0x80)) {
			*out = v;
			return true;
		}
	}
	if (!bytes_take_u8(in, &c))
		return false;
	*out = v << 8 | c;
	return true;
}

/* -- cells ------------------------------------------------------------------------------------- */

/* local_part(r, n): how much of a payload of n octets stands in its cell (1.6, "cell payload"). */
static size_t local_part(const struct reader *r, size_t n)
{
	size_t most = r->usable - 35, least = (r->usable - 12) * 32 / 255 - 23;
	size_t k = n <= most ? n : least + (n - least) % (r->usable - 4);

	return k <= most ? k : least;
}

static int read_overflow(struct reader *r, uint32_t next, size_t n, err *e)
{
	bytes page = { 0 };

	while (r->record.n < n) {
		if (read_page(r, next, LIMIT_SQLITE_DEPTH, &page, e) < 0)
			return -1;
		next = number_at(page, 0);
		buf_put(&r->record, bytes_slice(page, 4, n - r->record.n));
	}
	return 0;
}

static int read_cell(struct reader *r, bytes cell, row_fn row, err *e)
{
	uint64_t n, rowid;
	uint32_t overflow = 0;
	bytes local;

	if (!take_varint(&cell, &n) || !take_varint(&cell, &rowid))
		return bad(e, "a cell that is cut off");
	if (n > r->record.max)
		return err_set(e, ERR_LIMIT, 0, "SQLite: a row of %" PRIu64 " octets", n);
	size_t part = local_part(r, (size_t)n);

	if (!bytes_take(&cell, part, &local) || (part < n && !bytes_take_be32(&cell, &overflow)))
		return bad(e, "a cell that is cut off");
	buf_clear(&r->record);
	buf_put(&r->record, local);
	if (read_overflow(r, overflow, (size_t)n, e) < 0)
		return -1;
	return row(r, buf_bytes(&r->record), e);
}

/* walk(r, number, depth, row): all rows of the table whose b-tree begins at this page, in order. */
static int walk(struct reader *r, uint32_t number, unsigned depth, row_fn row, err *e)
{
	bytes page = { 0 }, head;

	if (depth == LIMIT_SQLITE_DEPTH)
		return bad(e, "a table that is too deep");
	if (read_page(r, number, depth, &page, e) < 0)
		return -1;
	head = number == 1 ? bytes_skip(page, HEADER) : page;
	uint8_t type = head.p[0];
	size_t cells = short_at(head, 3), array = type == PAGE_LEAF_TABLE ? 8 : 12;

	if (type != PAGE_LEAF_TABLE && type != PAGE_INTERIOR_TABLE)
		return bad(e, "a page that belongs to no table");
	if (cells > (head.n - array) / 2)
		return bad(e, "a page with more cells than it can hold");
	for (size_t i = 0; i < cells; i++) {
		size_t at = short_at(head, array + 2 * i);
		int failed = type == PAGE_LEAF_TABLE ? read_cell(r, bytes_skip(page, at), row, e)
		                                     : walk(r, number_at(page, at), depth + 1, row, e);

		if (failed)
			return -1;
	}
	return type == PAGE_LEAF_TABLE ? 0 : walk(r, number_at(head, 8), depth + 1, row, e);
}

/* -- records ----------------------------------------------------------------------------------- */

/* size_of(serial, out): 2.1, "serial type codes". */
static bool size_of(uint64_t serial, uint64_t *out)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

	if (serial >= 12)
		*out = (serial - 12) / 2;
	else if (serial < sizeof(sizes))
		*out = sizes[serial];
	else
		return false;
	return true;
}

/* column(record, index, serial, value): the value of one column and its type. */
static bool column(bytes record, unsigned index, uint64_t *serial, bytes *value)
{
	bytes types = record;
	uint64_t n;

	if (!take_varint(&types, &n) || n > record.n || n < record.n - types.n)
		return false;
	bytes body = bytes_skip(record, (size_t)n);

	types = bytes_slice(types, 0, (size_t)n - (record.n - types.n));
	for (unsigned i = 0; i <= index; i++)
		if (!take_varint(&types, serial) || !size_of(*serial, &n) || n > body.n ||
		    !bytes_take(&body, (size_t)n, value))
			return false;
	return true;
}

static bool column_is(bytes record, unsigned index, const char *text)
{
	uint64_t serial;
	bytes value;

	return column(record, index, &serial, &value) && serial >= 13 && serial % 2 == 1 &&
	       bytes_is(value, text);
}

/* A row of sqlite_schema (2.6): type, name, tbl_name, rootpage, sql. */
static int schema_row(struct reader *r, bytes record, err *e)
{
	uint64_t serial, root = 0;
	bytes value;

	if (!column_is(record, 0, "table") || !column_is(record, 1, "Packages"))
		return 0;
	if (!column(record, 3, &serial, &value) || serial < 1 || serial > 4)
		return bad(e, "a table Packages that has no page");
	for (size_t i = 0; i < value.n; i++)
		root = root << 8 | value.p[i];
	if (root == 0 || root > r->pages)
		return bad(e, "a table Packages that has no page");
	r->root = (uint32_t)root;
	return 0;
}

static int package_row(struct reader *r, bytes record, err *e)
{
	uint64_t serial;
	bytes blob;

	if (!column(record, 1, &serial, &blob) || serial < 12 || serial % 2 == 1)
		return bad(e, "a row of Packages without blob");
	r->sink->header(r->sink->ctx, blob);
	return 0;
}

/* -- the file ---------------------------------------------------------------------------------- */

static int read_head(struct reader *r, err *e)
{
	uint8_t octets[HEADER] = { 0 };
	bytes head = bytes_of(octets, HEADER);

	if (r->file->size < HEADER || !r->file->read(r->file->ctx, 0, HEADER, octets) ||
	    !bytes_starts(head, MAGIC))
		return bad(e, "not a database");
	size_t page_size = short_at(head, 16);

	r->page_size = page_size == 1 ? PAGE_LARGEST : (uint32_t)page_size;
	if (r->page_size < 512 || (r->page_size & (r->page_size - 1)) != 0)
		return bad(e, "a page size that SQLite does not have");
	r->usable = r->page_size - octets[20];
	if (r->usable < 480)
		return bad(e, "a page size that SQLite does not have");
	if (number_at(head, 56) != ENCODING_UTF8)
		return bad(e, "a text encoding that rpm does not use");
	uint64_t pages = r->file->size / r->page_size;

	r->pages = pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX;
	r->left = r->pages;
	return 0;
}

static int read_tables(struct reader *r, err *e)
{
	if (read_head(r, e) < 0 || walk(r, 1, 0, schema_row, e) < 0)
		return -1;
	if (!r->root)
		return bad(e, "no table Packages");
	return walk(r, r->root, 0, package_row, e);
}

int rpm_sqlite_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e)
{
	struct arena arena = ARENA_INIT;
	struct reader r = {
		.file = file, .sink = sink, .arena = &arena, .record = BUF_INIT(LIMIT_RPM_HEADER)
	};
	int result = read_tables(&r, e);

	buf_done(&r.record);
	arena_done(&arena);
	return result;
}
