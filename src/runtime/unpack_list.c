/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "runtime/unpack_wire.h"

#include <unistd.h>

#define READ_SIZE 4096 /* headers lie between bodies */

struct listing {
	const struct unpack_list *list;
	buf entries;
	uint8_t name[LIMIT_PATH], link[LIMIT_PATH];
};

static int check(const struct listing *l, const struct tar_entry *entry, err *e)
{
	if (entry->name.n > LIMIT_PATH || entry->link.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "a name longer than %d octets", LIMIT_PATH);
	if (entry->sparse)
		return err_set(e, ERR_FORMAT, 0, "'%s' is stored with holes left out: not unpacked here",
		               SHOW(entry->name));
	if (entry->offset > l->list->size || entry->stored > l->list->size - entry->offset)
		return err_set(e, ERR_FORMAT, 0, "'%s' ends behind the layer's end", SHOW(entry->name));
	return 0;
}

static int on_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	struct listing *l = ctx;
	bool escapes;
	bytes link = entry->link;

	if (check(l, entry, e) < 0)
		return -1;
	bytes name = path_clean(entry->name, l->name, sizeof(l->name), &escapes);

	if (entry->type == TAR_HARDLINK)
		link = path_clean(link, l->link, sizeof(l->link), &escapes);
	pack_u64(&l->entries, entry->type);
	pack_bytes(&l->entries, name);
	pack_bytes(&l->entries, link);
	pack_u64(&l->entries, entry->mode);
	pack_u64(&l->entries, entry->uid);
	pack_u64(&l->entries, entry->gid);
	pack_u64(&l->entries, entry->mtime > 0 ? (uint64_t)entry->mtime : 0);
	pack_u64(&l->entries, entry->offset);
	pack_u64(&l->entries, entry->stored);
	return l->entries.n < LIMIT_UNPACK_ANSWER
	           ? 0
	           : err_set(e, ERR_LIMIT, 0, "a layer of too many files to be unpacked here");
}

static int on_end(void *ctx, err *e)
{
	(void)ctx, (void)e;
	return 0;
}

static int walk(struct listing *l, struct tar *t, err *e)
{
	uint8_t part[READ_SIZE];
	uint64_t at = 0;

	while (at < l->list->size) {
		uint64_t skip = tar_skip(t), left = l->list->size - at;

		if (skip > 0) {
			skip = skip < left ? skip : left;
			tar_skipped(t, skip);
			at += skip;
			continue;
		}
		ssize_t n = pread(l->list->tar, part, left < sizeof(part) ? left : sizeof(part), (off_t)at);

		if (n <= 0)
			return err_set(e, ERR_IO, n < 0, "the layer cannot be read");
		if (tar_feed(t, bytes_of(part, (size_t)n), e) < 0)
			return -1;
		at += (uint64_t)n;
	}
	return tar_finish(t, e);
}

/* The process ends here: what is left of its memory goes with it. */
int unpack_serve(struct worker_side *side, void *arg)
{
	static const struct tar_events events = { on_entry, NULL, on_end };
	struct arena a = ARENA_INIT;
	struct listing *l = arena_zero(&a, sizeof(*l));
	buf head = BUF_INIT(LIMIT_RECORD);
	err e = { 0 };

	l->list = arg;
	l->entries = (buf)BUF_INIT(LIMIT_UNPACK_ANSWER + LIMIT_RECORD);
	(void)walk(l, tar_new(&a, &events, l), &e);
	pack_err(&head, &e);
	side_answer(side, buf_bytes(&head), false);
	side_answer(side, buf_bytes(&l->entries), true);
	side_idle(side);
}

bool unpack_take(bytes *in, struct unpack_entry *out)
{
	uint64_t type, mtime;

	if (!pack_take_u64(in, TAR_FIFO, &type) || !pack_take_bytes(in, LIMIT_PATH, &out->name) ||
	    !pack_take_bytes(in, LIMIT_PATH, &out->link) || !pack_take_u32(in, 07777, &out->mode) ||
	    !pack_take_u64(in, UINT32_MAX - 1, &out->uid) ||
	    !pack_take_u64(in, UINT32_MAX - 1, &out->gid) || !pack_take_u64(in, INT64_MAX, &mtime) ||
	    !pack_take_u64(in, UINT64_MAX, &out->offset) || !pack_take_u64(in, UINT64_MAX, &out->size))
		return false;
	out->type = (enum tar_type)type;
	out->mtime = (int64_t)mtime;
	return true;
}
