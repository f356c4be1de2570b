/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_output.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a session of its own no signal of the terminal reaches it. */
static _Noreturn void copier_main(int pipe, int terminal)
{
	uint8_t part[4096];
	err ignored = { 0 }; /* the terminal is gone: then who writes gets a SIGPIPE */
	ssize_t n;

	(void)setsid(); /* a process that was just forked leads no group */
	if (dup2(pipe, STDIN_FILENO) < 0 || dup2(terminal, STDOUT_FILENO) < 0 ||
	    close_range(2, ~0U, 0) < 0)
		_exit(1);
	while ((n = read(STDIN_FILENO, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && file_write_all(STDOUT_FILENO, "", bytes_of(part, (size_t)n), &ignored) < 0)
			break;
	_exit(0);
}

static int start_copier(int terminal, int *out_process, err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	*out_process = fork();
	if (*out_process == 0) {
		close(ends[1]);
		copier_main(ends[0], terminal);
	}
	int why = *out_process < 0 || dup2(ends[1], terminal) < 0 ? errno : 0;

	close(ends[0]);
	close(ends[1]);
	return why ? err_set(e, ERR_IO, why, "a process that copies to the terminal") : 0;
}

static bool are_same(int a, int b)
{
	struct stat x, y;

	return a >= 0 && fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_rdev == y.st_rdev;
}

static int part(struct run_output *o, int fd, err *e)
{
	int i = fd - STDOUT_FILENO;
	bool follows = fd == STDERR_FILENO && are_same(o->terminals[0], fd);

	if (!isatty(fd))
		return 0;
	o->terminals[i] = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (o->terminals[i] < 0 || (follows && dup2(STDOUT_FILENO, fd) < 0))
		return err_set(e, ERR_IO, errno, "the terminal");
	return follows ? 0 : start_copier(fd, &o->processes[i], e);
}

int run_output_part(struct run_output *o, err *e)
{
	if (part(o, STDOUT_FILENO, e) == 0 && part(o, STDERR_FILENO, e) == 0)
		return 0;
	run_output_join(o);
	return -1;
}

void run_output_join(struct run_output *o)
{
	for (int i = 0; i < 2; i++)
		if (o->terminals[i] >= 0) {
			(void)dup2(o->terminals[i], STDOUT_FILENO + i);
			close(o->terminals[i]);
		}
	for (int i = 0; i < 2; i++)
		while (o->processes[i] > 0 && waitpid(o->processes[i], NULL, 0) < 0 && errno == EINTR)
			;
	*o = (struct run_output)RUN_OUTPUT_NONE;
}
