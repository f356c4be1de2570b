/* SPDX-License-Identifier: Apache-2.0 */
/* flow/learn - a container is started and used, and what its program needed comes of it.
 *
 * The container is hardened as by `oakum run`, but that its root takes what is written to it, in
 * memory: a program that meets a read-only file system says less of what it wants. What it writes
 * on 1 and 2 goes to our standard error, its standard input is empty.
 * Threading: forks; called by a process with one thread. */
#pragma once

#include "flow/health.h"
#include "runtime/learn.h"

struct learning {
	const struct launch *launch;
	const struct health_options *health; /* it must hold first; args and env are for this time.
	                                        NULL: nothing is asked. launch: not used */
	const char *const *workload; /* a program of this machine that uses it then; NULL: none */
	char *const *environment;    /* of the workload and of the probe's command */
	uint64_t workload_ms;        /* the workload's time */
	uint64_t watch_ms;           /* how long it is watched after all that */
};

struct learning_result {
	struct learned learned;
	int status;    /* the program's, or 128 + the signal that ended it */
	bool by_us;    /* it was ended by us, once everything was over */
	int interrupt; /* the signal that we got; 0: none */
	uint64_t ran_ms;
};

/* learn_run(o, a, out, e): a workload without a probe is started when the first published port
 * takes connections. A signal that we get (container_options.stops) ends the watching, no more;
 * before that it is an error. Of *out, interrupt is set also upon failure.
 * Errors of learn_begin, container_start and process_run; ERR_NET: nobody listened on the published
 * port, the probe did not hold, or the program ended before; ERR_IO: the workload or the program,
 * by itself, ended with another status than 0 (which a probe did not ask for); interrupted.
 * Arena. */
int learn_run(const struct learning *o, struct arena *a, struct learning_result *out, err *e);
