/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/container.h"

#include "base/limits.h"
#include "base/text.h"
#include "runtime/guard.h"
#include "runtime/relay.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What we are sent and the program is to get. */
static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH };

/* How often a deadline is looked at. */
#define LOOK_MS 20

struct container {
	struct arena arena;
	const struct container_options *options;
	struct place place;
	struct netns network;
	struct relay relay;
	sigset_t mask; /* of before */
	int signals;   /* readable: one came for the program */
	int channel;
	pid_t guard;
	bool ended;
	int status;    /* its program's */
	int pressed;   /* so often Ctrl-C on our terminal */
	int interrupt; /* options->stops: the signal that we got; 0: none */
};

/* -- signals ----------------------------------------------------------------------------------- */

static int block_signals(struct container *c, err *e)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		if (forwarded[i] != SIGWINCH || !c->options->stops)
			sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, &c->mask);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return c->signals >= 0 ? 0 : err_set(e, ERR_IO, errno, "signalfd");
}

int container_interrupt(const struct container *c)
{
	return c->options->stops ? c->signals : -1;
}

int container_signal(struct container *c, int signal, err *e)
{
	if (c->ended || send(c->channel, &signal, sizeof(signal), MSG_NOSIGNAL) == sizeof(signal) ||
	    errno == EPIPE || errno == ECONNRESET)
		return 0; /* what has ended needs none */
	return err_set(e, ERR_IO, errno, "signal %d to the container", signal);
}

static int take_signals(struct container *c, err *e)
{
	struct signalfd_siginfo info;

	while (read(c->signals, &info, sizeof(info)) == sizeof(info))
		if (!c->options->stops) {
			if (info.ssi_signo == SIGINT && info.ssi_code == SI_KERNEL && ++c->pressed == 3)
				info.ssi_signo = SIGKILL;
			if (container_signal(c, (int)info.ssi_signo, e) < 0)
				return -1;
		} else {
			c->interrupt = (int)info.ssi_signo;
		}
	return 0;
}

/* -- the guard --------------------------------------------------------------------------------- */

static int write_text(const char *path, const char *text, err *e)
{
	auto_fd fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s", path);
	return file_write_all(fd, path, bytes_str(text), e);
}

/* An ordinary user may give the namespace his own ids alone (user_namespaces(7)). */
static int map_ids(struct container *c, err *e)
{
	const char *folder = arena_printf(&c->arena, "/proc/%d", (int)c->guard);

	if (!c->options->host->as_user)
		return 0;
	if (write_text(arena_printf(&c->arena, "%s/setgroups", folder), "deny", e) < 0 ||
	    write_text(arena_printf(&c->arena, "%s/uid_map", folder),
	               arena_printf(&c->arena, "0 %u 1", (unsigned)geteuid()), e) < 0 ||
	    write_text(arena_printf(&c->arena, "%s/gid_map", folder),
	               arena_printf(&c->arena, "0 %u 1", (unsigned)getegid()), e) < 0)
		return err_wrap(e, "a user namespace");
	return 0;
}

static int start_guard(struct container *c, err *e)
{
	struct guard_options o = { c->options, &c->place, -1, c->mask };
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	int ends[2], go = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, ERR_IO, errno, "socketpair");
	c->channel = ends[0];
	o.channel = ends[1];
	if (c->options->host->as_user)
		flags |= CLONE_NEWUSER;
	c->guard = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (c->guard == 0) {
		close(ends[0]); /* our end is to be the only one */
		guard_main(&o);
	}
	int why = errno;

	close(ends[1]);
	if (c->guard < 0)
		return err_set(e, ERR_IO, why, "a process in namespaces of its own%s",
		               c->options->host->as_user
		                   ? " (who is not root needs user namespaces: user.max_user_namespaces, "
		                     "AppArmor or the filter of the container that we are in forbid them)"
		                   : "");
	return map_ids(c, e) < 0 || container_signal(c, go, e) < 0 ? -1 : 0;
}

/* take(c, out, e): what the guard says next. A guard that ends otherwise was killed. */
static int take(struct container *c, struct guard_said *out, err *e)
{
	ssize_t n;

	do
		n = recv(c->channel, out, sizeof(*out), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(*out))
		return err_set(e, ERR_IO, 0, "the guard of the container was killed");
	c->ended = out->event != GUARD_STARTED;
	if (out->event == GUARD_ENDED)
		c->status = out->value;
	if (out->event == GUARD_FAILED)
		*e = out->error;
	return out->event == GUARD_FAILED ? -1 : 0;
}

/* A program that ended already has no network any more; nobody has to connect to it. */
static int take_network(struct container *c, int program, err *e)
{
	const char *process = arena_printf(&c->arena, "/proc/%d/root/proc/%d", (int)c->guard, program);

	if (netns_open(process, &c->network, e) == 0)
		return relay_start(&c->relay, &c->network, e);
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e);
	return 0;
}

static int start(struct container *c, err *e)
{
	const struct hardening *h = c->options->hardening;
	struct guard_said said;

	/* What shares our network needs no relay. */
	if (block_signals(c, e) < 0 ||
	    (hardening_has(h, DEFENCE_NETWORK) && relay_open(h, &c->relay, e) < 0) ||
	    place_make(c->options->stages, c->options->host, &c->arena, &c->place, e) < 0 ||
	    start_guard(c, e) < 0 || take(c, &said, e) < 0)
		return -1;
	return said.event == GUARD_STARTED ? take_network(c, said.value, e) : 0;
}

int container_start(const struct container_options *o, struct container **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct container *c = arena_new(&a, struct container);

	c->arena = a;
	c->options = o;
	c->signals = c->channel = c->place.folder.lock = c->network.user = c->network.network = -1;
	c->guard = -1;
	if (start(c, e) < 0) {
		container_stop(c);
		return -1;
	}
	*out = c;
	return 0;
}

/* -- while it runs ----------------------------------------------------------------------------- */

int container_wait(struct container *c, const struct deadline *d, int *out, err *e)
{
	struct pollfd events[] = { { c->channel, POLLIN, 0 }, { c->signals, POLLIN, 0 } };
	struct guard_said said;

	while (!c->ended) {
		err late = { 0 };
		bool over = d && deadline_check(d, &late) < 0;
		int said_some = poll(events, 2, !d ? -1 : over ? 0 : LOOK_MS);

		if (said_some <= 0 && over)
			return 0;
		if (said_some > 0 && ((events[1].revents && take_signals(c, e) < 0) ||
		                      (events[0].revents && take(c, &said, e) < 0)))
			return -1;
		if (c->interrupt > 0) {
			*out = c->interrupt;
			c->interrupt = 0;
			return 0;
		}
	}
	*out = c->status;
	return 1;
}

int container_end(struct container *c, int *out, err *e)
{
	const struct deadline patience = deadline_in(LIMIT_STOP_MS);

	if (container_signal(c, SIGTERM, e) < 0)
		return -1;
	int ended = container_wait(c, &patience, out, e);

	if (ended == 0)
		*out = PROCESS_STATUS_SIGNAL + SIGKILL;
	return ended;
}

int container_connect(struct container *c, uint16_t port, int *out, err *e)
{
	if (c->ended || c->network.network < 0)
		return err_set(e, ERR_NET, 0, "port %u: the program has ended", (unsigned)port);
	return netns_connect(&c->network, port, out, e);
}

/* -- its end ----------------------------------------------------------------------------------- */

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void container_stop(struct container *c)
{
	if (!c)
		return;
	if (c->guard > 0) {
		if (!c->ended)
			(void)kill(c->guard, SIGKILL); /* the kernel ends what it guards */
		while (waitpid(c->guard, NULL, 0) < 0 && errno == EINTR)
			;
	}
	relay_stop(&c->relay);
	netns_close(&c->network);
	place_remove(&c->place);
	close_one(c->channel);
	if (c->signals >= 0) {
		close(c->signals);
		sigprocmask(SIG_SETMASK, &c->mask, NULL);
	}
	struct arena a = c->arena; /* which holds c */

	arena_done(&a);
}
