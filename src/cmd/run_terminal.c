/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* In a session of its own no signal of the terminal reaches it. */
static _Noreturn void keeper_main(int channel, const struct termios *was)
{
	char dropped;

	(void)setsid(); /* a process that was just forked leads no group */
	while (read(channel, &dropped, 1) < 0 && errno == EINTR)
		;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, was); /* the terminal may be gone */
	_exit(0);
}

int run_terminal_keep(struct run_terminal *out, err *e)
{
	struct termios was;
	int ends[2];

	if (tcgetattr(STDIN_FILENO, &was) < 0)
		return err_set(e, ERR_USAGE, 0, "--tty: standard input is no terminal");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	pid_t pid = fork();

	if (pid == 0) {
		close(ends[1]);
		keeper_main(ends[0], &was);
	}
	close(ends[0]);
	if (pid < 0) {
		int why = errno;

		close(ends[1]);
		return err_set(e, ERR_IO, why, "fork");
	}
	*out = (struct run_terminal){ ends[1], pid };
	return 0;
}

void run_terminal_restore(struct run_terminal *t)
{
	if (t->process <= 0)
		return;
	close(t->channel);
	while (waitpid(t->process, NULL, 0) < 0 && errno == EINTR)
		;
}
