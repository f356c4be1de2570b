/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/container.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What we are sent and the program is to get. */
static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH };

struct guard {
	const struct container_options *o;
	struct arena arena;
	int report;    /* a pipe: how it went */
	int go;        /* a pipe: our ids are mapped */
	sigset_t mask; /* of before */
};

static void block_signals(sigset_t *out_before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, out_before);
}

/* wait_for(pid, to): the child's wait status; meanwhile to(ctx) says who gets our signals. */
static int wait_for(pid_t pid, pid_t (*to)(void *ctx), void *ctx)
{
	sigset_t set;
	int status = 0, signal;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaddset(&set, forwarded[i]);
	for (;;) {
		pid_t done = waitpid(-1, &status, WNOHANG); /* orphans of the container, too */

		if (done == pid || (done < 0 && errno == ECHILD))
			return status;
		if (done > 0)
			continue;
		if (sigwait(&set, &signal) == 0 && signal != SIGCHLD) {
			pid_t target = to(ctx);

			if (target > 0)
				(void)kill(target, signal); /* it may have ended just now */
		}
	}
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* -- in the guard ------------------------------------------------------------------------------ */

static const char *below(struct guard *g, const char *name)
{
	return arena_printf(&g->arena, "%s/%s", g->o->place, name);
}

/* The program's process, as the runtime wrote it down; 0 before that. */
static pid_t program_of(void *ctx)
{
	struct guard *g = ctx;
	err ignored = { 0 }; /* not started yet */
	uint64_t pid = 0;
	bytes text;

	if (file_read_all(below(g, STAGE_PID), 32, &g->arena, &text, &ignored) < 0 ||
	    !text_take_u64(bytes_trim(text), 10, INT32_MAX, &pid))
		return 0;
	return (pid_t)pid;
}

/* Never returns. */
static void start_runtime(struct guard *g)
{
	const struct container_options *o = g->o;
	const char *argv[16];
	char *const environment[] = { (char *)(uintptr_t) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	size_t n = 0;

	argv[n++] = o->runtime;
	argv[n++] = "--root";
	argv[n++] = below(g, STAGE_STATE);
	argv[n++] = "--log";
	argv[n++] = below(g, STAGE_LOG);
	if (o->is_crun)
		argv[n++] = o->has_cgroups ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled";
	argv[n++] = "run";
	argv[n++] = "--bundle";
	argv[n++] = below(g, STAGE_BUNDLE);
	argv[n++] = "--pid-file";
	argv[n++] = below(g, STAGE_PID);
	argv[n++] = o->id;
	argv[n] = NULL;
	sigprocmask(SIG_SETMASK, &g->mask, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(o->runtime, (char *const *)(uintptr_t)argv, environment);
	_exit(127);
}

/* What the runtime says when it could not start the program; crun's first line has the reason. */
static int runtime_failed(struct guard *g, err *e)
{
	err ignored = { 0 }; /* it said nothing */
	bytes text = { 0 };

	(void)file_read_all(below(g, STAGE_LOG), 64 * KIB, &g->arena, &text, &ignored);
	enum err_kind kind = bytes_search(text, BYTES("executable file")) < text.n ||
	                             bytes_search(text, BYTES("No such file")) < text.n
	                         ? ERR_ABSENT
	                         : ERR_IO;

	return err_set(e, kind, 0, "%s: %s", g->o->runtime,
	               text.n > 0 ? SHOW(bytes_trim(text)) : "did not start");
}

static int guard_run(struct guard *g, int *out, err *e)
{
	const struct container_options *o = g->o;
	struct stage_options stage = {
		.place = o->place,
		.rootfs = o->rootfs,
		.hardening = o->hardening,
		.as_user = o->as_user,
		.host = { .cgroup = o->has_cgroups ? arena_printf(&g->arena, "/oakum/%s", o->id) : NULL,
		          .as_user = o->as_user,
		          .compiled_filter = o->is_crun },
	};
	char ready;

	if (g->go >= 0 && read(g->go, &ready, 1) != 1)
		return err_set(e, ERR_IO, 0, "the user namespace got no ids");
	if (o->as_user && (setgid(0) < 0 || setuid(0) < 0))
		return err_set(e, ERR_IO, errno, "become root of the user namespace");
	if (stage_mount(&stage, e) < 0)
		return -1;
	pid_t pid = fork();

	if (pid < 0)
		return err_set(e, ERR_IO, errno, "fork");
	if (pid == 0)
		start_runtime(g);
	*out = status_of(wait_for(pid, program_of, g));
	return program_of(g) > 0 ? 0 : runtime_failed(g, e);
}

static _Noreturn void guard_main(struct guard *g)
{
	buf report = BUF_INIT(LIMIT_RECORD);
	err e = { 0 };
	int status = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)guard_run(g, &status, &e);
	pack_err(&report, &e);
	pack_u64(&report, (uint64_t)status);
	err ignored = { 0 }; /* nobody is there to hear it */
	(void)file_write_all(g->report, "report", buf_bytes(&report), &ignored);
	_exit(0);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static pid_t guard_of(void *ctx)
{
	return *(pid_t *)ctx;
}

static int take_report(int fd, struct arena *a, int *out, err *e)
{
	uint64_t status;
	bytes text;

	if (file_read_fd(fd, "the guard's report", 64 * KIB, a, &text, e) < 0)
		return -1;
	if (!pack_take_err(&text, e))
		return err_set(e, ERR_IO, 0, "the guard of the container was killed");
	if (err_is_set(e))
		return -1;
	if (!pack_take_u64(&text, 255, &status))
		return err_set(e, ERR_BUG, 0, "the guard's report cannot be read");
	*out = (int)status;
	return 0;
}

int container_run(const struct container_options *o, int *out, err *e)
{
	struct guard g = { .o = o, .go = -1 };
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_IO, errno, "pipe");
	g.report = ends[1];
	block_signals(&g.mask);
	pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

	if (pid == 0)
		guard_main(&g);
	close(ends[1]);
	int status = pid < 0 ? err_set(e, ERR_IO, errno, "a process in namespaces of its own") : 0;

	if (status == 0) {
		(void)wait_for(pid, guard_of, &pid); /* how it went it reports itself */
		status = take_report(ends[0], &g.arena, out, e);
	}
	close(ends[0]);
	sigprocmask(SIG_SETMASK, &g.mask, NULL);
	arena_done(&g.arena);
	return status;
}
