/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_output.h"

#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PART 4096

/* show(s, out): lines and tabs are what a text has anyway. */
static void show(bytes s, buf *out)
{
	for (size_t n; s.n > 0; s = bytes_skip(s, n + 1)) {
		for (n = 0; n < s.n && s.p[n] != '\n' && s.p[n] != '\t';)
			n++;
		text_show(out, bytes_slice(s, 0, n));
		buf_put(out, bytes_slice(s, n, 1));
	}
}

/* copy(shows, e): until nobody writes any more. What is shown waits for the rest of what was
 * cut. */
static int copy(bool shows, err *e)
{
	uint8_t part[PART];
	buf shown = BUF_INIT(4 * PART);
	size_t kept = 0;
	int status = 0;
	ssize_t n;

	do {
		n = read(STDIN_FILENO, part + kept, sizeof(part) - kept);
		if (n < 0 && errno == EINTR)
			continue;
		bytes all = bytes_of(part, kept + (n > 0 ? (size_t)n : 0));

		kept = shows && n > 0 ? text_begun(all) : 0;
		all = bytes_slice(all, 0, all.n - kept);
		shown.n = 0;
		if (shows)
			show(all, &shown);
		status = file_write_all(STDOUT_FILENO, "", shows ? buf_bytes(&shown) : all, e);
		memmove(part, part + all.n, kept);
	} while (status == 0 && (n > 0 || (n < 0 && errno == EINTR)));
	buf_done(&shown);
	return status;
}

/* In a session of its own no signal of the terminal reaches it. */
static _Noreturn void copier_main(int pipe, int terminal, bool shows)
{
	err ignored = { 0 }; /* the terminal is gone: then who writes gets a SIGPIPE */

	(void)setsid(); /* a process that was just forked leads no group */
	if (dup2(pipe, STDIN_FILENO) < 0 || dup2(terminal, STDOUT_FILENO) < 0 ||
	    close_range(2, ~0U, 0) < 0)
		_exit(1);
	(void)copy(shows, &ignored);
	_exit(0);
}

static int start_copier(int terminal, bool shows, int *out_process, err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	*out_process = fork();
	if (*out_process == 0) {
		close(ends[1]);
		copier_main(ends[0], terminal, shows);
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

static int part(struct run_output *o, int fd, bool shows, err *e)
{
	int i = fd - STDOUT_FILENO;
	bool follows = fd == STDERR_FILENO && are_same(o->terminals[0], fd);

	o->terminals[i] = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (o->terminals[i] < 0 || (follows && dup2(STDOUT_FILENO, fd) < 0))
		return err_set(e, ERR_IO, errno, "descriptor %d", fd);
	return follows ? 0 : start_copier(fd, shows, &o->processes[i], e);
}

int run_output_part(struct run_output *o, err *e)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd) && part(o, fd, false, e) < 0) {
			run_output_join(o);
			return -1;
		}
	return 0;
}

int run_output_show(struct run_output *o, err *e)
{
	if (part(o, STDERR_FILENO, true, e) == 0)
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
