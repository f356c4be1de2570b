/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sorted.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "store/sorted_block.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>
#include <zstd.h>

/* Blocks have about this size: a lookup hashes one a level. Compressed ones are larger, for their
 * sake. Where one ends is decided by the keys themselves (is_boundary), between a quarter of this
 * and four times this: what is added or changed moves the ends of its neighbours only, and all
 * other blocks are the same octets in the next database. */
#define BLOCK_PLAIN ((size_t)4 << 10)
#define BLOCK_COMPRESSED ((size_t)16 << 10)
/* Level and library decide the octets; the level is part of the format of what we publish. */
#define ZSTD_LEVEL 12

struct level {
	buf block; /* entries, packed */
	buf key;   /* of the first of them */
	uint64_t start; /* where the first of all blocks below begins */
};

struct sorted_writer {
	struct arena arena; /* holds this very struct */
	const char *path;
	char *temp;
	int fd;
	uint64_t at, entries;
	buf last; /* the key before */
	buf packed;
	bool compress;
	uint32_t levels;
	struct level level[LIMIT_SORTED_LEVELS + 1]; /* [0]: the leaves */
};

int sorted_create(const char *path, struct sorted_writer **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct sorted_writer *w = arena_new(&a, struct sorted_writer);

	w->path = arena_str(&a, bytes_str(path));
	w->fd = file_draft(path, &a, &w->temp, e);
	w->arena = a;
	if (w->fd < 0) {
		arena_done(&a);
		return -1;
	}
	w->at = SORTED_HEADER;
	w->last.max = w->packed.max = LIMIT_SORTED_BLOCK + 64;
	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++)
		w->level[i].block.max = w->level[i].key.max = LIMIT_SORTED_BLOCK + 64;
	*out = w;
	return 0;
}

static int write_at(struct sorted_writer *w, uint64_t offset, bytes data, err *e)
{
	while (data.n > 0) {
		ssize_t n = pwrite(w->fd, data.p, data.n, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_IO, errno, "write '%s'", SHOW(bytes_str(w->path)));
		data = bytes_skip(data, (size_t)n);
		offset += (uint64_t)n;
	}
	return 0;
}

static void put_le(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> (8 * i));
}

/* What is stored: the compressed form where it is shorter. */
static bytes stored_form(struct sorted_writer *w, bytes block)
{
	if (!w->compress)
		return block;
	buf_clear(&w->packed);
	w->packed.max = ZSTD_compressBound(block.n);
	size_t n = ZSTD_compress(buf_room(&w->packed, w->packed.max), w->packed.max, block.p, block.n,
	                         ZSTD_LEVEL);

	return ZSTD_isError(n) || n >= block.n ? block : bytes_of(w->packed.p, n);
}

/* put_block(w, start, block, ref, e): write it; ref: SORTED_REF octets. */
static int put_block(struct sorted_writer *w, uint64_t start, bytes block, uint8_t *ref, err *e)
{
	bytes stored = stored_form(w, block);
	digest d = digest_of(DIGEST_SHA256, stored);

	put_le(ref, w->at + stored.n - start, 8);
	put_le(ref + 8, stored.n, 4);
	put_le(ref + 12, block.n, 4);
	memcpy(ref + 16, d.value, SORTED_DIGEST);
	if (write_at(w, w->at, stored, e) < 0)
		return -1;
	w->at += stored.n;
	return 0;
}

/* A block may end behind this entry: once in about `size` octets, by a hash of the key (FNV-1a, and
 * the finisher of MurmurHash3, since only the last octets of neighbours differ). */
static bool is_boundary(bytes key, size_t n, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ key.p[i]) * UINT64_C(1099511628211);
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	return (hash ^ hash >> 33) % size < n;
}

/* end_block(w, level, e): write what this level has gathered and tell the level above. */
static int end_block(struct sorted_writer *w, uint32_t level, err *e);

/* add_to(w, level, start, key, value, e): start: where what the entry stands for begins. */
static int add_to(struct sorted_writer *w, uint32_t level, uint64_t start, bytes key, bytes value,
                  err *e)
{
	struct level *l = &w->level[level];
	size_t size = w->compress && level == 0 ? BLOCK_COMPRESSED : BLOCK_PLAIN;
	size_t n = key.n + value.n;

	/* Room for the lengths: two numbers of at most five octets. */
	if (n + 10 > LIMIT_SORTED_BLOCK)
		return err_set(e, ERR_LIMIT, 0, "an entry of %zu bytes for '%s'", n, SHOW(key));
	/* Not above the leaves: what lies below a block lies right before it. */
	if (level == 0 && l->block.n > 0 && l->block.n + n > 4 * size && end_block(w, level, e) < 0)
		return -1;
	bool first = l->block.n == 0;

	if (first) {
		buf_clear(&l->key);
		buf_put(&l->key, key);
		l->start = level > 0 ? start : w->at;
	}
	pack_bytes(&l->block, key);
	pack_bytes(&l->block, value);
	/* A block of one reference would add a level and divide nothing. */
	if ((first && level > 0) || l->block.n < size / 4 ||
	    (l->block.n < 4 * size && !is_boundary(key, n, size)))
		return 0;
	return end_block(w, level, e);
}

static int end_block(struct sorted_writer *w, uint32_t level, err *e)
{
	struct level *l = &w->level[level];
	uint8_t ref[SORTED_REF];

	if (level == LIMIT_SORTED_LEVELS)
		return err_set(e, ERR_LIMIT, 0, "more entries than a database can hold");
	if (put_block(w, l->start, buf_bytes(&l->block), ref, e) < 0)
		return -1;
	buf_clear(&l->block);
	if (w->levels < level + 1)
		w->levels = level + 1;
	return add_to(w, level + 1, l->start, buf_bytes(&l->key), bytes_of(ref, sizeof(ref)), e);
}

int sorted_compress(struct sorted_writer *w, bool on, err *e)
{
	if (on != w->compress && w->level[0].block.n > 0 && end_block(w, 0, e) < 0)
		return -1;
	w->compress = on;
	return 0;
}

int sorted_add(struct sorted_writer *w, bytes key, bytes value, err *e)
{
	if (w->entries > 0 && bytes_compare(key, buf_bytes(&w->last)) <= 0)
		return err_set(e, ERR_BUG, 0, "the key '%s' is out of order", SHOW(key));
	if (add_to(w, 0, 0, key, value, e) < 0)
		return -1;
	buf_clear(&w->last);
	buf_put(&w->last, key);
	w->entries++;
	return 0;
}

/* Every level but the topmost is ended; the topmost one is the root. */
static int put_root(struct sorted_writer *w, uint8_t *ref, err *e)
{
	for (uint32_t level = 0; level < w->levels; level++)
		if (w->level[level].block.n > 0 && end_block(w, level, e) < 0)
			return -1;
	return put_block(w, SORTED_HEADER, buf_bytes(&w->level[w->levels].block), ref, e);
}

static int put_header(struct sorted_writer *w, const uint8_t *root, err *e)
{
	uint8_t header[SORTED_HEADER] = SORTED_MAGIC;

	put_le(header + 8, SORTED_VERSION, 4);
	put_le(header + 12, w->levels, 4);
	put_le(header + 16, w->at, 8);
	put_le(header + 24, w->entries, 8);
	memcpy(header + 32, root, SORTED_REF);
	digest d = digest_of(DIGEST_SHA256, bytes_of(header, SORTED_HEADER - 32));

	memcpy(header + SORTED_HEADER - 32, d.value, 32);
	return write_at(w, 0, bytes_of(header, sizeof(header)), e);
}

static void free_writer(struct sorted_writer *w)
{
	struct arena a = w->arena;

	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++) {
		buf_done(&w->level[i].block);
		buf_done(&w->level[i].key);
	}
	buf_done(&w->last);
	buf_done(&w->packed);
	close(w->fd);
	arena_done(&a);
}

int sorted_finish(struct sorted_writer *w, err *e)
{
	uint8_t root[SORTED_REF];

	if (put_root(w, root, e) < 0 || put_header(w, root, e) < 0 ||
	    file_draft_keep(w->fd, w->temp, w->path, 0644, e) < 0) {
		sorted_abandon(w);
		return -1;
	}
	free_writer(w);
	return 0;
}

void sorted_abandon(struct sorted_writer *w)
{
	if (!w)
		return;
	(void)unlink(w->temp); /* it may be in its place already */
	free_writer(w);
}
