/* SPDX-License-Identifier: Apache-2.0 */
/* run_terminal - the terminal as it was, however we end.
 *
 * The OCI runtime gives the program a terminal of its own and passes octets and sizes on between
 * that and ours, which it makes raw. A process of its own keeps what ours was like and restores it
 * when we say so, or die. Threading: forks; belongs to the main thread. */
#pragma once

#include "base/err.h"

struct run_terminal {
	int channel; /* its end is the sign */
	int process;
};

#define RUN_TERMINAL_NONE \
	{ \
		-1, 0 \
	}

/* run_terminal_keep(out, e): ERR_USAGE: our standard input is none. run_terminal_restore: also when
 * none was kept. */
int run_terminal_keep(struct run_terminal *out, err *e);
void run_terminal_restore(struct run_terminal *t);
