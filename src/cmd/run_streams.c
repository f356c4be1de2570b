/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_streams.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PART 65536 /* as much as a pipe holds */

/* -- the process that copies ------------------------------------------------------------------- */

/* Who gave us a descriptor may have it not block. */
static bool awaited(int fd, short event)
{
	struct pollfd one = { fd, event, 0 };

	return errno == EINTR || (errno == EAGAIN && (poll(&one, 1, -1) >= 0 || errno == EINTR));
}

/* put(s): 0, or an errno. */
static int put(bytes s)
{
	while (s.n > 0) {
		ssize_t n = write(STDOUT_FILENO, s.p, s.n);

		if (n < 0 && !awaited(STDOUT_FILENO, POLLOUT))
			return errno;
		s = bytes_skip(s, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

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

/* copy(shows): until nobody writes any more: 0, or an errno. What is shown waits for the rest of
 * what was cut. Nothing stays: what a program writes may be a secret. */
static int copy(bool shows)
{
	uint8_t part[PART];
	buf shown = BUF_INIT(4 * PART);
	size_t kept = 0;
	int why = 0;
	ssize_t n;

	do {
		do
			n = read(STDIN_FILENO, part + kept, sizeof(part) - kept);
		while (n < 0 && awaited(STDIN_FILENO, POLLIN));
		int failed = n < 0 ? errno : 0;
		bytes all = bytes_of(part, kept + (n > 0 ? (size_t)n : 0));

		kept = shows && n > 0 ? text_begun(all) : 0;
		all = bytes_slice(all, 0, all.n - kept);
		shown.n = 0;
		if (shows)
			show(all, &shown);
		why = put(shows ? buf_bytes(&shown) : all);
		memmove(part, part + all.n, kept);
		explicit_bzero(part + kept, all.n);
		why = why ? why : failed;
	} while (why == 0 && n > 0);
	buf_done(&shown);
	return why;
}

/* Its end comes with that of who writes: what ends us by a signal, a service manager or a terminal,
 * must not take the program's last words. What reads a terminal stays in its job, so that a job in
 * the background takes nothing from it; it ends with us. */
static _Noreturn void copier_main(int from, int to, bool shows)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGTSTP);
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	if (from == STDIN_FILENO)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	else
		(void)setsid(); /* a process that was just forked leads no group */
	if (dup2(from, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0 || close_range(2, ~0U, 0) < 0)
		_exit(errno);
	_exit(copy(shows));
}

static int start_copier(struct run_streams *s, int fd, bool shows, err *e)
{
	int ends[2], ours = fd == STDIN_FILENO ? 0 : 1;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	s->processes[fd] = fork();
	if (s->processes[fd] == 0)
		copier_main(ours == 0 ? fd : ends[0], ours == 0 ? ends[1] : fd, shows);
	int why = s->processes[fd] < 0 || dup2(ends[ours], fd) < 0 ? errno : 0;

	close(ends[0]);
	close(ends[1]);
	return why ? err_set(e, ERR_IO, why, "a process that copies for the program") : 0;
}

/* -- ours -------------------------------------------------------------------------------------- */

static bool are_same(int a, int b)
{
	struct stat x, y;

	return a >= 0 && fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int part(struct run_streams *s, int fd, bool shows, err *e)
{
	bool follows = fd == STDERR_FILENO && are_same(s->kept[STDOUT_FILENO], fd);

	s->kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (s->kept[fd] < 0 || (follows && dup2(STDOUT_FILENO, fd) < 0))
		return err_set(e, ERR_IO, errno, "descriptor %d", fd);
	return follows ? 0 : start_copier(s, fd, shows, e);
}

int run_streams_part(struct run_streams *s, enum run_streams_kind kind, err *e)
{
	int first = kind == RUN_STREAMS_ALL ? STDIN_FILENO : STDOUT_FILENO;

	for (int fd = first; fd <= STDERR_FILENO; fd++)
		if (!(kind == RUN_STREAMS_TERMINAL && isatty(fd)) && part(s, fd, false, e) < 0) {
			(void)run_streams_join(s, &(err){ 0 }); /* the first failure is told */
			return -1;
		}
	return 0;
}

int run_streams_show(struct run_streams *s, err *e)
{
	if (part(s, STDERR_FILENO, true, e) == 0)
		return 0;
	(void)run_streams_join(s, &(err){ 0 }); /* the first failure is told */
	return -1;
}

/* end(process, fd, e): waits for who copies. */
static int end(int process, int fd, err *e)
{
	static const char *const names[] = { "read standard input", "write to standard output",
		                                 "write to standard error" };
	int status = 0;

	while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
		;
	int why = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	return why == 0 || why == EPIPE ? 0 : err_set(e, ERR_IO, why, "%s", names[fd]);
}

int run_streams_join(struct run_streams *s, err *e)
{
	int status = 0;

	for (int fd = 0; fd < 3; fd++)
		if (s->kept[fd] >= 0) {
			(void)dup2(s->kept[fd], fd);
			close(s->kept[fd]);
		}
	if (s->processes[STDIN_FILENO] > 0)
		(void)kill(s->processes[STDIN_FILENO], SIGKILL); /* nobody reads what it would bring */
	for (int fd = 0; fd < 3; fd++)
		if (end(s->processes[fd], fd, status < 0 ? &(err){ 0 } : e) < 0)
			status = -1;
	*s = (struct run_streams)RUN_STREAMS_NONE;
	return status;
}
