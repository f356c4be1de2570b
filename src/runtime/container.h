/* SPDX-License-Identifier: Apache-2.0 */
/* container - a hardened container from start to end, by an OCI runtime (crun, else runc).
 *
 * A guard, the first process of a pid and a mount namespace of its own (and of a user namespace, for
 * an ordinary user), stages the root (stage.h), starts the runtime and waits. It dies with us,
 * however we end, and with it everything in the container and every mount. Signals go on to the
 * program. Threading: forks; called by a process with one thread. */
#pragma once

#include "runtime/stage.h"

struct container_options {
	const struct hardening *hardening;
	const struct rootfs *rootfs;
	const char *place;   /* an existing folder of ours (stage.h) */
	const char *id;      /* of the container, new */
	const char *runtime; /* path of the program */
	bool is_crun;
	bool as_user;     /* we are no root */
	bool has_cgroups; /* limits can be set */
};

/* container_run(o, out, e): until the program ends. out: its exit status, or 128 + the signal that
 * ended it. ERR_ABSENT: the program is not in the image; ERR_IO: what this machine does not let us
 * do; whatever the runtime says. */
int container_run(const struct container_options *o, int *out, err *e);
