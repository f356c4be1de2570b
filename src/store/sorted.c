/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sorted.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "store/sorted_block.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* A place within a block: before the entry of this key. */
struct place {
	bytes key;     /* within the block; empty: none */
	bytes rest;    /* entries not yet passed */
	uint64_t next; /* where the span of the next child begins */
};

/* One block in memory. Of each level the last one that was looked at is kept, with the place where
 * the last search ended: one for a later key goes on from there. */
struct level {
	uint64_t offset; /* 0: none (a header lies there) */
	buf content;
	struct place found;
	bytes rest;
	uint64_t next;
};

/* Blocks that were looked at before, each at a place that its offset chooses: who looks up packages
 * in no order comes back to the same ones. Large ones, compressed ones among them, are not kept:
 * what they hold is looked up in order. */
#define ASIDE 128
#define ASIDE_MOST (16 * KIB)

struct aside {
	uint64_t offset; /* 0: none */
	buf content;
	struct place found;
};

struct sorted {
	struct arena arena; /* holds this very struct */
	int fd;
	ZSTD_DCtx *unpacker;
	buf stored;      /* a compressed block on its way */
	uint64_t passed; /* entries since the last seek */
	struct sorted_head head;
	struct level at[LIMIT_SORTED_LEVELS + 1]; /* at[0]: the root */
	struct aside aside[ASIDE];
};

static int corrupt(const char *what, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "the file is damaged: %s", what);
}

/* -- blocks ------------------------------------------------------------------------------------ */

static int read_at(const struct sorted *t, uint64_t offset, uint8_t *to, size_t n, err *e)
{
	while (n > 0) {
		ssize_t got = pread(t->fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, ERR_IO, errno, "read");
		if (got == 0)
			return corrupt("it is shorter than it says", e);
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

ZSTD_DCtx *sorted_unpacker(void)
{
	ZSTD_DCtx *unpacker = ZSTD_createDCtx();

	if (!unpacker)
		arena_exhausted();
	return unpacker;
}

static int check_block(const struct sorted_ref *r, bytes stored, err *e)
{
	digest have = digest_of(DIGEST_SHA256, stored);

	if (stored.n != r->stored || memcmp(have.value, r->digest, SORTED_DIGEST) != 0)
		return corrupt("a block is not what was written", e);
	return 0;
}

int sorted_expand(const struct sorted_ref *r, bytes stored, ZSTD_DCtx *unpacker, buf *out, err *e)
{
	if (check_block(r, stored, e) < 0)
		return -1;
	buf_clear(out);
	if (r->stored == r->expanded) {
		buf_put(out, stored);
		return 0;
	}
	size_t n = ZSTD_decompressDCtx(unpacker, buf_room(out, r->expanded), r->expanded, stored.p,
	                               stored.n);

	if (ZSTD_isError(n) || n != r->expanded)
		return corrupt("a block does not expand", e);
	out->n = n;
	return 0;
}

static void swap_with(struct level *l, struct aside *a)
{
	const struct aside old = *a;

	*a = (struct aside){ l->offset, l->content, l->found };
	l->offset = old.offset;
	l->content = old.content;
	l->found = old.found;
}

static struct aside *place_of(struct sorted *t, uint64_t offset)
{
	return &t->aside[(offset * UINT64_C(0x9e3779b97f4a7c15) >> 40) % ASIDE];
}

/* find_aside(t, l, offset): put what l holds aside, and take the block at offset when it is
 * there. */
static void find_aside(struct sorted *t, struct level *l, uint64_t offset)
{
	if (l->offset > 0 && l->content.cap <= ASIDE_MOST)
		swap_with(l, place_of(t, l->offset));
	if (l->offset != offset && place_of(t, offset)->offset == offset)
		swap_with(l, place_of(t, offset));
}

/* read_block(t, r, out, e): what is not compressed is read where it stays. */
static int read_block(struct sorted *t, const struct sorted_ref *r, buf *out, err *e)
{
	bool is_plain = r->stored == r->expanded;
	buf *to = is_plain ? out : &t->stored;

	buf_clear(to);
	if (read_at(t, sorted_ref_offset(r), buf_room(to, r->stored), r->stored, e) < 0)
		return -1;
	to->n = r->stored;
	return is_plain ? check_block(r, buf_bytes(to), e)
	                : sorted_expand(r, buf_bytes(to), t->unpacker, out, e);
}

/* load(t, depth, ref, e): have the block at this depth, and stand before its first entry. */
static int load(struct sorted *t, uint32_t depth, const struct sorted_ref *r, err *e)
{
	struct level *l = &t->at[depth];
	uint64_t end = depth > 0 ? t->at[depth - 1].offset : t->head.size;

	if (!sorted_ref_fits(r, end))
		return corrupt("a reference leads nowhere", e);
	if (l->offset != sorted_ref_offset(r))
		find_aside(t, l, sorted_ref_offset(r));
	if (l->offset != sorted_ref_offset(r)) {
		l->offset = 0;
		l->found = (struct place){ 0 };
		if (l->content.cap > ASIDE_MOST)
			buf_done(&l->content);
		if (read_block(t, r, &l->content, e) < 0)
			return -1;
		l->offset = sorted_ref_offset(r);
	}
	l->rest = buf_bytes(&l->content);
	l->next = r->start;
	return 0;
}

bool sorted_entry_take(bytes *rest, bytes *key, bytes *value)
{
	return pack_take_bytes(rest, LIMIT_SORTED_BLOCK, key) &&
	       pack_take_bytes(rest, LIMIT_SORTED_BLOCK, value);
}

/* take_child(l, key, out): the next entry of a block of references. */
static bool take_child(struct level *l, bytes *key, struct sorted_ref *out)
{
	bytes value;

	if (!sorted_entry_take(&l->rest, key, &value) || !sorted_ref_take(&value, l->next, out) ||
	    out->span > UINT64_MAX - l->next)
		return false;
	l->next += out->span;
	return true;
}

/* -- walking ----------------------------------------------------------------------------------- */

/* descend(t, depth, ref, e): from this block down to the leaves, always by the first entry. */
static int descend(struct sorted *t, uint32_t depth, struct sorted_ref r, err *e)
{
	for (;; depth++) {
		bytes key;

		if (load(t, depth, &r, e) < 0)
			return -1;
		if (depth == t->head.levels)
			return 0;
		if (!take_child(&t->at[depth], &key, &r))
			return corrupt("a block of references holds none", e);
	}
}

/* go_on(l, key): the search for key begins where the last one ended, unless it was for a later
 * one. */
static void go_on(struct level *l, bytes key)
{
	if (l->found.key.n > 0 && bytes_compare(l->found.key, key) <= 0) {
		l->rest = l->found.rest;
		l->next = l->found.next;
	}
}

/* child_for(l, key, out, e): the last entry of this block whose key is not greater than key (else
 * the first one); what follows it is what is left. */
static int child_for(struct level *l, bytes key, struct sorted_ref *out, err *e)
{
	go_on(l, key);
	struct level passed = *l;
	struct sorted_ref r;
	bool any = false;

	while (passed.rest.n > 0) {
		struct place here = { .rest = passed.rest, .next = passed.next };

		if (!take_child(&passed, &here.key, &r))
			return corrupt("a block of references ends too early", e);
		if (any && bytes_compare(here.key, key) > 0)
			break;
		*out = r;
		l->found = here;
		l->rest = passed.rest;
		l->next = passed.next;
		any = true;
	}
	return any ? 0 : corrupt("a block of references holds none", e);
}

int sorted_seek(struct sorted *t, bytes key, err *e)
{
	struct sorted_ref r = t->head.root;
	bytes value;

	t->passed = 0;
	for (uint32_t depth = 0; depth < t->head.levels; depth++)
		if (load(t, depth, &r, e) < 0 || child_for(&t->at[depth], key, &r, e) < 0)
			return -1;
	struct level *leaf = &t->at[t->head.levels];

	if (load(t, t->head.levels, &r, e) < 0)
		return -1;
	go_on(leaf, key);
	for (bytes rest = leaf->rest; rest.n > 0; leaf->rest = rest) {
		leaf->found.rest = leaf->rest;
		if (!sorted_entry_take(&rest, &leaf->found.key, &value))
			return corrupt("a block ends too early", e);
		if (bytes_compare(leaf->found.key, key) >= 0)
			return 0;
	}
	return 0;
}

/* next_leaf(t, e): 1 when there is one more. */
static int next_leaf(struct sorted *t, err *e)
{
	for (uint32_t depth = t->head.levels; depth > 0; depth--) {
		struct level *above = &t->at[depth - 1];
		struct sorted_ref r;
		bytes key;

		if (above->rest.n == 0)
			continue;
		if (!take_child(above, &key, &r))
			return corrupt("a block of references ends too early", e);
		return descend(t, depth, r, e) < 0 ? -1 : 1;
	}
	return 0;
}

int sorted_next(struct sorted *t, bytes *out_key, bytes *out_value, err *e)
{
	struct level *leaf = &t->at[t->head.levels];

	while (leaf->rest.n == 0) {
		int more = next_leaf(t, e);

		if (more <= 0)
			return more;
	}
	if (!sorted_entry_take(&leaf->rest, out_key, out_value))
		return corrupt("a block ends too early", e);
	if (++t->passed > t->head.entries)
		return corrupt("it holds more entries than it says", e);
	return 1;
}

int sorted_get(struct sorted *t, bytes key, bytes *out, err *e)
{
	bytes k, value;

	if (sorted_seek(t, key, e) < 0)
		return -1;
	int more = sorted_next(t, &k, &value, e);

	if (more <= 0 || !bytes_equal(k, key))
		return more < 0 ? -1 : 0;
	*out = value;
	return 1;
}

/* -- opening ----------------------------------------------------------------------------------- */

int sorted_head_parse(bytes header, struct sorted_head *out, err *e)
{
	struct sorted_head h;
	bytes in = header, magic;
	uint32_t version;

	if (header.n < SORTED_HEADER)
		return corrupt("it has no header", e);
	if (!bytes_take(&in, 8, &magic) || !bytes_is(magic, SORTED_MAGIC))
		return err_set(e, ERR_FORMAT, 0, "this is no database of oakum's");
	(void)bytes_take_le32(&in, &version); /* the header is there whole */
	if (version != SORTED_VERSION)
		return err_set(e, ERR_FORMAT, 0, "a database of version %u, this program reads version %d",
		               version, SORTED_VERSION);
	h.digest = digest_of(DIGEST_SHA256, bytes_of(header.p, SORTED_HEADER - 32));
	if (memcmp(h.digest.value, header.p + SORTED_HEADER - 32, 32) != 0)
		return corrupt("its header is not what was written", e);
	if (!bytes_take_le32(&in, &h.levels) || !bytes_take_le64(&in, &h.size) ||
	    !bytes_take_le64(&in, &h.entries) || !sorted_ref_take(&in, SORTED_HEADER, &h.root) ||
	    h.levels > LIMIT_SORTED_LEVELS)
		return corrupt("its header makes no sense", e);
	*out = h;
	return 0;
}

static int read_header(struct sorted *t, uint64_t size, err *e)
{
	uint8_t header[SORTED_HEADER];

	if (size < SORTED_HEADER)
		return corrupt("it has no header", e);
	if (read_at(t, 0, header, sizeof(header), e) < 0 ||
	    sorted_head_parse(bytes_of(header, sizeof(header)), &t->head, e) < 0)
		return -1;
	if (size != t->head.size)
		return corrupt("its length is not what was written", e);
	return 0;
}

static int open_sorted(const char *path, struct sorted *t, err *e)
{
	struct stat st;

	t->fd = file_open_read(path, e);
	if (t->fd < 0)
		return -1;
	if (fstat(t->fd, &st) < 0)
		return err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(path)));
	if (read_header(t, (uint64_t)st.st_size, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	return 0;
}

int sorted_open(const char *path, struct sorted **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct sorted *t = arena_new(&a, struct sorted);

	t->arena = a;
	t->fd = -1;
	t->unpacker = sorted_unpacker();
	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++)
		t->at[i].content.max = LIMIT_SORTED_BLOCK;
	t->stored.max = LIMIT_SORTED_BLOCK;
	for (size_t i = 0; i < ASIDE; i++)
		t->aside[i].content.max = LIMIT_SORTED_BLOCK;
	if (open_sorted(path, t, e) < 0) {
		sorted_close(t);
		return -1;
	}
	*out = t;
	return 0;
}

void sorted_close(struct sorted *t)
{
	if (!t)
		return;
	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++)
		buf_done(&t->at[i].content);
	buf_done(&t->stored);
	for (size_t i = 0; i < ASIDE; i++)
		buf_done(&t->aside[i].content);
	ZSTD_freeDCtx(t->unpacker);
	if (t->fd >= 0)
		close(t->fd);
	struct arena a = t->arena;

	arena_done(&a);
}

uint64_t sorted_entries(const struct sorted *t)
{
	return t->head.entries;
}

digest sorted_root(const struct sorted *t)
{
	return t->head.digest;
}

const struct sorted_head *sorted_head(const struct sorted *t)
{
	return &t->head;
}

int sorted_fd(const struct sorted *t)
{
	return t->fd;
}
