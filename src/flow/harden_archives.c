/* SPDX-License-Identifier: Apache-2.0 */
/* The archives and compressed files that stay, searched for values that are known to be secrets: by
 * a sealed worker, which was forked with them. A request is a file, the answer one octet: whether
 * it holds one. */
#include "base/limits.h"
#include "flow/harden_draft.h"
#include "harden/forget.h"
#include "secret/unfold.h"
#include "sys/file.h"
#include "sys/worker.h"

/* A part and what a value may have in the part before. */
#define OVERLAP_MOST ((size_t)256 * KIB)
#define WINDOW (OVERLAP_MOST + WORKER_IN_SIZE)

struct seeker {
	const struct strings *values;
	size_t overlap;
	buf window;
	bool held;
};

static bool on_name(void *ctx, bytes name)
{
	struct seeker *s = ctx;

	s->held |= forget_holds(name, s->values);
	return false;
}

static void on_begin(void *ctx, bytes path)
{
	struct seeker *s = ctx;

	(void)path;
	buf_clear(&s->window);
}

static void on_data(void *ctx, bytes part)
{
	struct seeker *s = ctx;

	while (part.n > 0 && !s->held) {
		bytes some = bytes_slice(part, 0, WORKER_IN_SIZE);
		size_t gone = s->window.n > s->overlap ? s->window.n - s->overlap : 0;

		if (gone > 0)
			memmove(s->window.p, s->window.p + gone, s->window.n - gone);
		s->window.n -= gone;
		buf_put(&s->window, some);
		part = bytes_skip(part, some.n);
		s->held = forget_holds(buf_bytes(&s->window), s->values);
	}
}

static void on_end(void *ctx)
{
	(void)ctx;
}

static const struct unfold_events events = { on_name, on_begin, on_data, on_end };

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct seeker s = { .values = arg, .window = BUF_SECRET(WINDOW) };
	struct arena a = ARENA_INIT;
	struct unfold *u = unfold_new(&a, &events, &s);
	struct unfold_missed missed;

	for (size_t i = 0; i < s.values->len; i++)
		if (s.values->items[i].n > s.overlap && s.values->items[i].n <= OVERLAP_MOST)
			s.overlap = s.values->items[i].n;
	for (;;) {
		bool last = false;
		bytes part;

		s.held = false;
		while (!last) {
			side_take(side, &part, &last);
			unfold_add(u, part);
			side_taken(side);
		}
		unfold_end(u, &missed); /* the result is read again, and tells what could not be searched */
		side_answer(side, s.held ? BYTES("1") : BYTES("0"), true);
	}
}

static int send_body(struct worker *w, const struct pour_entry *entry, err *e)
{
	for (uint64_t at = 0; at < entry->size;) {
		size_t n = entry->size - at < WORKER_IN_SIZE ? (size_t)(entry->size - at) : WORKER_IN_SIZE;
		uint8_t *room;

		while (!(room = worker_reserve(w)))
			if (worker_wait(w, e) < 0)
				return -1;
		if (file_pread_all(entry->fd, room, n, entry->offset + at, e) < 0)
			return -1;
		at += n;
		worker_send(w, n, at == entry->size);
	}
	return 0;
}

int draft_search_archive(struct draft *d, const struct pour_entry *entry, struct worker **w,
                         bool *out_held, err *e)
{
	struct worker_options o = { .serve = serve,
		                        .arg = (void *)(uintptr_t)d->wish->values,
		                        .keep = { -1, -1 },
		                        .deadline = d->wish->deadline };
	uint8_t head[UNFOLD_HEAD];
	size_t n = entry->size < sizeof(head) ? (size_t)entry->size : sizeof(head);
	buf answer = BUF_INIT(1);
	bool landlock;

	if (file_pread_all(entry->fd, head, n, entry->offset, e) < 0)
		return -1;
	if (!unfold_opens(bytes_of(head, n)))
		return 0;
	if (!*w && worker_start(&o, w, &landlock, e) < 0)
		return -1;
	int status = send_body(*w, entry, e);

	if (status == 0)
		status = worker_take_answer(*w, &answer, e);
	if (status == 0)
		*out_held = !bytes_is(buf_bytes(&answer), "0");
	buf_done(&answer);
	return status;
}
