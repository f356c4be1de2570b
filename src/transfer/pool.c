/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/pool.h"

#include <pthread.h>
#include <time.h>

#define REPORT_NS 100000000

struct queue {
	const struct pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	size_t next, failed_job;
	unsigned running;
	err failure;
};

static bool take_job(struct queue *q, size_t *out)
{
	bool any;

	pthread_mutex_lock(&q->lock);
	any = q->next < q->pool->jobs && !err_is_set(&q->failure);
	*out = q->next;
	q->next += any;
	pthread_mutex_unlock(&q->lock);
	return any;
}

static void note_failure(struct queue *q, size_t job, const err *e)
{
	pthread_mutex_lock(&q->lock);
	if (!err_is_set(&q->failure) || job < q->failed_job) {
		q->failed_job = job;
		q->failure = *e;
	}
	pthread_mutex_unlock(&q->lock);
}

static void *thread_main(void *arg)
{
	struct queue *q = arg;

	for (size_t job; take_job(q, &job);) {
		err e = { 0 };

		if (q->pool->run(q->pool->ctx, job, &e) < 0)
			note_failure(q, job, &e);
	}
	pthread_mutex_lock(&q->lock);
	q->running--;
	pthread_cond_signal(&q->ended);
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

static void wait_and_tell(struct queue *q)
{
	const struct meter *m = q->pool->meter;

	pthread_mutex_lock(&q->lock);
	while (q->running > 0) {
		struct timespec at;

		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += REPORT_NS;
		if (at.tv_nsec >= 1000000000) {
			at.tv_nsec -= 1000000000;
			at.tv_sec++;
		}
		pthread_cond_timedwait(&q->ended, &q->lock, &at);
		if (m->report)
			m->report(m->ctx, atomic_load(&m->done), m->total);
	}
	pthread_mutex_unlock(&q->lock);
}

int pool_run(const struct pool *p, err *e)
{
	struct queue q = { .pool = p,
		               .lock = PTHREAD_MUTEX_INITIALIZER,
		               .ended = PTHREAD_COND_INITIALIZER };
	pthread_t threads[POOL_THREADS_MOST];
	unsigned want = p->threads < POOL_THREADS_MOST ? p->threads : POOL_THREADS_MOST, begun = 0;
	int sys = 0;

	want = want < p->jobs ? want : (unsigned)p->jobs;
	q.running = want;
	while (begun < want && (sys = pthread_create(&threads[begun], NULL, thread_main, &q)) == 0)
		begun++;
	pthread_mutex_lock(&q.lock);
	q.running -= want - begun;
	pthread_mutex_unlock(&q.lock);
	wait_and_tell(&q);
	for (unsigned i = 0; i < begun; i++)
		pthread_join(threads[i], NULL);
	if (want > 0 && begun == 0)
		return err_set(e, ERR_IO, sys, "start a thread"); /* fewer do the same work */
	if (!err_is_set(&q.failure))
		return 0;
	*e = q.failure;
	return -1;
}
