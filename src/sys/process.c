/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"

#include "base/buf.h"
#include "base/text.h"
#include "sys/deadline.h"
#include "sys/environment.h"
#include "sys/file.h"
#include "sys/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What of a failing program's complaint is worth keeping. */
#define MESSAGE_MOST 2048
#define READ_SIZE 4096
/* How often the deadline is looked at. */
#define LOOK_MS 50

struct running {
	const struct process *process;
	struct deadline deadline;
	pid_t keeper; /* its number is that of the group */
	pid_t pid;
	int lifeline;        /* what the keeper reads from, and we close when we end */
	int output, message; /* our ends; -1 once the other side closed them */
	int ended;           /* readable when the program has ended */
	buf said, complained;
	struct foreground lent; /* the terminal */
	int interrupt;          /* the signal with which its user ended it; 0: he did not */
};

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

const char *process_find(const char *name, const char *path, struct arena *a)
{
	bytes rest = bytes_str(path), folder;

	if (strchr(name, '/'))
		return is_program(name) ? name : NULL;
	while (bytes_take_until(&rest, ':', &folder)) {
		const char *file = arena_printf(a, PRIb "/%s", BYTESF(folder), name);

		if (bytes_starts(folder, BYTES("/")) && is_program(file))
			return file;
	}
	return NULL;
}

static int make_input(const struct process *p, err *e)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "make a file in memory");
	if (file_write_all(fd, "input", p->input, e) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	(void)close(fd); /* it was ours alone */
	return err_is_set(e) ? -1 : err_set(e, ERR_IO, errno, "rewind a file in memory");
}

/* The first of the program's group: once nobody holds the other end of its standard input, which
 * is when we have ended, it ends the group. Threads may have been forked away in the middle of
 * anything, so system calls only. */
static _Noreturn void keep(int lifeline)
{
	uint8_t nothing;

	(void)setpgid(0, 0); /* the parent says the same */
	if (dup2(lifeline, STDIN_FILENO) < 0 || syscall(SYS_close_range, 1, ~0U, 0) < 0)
		_exit(1);
	while (read(STDIN_FILENO, &nothing, 1) < 0 && errno == EINTR)
		;
	(void)kill(0, SIGKILL);
	_exit(0);
}

static int start_keeper(struct running *r, err *e)
{
	int line[2];

	if (pipe2(line, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "make a pipe");
	auto_fd theirs = line[0];

	r->lifeline = line[1];
	r->keeper = fork();
	if (r->keeper < 0)
		return err_set(e, ERR_IO, errno, "make a process");
	if (r->keeper == 0)
		keep(theirs);
	(void)setpgid(r->keeper, r->keeper); /* whoever of both comes first */
	return 0;
}

/* Handlers and masks of ours are nothing for another program. */
static int spawn_clean(const char *path, const struct running *r,
                       posix_spawn_file_actions_t *actions, pid_t *out)
{
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int why = posix_spawnattr_init(&attributes);

	if (why)
		return why;
	sigemptyset(&none);
	sigfillset(&all);
	(void)posix_spawnattr_setsigmask(&attributes, &none); /* these only store a value */
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	(void)posix_spawnattr_setpgroup(&attributes, r->keeper);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
	                                                POSIX_SPAWN_SETPGROUP);
	/* posix_spawn promises not to change the words; its type is older than const. */
	union {
		const char *const *in;
		char *const *out;
	} words = { .in = r->process->argv };

	why = posix_spawn(out, path, actions, &attributes, words.out, r->process->environment);
	posix_spawnattr_destroy(&attributes);
	return why;
}

static int spawn(const char *path, struct running *r, const int fds[3], err *e)
{
	posix_spawn_file_actions_t actions;
	int why = posix_spawn_file_actions_init(&actions);

	if (why)
		return err_set(e, ERR_IO, why, "start '%s'", SHOW(bytes_str(path)));
	for (int i = 0; i < 3 && !why; i++)
		why = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (!why)
		why = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (!why)
		why = spawn_clean(path, r, &actions, &r->pid);
	posix_spawn_file_actions_destroy(&actions);
	return why ? err_set(e, ERR_IO, why, "start '%s'", SHOW(bytes_str(path))) : 0;
}

static int start(struct running *r, const char *path, err *e)
{
	int out[2] = { -1, -1 }, complaints[2] = { -1, -1 };
	auto_fd input = make_input(r->process, e);

	if (input < 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "make a pipe");
	r->output = out[0];
	auto_fd theirs = out[1];

	if (pipe2(complaints, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "make a pipe");
	r->message = complaints[0];
	auto_fd theirs_too = complaints[1];
	const int fds[3] = { input, theirs, theirs_too };

	if (start_keeper(r, e) < 0)
		return -1;
	if (r->process->asks)
		foreground_lend(r->keeper, &r->lent);
	if (spawn(path, r, fds, e) < 0)
		return -1;
	r->ended = pidfd_open(r->pid, 0);
	return r->ended < 0 ? err_set(e, ERR_IO, errno, "watch a process") : 0;
}

/* take(fd, into, keep, e): one read; what does not fit is an error for the output, and dropped from
 * the complaints. 1 when something came, 0 when there is nothing now. */
static int take(int *fd, buf *into, bool is_output, err *e)
{
	uint8_t part[READ_SIZE];
	ssize_t n = read(*fd, part, sizeof(part));
	size_t room = into->max - into->n;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		(void)close(*fd); /* read to its end */
		*fd = -1;
		return 0;
	}
	if ((size_t)n > room && is_output)
		(void)err_set(e, ERR_LIMIT, 0, "it says more than %zu bytes", into->max);
	else
		buf_put(into, bytes_slice(bytes_of(part, (size_t)n), 0, room));
	explicit_bzero(part, sizeof(part));
	return err_is_set(e) ? -1 : 1;
}

static int check_time(const struct running *r, err *e)
{
	bytes said = bytes_trim(buf_bytes(&r->complained));
	err late = { 0 };

	if (deadline_check(&r->deadline, &late) == 0)
		return 0;
	return err_set(e, ERR_LIMIT, 0, "it is not done within %u s%s%s",
	               (unsigned)((r->process->timeout_ms + 999) / 1000), said.n > 0 ? ": " : "",
	               SHOW(said));
}

/* What the program wrote before it ended is in the pipes; who else holds them is not waited for. */
static int drain(struct running *r, err *e)
{
	struct {
		int *fd;
		buf *into;
	} both[] = { { &r->output, &r->said }, { &r->message, &r->complained } };

	for (size_t i = 0; i < 2; i++) {
		int more = 1;

		if (*both[i].fd >= 0)
			(void)fcntl(*both[i].fd, F_SETFL, O_NONBLOCK); /* else read blocks, which is seen */
		while (more > 0 && *both[i].fd >= 0) {
			if (check_time(r, e) < 0)
				return -1;
			more = take(both[i].fd, both[i].into, i == 0, e);
		}
		if (more < 0)
			return -1;
	}
	return 0;
}

/* ^Z reached the program alone: all of the job stops, and goes on together. */
static void pause_too(struct running *r)
{
	foreground_take(&r->lent);
	(void)kill(0, SIGTSTP); /* our own group is there */
	foreground_lend(r->keeper, &r->lent);
	(void)kill(-r->keeper, SIGCONT); /* nobody has waited for it */
}

static int check_stopped(struct running *r, err *e)
{
	siginfo_t how = { 0 };

	if (waitid(P_PID, (id_t)r->pid, &how, WSTOPPED | WNOHANG) < 0 || how.si_pid == 0)
		return 0;
	if (how.si_status == SIGTTIN || how.si_status == SIGTTOU)
		return err_set(e, ERR_IO, 0, "it was stopped, for it asks on the terminal%s",
		               r->process->asks ? ": start this in the foreground" : "");
	if (how.si_status == SIGTSTP && r->lent.terminal >= 0)
		pause_too(r);
	return 0;
}

static int listen_to(struct running *r, err *e)
{
	for (;;) {
		struct pollfd watched[] = { { r->ended, POLLIN, 0 },
			                        { r->output, POLLIN, 0 },
			                        { r->message, POLLIN, 0 },
			                        { r->process->stop ? *r->process->stop : -1, POLLIN, 0 } };

		if (poll(watched, 4, LOOK_MS) < 0 && errno != EINTR)
			return err_set(e, ERR_IO, errno, "wait for a process");
		if (watched[0].revents)
			return drain(r, e);
		if (watched[1].revents && take(&r->output, &r->said, true, e) < 0)
			return -1;
		if (watched[2].revents)
			(void)take(&r->message, &r->complained, false, e); /* never fails */
		if (watched[3].revents)
			return err_set(e, ERR_IO, 0, "it was not waited for");
		if (check_stopped(r, e) < 0 || check_time(r, e) < 0)
			return -1;
	}
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* ^C ends the keeper, too; a program that took it and did well goes on. */
static int pressed(const struct running *r, int status, int keeper)
{
	bool ended = r->process->asks && status != 0 && WIFSIGNALED(keeper);

	return ended && (WTERMSIG(keeper) == SIGINT || WTERMSIG(keeper) == SIGQUIT) ? WTERMSIG(keeper)
	                                                                            : 0;
}

/* The group first: as long as nobody has waited for the keeper, its number is nobody else's. */
static int reap(struct running *r)
{
	int status = 0;

	if (r->keeper > 0)
		(void)kill(-r->keeper, SIGKILL); /* they may have ended by themselves */
	if (r->pid > 0)
		status = wait_for(r->pid);
	foreground_take(&r->lent);
	if (r->keeper > 0)
		r->interrupt = pressed(r, status, wait_for(r->keeper));
	return WIFSIGNALED(status) ? PROCESS_STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run(struct running *r, const char *path, struct arena *a, struct process_result *out,
               err *e)
{
	int heard = start(r, path, e);

	if (heard == 0)
		heard = listen_to(r, e);
	int status = reap(r);

	if (heard == 0)
		*out = (struct process_result){ status, arena_bytes(a, buf_bytes(&r->said)),
			                            arena_bytes(a, buf_bytes(&r->complained)) };
	return heard;
}

int process_run(const struct process *p, struct arena *a, struct process_result *out, err *e)
{
	const char *path = process_find(p->argv[0], environment_find(p->environment, "PATH"), a);
	struct running r = { .process = p,
		                 .deadline = deadline_in(p->timeout_ms),
		                 .lifeline = -1,
		                 .output = -1,
		                 .message = -1,
		                 .ended = -1,
		                 .said = BUF_SECRET(p->output_max),
		                 .complained = BUF_SECRET(MESSAGE_MOST),
		                 .lent = { .terminal = -1 } };

	if (!path)
		return err_set(e, ERR_ABSENT, 0, "there is no program '%s'%s", SHOW(bytes_str(p->argv[0])),
		               strchr(p->argv[0], '/') ? "" : " on PATH");
	int status = run(&r, path, a, out, e);

	file_close_at_end(&r.lifeline);
	file_close_at_end(&r.output);
	file_close_at_end(&r.message);
	file_close_at_end(&r.ended);
	buf_done(&r.said);
	buf_done(&r.complained);
	if (r.interrupt)
		(void)kill(0, r.interrupt); /* as the terminal would have done */
	return status < 0 ? err_wrap(e, "'%s'", SHOW(bytes_str(p->argv[0]))) : 0;
}
