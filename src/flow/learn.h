/* SPDX-License-Identifier: Apache-2.0 */
/* flow/learn - a container is started and used, and what its program needed comes of it.
 *
 * The container is hardened as by `oakum run`, but that its root takes what is written to it, in
 * memory: a program that meets a read-only file system says less of what it wants.
 * Threading: forks; called by a process with one thread. */
#pragma once

#include "flow/launch.h"
#include "runtime/learn.h"

struct learning {
	const struct launch *launch;
	const char *const *workload; /* a program of this machine that uses it; NULL: none */
	char *const *environment;    /* the workload's */
	uint64_t for_ms;             /* at most, until the program is ended */
};

struct learning_result {
	struct learned learned;
	int status;          /* the program's, or 128 + the signal that ended it */
	bool by_us;          /* it was ended by us, once the workload or the time was over */
	int workload;        /* its status */
	const char *message; /* what the workload said on standard error */
};

/* learn_run(o, a, out, e): a workload is started when the first published port takes connections.
 * Errors of learn_begin, container_start and process_run; ERR_NET: nobody listened on the published
 * port, or the program ended before. Arena. */
int learn_run(const struct learning *o, struct arena *a, struct learning_result *out, err *e);
