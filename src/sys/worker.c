/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/worker.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sys/ring.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long the parent sleeps before it looks whether the child still lives. A dead child rings no
 * bell; this bounds how late that is noticed. */
#define LOOK_MS 100

/* A bell: a counter that one side raises and the other sleeps on. `asleep` spares the ringer the
 * system call when nobody sleeps. Wrong values from a hostile side cost a missed or needless
 * wake-up, which the parent's timeout bounds. */
struct bell {
	_Alignas(64) _Atomic uint32_t count;
	_Atomic uint32_t asleep;
};

struct shared {
	struct bell parent, child;
};

struct worker {
	struct shared *shared;
	struct ring in, out, answer;
	pid_t pid;
	uint32_t heard; /* the parent's bell as it stood when the rings were last looked at */
	uint32_t silence_ms;
	struct deadline deadline;
	bool reaped;
};

struct worker_side {
	struct shared *shared;
	struct ring *in, *out, *answer;
};

static void bell_ring(struct bell *b)
{
	atomic_fetch_add_explicit(&b->count, 1, memory_order_seq_cst);
	if (atomic_load_explicit(&b->asleep, memory_order_seq_cst))
		syscall(SYS_futex, &b->count, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* bell_sleep(b, heard, ms): until the count is no longer `heard`; true when that came about. */
static bool bell_sleep(struct bell *b, uint32_t heard, long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	atomic_store_explicit(&b->asleep, 1, memory_order_seq_cst);
	if (atomic_load_explicit(&b->count, memory_order_seq_cst) == heard)
		syscall(SYS_futex, &b->count, FUTEX_WAIT, heard, &ts, NULL, 0);
	atomic_store_explicit(&b->asleep, 0, memory_order_relaxed);
	return atomic_load_explicit(&b->count, memory_order_seq_cst) != heard;
}

/* -- the child's end --------------------------------------------------------------------------- */

void side_take(struct worker_side *s, bytes *out, bool *out_last)
{
	for (;;) {
		uint32_t heard = atomic_load(&s->shared->child.count);

		if (ring_peek(s->in, out, out_last))
			return;
		bell_sleep(&s->shared->child, heard, LIMIT_WORKER_SILENCE_MS);
	}
}

void side_taken(struct worker_side *s)
{
	ring_release(s->in);
	bell_ring(&s->shared->parent);
}

static uint8_t *side_reserve(struct worker_side *s, struct ring *r)
{
	for (;;) {
		uint32_t heard = atomic_load(&s->shared->child.count);
		uint8_t *p = ring_reserve(r);

		if (p)
			return p;
		bell_sleep(&s->shared->child, heard, LIMIT_WORKER_SILENCE_MS);
	}
}

uint8_t *side_room(struct worker_side *s)
{
	return side_reserve(s, s->out);
}

void side_expanded(struct worker_side *s, size_t n)
{
	ring_commit(s->out, n, false);
	bell_ring(&s->shared->parent);
}

void side_answer(struct worker_side *s, bytes answer, bool last)
{
	do {
		uint8_t *p = side_reserve(s, s->answer);
		bytes part = bytes_slice(answer, 0, WORKER_ANSWER_SIZE);

		if (part.n)
			memcpy(p, part.p, part.n);
		answer = bytes_skip(answer, part.n);
		ring_commit(s->answer, part.n, last && answer.n == 0);
		bell_ring(&s->shared->parent);
	} while (answer.n > 0);
}

void side_idle(struct worker_side *s)
{
	for (;;) {
		bytes more;
		bool last;

		side_take(s, &more, &last);
		side_taken(s);
	}
}

int side_unread(err *e)
{
	return err_set(e, ERR_BUG, 0, "a question that cannot be read");
}

/* take_question(s, out, e): to its end, also where it is too long: the next one begins there. */
static int take_question(struct worker_side *s, buf *out, err *e)
{
	bool last = false;
	int status = 0;

	while (!last) {
		bytes part;

		side_take(s, &part, &last);
		if (status == 0 && buf_append(out, part, e) < 0)
			status = err_wrap(e, "the question");
		side_taken(s);
	}
	return status;
}

void side_serve(struct worker_side *s, const struct side_service *service)
{
	buf question = BUF_INIT(service->question_most), fields = BUF_INIT(service->answer_most);
	buf answer = BUF_INIT(service->answer_most + sizeof(err));

	for (;;) {
		err e = { 0 };

		if (take_question(s, &question, &e) < 0 ||
		    service->answer(service->ctx, buf_bytes(&question), &fields, &e) < 0)
			buf_clear(&fields);
		pack_err(&answer, &e);
		buf_put(&answer, buf_bytes(&fields));
		side_answer(s, buf_bytes(&answer), true);
		buf_clear(&question);
		buf_clear(&fields);
		buf_clear(&answer);
	}
}

/* -- the parent's end -------------------------------------------------------------------------- */

static void unmap_all(struct worker *w)
{
	ring_unmap(&w->in);
	ring_unmap(&w->out);
	ring_unmap(&w->answer);
	if (w->shared)
		munmap(w->shared, sizeof(*w->shared));
}

static void worker_free(struct worker *w)
{
	unmap_all(w);
	free(w);
}

static int map_all(struct worker *w, err *e)
{
	void *p = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	               0);

	if (p == MAP_FAILED)
		return err_set(e, ERR_IO, errno, "map memory to share with a worker");
	w->shared = p;
	if (ring_map(4, WORKER_IN_SIZE, &w->in, e) < 0 || ring_map(8, WORKER_OUT_SIZE, &w->out, e) < 0)
		return -1;
	return ring_map(4, WORKER_ANSWER_SIZE, &w->answer, e);
}

static _Noreturn void child_main(struct worker *w, const struct worker_options *o, pid_t parent)
{
	struct worker_side side = { w->shared, &w->in, &w->out, &w->answer };
	struct sandbox_options sandbox = { .keep = { o->keep[0], o->keep[1] },
		                               .no_landlock = o->no_landlock,
		                               .memory = LIMIT_WORKER_MEMORY,
		                               .file_size = LIMIT_SPOOL };
	struct sandbox_state state;
	err e = { 0 };

	/* Handlers of the parent's (a terminal's, a test's) would run on the wrong side. */
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	/* Tokens of the CI are nothing for a process that an image may take over. */
	for (char **v = environ; v && *v; v++)
		explicit_bzero(*v, strlen(*v));
	environ = NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	bool sealed = sandbox_seal(&sandbox, &state, &e) == 0;
	uint8_t word[2] = { sealed, sealed && state.landlock > 0 };

	/* The first answer tells the parent how the sealing went; only then is anything parsed. */
	side_answer(&side, bytes_of(word, sizeof(word)), sealed);
	if (!sealed)
		side_answer(&side, bytes_str(e.text), true);
	else
		(void)o->serve(&side, o->arg); /* the answers tell; nobody reads the status */
	_exit(0);
}

static int hear_sealed(struct worker *w, bool *out_landlock, err *e)
{
	char text[256] = "";
	bytes frame;
	bool last = false, sealed = false;

	while (!last) {
		if (worker_hear(w, &frame, &last, e) < 0)
			return err_wrap(e, "seal a worker");
		if (last && frame.n == 2 && frame.p[0]) {
			sealed = true;
			*out_landlock = frame.p[1];
		} else if (last) {
			size_t n = frame.n < sizeof(text) - 1 ? frame.n : sizeof(text) - 1;

			memcpy(text, frame.p, n);
			text[n] = '\0';
		}
		worker_answer_done(w);
	}
	return sealed ? 0 : err_set(e, ERR_IO, 0, "seal a worker: %s", text);
}

int worker_start(const struct worker_options *o, struct worker **out, bool *out_landlock, err *e)
{
	struct worker *w = calloc(1, sizeof(*w));
	pid_t parent = getpid();

	if (!w)
		abort();
	w->deadline = o->deadline;
	if (map_all(w, e) < 0) {
		worker_free(w);
		return -1;
	}
	w->pid = fork();
	if (w->pid == 0)
		child_main(w, o, parent);
	if (w->pid < 0) {
		err_set(e, ERR_IO, errno, "fork a worker");
		worker_free(w);
		return -1;
	}
	if (hear_sealed(w, out_landlock, e) < 0) {
		worker_stop(w);
		return -1;
	}
	*out = w;
	return 0;
}

void worker_stop(struct worker *w)
{
	if (!w)
		return;
	if (!w->reaped)
		kill(w->pid, SIGKILL);
	unmap_all(w); /* while it ends */
	while (!w->reaped && waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(w);
}

int worker_pid(const struct worker *w)
{
	return w->pid;
}

uint8_t *worker_reserve(struct worker *w)
{
	return ring_reserve(&w->in);
}

void worker_send(struct worker *w, size_t n, bool last)
{
	ring_commit(&w->in, n, last);
	bell_ring(&w->shared->child);
}

int worker_send_all(struct worker *w, bytes text, bool last, err *e)
{
	do {
		bytes part = bytes_slice(text, 0, WORKER_IN_SIZE);
		uint8_t *room;

		while (!(room = worker_reserve(w)))
			if (worker_wait(w, e) < 0)
				return -1;
		if (part.n)
			memcpy(room, part.p, part.n);
		text = bytes_skip(text, part.n);
		worker_send(w, part.n, last && text.n == 0);
	} while (text.n > 0);
	return 0;
}

int worker_expanded(struct worker *w, bytes *out, err *e)
{
	bool last;

	return deadline_check(&w->deadline, e) < 0 ? -1 : ring_peek(&w->out, out, &last);
}

void worker_expanded_done(struct worker *w)
{
	ring_release(&w->out);
	bell_ring(&w->shared->child);
}

int worker_answer(struct worker *w, bytes *out, bool *out_last, err *e)
{
	return deadline_check(&w->deadline, e) < 0 ? -1 : ring_peek(&w->answer, out, out_last);
}

void worker_answer_done(struct worker *w)
{
	ring_release(&w->answer);
	bell_ring(&w->shared->child);
}

static int report_death(struct worker *w, err *e)
{
	int status = 0;

	if (waitpid(w->pid, &status, WNOHANG) != w->pid)
		return 0;
	w->reaped = true;
	if (WIFSIGNALED(status))
		return err_set(e, ERR_BUG, 0, "the parsing process was ended by signal %d (%s)",
		               WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == EXIT_NO_MEMORY)
		return err_set(e, ERR_LIMIT, ENOMEM, "the parsing process needs more than %s",
		               SIZE_TEXT(LIMIT_WORKER_MEMORY));
	return err_set(e, ERR_BUG, 0, "the parsing process ended early with status %d",
	               WEXITSTATUS(status));
}

int worker_hear(struct worker *w, bytes *out, bool *out_last, err *e)
{
	int heard;

	while ((heard = worker_answer(w, out, out_last, e)) == 0)
		if (worker_wait(w, e) < 0)
			return -1;
	return heard < 0 ? -1 : 0;
}

int worker_take_answer(struct worker *w, buf *out, err *e)
{
	bool last = false;
	bytes part;

	while (!last) {
		if (worker_hear(w, &part, &last, e) < 0 || buf_append(out, part, e) < 0)
			return -1;
		worker_answer_done(w);
	}
	return 0;
}

int worker_unread(err *e)
{
	return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
}

int worker_told(struct worker *w, size_t most, struct arena *a, bytes *out, err *e)
{
	buf text = BUF_INIT(most + sizeof(err));
	int status = worker_take_answer(w, &text, e);

	if (status == 0)
		*out = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	if (status == 0 && !pack_take_err(out, e))
		return worker_unread(e);
	return status < 0 || err_is_set(e) ? -1 : 0;
}

int worker_ask(struct worker *w, bytes question, size_t most, struct arena *a, bytes *out, err *e)
{
	return worker_send_all(w, question, true, e) < 0 ? -1 : worker_told(w, most, a, out, e);
}

int worker_wait(struct worker *w, err *e)
{
	if (w->reaped)
		return err_set(e, ERR_BUG, 0, "the parsing process is gone");
	if (deadline_check(&w->deadline, e) < 0)
		return -1;
	if (bell_sleep(&w->shared->parent, w->heard, LOOK_MS)) {
		w->heard = atomic_load(&w->shared->parent.count);
		w->silence_ms = 0;
		return 0;
	}
	w->silence_ms += LOOK_MS;
	if (w->silence_ms >= LIMIT_WORKER_SILENCE_MS)
		return err_set(e, ERR_LIMIT, 0, "the parsing process gave no sign for %d s",
		               LIMIT_WORKER_SILENCE_MS / 1000);
	return report_death(w, e);
}
