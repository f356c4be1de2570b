/* SPDX-License-Identifier: Apache-2.0 */
#include "image/read.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/client.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* The work list that the threads share. */
struct queue {
	struct errand **order;
	size_t len, next;
	size_t running;
	const struct read_options *options;
	uint64_t total;
	_Atomic uint64_t fed;
	uint32_t failed_layer; /* the lowest so far; UINT32_MAX: none */
	err failure;
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
	struct errand *x;
	enum codec codec; /* by the first octets, as the worker sees it too */
	uint64_t fed, expanded;
	bool fed_all;  /* the last frame has been sent */
	bool answered; /* the worker's verdict has come */
	err refused;   /* and it was: the layer cannot be read */
};

/* -- one pass -------------------------------------------------------------------------------- */

/* fill(x, into, cap, e): read until cap or the end, so that frames are full. */
static int64_t fill(struct errand *x, uint8_t *into, size_t cap, err *e)
{
	size_t n = 0;

	while (n < cap) {
		int64_t k = x->source.read(x->source.ctx, into + n, cap - n, e);

		if (k < 0)
			return -1;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	return (int64_t)n;
}

static int count_fed(struct passage *p, uint64_t n, err *e)
{
	p->fed += n;
	atomic_fetch_add_explicit(&p->f->queue->fed, n, memory_order_relaxed);
	if (p->fed > LIMIT_BLOB)
		return err_set(e, ERR_LIMIT, 0, "a blob of more than %u GiB", (unsigned)(LIMIT_BLOB / GIB));
	return 0;
}

/* feed(p, e): send one frame if there is room for it. 1 sent, 0 no room, -1. */
static int feed(struct passage *p, err *e)
{
	uint8_t *room = p->fed_all ? NULL : worker_reserve(p->f->worker);

	if (!room)
		return 0;
	int64_t n = fill(p->x, room, WORKER_IN_SIZE, e);

	if (n < 0)
		return -1;
	bytes frame = bytes_of(room, (size_t)n);

	if (p->fed == 0)
		p->codec = codec_detect(frame);
	/* Hashed before it is sent: what the worker does to the slot afterwards changes nothing. */
	hasher_update(p->f->blob, frame);
	p->fed_all = frame.n < WORKER_IN_SIZE;
	worker_send(p->f->worker, frame.n, p->fed_all);
	return count_fed(p, frame.n, e) < 0 ? -1 : 1;
}

/* drain(p, e): hash what has been expanded. 1 something, 0 nothing, -1. */
static int drain(struct passage *p, err *e)
{
	bytes part;
	int more, any = 0;

	for (; (more = worker_expanded(p->f->worker, &part, e)) > 0; any = 1) {
		hasher_update(p->f->diff, part);
		p->expanded += part.n;
		worker_expanded_done(p->f->worker);
		if (p->expanded > LIMIT_LAYER_EXPANDED)
			return err_set(e, ERR_LIMIT, 0, "a layer of more than %u GiB",
			               (unsigned)(LIMIT_LAYER_EXPANDED / GIB));
	}
	return more < 0 ? -1 : any;
}

/* take_answers(p, e): put aside what has come. 1 something, 0 nothing, -1. */
static int take_answers(struct passage *p, err *e)
{
	bytes part;
	bool last;
	int more = 0, any = 0;

	for (; !p->answered && (more = worker_answer(p->f->worker, &part, &last, e)) > 0; any = 1) {
		if (last)
			(void)client_verdict(part, &p->refused); /* judged when both digests are known */
		else if (stash_add(&p->x->evidence, part, e) < 0)
			return -1;
		worker_answer_done(p->f->worker);
		p->answered = last;
	}
	return more < 0 ? -1 : any;
}

static int pump(struct passage *p, err *e)
{
	while (!p->answered) {
		int fed = feed(p, e);
		int drained = fed < 0 ? -1 : drain(p, e);
		int taken = drained < 0 ? -1 : take_answers(p, e);

		if (taken < 0)
			return -1;
		if (!fed && !drained && !taken && worker_wait(p->f->worker, e) < 0)
			return -1;
	}
	/* An honest worker takes the whole message before it gives its verdict. */
	if (!p->fed_all)
		return err_set(e, ERR_BUG, 0, "the parsing process answered too early");
	return drain(p, e) < 0 ? -1 : 0;
}

/* pass(p, engine, e): the layer once through the worker. */
static int pass(struct passage *p, enum codec_engine engine, err *e)
{
	struct layer_request r = { engine, p->x->aliases };
	buf request = BUF_INIT(LIMIT_RECORD);

	hasher_reset(p->f->blob);
	hasher_reset(p->f->diff);
	p->fed = p->expanded = 0;
	p->fed_all = p->answered = false;
	err_clear(&p->refused);
	layer_request_pack(&r, &request);
	int status = worker_send_all(p->f->worker, buf_bytes(&request), true, e);

	buf_done(&request);
	return status < 0 ? -1 : pump(p, e);
}

/* -- one layer ------------------------------------------------------------------------------- */

static int check_digest(const char *what, const digest *want, const digest *have, err *e)
{
	if (want->algorithm == DIGEST_NONE || digest_equal(want, have))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is %s, but the content is %s", what, DIGEST_TEXT(want),
	               DIGEST_TEXT(have));
}

/* hash_only(p, e): the blob's digest alone, without a worker. */
static int hash_only(struct passage *p, err *e)
{
	buf room = BUF_INIT(WORKER_IN_SIZE);
	uint8_t *piece = buf_room(&room, WORKER_IN_SIZE);
	int64_t n;

	hasher_reset(p->f->blob);
	while ((n = fill(p->x, piece, WORKER_IN_SIZE, e)) > 0) {
		hasher_update(p->f->blob, bytes_of(piece, (size_t)n));
		if (count_fed(p, (uint64_t)n, e) < 0 ||
		    deadline_check(&p->f->queue->options->deadline, e) < 0)
			n = -1;
		if (n < 0)
			break;
	}
	buf_done(&room);
	if (n < 0)
		return -1;
	digest have = hasher_final(p->f->blob);

	return check_digest("the blob's digest", &p->x->blob, &have, e);
}

/* read_blob(p, e): through the worker, once; a gzip stream that the fast engine refuses once more
 * with the reference: ISA-L 2.30 has stream faults, and only what zlib refuses too is called
 * corrupt. Each pass is hashed: evidence belongs to the octets of its own pass. */
static int read_blob(struct passage *p, digest *out_blob, err *e)
{
	for (enum codec_engine engine = CODEC_FAST;; engine = CODEC_REFERENCE) {
		stash_clear(&p->x->evidence);
		if (p->x->source.restart(p->x->source.ctx, e) < 0 || pass(p, engine, e) < 0)
			return -1;
		*out_blob = hasher_final(p->f->blob);
		if (check_digest("the blob's digest", &p->x->blob, out_blob, e) < 0)
			return -1;
		if (p->refused.kind != ERR_FORMAT || p->codec != CODEC_GZIP || engine == CODEC_REFERENCE)
			break;
	}
	if (!err_is_set(&p->refused))
		return 0;
	*e = p->refused;
	return -1;
}

static int read_one(struct passage *p, err *e)
{
	digest blob;

	if (p->x->cached)
		return hash_only(p, e);
	if (read_blob(p, &blob, e) < 0)
		return -1;
	digest diff = p->codec == CODEC_NONE ? blob : hasher_final(p->f->diff);

	if (check_digest("the config's diff_id", &p->x->diff_id, &diff, e) < 0)
		return -1;
	p->x->blob = blob;
	p->x->diff_id = diff;
	return 0;
}

/* -- all layers ------------------------------------------------------------------------------ */

/* After a failure only the layers below it are still read: the lowest failure is the one to
 * tell. */
static struct errand *take_errand(struct queue *q)
{
	struct errand *x = NULL;

	pthread_mutex_lock(&q->lock);
	while (!x && q->next < q->len) {
		x = q->order[q->next++];
		if (x->layer > q->failed_layer)
			x = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return x;
}

static void note_failure(struct queue *q, const struct errand *x, const err *e)
{
	pthread_mutex_lock(&q->lock);
	if (x->layer < q->failed_layer) {
		q->failed_layer = x->layer;
		q->failure = *e;
	}
	pthread_mutex_unlock(&q->lock);
}

static void *feeder_main(void *arg)
{
	struct feeder *f = arg;
	struct queue *q = f->queue;
	bool idle = true; /* a worker in the middle of a message cannot be given another */

	f->blob = hasher_new(DIGEST_SHA256);
	f->diff = hasher_new(DIGEST_SHA256);
	for (struct errand *x; idle && (x = take_errand(q)) != NULL;) {
		struct passage p = { .f = f, .x = x };
		err e = { 0 };

		if (read_one(&p, &e) == 0)
			continue;
		note_failure(q, x, &e);
		idle = x->cached || (p.fed_all && p.answered);
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
	const struct errand *const *x = a, *const *y = b;

	return ((*x)->size < (*y)->size) - ((*x)->size > (*y)->size);
}

/* wait_and_tell(q): until every feeder has ended, with progress ten times a second. */
static void wait_and_tell(struct queue *q)
{
	const struct image_progress *progress = &q->options->progress;

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
		if (progress->report)
			progress->report(progress->ctx, atomic_load(&q->fed), q->total);
	}
	pthread_mutex_unlock(&q->lock);
}

static int run_feeders(struct queue *q, size_t count, err *e)
{
	struct feeder feeders[WORKERS_MOST] = { 0 };
	pthread_t threads[WORKERS_MOST];
	size_t begun = 0;
	int sys = 0;

	q->running = count;
	for (; begun < count; begun++) {
		feeders[begun].queue = q;
		feeders[begun].worker = q->options->workers ? q->options->workers[begun] : NULL;
		sys = pthread_create(&threads[begun], NULL, feeder_main, &feeders[begun]);
		if (sys)
			break;
	}
	pthread_mutex_lock(&q->lock);
	q->running -= count - begun;
	pthread_mutex_unlock(&q->lock);
	wait_and_tell(q);
	for (size_t i = 0; i < begun; i++)
		pthread_join(threads[i], NULL);
	return begun == 0 ? err_set(e, ERR_IO, sys, "start a thread") : 0; /* fewer do the same work */
}

int read_layers(struct errand **errands, size_t n, const struct read_options *o, err *e)
{
	struct queue q = { .order = errands,
		               .len = n,
		               .options = o,
		               .failed_layer = UINT32_MAX,
		               .lock = PTHREAD_MUTEX_INITIALIZER,
		               .ended = PTHREAD_COND_INITIALIZER };

	for (size_t i = 0; i < n; i++)
		q.total += errands[i]->size;
	qsort(errands, n, sizeof(struct errand *), larger_first);
	if (run_feeders(&q, o->count, e) < 0)
		return -1;
	if (q.failed_layer == UINT32_MAX)
		return 0;
	*e = q.failure;
	return err_wrap(e, "layer %u", q.failed_layer + 1U);
}
