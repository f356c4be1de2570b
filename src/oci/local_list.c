/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of an archive: made from tar headers in the worker, taken in by the parent. Packed:
 * name, link, offset, size of each file, names ascending, each once. */
#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "fmt/tar.h"
#include "oci/local.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* Headers lie between bodies of megabytes: one read takes a header with its pax blocks and the next
 * few small files, and little of a body. */
#define LIST_READ 4096

struct listing {
	struct arena *arena;
	uint64_t size; /* of the archive */
	size_t entries;
	struct {
		struct local_name *items;
		size_t len, cap;
	} names;
};

/* clean(l, name, dir, out, e): name, seen from folder dir, in clean form. Arena. */
static int clean(struct listing *l, bytes name, bytes dir, bytes *out, err *e)
{
	size_t n = dir.n + 1 + name.n;
	bool escapes = false;

	if (n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "'%s' is longer than %d bytes", SHOW(name), LIMIT_PATH);
	uint8_t *raw = arena_zero(l->arena, n);

	if (dir.n)
		memcpy(raw, dir.p, dir.n);
	raw[dir.n] = '/';
	if (name.n)
		memcpy(raw + dir.n + 1, name.p, name.n);
	*out = path_clean(bytes_of(raw, n), raw, n, &escapes);
	if (escapes)
		return err_set(e, ERR_FORMAT, 0, "'%s' leads out of the archive with '..'", SHOW(name));
	return 0;
}

/* A hard link names a path of the archive, a symbolic link one seen from its own folder. */
static int clean_link(struct listing *l, const struct tar_entry *entry, bytes name, bytes *out,
                      err *e)
{
	bool relative = entry->type == TAR_SYMLINK && !bytes_starts(entry->link, BYTES("/"));

	if (clean(l, entry->link, relative ? path_dir(name) : BYTES(""), out, e) < 0)
		return err_wrap(e, "link");
	if (out->n == 0)
		return err_set(e, ERR_FORMAT, 0, "a link to nothing");
	return 0;
}

static int check_body(const struct listing *l, const struct tar_entry *entry, err *e)
{
	if (entry->sparse)
		return err_set(e, ERR_FORMAT, 0,
		               "stored with holes left out; make the archive again without sparse files");
	if (entry->offset > l->size || entry->stored > l->size - entry->offset)
		return err_set(e, ERR_FORMAT, 0, "%" PRIu64 " bytes long, but the archive ends before that",
		               entry->stored);
	return 0;
}

static int add(struct listing *l, const struct tar_entry *entry, err *e)
{
	struct local_name name = { .offset = entry->offset };
	bool is_link = entry->type == TAR_HARDLINK || entry->type == TAR_SYMLINK;
	bool is_file = entry->type == TAR_FILE || entry->type == TAR_OTHER;

	if (clean(l, entry->name, BYTES(""), &name.name, e) < 0)
		return -1;
	if (name.name.n == 0 || (!is_link && !is_file))
		return 0;
	if (is_link && clean_link(l, entry, name.name, &name.link, e) < 0)
		return -1;
	if (is_file && check_body(l, entry, e) < 0)
		return -1;
	name.size = is_file ? entry->stored : 0;
	*ARENA_PUSH(l->arena, &l->names) = name;
	return 0;
}

static int on_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	struct listing *l = ctx;

	if (++l->entries > LIMIT_ARCHIVE_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "more than %d entries", LIMIT_ARCHIVE_ENTRIES);
	if (add(l, entry, e) < 0)
		return err_wrap(e, "entry '%s'", SHOW(entry->name));
	return 0;
}

static int on_end(void *ctx, err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

/* By name, then as they came. */
static int compare(const void *a, const void *b)
{
	const struct local_name *x = a, *y = b;
	int c = bytes_compare(x->name, y->name);

	return c ? c : (x->offset > y->offset) - (x->offset < y->offset);
}

/* The last of several entries with one name counts, as when tar unpacks them. */
static int write_names(struct listing *l, buf *out, err *e)
{
	if (l->names.len)
		qsort(l->names.items, l->names.len, sizeof(*l->names.items), compare);
	for (size_t i = 0; i < l->names.len; i++) {
		const struct local_name *n = &l->names.items[i];

		if (i + 1 < l->names.len && bytes_equal(n->name, n[1].name))
			continue;
		if (n->name.n + n->link.n + 40 > out->max - out->n) /* 40: four numbers */
			return err_set(e, ERR_LIMIT, 0, "the names take more than %zu bytes", out->max);
		pack_bytes(out, n->name);
		pack_bytes(out, n->link);
		pack_u64(out, n->offset);
		pack_u64(out, n->size);
	}
	return 0;
}

/* docker load takes compressed archives, so people have them; a compressed one cannot be jumped
 * through. */
static int refuse_compressed(bytes head, err *e)
{
	static const struct {
		bytes magic;
		const char *name, *tool;
	} packers[] = {
		{ BYTES_INIT("\x1f\x8b"), "gzip", "gzip" },
		{ BYTES_INIT("\x28\xb5\x2f\xfd"), "zstd", "zstd" },
		{ BYTES_INIT("\xfd\x37zXZ"), "xz", "xz" },
		{ BYTES_INIT("BZh"), "bzip2", "bzip2" },
	};

	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++)
		if (bytes_starts(head, packers[i].magic))
			return err_set(e, ERR_FORMAT, 0,
			               "the archive is compressed with %s; unpack it first: %s -dk FILE",
			               packers[i].name, packers[i].tool);
	return 0;
}

static int walk(int fd, uint64_t size, struct tar *t, err *e)
{
	uint8_t block[LIST_READ];
	uint64_t at = 0;

	while (at < size) {
		uint64_t rest = size - at, skip = tar_skip(t);

		if (skip > 0) {
			skip = skip < rest ? skip : rest;
			tar_skipped(t, skip);
			at += skip;
			continue;
		}
		ssize_t n = pread(fd, block, rest < LIST_READ ? (size_t)rest : LIST_READ, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_IO, n < 0 ? errno : 0, "the archive cannot be read to its end");
		if (at == 0 && refuse_compressed(bytes_of(block, (size_t)n), e) < 0)
			return -1;
		if (tar_feed(t, bytes_of(block, (size_t)n), e) < 0)
			return -1;
		at += (uint64_t)n;
	}
	return tar_finish(t, e);
}

int local_list(int fd, uint64_t size, struct arena *a, buf *out, err *e)
{
	static const struct tar_events events = { .entry = on_entry, .end = on_end };
	struct listing l = { .arena = a, .size = size };

	if (size == 0)
		return err_set(e, ERR_FORMAT, 0, "the archive is empty");
	struct tar *t = tar_new(a, &events, &l);
	int done = walk(fd, size, t, e);

	tar_done(t);
	return done < 0 ? -1 : write_names(&l, out, e);
}

static bool take_name(bytes *in, struct local_name *out)
{
	return pack_take_bytes(in, LIMIT_PATH, &out->name) &&
	       pack_take_bytes(in, LIMIT_PATH, &out->link) &&
	       pack_take_u64(in, UINT64_MAX, &out->offset) && pack_take_u64(in, UINT64_MAX, &out->size);
}

int local_names(struct local *l, bytes packed, struct arena *a, err *e)
{
	struct local out = *l;
	bytes rest = arena_bytes(a, packed), last = BYTES("");

	memset(&out.names, 0, sizeof(out.names));
	while (rest.n > 0) {
		struct local_name name;

		if (!take_name(&rest, &name) || name.offset > l->size ||
		    name.size > l->size - name.offset || bytes_compare(name.name, last) <= 0 ||
		    out.names.len == LIMIT_ARCHIVE_ENTRIES)
			return err_set(e, ERR_BUG, 0, "a worker's listing is malformed");
		last = name.name;
		*ARENA_PUSH(a, &out.names) = name;
	}
	*l = out;
	return 0;
}
