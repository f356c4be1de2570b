/* SPDX-License-Identifier: Apache-2.0 */
/* guard - the first process of a container's own pid and mount namespaces. Private to container.
 *
 * It stages the root (stage.h), starts the OCI runtime and tells how it goes. When it ends, the
 * kernel ends every process of its namespaces and takes their mounts away; it ends with its parent.
 * Threading: the main of a process of its own. */
#pragma once

#include "runtime/container.h"
#include "runtime/place.h"

#include <signal.h>

struct guard_options {
	const struct container_options *container;
	const struct place *place;
	int channel;   /* SOCK_SEQPACKET: an int comes for each signal to the program, guard_said goes;
	                  the first int, whatever it is, says that our ids are mapped */
	sigset_t mask; /* of signals, for the runtime */
};

enum guard_event {
	GUARD_STARTED, /* value: the program's process, as our /proc numbers it */
	GUARD_ENDED,   /* value: its exit status, or 128 + the signal that ended it */
	GUARD_FAILED,  /* error */
};

struct guard_said {
	enum guard_event event;
	int value;
	err error;
};

_Noreturn void guard_main(const struct guard_options *o);
