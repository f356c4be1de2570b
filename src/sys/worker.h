/* SPDX-License-Identifier: Apache-2.0 */
/* worker - a sealed child process that parses what enemies wrote.
 *
 * Forked before any thread starts; the child gives up everything (sys/sandbox.h) before it reads
 * its first octet. Parent and child talk through three rings: requests (and the octets to be
 * parsed) go in, expanded octets come out for the parent to hash, answers come back. A message is a
 * run of frames; the last one is marked. The child serves one message after the other until the
 * parent ends it. A child that crashes, is silent for LIMIT_WORKER_SILENCE_MS or breaks a ring is
 * an error message in the parent, not an exploit. The child dies with its parent.
 * Threading: one thread at a time may use a worker; worker_start is called by a process with one
 * thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "sys/deadline.h"

/* Frame sizes: large enough that a wake-up costs nothing against the work in a frame, small enough
 * to stay in the second-level cache on its way between two cores. */
#define WORKER_IN_SIZE (UINT32_C(128) << 10)
#define WORKER_OUT_SIZE (UINT32_C(128) << 10)
#define WORKER_ANSWER_SIZE (UINT32_C(64) << 10)

struct worker;
struct worker_side; /* the child's end */

struct worker_options {
	int (*serve)(struct worker_side *side, void *arg); /* the child's main; its status is ignored */
	void *arg;
	int keep[2];              /* descriptors the child keeps; -1 for none */
	bool no_landlock;         /* tests only */
	struct deadline deadline; /* when the parent stops waiting, whatever the child does */
};

/* worker_start(o, out, e): fork and seal. ERR_IO. *out_landlock says whether the kernel has it. */
int worker_start(const struct worker_options *o, struct worker **out, bool *out_landlock, err *e);
/* worker_stop(w): end the child, wait for it, free. NULL is fine. */
void worker_stop(struct worker *w);
int worker_pid(const struct worker *w);

/* The parent's end. worker_reserve: room for one frame of WORKER_IN_SIZE, NULL while full;
 * worker_send passes n octets of it on. worker_send_all: a text of any length, waiting for room; it
 * ends the request when `last`. worker_expanded, worker_answer: the oldest frame that came back
 * (borrows): 1, 0 while there is none, -1 (ERR_LIMIT) once the deadline has passed, for a child may
 * lie without end; the _done call hands the frame back. worker_hear: the same of worker_answer, but
 * waits until there is one; 0 or -1.
 * worker_wait(w, e): block until the child moved. ERR_BUG when it died, ERR_LIMIT when it is silent
 * or the deadline has passed. */
uint8_t *worker_reserve(struct worker *w);
void worker_send(struct worker *w, size_t n, bool last);
int worker_send_all(struct worker *w, bytes text, bool last, err *e);
int worker_expanded(struct worker *w, bytes *out, err *e);
void worker_expanded_done(struct worker *w);
int worker_answer(struct worker *w, bytes *out, bool *out_last, err *e);
int worker_hear(struct worker *w, bytes *out, bool *out_last, err *e);
void worker_answer_done(struct worker *w);
int worker_wait(struct worker *w, err *e);

/* worker_take_answer(w, out, e): one answer, whole, into a buffer whose maximum bounds it.
 * ERR_LIMIT and the errors of worker_wait. */
int worker_take_answer(struct worker *w, buf *out, err *e);

/* Of a child whose main is side_serve. worker_ask(w, question, most, a, out, e): its answer to one
 * question: at most `most` octets, copied to the arena. -1 also for what the child says of the
 * question (pack_take_err); and the errors of worker_take_answer. worker_told: the same, where the
 * question was sent before. worker_unread(e): -1, ERR_BUG: an answer that makes no sense. */
int worker_ask(struct worker *w, bytes question, size_t most, struct arena *a, bytes *out, err *e);
int worker_told(struct worker *w, size_t most, struct arena *a, bytes *out, err *e);
int worker_unread(err *e);

/* The child's end; every call blocks until it can be done.
 * side_take: the next frame of the request; *out_last marks its end. side_taken hands it back.
 * side_room, side_expanded: where WORKER_OUT_SIZE expanded octets may go; pass n of them on.
 * side_answer: send octets, cut into frames; `last` ends the answer. side_idle: nothing is left to
 * do; whatever is still asked goes unread until the parent ends the child. */
void side_take(struct worker_side *s, bytes *out, bool *out_last);
void side_taken(struct worker_side *s);
uint8_t *side_room(struct worker_side *s);
void side_expanded(struct worker_side *s, size_t n);
void side_answer(struct worker_side *s, bytes answer, bool last);
_Noreturn void side_idle(struct worker_side *s);

/* side_serve(s, service): for ever one answer to each question (worker_ask). side_unread(e): -1: a
 * question that makes no sense. */
struct side_service {
	size_t question_most; /* octets; a longer question is answered with ERR_LIMIT */
	size_t answer_most;
	/* answer(ctx, question, out, e): adds to out, which is empty; -1: e is the answer. */
	int (*answer)(void *ctx, bytes question, buf *out, err *e);
	void *ctx;
};
_Noreturn void side_serve(struct worker_side *s, const struct side_service *service);
int side_unread(err *e);
