/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/guard.h"

#include "base/limits.h"
#include "base/text.h"
#include "runtime/learn.h"
#include "runtime/program.h"
#include "runtime/stage.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Until the program runs it is looked for so often; after that only events wake us. inotify(7)
 * would tell of it, but to close that takes the kernel 8 ms. */
#define LOOK_MS 1

struct guard {
	const struct guard_options *o;
	struct arena arena;
	pid_t runtime, program; /* 0: not yet */
	bool started;           /* the program replaced the runtime's own code */
	int children;           /* readable when one has ended */
};

static const char *below(struct guard *g, const char *name)
{
	return arena_printf(&g->arena, "%s/%s", g->o->place->folder.path, name);
}

static void say(const struct guard *g, enum guard_event event, int value, const err *error)
{
	struct guard_said said = { .event = event, .value = value };

	if (error)
		said.error = *error;
	(void)send(g->o->channel, &said, sizeof(said),
	           MSG_NOSIGNAL); /* we end with who does not hear */
}

/* -- the program ------------------------------------------------------------------------------- */

/* Its process, as the runtime wrote it down. */
static void find_program(struct guard *g)
{
	err ignored = { 0 }; /* not written yet */
	uint64_t pid = 0;
	bytes text;

	if (file_read_all(below(g, STAGE_PID), 32, &g->arena, &text, &ignored) == 0 &&
	    text_take_u64(bytes_trim(text), 10, INT32_MAX, &pid))
		g->program = (pid_t)pid;
}

/* PF_FORKNOEXEC of the kernel's flags, the ninth field of /proc/PID/stat (proc(5)): the process
 * still runs the code of who forked it, and that is the runtime. The second field is a name in
 * brackets that may hold anything. */
static bool has_executed(struct guard *g)
{
	const char *path = arena_printf(&g->arena, "/proc/%d/stat", (int)g->program);
	err ignored = { 0 }; /* it has ended */
	uint64_t flags = 0;
	bytes text, field = { 0 };

	if (file_read_all(path, 4096, &g->arena, &text, &ignored) < 0)
		return false;
	text = bytes_skip(text, bytes_rfind(text, ')') + 2);
	for (int i = 3; i <= 9; i++)
		if (!bytes_take_until(&text, ' ', &field))
			return false;
	return text_take_u64(field, 10, UINT32_MAX, &flags) && (flags & 0x40) == 0;
}

static void look(struct guard *g)
{
	if (g->program == 0)
		find_program(g);
	if (g->program > 0 && has_executed(g)) {
		g->started = true;
		say(g, GUARD_STARTED, g->program, NULL);
	}
	arena_reset(&g->arena);
}

/* -- the runtime ------------------------------------------------------------------------------- */

/* What is on a terminal gets its signals from there, too: a program that is not meant to have one
 * goes where they do not reach. */
static void take_streams(const struct container_options *o)
{
	int ends[2];

	if (!o->hardening->terminal)
		(void)setsid(); /* a process that was just forked leads no group */
	for (int i = 0; i < 3; i++)
		if (o->streams[i] >= 0 && dup2(o->streams[i], i) < 0)
			_exit(127);
	/* This machine's /dev/null would become the program's: an empty pipe without a writer. */
	if (o->streams[0] == CONTAINER_NOTHING &&
	    (pipe2(ends, O_CLOEXEC) < 0 || dup2(ends[0], STDIN_FILENO) < 0))
		_exit(127);
	if (o->observer > 0 && learn_attach(o->observer) < 0)
		_exit(127);
	(void)close_range(3, ~0U, 0); /* they are closed by execve, too */
}

/* The runtime's own file, where nobody can write to it: a container may reach what runs it as
 * /proc/PID/exe (CVE-2019-5736), and a runtime that finds itself writable copies and starts itself
 * anew, which takes as long as its first start. -1: it may do so. */
static int open_runtime(const char *path)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &readonly, sizeof(readonly)) == 0)
		return fd;
	close(fd);
	return -1;
}

static _Noreturn void runtime_main(struct guard *g)
{
	const struct container_options *o = g->o->container;
	const struct host *host = o->host;
	const char *argv[16];
	char *const environment[] = { (char *)(uintptr_t) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	size_t n = 0;

	argv[n++] = host->runtime;
	argv[n++] = "--root";
	argv[n++] = below(g, STAGE_STATE);
	argv[n++] = "--log";
	argv[n++] = below(g, STAGE_LOG);
	if (host->is_crun)
		argv[n++] = host->cgroup ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled";
	else if (!host->cgroup) {
		argv[n++] = "--rootless"; /* what this changes is that cgroups may fail */
		argv[n++] = "true";
	}
	argv[n++] = "run";
	argv[n++] = "--bundle";
	argv[n++] = below(g, STAGE_BUNDLE);
	argv[n++] = "--pid-file";
	argv[n++] = below(g, STAGE_PID);
	argv[n++] = g->o->place->folder.id;
	argv[n] = NULL;
	take_streams(o);
	sigprocmask(SIG_SETMASK, &g->o->mask, NULL);
	int fd = open_runtime(host->runtime);

	if (fd >= 0)
		execveat(fd, "", (char *const *)(uintptr_t)argv, environment, AT_EMPTY_PATH);
	execve(host->runtime, (char *const *)(uintptr_t)argv, environment);
	_exit(127);
}

/* What the runtime said when it could not start the program: it has said it on the program's
 * standard error, too, and where that is ours the user has read it. */
static int runtime_failed(struct guard *g, bytes text, err *e)
{
	bool is_denied = bytes_search(text, BYTES("exec")) < text.n &&
	                 bytes_search(text, BYTES("ermission denied")) < text.n;

	const struct container_options *o = g->o->container;
	bool is_read = o->streams[STDERR_FILENO] < 0;

	if (text.n == 0)
		return err_set(e, ERR_IO, 0, "%s ended and started nothing", o->host->runtime);
	return err_set(e, is_denied ? ERR_USAGE : ERR_IO, 0, "%s%s%s", o->host->runtime,
	               is_read ? " did not start it: it says why above" : ": ",
	               is_read ? "" : SHOW(bytes_trim(text)));
}

/* conclude(g, status, out, e): the runtime has ended. A program can end before it was seen; then
 * its process was written down and there is nothing in the log. */
static int conclude(struct guard *g, int status, int *out, err *e)
{
	err ignored = { 0 }; /* it said nothing */
	bytes text = { 0 };

	(void)file_read_all(below(g, STAGE_LOG), 64 * KIB, &g->arena, &text, &ignored);
	find_program(g);
	if (!g->started && (text.n > 0 || g->program == 0))
		return runtime_failed(g, text, e);
	*out = WIFEXITED(status) ? WEXITSTATUS(status) : PROCESS_STATUS_SIGNAL + WTERMSIG(status);
	return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int start_runtime(struct guard *g, err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	g->children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->children < 0)
		return err_set(e, ERR_IO, errno, "signalfd");
	g->runtime = fork();
	if (g->runtime == 0)
		runtime_main(g);
	return g->runtime > 0 ? 0 : err_set(e, ERR_IO, errno, "fork");
}

/* The signal that the parent wants the program to have. Its end is ours. */
static void hear(const struct guard *g)
{
	int signal;

	if (recv(g->o->channel, &signal, sizeof(signal), 0) != sizeof(signal))
		_exit(0);
	if (g->program > 0)
		(void)kill(g->program, signal); /* it may have ended just now */
}

/* watch(g): until the runtime has ended: its wait status. Orphans of the container come to us,
 * too. */
static int watch(struct guard *g)
{
	struct pollfd events[] = { { g->o->channel, POLLIN, 0 }, { g->children, POLLIN, 0 } };
	struct signalfd_siginfo dropped;
	int status;
	pid_t done;

	for (;;) {
		while ((done = waitpid(-1, &status, WNOHANG)) > 0)
			if (done == g->runtime)
				return status;
		if (!g->started)
			look(g);
		if (poll(events, 2, g->started ? -1 : LOOK_MS) <= 0)
			continue;
		if (events[0].revents)
			hear(g);
		while (read(g->children, &dropped, sizeof(dropped)) > 0)
			;
	}
}

static int run(struct guard *g, int *out, err *e)
{
	const struct container_options *c = g->o->container;
	const struct host *host = c->host;
	struct stage_options stage = {
		.place = g->o->place->folder.path,
		.rootfs = c->rootfs,
		.hardening = c->hardening,
		.userxattr = host->as_user || host->is_nested,
		.has_cgroups = host->cgroups != CGROUPS_NONE,
		.host = { .is_mounted = true,
		          .cgroup = g->o->place->cgroup,
		          .user_namespace = host->as_user || host->user_namespace,
		          .id_base = host->id_base,
		          .ids = host->ids,
		          .no_memory = !host->limits_memory,
		          .no_swap = !host->limits_swap,
		          .no_processes = !host->limits_processes,
		          .compiled_filter = host->is_crun },
	};
	struct winsize size;
	int go;

	if (c->hardening->terminal && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
		stage.host.rows = size.ws_row;
		stage.host.columns = size.ws_col;
	}
	if (recv(g->o->channel, &go, sizeof(go), 0) != sizeof(go))
		_exit(0);
	if (host->as_user && (setgid(0) < 0 || setuid(0) < 0))
		return err_set(e, ERR_IO, errno, "become root of the user namespace");
	/* A change of ids takes both away: our end with the parent, and his right to our /proc. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	umask(022);
	if (stage_mount(&stage, e) < 0 || program_check(below(g, STAGE_ROOT), c->hardening, e) < 0 ||
	    start_runtime(g, e) < 0)
		return -1;
	return conclude(g, watch(g), out, e);
}

_Noreturn void guard_main(const struct guard_options *o)
{
	struct guard g = { .o = o };
	err e = { 0 };
	int status = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (run(&g, &status, &e) < 0)
		say(&g, GUARD_FAILED, 0, &e);
	else
		say(&g, GUARD_ENDED, status, NULL);
	_exit(0);
}
