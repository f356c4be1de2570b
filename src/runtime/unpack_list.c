/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "runtime/unpack_wire.h"

#include <unistd.h>

#define READ_SIZE 4096                     /* headers lie between bodies */
#define ENTRY_MOST (2 * LIMIT_PATH + 128)  /* packed */
#define ID_MOST ((uint64_t)UINT32_MAX - 1) /* chown(2): -1 means "as it is" */

struct listing {
	const struct unpack_list *list;
	struct worker_side *side;
	buf answer;
	uint8_t name[LIMIT_PATH], link[LIMIT_PATH];
};

/* -- in the worker ----------------------------------------------------------------------------- */

static void begin_answer(struct listing *l)
{
	buf_clear(&l->answer);
	pack_u64(&l->answer, 0);
}

static int check(const struct listing *l, const struct tar_entry *entry, err *e)
{
	if (entry->name.n > LIMIT_PATH || entry->link.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "a name longer than %d octets", LIMIT_PATH);
	if (entry->sparse)
		return err_set(e, ERR_FORMAT, 0, "'%s' is stored with holes left out: not unpacked here",
		               SHOW(entry->name));
	if (entry->offset > l->list->size || entry->stored > l->list->size - entry->offset)
		return err_set(e, ERR_FORMAT, 0, "'%s' ends behind the layer's end", SHOW(entry->name));
	if (entry->uid > ID_MOST || entry->gid > ID_MOST)
		return err_set(e, ERR_FORMAT, 0, "'%s' belongs to nobody there can be", SHOW(entry->name));
	return 0;
}

static int on_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	struct listing *l = ctx;
	bool escapes; /* clamped at the root, as by everybody who unpacks */
	bytes link = entry->link;

	if (check(l, entry, e) < 0)
		return -1;
	bytes name = path_clean(entry->name, l->name, sizeof(l->name), &escapes);

	if (entry->type == TAR_HARDLINK)
		link = path_clean(link, l->link, sizeof(l->link), &escapes);
	pack_u64(&l->answer, entry->type);
	pack_bytes(&l->answer, name);
	pack_bytes(&l->answer, link);
	pack_u64(&l->answer, entry->mode);
	pack_u64(&l->answer, entry->uid);
	pack_u64(&l->answer, entry->gid);
	pack_u64(&l->answer, entry->mtime > 0 ? (uint64_t)entry->mtime : 0);
	pack_u64(&l->answer, entry->offset);
	pack_u64(&l->answer, entry->stored);
	if (l->answer.n + ENTRY_MOST > UNPACK_ANSWER) {
		side_answer(l->side, buf_bytes(&l->answer), true);
		begin_answer(l);
	}
	return 0;
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
	err e = { 0 };

	l->list = arg;
	l->side = side;
	l->answer = (buf)BUF_INIT(UNPACK_ANSWER);
	begin_answer(l);
	(void)walk(l, tar_new(&a, &events, l), &e);
	side_answer(side, buf_bytes(&l->answer), true);
	buf_clear(&l->answer);
	pack_u64(&l->answer, 1);
	pack_err(&l->answer, &e);
	side_answer(side, buf_bytes(&l->answer), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static bool is_clean(bytes path)
{
	bytes part;

	if (path.n > 0 && path.p[path.n - 1] == '/')
		return false;
	while (bytes_take_until(&path, '/', &part))
		if (part.n == 0 || bytes_is(part, ".") || bytes_is(part, ".."))
			return false;
	return true;
}

static bool has_nul(bytes text)
{
	return bytes_find(text, 0) < text.n;
}

bool unpack_take(bytes *in, struct unpack_entry *out)
{
	uint64_t type, mtime;

	if (!pack_take_u64(in, TAR_FIFO, &type) || !pack_take_bytes(in, LIMIT_PATH, &out->name) ||
	    !pack_take_bytes(in, LIMIT_PATH, &out->link) || !pack_take_u32(in, 07777, &out->mode) ||
	    !pack_take_u32(in, (uint32_t)ID_MOST, &out->uid) ||
	    !pack_take_u32(in, (uint32_t)ID_MOST, &out->gid) || !pack_take_u64(in, INT64_MAX, &mtime) ||
	    !pack_take_u64(in, UINT64_MAX, &out->offset) || !pack_take_u64(in, UINT64_MAX, &out->size))
		return false;
	out->type = (enum tar_type)type;
	out->mtime = (int64_t)mtime;
	return is_clean(out->name) && (out->type != TAR_HARDLINK || is_clean(out->link)) &&
	       !has_nul(out->name) && !has_nul(out->link);
}
