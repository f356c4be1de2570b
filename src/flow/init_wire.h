/* SPDX-License-Identifier: Apache-2.0 */
/* init_wire - what the worker of `oakum init` is given before it is sealed, and its one answer.
 *
 * The answer, in the form of base/pack.h: the texts, each with its index in init_targets; what was
 * found; what was left out. For flow/init*.c. Threading: as the worker. */
#pragma once

#include "flow/check.h"
#include "flow/init.h"
#include "sys/worker.h"

struct init_served {
	const struct check *found; /* the folder's files, named below it */
	const char *name;          /* of the folder */
};

/* init_serve: the worker's main; arg is a struct init_served. */
_Noreturn int init_serve(struct worker_side *side, void *arg);
