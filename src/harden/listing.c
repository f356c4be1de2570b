/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/listing.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "fmt/tar.h"
#include "sys/worker.h"

#include <unistd.h>

#define READ_SIZE 4096 /* headers lie between bodies */

/* -- in the worker ----------------------------------------------------------------------------- */

struct tarball {
	int fd;
	uint64_t size;
};

struct walk {
	const struct tarball *tar;
	buf entries;
	uint8_t name[LIMIT_PATH], link[LIMIT_PATH];
};

static enum entry_type type_of(enum tar_type type)
{
	switch (type) {
	case TAR_OTHER:
	case TAR_FILE: return ENTRY_FILE;
	case TAR_HARDLINK: return ENTRY_HARDLINK;
	case TAR_SYMLINK: return ENTRY_SYMLINK;
	case TAR_CHAR: return ENTRY_CHAR;
	case TAR_BLOCK: return ENTRY_BLOCK;
	case TAR_DIR: return ENTRY_DIR;
	case TAR_FIFO: return ENTRY_FIFO;
	}
	return ENTRY_NONE;
}

static uint64_t id_of(uint64_t id)
{
	return id < UINT32_MAX ? id : UINT32_MAX;
}

static int on_entry(void *ctx, const struct tar_entry *t, err *e)
{
	struct walk *w = ctx;
	enum entry_type type = type_of(t->type);
	bool escapes;

	if (t->name.n > LIMIT_PATH || t->link.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "a name of more than %d octets", LIMIT_PATH);
	bytes link = type == ENTRY_HARDLINK  ? path_clean(t->link, w->link, sizeof(w->link), &escapes)
	             : type == ENTRY_SYMLINK ? t->link
	                                     : bytes_of(NULL, 0);

	pack_u64(&w->entries, type);
	pack_bytes(&w->entries, path_clean(t->name, w->name, sizeof(w->name), &escapes));
	pack_bytes(&w->entries, link);
	pack_u64(&w->entries, t->mode);
	pack_u64(&w->entries, id_of(t->uid));
	pack_u64(&w->entries, id_of(t->gid));
	pack_u64(&w->entries, type == ENTRY_FILE ? t->size : 0);
	pack_u64(&w->entries, t->mtime > 0 ? (uint64_t)t->mtime : 0);
	pack_u64(&w->entries, t->sparse);
	pack_u64(&w->entries, t->offset);
	return w->entries.n < LIMIT_UNPACK_ANSWER
	           ? 0
	           : err_set(e, ERR_LIMIT, 0, "a layer of too many files to be hardened");
}

static int on_end(void *ctx, err *e)
{
	(void)ctx, (void)e;
	return 0;
}

static int walk_tar(struct walk *w, struct tar *t, err *e)
{
	uint8_t part[READ_SIZE];
	uint64_t at = 0;

	while (at < w->tar->size) {
		uint64_t skip = tar_skip(t), left = w->tar->size - at;

		if (skip > 0) {
			skip = skip < left ? skip : left;
			tar_skipped(t, skip);
			at += skip;
			continue;
		}
		ssize_t n = pread(w->tar->fd, part, left < sizeof(part) ? left : sizeof(part), (off_t)at);

		if (n <= 0)
			return err_set(e, ERR_IO, n < 0, "the layer cannot be read");
		if (tar_feed(t, bytes_of(part, (size_t)n), e) < 0)
			return -1;
		at += (uint64_t)n;
	}
	return tar_finish(t, e);
}

/* The process ends here: what is left of its memory goes with it. */
static int serve(struct worker_side *side, void *arg)
{
	static const struct tar_events events = { on_entry, NULL, on_end };
	struct arena a = ARENA_INIT;
	struct walk *w = arena_zero(&a, sizeof(*w));
	buf head = BUF_INIT(LIMIT_RECORD);
	err e = { 0 };

	w->tar = arg;
	w->entries = (buf)BUF_INIT(LIMIT_UNPACK_ANSWER + LIMIT_RECORD);
	(void)walk_tar(w, tar_new(&a, &events, w), &e);
	pack_err(&head, &e);
	side_answer(side, buf_bytes(&head), false);
	side_answer(side, buf_bytes(&w->entries), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static bool take_entry(bytes *in, uint64_t size, struct listing_entry *out)
{
	uint64_t type, mtime;
	struct entry *entry = &out->entry;

	*out = (struct listing_entry){ 0 };
	if (!pack_take_u64(in, ENTRY_FIFO, &type) || !pack_take_bytes(in, LIMIT_PATH, &entry->path) ||
	    !pack_take_bytes(in, LIMIT_PATH, &entry->link) || !pack_take_u32(in, 07777, &entry->mode) ||
	    !pack_take_u32(in, UINT32_MAX, &entry->uid) ||
	    !pack_take_u32(in, UINT32_MAX, &entry->gid) ||
	    !pack_take_u64(in, INT64_MAX, &entry->size) || !pack_take_u64(in, INT64_MAX, &mtime) ||
	    !pack_take_bool(in, &entry->sparse) || !pack_take_u64(in, size, &out->offset))
		return false;
	entry->type = (enum entry_type)type;
	entry->mtime = (int64_t)mtime;
	return entry->sparse || entry->size <= size - out->offset;
}

int listing_read(int tar, uint64_t size, struct deadline deadline,
                 int (*each)(void *ctx, const struct listing_entry *entry, err *e), void *ctx,
                 err *e)
{
	struct tarball tarball = { tar, size };
	struct worker_options o = {
		.serve = serve, .arg = &tarball, .keep = { tar, -1 }, .deadline = deadline
	};
	buf answer = BUF_INIT(LIMIT_UNPACK_ANSWER + 2 * LIMIT_RECORD);
	struct listing_entry entry;
	struct worker *worker;
	bool landlock;

	if (worker_start(&o, &worker, &landlock, e) < 0)
		return -1;
	int status = worker_take_answer(worker, &answer, e);
	bytes rest = buf_bytes(&answer);

	worker_stop(worker);
	if (status == 0 && !pack_take_err(&rest, e))
		status = worker_unread(e);
	else if (status == 0 && err_is_set(e))
		status = -1;
	while (status == 0 && rest.n > 0)
		status = take_entry(&rest, size, &entry) ? each(ctx, &entry, e) : worker_unread(e);
	buf_done(&answer);
	return status;
}
