/* SPDX-License-Identifier: Apache-2.0 */
/* cargo - a target opened to be copied or unpacked: its documents can be read, its plan is made.
 *
 * Threading: forks a worker (cargo_open): called by a process with one thread. */
#pragma once

#include "oci/engine.h"
#include "transfer/plan.h"

struct cargo_options {
	struct registry_options registry; /* parse_* are set here */
	char *const *environment;         /* engines are found by it */
	const char *tmp_dir;
	bool needs_registry; /* also when the target is none: something else is written there */
};

struct cargo {
	const struct target *target;
	const struct cargo_options *options;
	struct arena *arena;
	struct parser parser;
	struct registry *registry;
	struct origin origin;
	struct engines engines;
	struct plan plan;
};

/* cargo_open(s, options, want, e): s->target, arena and options are set; everything that has to be
 * open before the fork, the worker, the network, the plan. ERR_USAGE (no image that can be copied),
 * errors of plan_make and of engines. cargo_close: also after a failure, and twice. */
int cargo_open(struct cargo *s, const struct plan_options *want, err *e);
void cargo_close(struct cargo *s);
