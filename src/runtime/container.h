/* SPDX-License-Identifier: Apache-2.0 */
/* container - a hardened container from start to end, by an OCI runtime (crun, else runc).
 *
 * A guard (guard.h), the first process of a pid and a mount namespace of its own (and of a user
 * namespace, for an ordinary user), stages the root, starts the runtime and waits. It dies with us,
 * however we end, and with it everything in the container and every mount; a cgroup and a folder
 * that are left are removed by the next start. Ports are published by a relay (relay.h).
 * Threading: forks; called by a process with one thread. Several containers may run at once. */
#pragma once

#include "confine/hardening.h"
#include "rootfs/rootfs.h"
#include "runtime/host.h"

/* As stream 0: there is nothing to read. */
#define CONTAINER_NOTHING (-2)

struct container_options {
	const struct hardening *hardening;
	const struct rootfs *rootfs;
	const struct host *host;
	const char *stages; /* an existing folder of ours: each container has one of its own below it */
	int streams[3];     /* what its program has as 0, 1 and 2: pipes, as the runtime gives what
	                       they are to the program's user; -1: ours, which are pipes then */
	bool stops;         /* signals that we get are no matter of the program's: they end the wait */
	int observer;       /* a socket for learn_attach; 0: nobody is told of its calls */
};

struct container;

/* container_start(o, out, e): until its program was started; borrows *o until container_stop.
 * Signals that are meant for the program (container_wait) are blocked from now on.
 * ERR_ABSENT: the program is not in the image; ERR_USAGE: it is there and cannot be run; ERR_IO:
 * what this machine does not let us do, or what the runtime says. */
int container_start(const struct container_options *o, struct container **out, err *e);

/* container_wait(c, d, out, e): until the program ends (1; *out: its exit status, or 128 + the
 * signal that ended it) or the deadline passes (0; NULL: none). Signals that we get meanwhile
 * (TERM, INT, HUP, QUIT, USR1, USR2, WINCH) go on to the program, the
 * third Ctrl-C of a terminal as SIGKILL, as docker has it; with o->stops all but WINCH, which
 * is nobody's then, end the wait: 0, *out: the signal. */
int container_wait(struct container *c, const struct deadline *d, int *out, err *e);

/* container_interrupt(c): with o->stops a descriptor that is readable once there is such a signal,
 * which the next container_wait tells: for whoever waits for something else. -1: there is none. */
int container_interrupt(const struct container *c);

/* container_signal(c, signal, e): to the program; nothing when it has ended. */
int container_signal(struct container *c, int signal, err *e);

/* container_end(c, out, e): asks the program to end by SIGTERM and gives it LIMIT_STOP_MS, as
 * docker stop does: 1, *out as from container_wait; 0 when it did not (container_stop kills it;
 * *out: 128 + SIGKILL). */
int container_end(struct container *c, int *out, err *e);

/* container_connect(c, port, out, e): a TCP connection to 127.0.0.1:port as its program sees it.
 * ERR_NET: nobody listens, or it has ended. The caller closes *out. */
int container_connect(struct container *c, uint16_t port, int *out, err *e);

/* container_stop(c): what still runs is killed; nothing is left: no process, mount, cgroup, state.
 * NULL is fine. */
void container_stop(struct container *c);
