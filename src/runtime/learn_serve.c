/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/learn_parts.h"

#include "sys/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE AUDIT_ARCH_X86_64
#endif

/* The descriptor by which the listener leaves the observed process: the one message that nobody can
 * be told of. So high that no program sends its first message by it. */
#define WAY_OUT 1000

/* The caller and we take turns, so one processor does for both (linux/seccomp.h of Linux 6.6). */
#define NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define NOTIF_SYNC_WAKE_UP 1UL

/* Sizes are taken so often. */
#define MEASURE_MS 50

/* -- the observed ------------------------------------------------------------------------------ */

static int install(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0,
		         5), /* the container's filter refuses it */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WAY_OUT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog all = { sizeof(program) / sizeof(*program), program };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
	                    &all);
}

int learn_attach(int socket)
{
	union {
		struct cmsghdr header;
		char octets[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char octet = 0;
	struct iovec one = { &octet, 1 };
	struct msghdr message = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	int listener = -1;

	if (dup2(socket, WAY_OUT) < 0 || (listener = install()) < 0)
		return -1;
	control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &listener, sizeof(listener));
	return sendmsg(WAY_OUT, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* -- the observer ------------------------------------------------------------------------------ */

/* A process of the container: its root is not ours. The runtime comes to have that root, too,
 * before it turns into the program; what it calls until then is not looked at. */
static bool is_inside(struct learn_watch *w, pid_t pid)
{
	const char *path = arena_printf(&w->scratch, "/proc/%d/root", (int)pid);
	struct stat own, its;

	return stat("/", &own) == 0 && stat(path, &its) == 0 &&
	       (own.st_dev != its.st_dev || own.st_ino != its.st_ino);
}

bool learn_waits(const struct learn_watch *w, const struct seccomp_notif *call)
{
	uint64_t id = call->id;

	return ioctl(w->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static bool is_program(struct learn_watch *w, const struct seccomp_notif *call)
{
	if (w->root >= 0) {
		if ((pid_t)call->pid != w->last) /* one call often follows the other */
			w->last_is_inside = is_inside(w, (pid_t)call->pid) && learn_waits(w, call);
		w->last = (pid_t)call->pid;
		return w->last_is_inside;
	}
	if ((call->data.nr != SYS_execve && call->data.nr != SYS_execveat) ||
	    !is_inside(w, (pid_t)call->pid))
		return false;
	w->root = open(arena_printf(&w->scratch, "/proc/%d/root", (int)call->pid),
	               O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->root >= 0 && !learn_waits(w, call)) {
		close(w->root);
		w->root = -1;
	}
	return w->root >= 0;
}

static void see(struct learn_watch *w, const struct seccomp_notif *call)
{
	int number = call->data.nr;
	uint64_t now = deadline_now_ms();

	if (number >= 0 && number < LIMIT_LEARN_CALLS && is_program(w, call)) {
		w->calls[number] = true;
		learn_take(w, call);
	}
	if (w->root >= 0 && (number == SYS_exit_group || now - w->looked_ms >= MEASURE_MS)) {
		learn_measure(w);
		w->looked_ms = now;
	}
}

/* One call: it goes on whatever we think of it. */
static bool serve_one(struct learn_watch *w, const struct seccomp_notif_sizes *sizes)
{
	struct seccomp_notif *call = arena_zero(&w->scratch, sizes->seccomp_notif);
	struct seccomp_notif_resp *answer = arena_zero(&w->scratch, sizes->seccomp_notif_resp);

	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_RECV, call) < 0)
		return errno == EINTR || errno == ENOENT; /* who asked has just been killed */
	answer->id = call->id;
	answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	see(w, call);
	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, answer) < 0)
		return errno == ENOENT;
	return true;
}

void learn_serve(struct learn_watch *w)
{
	struct seccomp_notif_sizes sizes;
	struct pollfd event = { w->listener, POLLIN, 0 };

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return;
	(void)ioctl(w->listener, NOTIF_SET_FLAGS, NOTIF_SYNC_WAKE_UP); /* from Linux 6.6 on */
	for (;; arena_reset(&w->scratch)) {
		if (poll(&event, 1, -1) < 0 && errno != EINTR)
			return;
		if (event.revents & POLLIN ? !serve_one(w, &sizes) : event.revents != 0)
			return;
	}
}
