/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/health_tail.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* In the worker, until the last writer has gone. */
static int serve(struct worker_side *side, void *arg)
{
	const int *from = arg;
	buf kept = BUF_INIT(2 * LIMIT_HEALTH_WORDS);
	ssize_t got;

	do {
		if (kept.n > LIMIT_HEALTH_WORDS) {
			memmove(kept.p, kept.p + (kept.n - LIMIT_HEALTH_WORDS), LIMIT_HEALTH_WORDS);
			kept.n = LIMIT_HEALTH_WORDS;
		}
		got = read(*from, buf_room(&kept, LIMIT_HEALTH_WORDS), LIMIT_HEALTH_WORDS);
		kept.n += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	side_answer(
		side,
		bytes_skip(buf_bytes(&kept), kept.n > LIMIT_HEALTH_WORDS ? kept.n - LIMIT_HEALTH_WORDS : 0),
		true);
	side_idle(side);
}

int health_tail_open(struct health_tail *t, const struct deadline *d, err *e)
{
	int ends[2];

	*t = (struct health_tail){ .in = -1 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	const struct worker_options o = {
		.serve = serve, .arg = &ends[0], .keep = { ends[0], -1 }, .deadline = *d
	};
	bool landlock;
	int result = worker_start(&o, &t->worker, &landlock, e);

	(void)close(ends[0]); /* the worker's */
	t->in = ends[1];
	return result;
}

int health_tail_take(struct health_tail *t, struct arena *a, bytes *out, err *e)
{
	buf words = BUF_INIT(LIMIT_HEALTH_WORDS);

	(void)close(t->in); /* nobody writes any longer */
	t->in = -1;
	int result = worker_take_answer(t->worker, &words, e);

	if (result == 0)
		*out = arena_bytes(a, buf_bytes(&words));
	buf_done(&words);
	return result;
}

void health_tail_close(struct health_tail *t)
{
	if (t->in >= 0)
		(void)close(t->in); /* nothing was said */
	worker_stop(t->worker);
}
