/* SPDX-License-Identifier: Apache-2.0 */
#include "image/entries.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/worker.h"

#include <unistd.h>

#define READ_SIZE 4096                    /* headers lie between bodies */
#define PORTION ((size_t)64 << 10)        /* of entries: one answer */
#define ENTRY_MOST (2 * LIMIT_PATH + 128) /* packed */
#define MODE_MOST 07777

enum entry_type entries_type_of(enum tar_type type)
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

uint32_t entries_id_of(uint64_t id)
{
	return id > UINT32_MAX ? UINT32_MAX : (uint32_t)id;
}

/* -- in the worker ----------------------------------------------------------------------------- */

struct tarball {
	int fd;
	uint64_t size;
};

/* Answers, each: whether it is the last one, then how it ended; else an entry after the other. */
struct walk {
	const struct tarball *tar;
	struct worker_side *side;
	buf answer;
	uint8_t name[LIMIT_PATH], link[LIMIT_PATH];
};

static void begin_answer(struct walk *w, bool is_last)
{
	buf_clear(&w->answer);
	pack_u64(&w->answer, is_last);
}

static int check(const struct walk *w, const struct tar_entry *t, err *e)
{
	if (t->offset > w->tar->size || t->stored > w->tar->size - t->offset)
		return err_set(e, ERR_FORMAT, 0, "'%s' ends behind the layer's end", SHOW(t->name));
	if (t->size > INT64_MAX)
		return err_set(e, ERR_LIMIT, 0, "'%s' has more than 2^63 octets", SHOW(t->name));
	return 0;
}

/* No name is longer than LIMIT_PATH: fmt/tar has seen to it. */
static int on_entry(void *ctx, const struct tar_entry *t, err *e)
{
	struct walk *w = ctx;
	enum entry_type type = entries_type_of(t->type);
	bool escapes; /* clamped at the root, as by everybody who unpacks */

	if (check(w, t, e) < 0)
		return -1;
	pack_u64(&w->answer, type);
	pack_bytes(&w->answer, path_clean(t->name, w->name, sizeof(w->name), &escapes));
	pack_bytes(&w->answer, type == ENTRY_HARDLINK
	                           ? path_clean(t->link, w->link, sizeof(w->link), &escapes)
	                           : t->link);
	pack_u64(&w->answer, t->mode);
	pack_u64(&w->answer, entries_id_of(t->uid));
	pack_u64(&w->answer, entries_id_of(t->gid));
	pack_u64(&w->answer, type == ENTRY_FILE ? t->size : 0);
	pack_u64(&w->answer, t->mtime > 0 ? (uint64_t)t->mtime : 0);
	pack_u64(&w->answer, t->sparse);
	pack_u64(&w->answer, t->offset);
	if (w->answer.n + ENTRY_MOST > PORTION) {
		side_answer(w->side, buf_bytes(&w->answer), true);
		begin_answer(w, false);
	}
	return 0;
}

static int on_end(void *ctx, err *e)
{
	(void)ctx, (void)e;
	return 0;
}

static int walk_tar(const struct tarball *tar, struct tar *t, err *e)
{
	uint8_t part[READ_SIZE];
	uint64_t at = 0;

	while (at < tar->size) {
		uint64_t skip = tar_skip(t), left = tar->size - at;

		if (skip > 0) {
			skip = skip < left ? skip : left;
			tar_skipped(t, skip);
			at += skip;
			continue;
		}
		ssize_t n = pread(tar->fd, part, left < sizeof(part) ? left : sizeof(part), (off_t)at);

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
	err e = { 0 };

	w->tar = arg;
	w->side = side;
	w->answer = (buf)BUF_INIT(PORTION);
	begin_answer(w, false);
	(void)walk_tar(w->tar, tar_new(&a, &events, w), &e);
	side_answer(side, buf_bytes(&w->answer), true);
	begin_answer(w, true);
	pack_err(&w->answer, &e);
	side_answer(side, buf_bytes(&w->answer), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static bool take_names(bytes *in, struct entry *out)
{
	return pack_take_bytes(in, LIMIT_PATH, &out->path) &&
	       pack_take_bytes(in, LIMIT_PATH, &out->link) && path_is_clean(out->path) &&
	       bytes_find(out->link, 0) == out->link.n &&
	       (out->type != ENTRY_HARDLINK || path_is_clean(out->link));
}

bool entries_take(bytes *in, uint64_t size, struct entries_item *out)
{
	struct entry *entry = &out->entry;
	uint64_t type, mtime;

	*out = (struct entries_item){ 0 };
	if (!pack_take_u64(in, ENTRY_FIFO, &type) || type == ENTRY_NONE)
		return false;
	entry->type = (enum entry_type)type;
	if (!take_names(in, entry) || !pack_take_u32(in, MODE_MOST, &entry->mode) ||
	    !pack_take_u32(in, UINT32_MAX, &entry->uid) ||
	    !pack_take_u32(in, UINT32_MAX, &entry->gid) ||
	    !pack_take_u64(in, INT64_MAX, &entry->size) || !pack_take_u64(in, INT64_MAX, &mtime) ||
	    !pack_take_bool(in, &entry->sparse) || !pack_take_u64(in, size, &out->offset))
		return false;
	entry->mtime = (int64_t)mtime;
	return entry->sparse || entry->size <= size - out->offset;
}

struct reading {
	uint64_t size, entries;
	struct deadline deadline;
	int (*each)(void *ctx, const struct entries_item *item, err *e);
	void *ctx;
};

/* take_answer(r, answer, e): 1: it was the last. */
static int take_answer(struct reading *r, bytes answer, err *e)
{
	struct entries_item item;
	bool is_last;

	if (!pack_take_bool(&answer, &is_last) || (is_last && !pack_take_err(&answer, e)))
		return worker_unread(e);
	if (is_last)
		return err_is_set(e) ? -1 : 1;
	while (answer.n > 0) {
		if (r->entries++ == LIMIT_TAR_ENTRIES || !entries_take(&answer, r->size, &item))
			return worker_unread(e);
		if (deadline_check(&r->deadline, e) < 0 || r->each(r->ctx, &item, e) < 0)
			return -1;
	}
	return 0;
}

int entries_read(int tar, uint64_t size, struct deadline deadline,
                 int (*each)(void *ctx, const struct entries_item *item, err *e), void *ctx, err *e)
{
	struct tarball tarball = { tar, size };
	struct worker_options o = {
		.serve = serve, .arg = &tarball, .keep = { tar, -1 }, .deadline = deadline
	};
	struct reading r = { .size = size, .deadline = deadline, .each = each, .ctx = ctx };
	buf answer = BUF_INIT(PORTION);
	struct worker *worker;
	bool landlock; /* `oakum selftest` tells */
	int status = 0;

	if (worker_start(&o, &worker, &landlock, e) < 0)
		return -1;
	while (status == 0) {
		buf_clear(&answer);
		status = worker_take_answer(worker, &answer, e);
		if (status == 0)
			status = take_answer(&r, buf_bytes(&answer), e);
	}
	worker_stop(worker);
	buf_done(&answer);
	return status > 0 ? 0 : -1;
}
