/* SPDX-License-Identifier: Apache-2.0 */
/* The archives and compressed files that stay, searched for values that are known to be secrets: by
 * a sealed worker, which was forked with them. A request is a file, the answer one octet: whether
 * it holds one. */
#include "flow/harden_draft.h"
#include "harden/forget.h"
#include "secret/unfold.h"
#include "sys/file.h"
#include "sys/worker.h"

struct archive {
	struct forget_seeker seeker;
	bool held;
};

static bool on_name(void *ctx, bytes name)
{
	struct archive *f = ctx;

	f->held |= forget_holds(name, f->seeker.values);
	return false;
}

static void on_begin(void *ctx, bytes path)
{
	struct archive *f = ctx;

	(void)path;
	forget_seeker_next(&f->seeker);
}

static void on_data(void *ctx, bytes part)
{
	struct archive *f = ctx;

	if (!f->held)
		f->held = forget_seeker_add(&f->seeker, part);
}

static void on_end(void *ctx)
{
	(void)ctx;
}

static const struct unfold_events events = { on_name, on_begin, on_data, on_end };

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct archive f = { .held = false };
	struct arena a = ARENA_INIT;
	struct unfold *u = unfold_new(&a, &events, &f);
	struct unfold_missed missed;

	forget_seeker_begin(&f.seeker, arg);
	for (;;) {
		bool last = false;
		bytes part;

		f.held = false;
		while (!last) {
			side_take(side, &part, &last);
			unfold_add(u, part);
			side_taken(side);
		}
		unfold_end(u, &missed); /* the result is read again, and tells what could not be searched */
		side_answer(side, f.held ? BYTES("1") : BYTES("0"), true);
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
