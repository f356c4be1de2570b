/* SPDX-License-Identifier: Apache-2.0 */
/* health - starts an image with nothing to spare and looks whether it does what it is there for
 * (runtime/health.h). Threading: forks; called by a process with one thread. */
#pragma once

#include "flow/launch.h"
#include "runtime/health.h"

struct health_options {
	struct launch_options launch;
	struct health_probe probe;
	struct strings args; /* in place of the image's CMD; none: its own */
	struct strings env;  /* NAME=VALUE, beside the image's or in place of its own of that name */
};

/* health_apply(o, program, a, h): args behind the program's words, and env, in h. Arena;
 * borrows. */
void health_apply(const struct health_options *o, const struct strings *program, struct arena *a,
                  struct hardening *h);

/* health_run(image, options, a, out, e): errors of launch_prepare and health_watch. Arena. */
int health_run(const struct target *image, const struct health_options *options, struct arena *a,
               struct health_result *out, err *e);
