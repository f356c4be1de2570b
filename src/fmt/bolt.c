/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/bolt.h"

#include "base/buf.h"
#include "base/limits.h"

#include <inttypes.h>

#define MAGIC 0xED0CDAEDu
#define VERSION 2

enum { PAGE_HEADER = 16, META = 64, ELEMENT = 16, BUCKET_HEADER = 16 };
enum page_kind { PAGE_BRANCH = 1, PAGE_LEAF = 2 };

#define ELEMENT_IS_BUCKET 1

struct page {
	uint16_t kind, count;
	bytes octets; /* with its header */
};

struct walk {
	const struct seek_file *file;
	const struct bolt_events *events;
	void *ctx;
	uint32_t page_size;
	uint64_t pages, pages_left;  /* each is in one place only */
	uint64_t octets_left;        /* of elements, keys and values */
	buf level[LIMIT_BOLT_DEPTH]; /* the page in hand at each depth */
};

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "bbolt: %s", what);
}

/* The number of n octets at a place; 0 outside. */
static uint64_t number_at(bytes b, size_t at, unsigned n)
{
	uint64_t v = 0;
	bytes octets = bytes_slice(b, at, n);

	if (octets.n == n)
		for (unsigned i = n; i-- > 0;)
			v = v << 8 | octets.p[i];
	return v;
}

/* -- meta pages -------------------------------------------------------------------------------- */

/* FNV-1a over all before the checksum. */
static uint64_t checksum(bytes meta)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i + 8 < META; i++)
		h = (h ^ meta.p[i]) * 0x100000001b3u;
	return h;
}

bool bolt_is(bytes head)
{
	return number_at(head, PAGE_HEADER, 4) == MAGIC &&
	       number_at(head, PAGE_HEADER + 4, 4) == VERSION;
}

/* read_meta(w, offset, meta): a meta page that is whole. */
static bool read_meta(const struct walk *w, uint64_t offset, uint8_t meta[META])
{
	bytes m = bytes_of(meta, META);
	uint64_t size;

	if (!w->file->read(w->file->ctx, offset + PAGE_HEADER, META, meta))
		return false;
	size = number_at(m, 8, 4);
	return number_at(m, 0, 4) == MAGIC && number_at(m, 4, 4) == VERSION && size >= 512 &&
	       size <= LIMIT_BOLT_PAGE && (size & (size - 1)) == 0 &&
	       number_at(m, META - 8, 8) == checksum(m);
}

/* find_root(w, out, e): the root bucket of the newest transaction. The second meta page lies one
 * page behind the first, which may be the torn one that would have told how large a page is. */
static int find_root(struct walk *w, uint64_t *out, err *e)
{
	uint64_t newest = 0;
	bool any = false;

	for (uint64_t offset = 0; offset <= LIMIT_BOLT_PAGE; offset = offset ? 2 * offset : 512) {
		uint8_t meta[META];
		bytes m = bytes_of(meta, META);

		if (!read_meta(w, offset, meta))
			continue;
		uint64_t size = number_at(m, 8, 4), transaction = number_at(m, 48, 8);

		if ((offset > 0 && offset != size) || (any && transaction < newest))
			continue;
		any = true;
		newest = transaction;
		w->page_size = (uint32_t)size;
		*out = number_at(m, 16, 8);
	}
	if (!any)
		return bad(e, "no meta page that is whole");
	w->pages = w->file->size / w->page_size;
	w->pages_left = w->pages;
	return 0;
}

/* -- pages ------------------------------------------------------------------------------------- */

static void head_of(bytes octets, struct page *out)
{
	out->kind = (uint16_t)number_at(octets, 8, 2);
	out->count = (uint16_t)number_at(octets, 10, 2);
	out->octets = octets;
}

static int read_page(struct walk *w, uint64_t number, unsigned depth, struct page *out, err *e)
{
	uint8_t head[PAGE_HEADER];

	if (depth >= LIMIT_BOLT_DEPTH)
		return bad(e, "a tree that is too deep");
	if (number < 2 || number >= w->pages ||
	    !w->file->read(w->file->ctx, number * w->page_size, sizeof(head), head))
		return err_set(e, ERR_FORMAT, 0, "bbolt: page %" PRIu64 " lies outside the file", number);
	uint64_t more = number_at(bytes_of(head, sizeof(head)), 12, 4),
			 size = (more + 1) * w->page_size;

	if (number_at(bytes_of(head, sizeof(head)), 0, 8) != number)
		return bad(e, "a page that says it is another one");
	if (more >= w->pages - number)
		return bad(e, "a page that reaches beyond the file");
	if (size > LIMIT_BOLT_PAGE)
		return err_set(e, ERR_LIMIT, 0, "bbolt: a page of %" PRIu64 " octets", size);
	if (more >= w->pages_left)
		return bad(e, "pages that stand in several places");
	w->pages_left -= more + 1;
	buf *room = &w->level[depth];

	buf_clear(room);
	uint8_t *octets = buf_room(room, (size_t)size);

	if (!w->file->read(w->file->ctx, number * w->page_size, (size_t)size, octets))
		return bad(e, "a page that cannot be read");
	head_of(bytes_of(octets, (size_t)size), out);
	return 0;
}

static int check_count(const struct page *p, err *e)
{
	return p->count <= (p->octets.n - PAGE_HEADER) / ELEMENT
	           ? 0
	           : bad(e, "a page with more elements than it can hold");
}

/* part(p, at, n, out): the n octets at a place that was computed from the file's numbers. */
static bool part(const struct page *p, uint64_t at, uint64_t n, bytes *out)
{
	if (at > p->octets.n || n > p->octets.n - at)
		return false;
	*out = bytes_slice(p->octets, (size_t)at, (size_t)n);
	return true;
}

/* -- trees ------------------------------------------------------------------------------------- */

static int walk_tree(struct walk *w, uint64_t number, unsigned depth, err *e);
static int walk_leaf(struct walk *w, const struct page *p, unsigned depth, bool is_inline, err *e);

static int walk_inline(struct walk *w, bytes octets, unsigned depth, err *e)
{
	struct page p;

	if (octets.n < PAGE_HEADER)
		return bad(e, "a bucket that is cut off");
	head_of(octets, &p);
	return p.kind == PAGE_LEAF ? walk_leaf(w, &p, depth, true, e)
	                           : bad(e, "a bucket within a value that has no leaf");
}

static int walk_bucket(struct walk *w, bytes name, bytes value, unsigned depth, err *e)
{
	uint64_t root = number_at(value, 0, 8);
	bool want = true;

	if (value.n < BUCKET_HEADER)
		return bad(e, "a bucket that is cut off");
	if (w->events->enter(w->ctx, name, &want, e) < 0)
		return -1;
	if (!want)
		return 0;
	if ((root ? walk_tree(w, root, depth + 1, e)
	          : walk_inline(w, bytes_skip(value, BUCKET_HEADER), depth + 1, e)) < 0)
		return -1;
	return w->events->leave(w->ctx, e);
}

/* One leaf element at `at`. */
static int walk_element(struct walk *w, const struct page *p, size_t at, unsigned depth,
                        bool is_inline, err *e)
{
	uint64_t flags = number_at(p->octets, at, 4), pos = number_at(p->octets, at + 4, 4),
			 keys = number_at(p->octets, at + 8, 4), values = number_at(p->octets, at + 12, 4);
	bytes key, value;

	if (!part(p, at + pos, keys, &key) || !part(p, at + pos + keys, values, &value))
		return bad(e, "an element that reaches out of its page");
	if (ELEMENT + keys + values > w->octets_left)
		return bad(e, "elements that overlap");
	w->octets_left -= ELEMENT + keys + values;
	if (!(flags & ELEMENT_IS_BUCKET))
		return w->events->pair(w->ctx, key, value, e);
	return is_inline ? bad(e, "a bucket in a bucket within a value")
	                 : walk_bucket(w, key, value, depth, e);
}

static int walk_leaf(struct walk *w, const struct page *p, unsigned depth, bool is_inline, err *e)
{
	int result = check_count(p, e);

	for (size_t i = 0; i < p->count && result == 0; i++)
		result = walk_element(w, p, PAGE_HEADER + i * ELEMENT, depth, is_inline, e);
	return result;
}

static int walk_branch(struct walk *w, const struct page *p, unsigned depth, err *e)
{
	int result = check_count(p, e);

	for (size_t i = 0; i < p->count && result == 0; i++)
		result = walk_tree(w, number_at(p->octets, PAGE_HEADER + i * ELEMENT + 8, 8), depth + 1, e);
	return result;
}

static int walk_tree(struct walk *w, uint64_t number, unsigned depth, err *e)
{
	struct page p = { 0 };

	if (read_page(w, number, depth, &p, e) < 0)
		return -1;
	if (p.kind == PAGE_BRANCH)
		return walk_branch(w, &p, depth, e);
	return p.kind == PAGE_LEAF ? walk_leaf(w, &p, depth, false, e)
	                           : bad(e, "a page that belongs to no tree");
}

int bolt_walk(const struct seek_file *file, const struct bolt_events *events, void *ctx, err *e)
{
	/* What an inline bucket holds counts as a value and once more for itself. */
	struct walk w = { .file = file, .events = events, .ctx = ctx, .octets_left = 2 * file->size };
	uint64_t root = 0;

	for (size_t i = 0; i < LIMIT_BOLT_DEPTH; i++)
		w.level[i].max = LIMIT_BOLT_PAGE;
	int result = find_root(&w, &root, e) < 0 ? -1 : walk_tree(&w, root, 0, e);

	for (size_t i = 0; i < LIMIT_BOLT_DEPTH; i++)
		buf_done(&w.level[i]);
	return result;
}
