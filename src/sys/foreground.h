/* SPDX-License-Identifier: Apache-2.0 */
/* foreground - the terminal, lent to another process group while that runs.
 *
 * A group that is not in the foreground is stopped when it reads from the terminal (termios(3),
 * SIGTTIN). Threading: one borrower at a time; a second gets nothing. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct foreground {
	int terminal; /* -1: nothing was lent */
	pid_t group;
	struct termios was;
};

/* foreground_lend(group, out): when this process has a controlling terminal whose foreground group
 * is its own. foreground_take(f): back from that group, as it was, whatever the group did to it;
 * as long as the group's leader was not waited for. Also where nothing was lent. */
void foreground_lend(pid_t group, struct foreground *out);
void foreground_take(struct foreground *f);
