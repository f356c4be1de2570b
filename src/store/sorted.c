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

/* One block in memory. Of each level the last one that was looked at is kept. */
struct level {
	uint64_t offset; /* 0: none (a header lies there) */
	buf content, stored;
	bytes rest; /* of content: entries not yet passed */
};

struct sorted {
	struct arena arena; /* holds this very struct */
	int fd;
	uint64_t size, entries;
	uint64_t passed; /* entries since the last seek: shared blocks must not make it endless */
	uint32_t levels; /* above the leaves */
	struct sorted_ref root;
	digest header;
	struct level at[LIMIT_SORTED_LEVELS + 1]; /* at[0]: the root */
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

static bool ref_fits(const struct sorted *t, const struct sorted_ref *r)
{
	return r->offset >= SORTED_HEADER && r->expanded <= LIMIT_SORTED_BLOCK &&
	       r->stored <= r->expanded && r->offset <= t->size && r->stored <= t->size - r->offset;
}

static int expand(struct level *l, const struct sorted_ref *r, err *e)
{
	buf_clear(&l->content);
	if (r->stored == r->expanded) {
		buf_put(&l->content, buf_bytes(&l->stored));
		return 0;
	}
	size_t n = ZSTD_decompress(buf_room(&l->content, r->expanded), r->expanded, l->stored.p,
	                           l->stored.n);

	if (ZSTD_isError(n) || n != r->expanded)
		return corrupt("a block does not expand", e);
	l->content.n = n;
	return 0;
}

/* load(t, depth, ref, e): have the block at this depth, and stand before its first entry. */
static int load(struct sorted *t, uint32_t depth, const struct sorted_ref *r, err *e)
{
	struct level *l = &t->at[depth];

	if (l->offset == r->offset) {
		l->rest = buf_bytes(&l->content);
		return 0;
	}
	l->offset = 0;
	if (!ref_fits(t, r))
		return corrupt("a reference leads nowhere", e);
	buf_clear(&l->stored);
	if (read_at(t, r->offset, buf_room(&l->stored, r->stored), r->stored, e) < 0)
		return -1;
	l->stored.n = r->stored;
	digest have = digest_of(DIGEST_SHA256, buf_bytes(&l->stored));

	if (memcmp(have.value, r->digest, SORTED_DIGEST) != 0)
		return corrupt("a block is not what was written", e);
	if (expand(l, r, e) < 0)
		return -1;
	l->offset = r->offset;
	l->rest = buf_bytes(&l->content);
	return 0;
}

static bool take_entry(bytes *rest, bytes *key, bytes *value)
{
	return pack_take_bytes(rest, LIMIT_SORTED_BLOCK, key) &&
	       pack_take_bytes(rest, LIMIT_SORTED_BLOCK, value);
}

/* -- walking ----------------------------------------------------------------------------------- */

/* descend(t, depth, ref, e): from this block down to the leaves, always by the first entry. */
static int descend(struct sorted *t, uint32_t depth, struct sorted_ref r, err *e)
{
	for (;; depth++) {
		bytes key, value;

		if (load(t, depth, &r, e) < 0)
			return -1;
		if (depth == t->levels)
			return 0;
		if (!take_entry(&t->at[depth].rest, &key, &value) || !sorted_ref_take(&value, &r))
			return corrupt("a block of references holds none", e);
	}
}

/* child_for(l, key, out, e): the last entry of this block whose key is not greater than key (else
 * the first one); what follows it is what is left. */
static int child_for(struct level *l, bytes key, struct sorted_ref *out, err *e)
{
	bytes rest = l->rest, k, value;
	bool any = false;

	while (rest.n > 0) {
		if (!take_entry(&rest, &k, &value))
			return corrupt("a block of references ends too early", e);
		if (any && bytes_compare(k, key) > 0)
			break;
		if (!sorted_ref_take(&value, out))
			return corrupt("a reference is cut short", e);
		l->rest = rest;
		any = true;
	}
	return any ? 0 : corrupt("a block of references holds none", e);
}

int sorted_seek(struct sorted *t, bytes key, err *e)
{
	struct sorted_ref r = t->root;
	bytes k, value;

	t->passed = 0;
	for (uint32_t depth = 0; depth < t->levels; depth++)
		if (load(t, depth, &r, e) < 0 || child_for(&t->at[depth], key, &r, e) < 0)
			return -1;
	struct level *leaf = &t->at[t->levels];

	if (load(t, t->levels, &r, e) < 0)
		return -1;
	for (bytes rest = leaf->rest; rest.n > 0; leaf->rest = rest) {
		if (!take_entry(&rest, &k, &value))
			return corrupt("a block ends too early", e);
		if (bytes_compare(k, key) >= 0)
			return 0;
	}
	return 0;
}

/* next_leaf(t, e): 1 when there is one more. */
static int next_leaf(struct sorted *t, err *e)
{
	for (uint32_t depth = t->levels; depth > 0; depth--) {
		struct level *above = &t->at[depth - 1];
		struct sorted_ref r;
		bytes key, value;

		if (above->rest.n == 0)
			continue;
		if (!take_entry(&above->rest, &key, &value) || !sorted_ref_take(&value, &r))
			return corrupt("a block of references ends too early", e);
		return descend(t, depth, r, e) < 0 ? -1 : 1;
	}
	return 0;
}

int sorted_next(struct sorted *t, bytes *out_key, bytes *out_value, err *e)
{
	struct level *leaf = &t->at[t->levels];

	while (leaf->rest.n == 0) {
		int more = next_leaf(t, e);

		if (more <= 0)
			return more;
	}
	if (!take_entry(&leaf->rest, out_key, out_value))
		return corrupt("a block ends too early", e);
	if (++t->passed > t->entries)
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

static int read_header(struct sorted *t, err *e)
{
	uint8_t header[SORTED_HEADER];
	bytes in = bytes_of(header, sizeof(header)), magic;
	uint32_t version;

	if (t->size < SORTED_HEADER)
		return corrupt("it has no header", e);
	if (read_at(t, 0, header, sizeof(header), e) < 0)
		return -1;
	if (!bytes_take(&in, 8, &magic) || !bytes_is(magic, SORTED_MAGIC))
		return err_set(e, ERR_FORMAT, 0, "this is no database of oakum's");
	(void)bytes_take_le32(&in, &version); /* the header is there whole */
	if (version != SORTED_VERSION)
		return err_set(e, ERR_FORMAT, 0, "a database of version %u, this program reads version %d",
		               version, SORTED_VERSION);
	t->header = digest_of(DIGEST_SHA256, bytes_of(header, SORTED_HEADER - 32));
	if (memcmp(t->header.value, header + SORTED_HEADER - 32, 32) != 0)
		return corrupt("its header is not what was written", e);
	uint64_t size;

	if (!bytes_take_le32(&in, &t->levels) || !bytes_take_le64(&in, &size) ||
	    !bytes_take_le64(&in, &t->entries) || !sorted_ref_take(&in, &t->root) ||
	    t->levels > LIMIT_SORTED_LEVELS)
		return corrupt("its header makes no sense", e);
	if (size != t->size)
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
	t->size = (uint64_t)st.st_size;
	return read_header(t, e) < 0 ? err_wrap(e, "'%s'", SHOW(bytes_str(path))) : 0;
}

int sorted_open(const char *path, struct sorted **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct sorted *t = arena_new(&a, struct sorted);

	t->arena = a;
	t->fd = -1;
	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++)
		t->at[i].content.max = t->at[i].stored.max = LIMIT_SORTED_BLOCK;
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
	for (size_t i = 0; i <= LIMIT_SORTED_LEVELS; i++) {
		buf_done(&t->at[i].content);
		buf_done(&t->at[i].stored);
	}
	if (t->fd >= 0)
		close(t->fd);
	struct arena a = t->arena;

	arena_done(&a);
}

uint64_t sorted_entries(const struct sorted *t)
{
	return t->entries;
}

digest sorted_root(const struct sorted *t)
{
	return t->header;
}
