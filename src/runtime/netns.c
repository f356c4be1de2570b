/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/netns.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that ends has no memory any more, and then no folder (proc(5), statm). */
static bool has_ended(const char *process)
{
	char path[160], size[2] = "";

	(void)snprintf(path, sizeof(path), "%s/statm", process); /* what is cut is not found */
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, size, sizeof(size)) < 0)
		return errno == ENOENT || errno == ESRCH;
	return memcmp(size, "0 ", sizeof(size)) == 0;
}

/* Of a process that ends while its path is followed, the kernel says EACCES, too. */
static int open_namespace(const char *process, const char *kind, int *out, err *e)
{
	char path[160];

	if ((size_t)snprintf(path, sizeof(path), "%s/ns/%s", process, kind) >= sizeof(path))
		return err_set(e, ERR_IO, ENAMETOOLONG, "%s", SHOW(bytes_str(process)));
	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out >= 0)
		return 0;
	int why = errno;
	bool ended = why == ENOENT || why == ESRCH || (why == EACCES && has_ended(process));

	return err_set(e, ended ? ERR_ABSENT : ERR_IO, why, "%s", SHOW(bytes_str(path)));
}

int netns_open(const char *process, struct netns *out, err *e)
{
	struct stat theirs, ours;

	*out = (struct netns){ -1, -1 };
	if (open_namespace(process, "user", &out->user, e) < 0 ||
	    open_namespace(process, "net", &out->network, e) < 0)
		return -1;
	/* Nobody may enter the user namespace that he is in. */
	if (fstat(out->user, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	    theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino) {
		close(out->user);
		out->user = -1;
	}
	return 0;
}

void netns_close(struct netns *n)
{
	if (n->user >= 0)
		close(n->user);
	if (n->network >= 0)
		close(n->network);
	*n = (struct netns){ -1, -1 };
}

int netns_enter(const struct netns *n, err *e)
{
	if ((n->user >= 0 && setns(n->user, CLONE_NEWUSER) < 0) || setns(n->network, CLONE_NEWNET) < 0)
		return err_set(e, ERR_IO, errno, "enter the network of the container");
	return 0;
}

/* -- a socket of it ---------------------------------------------------------------------------- */

union control { /* room for one descriptor, aligned as cmsg(3) wants it */
	char octets[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

/* send_socket(channel, fd, why): the descriptor, or errno when there is none. */
static void send_socket(int channel, int fd, int why)
{
	union control control = { { 0 } };
	struct iovec part = { &why, sizeof(why) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = control.octets;
		message.msg_controllen = sizeof(control.octets);
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
			                               .cmsg_level = SOL_SOCKET,
			                               .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	(void)sendmsg(channel, &message, MSG_NOSIGNAL); /* who does not get it sees the end */
}

static _Noreturn void child_main(const struct netns *n, int channel)
{
	err e = { 0 };
	int fd = netns_enter(n, &e) < 0 ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	send_socket(channel, fd, fd >= 0 ? 0 : err_is_set(&e) ? e.sys : errno);
	_exit(0);
}

static int take_socket(int channel, int *out, err *e)
{
	union control control = { { 0 } };
	int why = 0;
	struct iovec part = { &why, sizeof(why) };
	struct msghdr message = { .msg_iov = &part,
		                      .msg_iovlen = 1,
		                      .msg_control = control.octets,
		                      .msg_controllen = sizeof(control.octets) };
	ssize_t n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = n == sizeof(why) ? CMSG_FIRSTHDR(&message) : NULL;

	if (!header || header->cmsg_type != SCM_RIGHTS)
		return err_set(e, ERR_IO, why, "a socket in the network of the container");
	memcpy(out, CMSG_DATA(header), sizeof(*out));
	return 0;
}

static int make_socket(const struct netns *n, int *out, err *e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, ERR_IO, errno, "socketpair");
	pid_t pid = fork();

	if (pid == 0)
		child_main(n, ends[1]);
	close(ends[1]);
	int status = pid < 0 ? err_set(e, ERR_IO, errno, "fork") : take_socket(ends[0], out, e);

	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* A listener whose queue is full lets us wait as long as we like. */
static int connect_in_time(int fd, uint16_t port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		                            .sin_port = htons(port),
		                            .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct timeval most = { .tv_sec = LIMIT_NETNS_CONNECT_MS / 1000 }, none = { 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most)) < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		if (errno == EINPROGRESS) /* how it says so (socket(7), SO_SNDTIMEO) */
			errno = ETIMEDOUT;
		return -1;
	}
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
}

int netns_connect(const struct netns *n, uint16_t port, int *out, err *e)
{
	int fd = -1;

	if (make_socket(n, &fd, e) < 0)
		return -1;
	if (connect_in_time(fd, port) < 0) {
		int why = errno;

		close(fd);
		return err_set(e, why == ECONNREFUSED || why == ETIMEDOUT ? ERR_NET : ERR_IO, why,
		               "port %u of the container", port);
	}
	*out = fd;
	return 0;
}
