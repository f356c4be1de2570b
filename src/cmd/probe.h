/* SPDX-License-Identifier: Apache-2.0 */
/* probe - what a sealed process may do on this machine: asked by `version` and `selftest`.
 *
 * Threading: forks, so called by a process with one thread. */
#pragma once

#include "sys/sandbox.h"

struct probe {
	struct sandbox_state state;
	struct sandbox_probe_result result; /* empty unless `attempts` was asked for */
};

/* probe_run(no_landlock, attempts, out, e): seal a child and let it report. ERR_IO, ERR_BUG. */
int probe_run(bool no_landlock, bool attempts, struct probe *out, err *e);
