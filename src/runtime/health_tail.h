/* SPDX-License-Identifier: Apache-2.0 */
/* health_tail - the end of what a program writes: a sealed process reads all of it, so that the
 * program never waits for us, and keeps the last LIMIT_HEALTH_WORDS. Private to health.
 *
 * Threading: as worker_start. */
#pragma once

#include "sys/worker.h"

struct health_tail {
	struct worker *worker;
	int in; /* where the program writes */
};

/* health_tail_open(t, d, e): d: when nobody waits any longer. ERR_IO. */
int health_tail_open(struct health_tail *t, const struct deadline *d, err *e);
/* health_tail_take(t, a, out, e): all who could write have ended. Errors of worker_wait. */
int health_tail_take(struct health_tail *t, struct arena *a, bytes *out, err *e);
void health_tail_close(struct health_tail *t);
