/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/sqlfile.h"

#include <inttypes.h>

#define HEADER 100
#define MAGIC BYTES("SQLite format 3\0")
#define PAGE_LARGEST 65536
#define ENCODING_UTF8 1

enum page_type { PAGE_INTERIOR_TABLE = 5, PAGE_LEAF_TABLE = 13 };

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "SQLite: %s", what);
}

/* -- pages ------------------------------------------------------------------------------------- */

static int read_page(struct sqlfile *f, uint32_t number, unsigned depth, bytes *out, err *e)
{
	if (number == 0 || number > f->pages)
		return err_set(e, ERR_FORMAT, 0, "SQLite: page %" PRIu32 " lies outside the file", number);
	if (f->left == 0)
		return bad(e, "pages that stand in several places");
	f->left--;
	if (!f->levels[depth])
		f->levels[depth] = arena_alloc(f->arena, f->page_size);
	if (!f->file->read(f->file->ctx, (uint64_t)(number - 1) * f->page_size, f->page_size,
	                   f->levels[depth]))
		return bad(e, "a page cannot be read");
	*out = bytes_of(f->levels[depth], f->usable);
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

/* A page of a table's tree. */
struct node {
	bytes page; /* cells count from here */
	bytes head; /* behind the file's header, of page 1 */
	size_t cells, array;
	bool leaf;
};

static int read_node(struct sqlfile *f, uint32_t number, unsigned depth, struct node *out, err *e)
{
	if (depth >= LIMIT_SQLITE_DEPTH)
		return bad(e, "a table that is too deep");
	if (read_page(f, number, depth, &out->page, e) < 0)
		return -1;
	out->head = number == 1 ? bytes_skip(out->page, HEADER) : out->page;
	uint8_t type = out->head.p[0];

	out->leaf = type == PAGE_LEAF_TABLE;
	out->array = out->leaf ? 8 : 12;
	out->cells = short_at(out->head, 3);
	if (!out->leaf && type != PAGE_INTERIOR_TABLE)
		return bad(e, "a page that belongs to no table");
	if (out->cells > (out->head.n - out->array) / 2)
		return bad(e, "a page with more cells than it can hold");
	return 0;
}

static bytes cell_of(const struct node *n, size_t i)
{
	return bytes_skip(n->page, short_at(n->head, n->array + 2 * i));
}

/* -- cells ------------------------------------------------------------------------------------- */

/* local_part(f, n): how much of a payload of n octets stands in its cell (1.6, "cell payload"). */
static size_t local_part(const struct sqlfile *f, size_t n)
{
	size_t most = f->usable - 35, least = (f->usable - 12) * 32 / 255 - 23;
	size_t k = n <= most ? n : least + (n - least) % (f->usable - 4);

	return k <= most ? k : least;
}

static int read_overflow(struct sqlfile *f, uint32_t next, size_t n, err *e)
{
	bytes page = { 0 };

	while (f->record.n < n) {
		if (read_page(f, next, LIMIT_SQLITE_DEPTH, &page, e) < 0)
			return -1;
		next = number_at(page, 0);
		buf_put(&f->record, bytes_slice(page, 4, n - f->record.n));
	}
	return 0;
}

static int read_cell(struct sqlfile *f, bytes cell, struct sqlfile_row *out, err *e)
{
	uint64_t n, id;
	uint32_t overflow = 0;
	bytes local;

	if (!take_varint(&cell, &n) || !take_varint(&cell, &id))
		return bad(e, "a cell that is cut off");
	if (n > f->record.max)
		return err_set(e, ERR_LIMIT, 0, "SQLite: a row of %" PRIu64 " octets", n);
	size_t part = local_part(f, (size_t)n);

	if (!bytes_take(&cell, part, &local) || (part < n && !bytes_take_be32(&cell, &overflow)))
		return bad(e, "a cell that is cut off");
	buf_clear(&f->record);
	buf_put(&f->record, local);
	if (read_overflow(f, overflow, (size_t)n, e) < 0)
		return -1;
	*out = (struct sqlfile_row){ (int64_t)id, buf_bytes(&f->record) };
	return 0;
}

/* -- trees ------------------------------------------------------------------------------------- */

struct walk {
	struct sqlfile *f;
	sqlfile_fn *fn;
	void *ctx;
};

static int walk(const struct walk *w, uint32_t number, unsigned depth, err *e)
{
	struct node n = { 0 };
	struct sqlfile_row row;

	if (read_node(w->f, number, depth, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n.cells; i++) {
		bytes cell = cell_of(&n, i);

		if (n.leaf ? read_cell(w->f, cell, &row, e) < 0 || w->fn(w->ctx, &row, e) < 0
		           : walk(w, number_at(cell, 0), depth + 1, e) < 0)
			return -1;
	}
	return n.leaf ? 0 : walk(w, number_at(n.head, 8), depth + 1, e);
}

int sqlfile_walk(struct sqlfile *f, const struct sqlfile_table *t, sqlfile_fn *fn, void *ctx,
                 err *e)
{
	const struct walk w = { f, fn, ctx };

	f->left = f->pages;
	return t->root ? walk(&w, t->root, 0, e) : 0;
}

/* id_of(n, i, out): the rowid of a cell: behind the length of its payload, or its left child. */
static bool id_of(const struct node *n, size_t i, int64_t *out)
{
	bytes cell = cell_of(n, i);
	uint64_t size, id;

	if (n->leaf ? !take_varint(&cell, &size) : cell.n < 4)
		return false;
	if (!n->leaf)
		cell = bytes_skip(cell, 4);
	if (!take_varint(&cell, &id))
		return false;
	*out = (int64_t)id;
	return true;
}

/* The first cell whose rowid is not below id; n->cells when there is none. */
static int first_cell(const struct node *n, int64_t id, size_t *out, err *e)
{
	size_t low = 0, high = n->cells;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int64_t there;

		if (!id_of(n, middle, &there))
			return bad(e, "a cell that is cut off");
		if (there < id)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return 0;
}

int sqlfile_find(struct sqlfile *f, const struct sqlfile_table *t, int64_t id,
                 struct sqlfile_row *out, err *e)
{
	struct node n = { 0 };
	uint32_t number = t->root;
	int64_t there;
	size_t i = 0;

	if (number == 0)
		return 0;
	f->left = f->pages;
	for (unsigned depth = 0;; depth++) {
		if (read_node(f, number, depth, &n, e) < 0 || first_cell(&n, id, &i, e) < 0)
			return -1;
		if (n.leaf)
			break;
		number = i < n.cells ? number_at(cell_of(&n, i), 0) : number_at(n.head, 8);
	}
	if (i == n.cells || !id_of(&n, i, &there) || there != id)
		return 0;
	return read_cell(f, cell_of(&n, i), out, e) < 0 ? -1 : 1;
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

/* Types from 12 on: blobs are even, texts odd. */
static bool octets_of(const struct sqlfile_row *row, unsigned i, unsigned odd, bytes *out)
{
	uint64_t serial;
	bytes value;

	if (!column(row->record, i, &serial, &value) || serial < 12 || serial % 2 != odd)
		return false;
	*out = value;
	return true;
}

bool sqlfile_text(const struct sqlfile_row *row, unsigned i, bytes *out)
{
	return octets_of(row, i, 1, out);
}

bool sqlfile_blob(const struct sqlfile_row *row, unsigned i, bytes *out)
{
	return octets_of(row, i, 0, out);
}

bool sqlfile_int(const struct sqlfile_row *row, unsigned i, int64_t *out)
{
	uint64_t serial, v = 0;
	bytes value;

	if (!column(row->record, i, &serial, &value) || serial == 0 || serial == 7 || serial > 9)
		return false;
	if (serial >= 8) {
		*out = (int64_t)serial - 8;
		return true;
	}
	if (value.p[0] & 0x80)
		v = UINT64_MAX; /* two's complement of fewer octets */
	for (size_t k = 0; k < value.n; k++)
		v = v << 8 | value.p[k];
	*out = (int64_t)v;
	return true;
}

bool sqlfile_real(const struct sqlfile_row *row, unsigned i, double *out)
{
	uint64_t serial, v = 0;
	int64_t whole;
	bytes value;

	if (sqlfile_int(row, i, &whole)) {
		*out = (double)whole;
		return true;
	}
	if (!column(row->record, i, &serial, &value) || serial != 7)
		return false;
	for (size_t k = 0; k < value.n; k++)
		v = v << 8 | value.p[k];
	memcpy(out, &v, sizeof(*out)); /* IEEE 754, the most significant octet first */
	return true;
}

/* -- the file ---------------------------------------------------------------------------------- */

bool sqlfile_is(bytes head)
{
	return bytes_starts(head, MAGIC);
}

int sqlfile_open(struct sqlfile *f, const struct seek_file *file, size_t largest, struct arena *a,
                 err *e)
{
	uint8_t octets[HEADER] = { 0 };
	bytes head = bytes_of(octets, HEADER);

	*f = (struct sqlfile){ .file = file, .arena = a, .record = BUF_INIT(largest) };
	if (file->size < HEADER || !file->read(file->ctx, 0, HEADER, octets) || !sqlfile_is(head))
		return bad(e, "not a database");
	size_t page_size = short_at(head, 16);

	f->page_size = page_size == 1 ? PAGE_LARGEST : (uint32_t)page_size;
	if (f->page_size < 512 || (f->page_size & (f->page_size - 1)) != 0)
		return bad(e, "a page size that SQLite does not have");
	f->usable = f->page_size - octets[20];
	if (f->usable < 480)
		return bad(e, "a page size that SQLite does not have");
	if (number_at(head, 56) != ENCODING_UTF8)
		return bad(e, "a text encoding other than UTF-8");
	uint64_t pages = file->size / f->page_size;

	f->pages = pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX;
	return 0;
}

void sqlfile_close(struct sqlfile *f)
{
	buf_done(&f->record);
}

/* -- the schema -------------------------------------------------------------------------------- */

struct search {
	const char *name;
	struct arena *arena;
	struct sqlfile_table *found;
};

/* 2.6: type, name, tbl_name, rootpage, sql. */
static int schema_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct search *s = ctx;
	bytes type, name, sql = BYTES("");
	int64_t root;

	if (!sqlfile_text(row, 0, &type) || !bytes_is(type, "table") || !sqlfile_text(row, 1, &name) ||
	    !bytes_is(name, s->name))
		return 0;
	if (!sqlfile_int(row, 3, &root) || root <= 0 || root > UINT32_MAX)
		return bad(e, "a table that has no page");
	(void)sqlfile_text(row, 4, &sql); /* a table without it has no names */
	*s->found = (struct sqlfile_table){ (uint32_t)root, arena_bytes(s->arena, sql) };
	return 0;
}

int sqlfile_table(struct sqlfile *f, const char *name, struct sqlfile_table *out, err *e)
{
	static const struct sqlfile_table schema = { .root = 1 };
	struct search s = { name, f->arena, out };

	*out = (struct sqlfile_table){ 0 };
	return sqlfile_walk(f, &schema, schema_row, &s, e);
}

static bool is_quote(uint8_t c)
{
	return c == '"' || c == '`' || c == '\'' || c == '[' || c == ']';
}

/* The name at the front of a column's definition, without its quotes. */
static bytes name_of(bytes definition)
{
	bytes rest = bytes_trim(definition);
	size_t n = 0;

	while (rest.n > 0 && is_quote(rest.p[0]))
		rest = bytes_skip(rest, 1);
	while (n < rest.n && !is_quote(rest.p[n]) && rest.p[n] != ' ' && rest.p[n] != '\t' &&
	       rest.p[n] != '\n')
		n++;
	return bytes_slice(rest, 0, n);
}

unsigned sqlfile_column(const struct sqlfile_table *t, const char *name)
{
	bytes list = bytes_skip(t->sql, bytes_find(t->sql, '(') + 1);
	size_t from = 0, depth = 0;
	unsigned column = 0;

	for (size_t i = 0; i < list.n; i++) {
		bool ends = depth == 0 && (list.p[i] == ',' || list.p[i] == ')');

		depth += list.p[i] == '(';
		depth -= list.p[i] == ')' && depth > 0;
		if (!ends)
			continue;
		if (bytes_is(name_of(bytes_slice(list, from, i - from)), name))
			return column;
		if (list.p[i] == ')')
			break;
		column++;
		from = i + 1;
	}
	return UINT_MAX;
}
