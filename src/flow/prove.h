/* SPDX-License-Identifier: Apache-2.0 */
/* prove - a container is started as it is to be, and attacked from within (confine/probes.h).
 *
 * The helper takes the place of the image's program; it and a secret of somebody else's are bound
 * into the container, and on the host somebody listens whom it must not reach. What the helper says
 * is read once it has ended, within LIMIT_PROVE_ANSWER and LIMIT_PROVE_MS.
 * Threading: forks; called by a process with one thread. */
#pragma once

#include "flow/launch.h"
#include "flow/prove_pods.h"
#include "report/prove_page.h"

struct prove_options {
	struct launch_options launch;
	unsigned without;            /* 1 << enum defence: these are left out */
	const struct prove_pod *pod; /* its settings count instead of ours; NULL: none */
};

/* prove_image(target, options, a, out, e): everything, into *out. Arena. Errors of launch_prepare
 * and container_start; ERR_FORMAT, ERR_LIMIT (what the helper says; the time it takes), ERR_IO. */
int prove_image(const struct target *target, const struct prove_options *options, struct arena *a,
                struct prove_container *out, err *e);
