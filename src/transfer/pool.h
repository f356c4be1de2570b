/* SPDX-License-Identifier: Apache-2.0 */
/* pool - jobs done by several threads while the first one tells how far they are.
 *
 * Threads exist only inside pool_run. */
#pragma once

#include "base/err.h"

#include <stdatomic.h>
#include <stddef.h>

/* What is done: octets that need not be looked at again. `sent` are those that were written. */
struct meter {
	_Atomic uint64_t done, sent;
	uint64_t total;
	void (*report)(void *ctx, uint64_t done, uint64_t total); /* ten times a second; may be NULL */
	void *ctx;
};

#define POOL_THREADS_MOST 16

struct pool {
	size_t jobs;
	unsigned threads;
	int (*run)(void *ctx, size_t job, err *e); /* in a thread of the pool */
	void *ctx;
	struct meter *meter;
};

/* pool_run(p, e): every job once. After a failure no further job begins; of several failures the
 * one of the first job is told. ERR_IO when no thread can be started, and whatever run says. */
int pool_run(const struct pool *p, err *e);
