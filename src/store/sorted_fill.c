/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a table elsewhere is walked from its root, level by level. A block is looked for at
 * its place in the file that is filled, then in the old table by its digest; what is in neither is
 * fetched, neighbours together. Nothing is believed but digests. */
#include "store/sorted.h"

#include "base/map.h"
#include "base/pack.h"
#include "store/sorted_block.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>
#include <zstd.h>

/* Two blocks so near to each other are fetched with what lies between. */
#define GAP ((uint64_t)4 << 10)

struct refs {
	struct sorted_ref *items;
	size_t len, cap;
};

struct fill {
	const struct sorted_elsewhere *from;
	int fd, old_fd;
	struct sorted_head head;
	struct arena arena;
	struct map old; /* digest to struct sorted_ref of the old table */
	buf stored, content;
	ZSTD_DCtx *unpacker;
	struct refs level, below; /* blocks of the level that is filled, and of the next one */
};

static int read_block(int fd, const struct sorted_ref *r, buf *out, err *e)
{
	buf_clear(out);
	if (file_pread_all(fd, buf_room(out, r->stored), r->stored, sorted_ref_offset(r), e) < 0)
		return -1;
	out->n = r->stored;
	return 0;
}

/* is_here(f, fd, r): the block lies there, and is what the reference says; f->content has it. */
static bool is_here(struct fill *f, int fd, const struct sorted_ref *r)
{
	err none = { 0 }; /* what cannot be read is not there */

	return read_block(fd, r, &f->stored, &none) == 0 &&
	       sorted_expand(r, buf_bytes(&f->stored), f->unpacker, &f->content, &none) == 0;
}

/* add_children(f, r, out, e): the references that the block r in f->content holds. */
static int add_children(struct fill *f, const struct sorted_ref *r, struct refs *out, err *e)
{
	bytes rest = buf_bytes(&f->content), key, value;
	uint64_t start = r->start, end = sorted_ref_offset(r);

	while (rest.n > 0) {
		struct sorted_ref *child = ARENA_PUSH(&f->arena, out);

		if (out->len > LIMIT_SORTED_BLOCKS)
			return err_set(e, ERR_LIMIT, 0, "more than %u blocks", (unsigned)LIMIT_SORTED_BLOCKS);
		if (!sorted_entry_take(&rest, &key, &value) || !sorted_ref_take(&value, start, child) ||
		    !sorted_ref_fits(child, end))
			return err_set(e, ERR_FORMAT, 0, "a block of references makes no sense");
		start += child->span;
	}
	/* No octet without a digest over it. */
	return start == end ? 0 : err_set(e, ERR_FORMAT, 0, "a block of references leaves a gap");
}

/* -- what the old table has -------------------------------------------------------------------- */

static void note_old(struct fill *f, const struct refs *level)
{
	for (size_t i = 0; i < level->len; i++) {
		struct sorted_ref *r = &level->items[i];

		*map_put(&f->old, bytes_of(r->digest, SORTED_DIGEST)) = r;
	}
}

/* Only as far as it can be read: a damaged one has less to give. */
static void look_at_old(struct fill *f, const struct sorted_head *head)
{
	struct refs level = { 0 };

	*ARENA_PUSH(&f->arena, &level) = head->root;
	note_old(f, &level);
	for (uint32_t depth = 0; depth < head->levels; depth++) {
		struct refs below = { 0 };
		err none = { 0 };

		for (size_t i = 0; i < level.len; i++)
			if (is_here(f, f->old_fd, &level.items[i]) &&
			    add_children(f, &level.items[i], &below, &none) < 0)
				return;
		note_old(f, &below);
		level = below;
	}
}

/* take_old(f, r, e): 1 when the old table had it, and now it is in its place. */
static int take_old(struct fill *f, const struct sorted_ref *r, err *e)
{
	const struct sorted_ref *old = map_get(&f->old, bytes_of(r->digest, SORTED_DIGEST));
	struct sorted_ref there = *r;
	uint64_t at = sorted_ref_offset(r);

	if (!old || old->stored != r->stored)
		return 0;
	there.start = old->start;
	there.span = old->span;
	if (!is_here(f, f->old_fd, &there))
		return 0;
	for (bytes rest = buf_bytes(&f->stored); rest.n > 0;) {
		ssize_t n = pwrite(f->fd, rest.p, rest.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_IO, errno, "write");
		rest = bytes_skip(rest, (size_t)n);
		at += (uint64_t)n;
	}
	return 1;
}

/* -- one level --------------------------------------------------------------------------------- */

/* have(f, r, e): 1 when the block is in its place. */
static int have(struct fill *f, const struct sorted_ref *r, err *e)
{
	return is_here(f, f->fd, r) ? 1 : take_old(f, r, e);
}

static int fetch(struct fill *f, const struct refs *missing, err *e)
{
	for (size_t i = 0; i < missing->len;) {
		uint64_t from = sorted_ref_offset(&missing->items[i]), end = from;

		for (; i < missing->len && sorted_ref_offset(&missing->items[i]) <= end + GAP; i++)
			end = sorted_ref_offset(&missing->items[i]) + missing->items[i].stored;
		if (f->from->fetch(f->from->ctx, from, end - from, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < missing->len; i++)
		if (!is_here(f, f->fd, &missing->items[i]))
			return err_set(e, ERR_FORMAT, 0, "a block that came is not what it should be");
	return 0;
}

/* A leaf fills its span alone. */
static int check_leaves(const struct refs *level, err *e)
{
	for (size_t i = 0; i < level->len; i++)
		if (level->items[i].span != level->items[i].stored)
			return err_set(e, ERR_FORMAT, 0, "a block of entries has blocks below it");
	return 0;
}

static int fill_level(struct fill *f, uint32_t depth, err *e)
{
	struct refs missing = { 0 };

	if (depth == f->head.levels && check_leaves(&f->level, e) < 0)
		return -1;
	for (size_t i = 0; i < f->level.len; i++) {
		int there = have(f, &f->level.items[i], e);

		if (there < 0)
			return -1;
		if (there == 0)
			*ARENA_PUSH(&f->arena, &missing) = f->level.items[i];
	}
	if (fetch(f, &missing, e) < 0)
		return -1;
	f->below = (struct refs){ 0 };
	for (size_t i = 0; depth < f->head.levels && i < f->level.len; i++)
		if (!is_here(f, f->fd, &f->level.items[i]) ||
		    add_children(f, &f->level.items[i], &f->below, e) < 0)
			return err_is_set(e) ? -1 : err_set(e, ERR_IO, 0, "what was written is not there");
	f->level = f->below;
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static int fill(struct fill *f, err *e)
{
	if (!sorted_ref_fits(&f->head.root, f->head.size) ||
	    f->head.root.span != f->head.size - SORTED_HEADER)
		return err_set(e, ERR_FORMAT, 0, "its header makes no sense");
	if (ftruncate(f->fd, (off_t)f->head.size) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
		return err_set(e, ERR_IO, errno, "make room for %llu bytes",
		               (unsigned long long)f->head.size);
	if (file_write_all(f->fd, "the new table", f->from->header, e) < 0)
		return -1;
	*ARENA_PUSH(&f->arena, &f->level) = f->head.root;
	for (uint32_t depth = 0; depth <= f->head.levels; depth++)
		if (fill_level(f, depth, e) < 0)
			return -1;
	return 0;
}

int sorted_size(bytes header, uint64_t *out, digest *out_root, err *e)
{
	struct sorted_head head;

	if (sorted_head_parse(header, &head, e) < 0)
		return -1;
	if (head.size < SORTED_HEADER || head.size > LIMIT_SORTED)
		return err_set(e, ERR_LIMIT, 0, "it says that it has %llu bytes",
		               (unsigned long long)head.size);
	*out = head.size;
	*out_root = head.digest;
	return 0;
}

int sorted_fill(const struct sorted_elsewhere *from, struct sorted *old, int fd, err *e)
{
	struct fill f = { .from = from, .fd = fd, .old_fd = -1, .unpacker = sorted_unpacker() };
	int result;

	f.stored.max = f.content.max = LIMIT_SORTED_BLOCK;
	map_init(&f.old, &f.arena);
	if (old) {
		f.old_fd = sorted_fd(old);
		look_at_old(&f, sorted_head(old));
	}
	result = sorted_head_parse(from->header, &f.head, e) < 0 ? -1 : fill(&f, e);
	buf_done(&f.stored);
	buf_done(&f.content);
	ZSTD_freeDCtx(f.unpacker);
	arena_done(&f.arena);
	return result;
}
