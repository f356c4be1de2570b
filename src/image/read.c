/* SPDX-License-Identifier: Apache-2.0 */
#include "image/read.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* The work list that the threads share. */
struct queue {
	struct layer_job **order;
	size_t len, next;
	size_t running;
	bool failed;
	uint64_t timeout_ms, deadline_ms; /* the second by now_ms() */
	_Atomic uint64_t fed;
	pthread_mutex_t lock;
	pthread_cond_t ended;
};

struct feeder {
	struct queue *queue;
	struct worker *worker;
	struct hasher *blob, *diff;
};

/* One layer on its way through a worker. */
struct passage {
	struct feeder *f;
	struct layer_job *job;
	enum codec codec;
	bool fed_all;     /* the last frame has been sent */
	bool answered;    /* the worker's last answer has come */
	err refused;      /* and it was: the layer cannot be read */
	uint8_t first[4]; /* the octets that told the codec, sent with the first frame */
	size_t first_n;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int check_time(const struct queue *q, err *e)
{
	if (now_ms() < q->deadline_ms)
		return 0;
	return err_set(e, ERR_LIMIT, 0, "not done within %" PRIu64 " s (--timeout)",
	               (q->timeout_ms + 999) / 1000);
}

/* -- feeding --------------------------------------------------------------------------------------- */

/* fill(job, into, cap, e): read until cap or the end, so that frames are full. */
static int64_t fill(struct layer_job *job, uint8_t *into, size_t cap, err *e)
{
	size_t n = 0;

	while (n < cap) {
		int64_t k = job->source.read(job->source.ctx, into + n, cap - n, e);

		if (k < 0)
			return -1;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	return (int64_t)n;
}

/* feed(p, e): send one frame if there is room for it. 1 sent, 0 no room, -1. */
static int feed(struct passage *p, err *e)
{
	uint8_t *room = worker_reserve(p->f->worker);

	if (!room)
		return 0;
	memcpy(room, p->first, p->first_n);
	int64_t n = fill(p->job, room + p->first_n, WORKER_IN_SIZE - p->first_n, e);

	if (n < 0 || check_time(p->f->queue, e) < 0)
		return -1;
	size_t total = p->first_n + (size_t)n;

	p->first_n = 0;
	p->fed_all = total < WORKER_IN_SIZE;
	p->job->fed += total;
	if (p->job->fed > LIMIT_BLOB)
		return err_set(e, ERR_LIMIT, 0, "a blob of more than %u GiB", (unsigned)(LIMIT_BLOB / GIB));
	/* Hashed before it is sent: what the worker does to the slot afterwards changes nothing. */
	hasher_update(p->f->blob, bytes_of(room, total));
	worker_send(p->f->worker, total, p->fed_all);
	atomic_fetch_add_explicit(&p->f->queue->fed, total, memory_order_relaxed);
	return 1;
}

/* hash_all(p, e): the blob's digest alone, without a worker. */
static int hash_all(struct passage *p, err *e)
{
	static _Thread_local uint8_t piece[WORKER_IN_SIZE];
	int64_t n;

	while ((n = fill(p->job, piece, sizeof(piece), e)) > 0) {
		hasher_update(p->f->blob, bytes_of(piece, (size_t)n));
		p->job->fed += (uint64_t)n;
		atomic_fetch_add_explicit(&p->f->queue->fed, (uint64_t)n, memory_order_relaxed);
		if (check_time(p->f->queue, e) < 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

static bool drain_expanded(struct passage *p)
{
	bytes part;
	bool any = false;

	while (worker_expanded(p->f->worker, &part)) {
		hasher_update(p->f->diff, part);
		worker_expanded_done(p->f->worker);
		any = true;
	}
	return any;
}

/* take_verdict(p, frame): the last frame says whether the worker came through, and else why not. */
static void take_verdict(struct passage *p, bytes frame)
{
	uint8_t ok = 0, kind = 0;

	p->answered = true;
	if (bytes_take_u8(&frame, &ok) && ok == 1)
		return;
	if (!bytes_take_u8(&frame, &kind) || kind <= ERR_NONE || kind > ERR_BUG)
		kind = ERR_BUG;
	(void)err_set(&p->refused, kind, 0, "%s", SHOW(frame));
}

/* take_answers(p, e): put aside what has come. 1 something, 0 nothing, -1. */
static int take_answers(struct passage *p, err *e)
{
	bytes part;
	bool last;
	int any = 0;

	while (!p->answered && worker_answer(p->f->worker, &part, &last)) {
		if (last)
			take_verdict(p, part);
		else if (stash_add(&p->job->evidence, part, e) < 0)
			return -1;
		worker_answer_done(p->f->worker);
		any = 1;
	}
	return any;
}

static int pump(struct passage *p, err *e)
{
	while (!p->answered) {
		int fed = p->fed_all ? 0 : feed(p, e);
		bool drained = fed >= 0 && drain_expanded(p);
		int taken = fed >= 0 ? take_answers(p, e) : -1;

		if (fed < 0 || taken < 0 || (p->fed_all && check_time(p->f->queue, e) < 0))
			return -1;
		if (!fed && !drained && !taken && worker_wait(p->f->worker, e) < 0)
			return -1;
	}
	drain_expanded(p);
	return 0;
}

/* -- one layer ------------------------------------------------------------------------------------- */

static int send_request(struct passage *p, enum codec_engine engine, err *e)
{
	struct layer_request r = { p->codec, engine, p->job->aliases };
	buf out = BUF_INIT(LIMIT_RECORD);

	layer_request_pack(&r, &out);
	for (bytes rest = buf_bytes(&out); rest.n > 0;) {
		uint8_t *room = worker_reserve(p->f->worker);

		if (!room) {
			if (worker_wait(p->f->worker, e) < 0)
				break;
			continue;
		}
		bytes part = bytes_slice(rest, 0, WORKER_IN_SIZE);

		memcpy(room, part.p, part.n);
		rest = bytes_skip(rest, part.n);
		worker_send(p->f->worker, part.n, rest.n == 0);
	}
	buf_done(&out);
	return err_is_set(e) ? -1 : 0;
}

static int check_digest(const char *what, const digest *want, const digest *have, err *e)
{
	if (want->algorithm == DIGEST_NONE || digest_equal(want, have))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is %s, but the content is %s", what, DIGEST_TEXT(want),
	               DIGEST_TEXT(have));
}

/* pass(p, engine, e): the layer once through the worker, hashed whole. */
static int pass(struct passage *p, enum codec_engine engine, err *e)
{
	hasher_reset(p->f->blob);
	hasher_reset(p->f->diff);
	p->job->fed = 0;
	p->fed_all = p->answered = false;
	err_clear(&p->refused);
	int64_t n = fill(p->job, p->first, sizeof(p->first), e);

	if (n < 0)
		return -1;
	p->first_n = (size_t)n;
	p->codec = codec_detect(bytes_of(p->first, p->first_n));
	if (send_request(p, engine, e) < 0 || pump(p, e) < 0)
		return -1;
	/* An honest worker takes the whole message before it gives its verdict. */
	return p->fed_all ? 0 : err_set(e, ERR_BUG, 0, "the parsing process answered too early");
}

static int read_one(struct feeder *f, struct layer_job *job, err *e)
{
	struct passage p = { .f = f, .job = job };

	if (job->hash_only) {
		hasher_reset(f->blob);
		if (hash_all(&p, e) < 0)
			return -1;
		digest have = hasher_final(f->blob);

		return check_digest("the blob's digest", &job->blob, &have, e);
	}
	if (pass(&p, CODEC_FAST, e) < 0)
		return -1;
	digest blob = hasher_final(f->blob);

	if (check_digest("the blob's digest", &job->blob, &blob, e) < 0)
		return -1;
	if (p.refused.kind == ERR_FORMAT && p.codec == CODEC_GZIP) {
		/* ISA-L 2.30 has stream faults: only what zlib refuses too is called corrupt. */
		stash_clear(&job->evidence);
		if (job->restart(job->source.ctx, e) < 0 || pass(&p, CODEC_REFERENCE, e) < 0)
			return -1;
		(void)hasher_final(f->blob);
	}
	digest diff = p.codec == CODEC_NONE ? blob : hasher_final(f->diff);

	if (p.refused.kind != ERR_NONE) {
		*e = p.refused;
		return -1;
	}
	job->blob = blob;
	if (check_digest("the config's diff_id", &job->diff_id, &diff, e) < 0)
		return -1;
	job->diff_id = diff;
	return 0;
}

/* -- all layers ------------------------------------------------------------------------------------ */

static struct layer_job *take_job(struct queue *q)
{
	struct layer_job *job = NULL;

	pthread_mutex_lock(&q->lock);
	while (q->next < q->len && !job) {
		job = q->order[q->next++];
		if (q->failed) {
			(void)err_set(&job->error, ERR_FORMAT, 0, "not read, because another layer failed");
			job = NULL;
		}
	}
	pthread_mutex_unlock(&q->lock);
	return job;
}

static void *feeder_main(void *arg)
{
	struct feeder *f = arg;
	struct queue *q = f->queue;
	bool alive = true;

	f->blob = hasher_new(DIGEST_SHA256);
	f->diff = hasher_new(DIGEST_SHA256);
	for (struct layer_job *job; alive && (job = take_job(q)) != NULL;) {
		if (read_one(f, job, &job->error) == 0)
			continue;
		pthread_mutex_lock(&q->lock);
		q->failed = true;
		pthread_mutex_unlock(&q->lock);
		/* A worker in the middle of a message cannot be given another. */
		alive = false;
	}
	hasher_free(f->blob);
	hasher_free(f->diff);
	pthread_mutex_lock(&q->lock);
	q->running--;
	pthread_cond_signal(&q->ended);
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

static int larger_first(const void *a, const void *b)
{
	const struct layer_job *const *x = a, *const *y = b;

	return ((*x)->size < (*y)->size) - ((*x)->size > (*y)->size);
}

/* wait_and_tell(q, o): until every feeder has ended, with progress ten times a second. */
static void wait_and_tell(struct queue *q, const struct read_options *o)
{
	pthread_mutex_lock(&q->lock);
	while (q->running > 0) {
		struct timespec at;

		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 100000000;
		if (at.tv_nsec >= 1000000000) {
			at.tv_nsec -= 1000000000;
			at.tv_sec++;
		}
		pthread_cond_timedwait(&q->ended, &q->lock, &at);
		if (o->progress)
			o->progress(o->ctx, atomic_load(&q->fed));
	}
	pthread_mutex_unlock(&q->lock);
}

void read_layers(struct layer_job **jobs, size_t n, const struct read_options *o)
{
	struct arena a = ARENA_INIT;
	struct queue q = { .order = jobs, .len = n, .timeout_ms = o->timeout_ms,
		               .deadline_ms = now_ms() + o->timeout_ms,
		               .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER };
	struct feeder *feeders = arena_array(&a, struct feeder, o->count);
	pthread_t *threads = arena_array(&a, pthread_t, o->count);
	size_t count = o->count < n ? o->count : n, begun = 0;

	qsort(jobs, n, sizeof(struct layer_job *), larger_first);
	q.running = count;
	for (; begun < count; begun++) {
		feeders[begun] = (struct feeder){ .queue = &q, .worker = o->workers ? o->workers[begun] : NULL };
		if (pthread_create(&threads[begun], NULL, feeder_main, &feeders[begun]) != 0)
			break;
	}
	pthread_mutex_lock(&q.lock);
	q.running -= count - begun;
	pthread_mutex_unlock(&q.lock);
	wait_and_tell(&q, o);
	for (size_t i = 0; i < begun; i++)
		pthread_join(threads[i], NULL);
	for (; q.next < n; q.next++)
		if (!err_is_set(&q.order[q.next]->error))
			(void)err_set(&q.order[q.next]->error, ERR_IO, EAGAIN, "not read");
	arena_done(&a);
}
