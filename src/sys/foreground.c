/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/foreground.h"

#include "sys/file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

void foreground_lend(pid_t group, struct foreground *out)
{
	*out = (struct foreground){ .terminal = -1, .group = group };
	auto_fd terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0 || tcgetpgrp(terminal) != getpgrp() || tcgetattr(terminal, &out->was) < 0 ||
	    tcsetpgrp(terminal, group) < 0)
		return;
	out->terminal = terminal;
	terminal = -1;
}

/* Who is not in the foreground is stopped when he changes the terminal (SIGTTOU). */
void foreground_take(struct foreground *f)
{
	sigset_t stopping, before;

	if (f->terminal < 0)
		return;
	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTTOU);
	(void)pthread_sigmask(SIG_BLOCK, &stopping, &before); /* these are valid */
	/* Else somebody took it from both. Who hung up needs neither. */
	if (tcgetpgrp(f->terminal) == f->group && tcsetpgrp(f->terminal, getpgrp()) == 0)
		(void)tcsetattr(f->terminal, TCSANOW, &f->was);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)close(f->terminal); /* nothing is written to it */
	f->terminal = -1;
}
