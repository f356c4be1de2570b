/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks over the network, and on what others listen on. */
#include "probe/probe.h"

#include <linux/fcntl.h>
#include <linux/if.h>
#include <linux/in.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <linux/time_types.h>
#include <linux/un.h>

#define STREAM 1 /* SOCK_STREAM and its like: no kernel header has them */
#define RAW 3
#define UNIX 1 /* AF_UNIX */
#define INTERNET 2
#define PACKET 17
#define ALGORITHMS 38
#define MACHINES 40 /* AF_VSOCK */
#define WAIT_MS 700

static void raw(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(socket, INTERNET, RAW | O_CLOEXEC, 1 /* ICMP */));
}

static void packet(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(socket, PACKET, RAW | O_CLOEXEC, 0x300));
}

static void algorithms(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(socket, ALGORITHMS, 5 /* SOCK_SEQPACKET */ | O_CLOEXEC, 0));
}

static void machines(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(socket, MACHINES, STREAM | O_CLOEXEC, 0));
}

/* The flags of the loopback become what they are. */
static void administer(const char *name, const struct probe_words *words)
{
	struct ifreq loopback = { .ifr_name = "lo" };

	(void)words;
	long fd = CALL(socket, INTERNET, STREAM | O_CLOEXEC, 0);

	if (fd < 0)
		held(name, fd);
	long result = CALL(ioctl, fd, 0x8913 /* SIOCGIFFLAGS */, &loopback);

	judge(name, result < 0 ? result : CALL(ioctl, fd, 0x8914 /* SIOCSIFFLAGS */, &loopback));
}

/* 0: connected. */
static long reach(int family, const void *address, size_t size)
{
	struct __kernel_timespec most = { 0, WAIT_MS * 1000000LL };
	long fd = CALL(socket, family, STREAM | O_CLOEXEC | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	long result = CALL(connect, fd, address, size);

	if (result == -EINPROGRESS || result == -EAGAIN) {
		struct pollfd p = { .fd = (int)fd, .events = POLLOUT };
		int error = 0, n = sizeof(error);

		result = CALL(ppoll, &p, 1, &most, 0);
		if (result == 0)
			result = -ETIMEDOUT;
		else if (result > 0)
			result = CALL(getsockopt, fd, 1 /* SOL_SOCKET */, 4 /* SO_ERROR */, &error, &n) < 0
			             ? -EBADF
			             : -error;
	}
	CALL(close, fd);
	return result;
}

static long reach_port(unsigned address, unsigned port)
{
	struct sockaddr_in to = { .sin_family = INTERNET };

	to.sin_addr.s_addr = __builtin_bswap32(address);
	to.sin_port = __builtin_bswap16((unsigned short)port);
	return reach(INTERNET, &to, sizeof(to));
}

static void metadata(const char *name, const struct probe_words *words)
{
	(void)words;
	long result = reach_port(0xa9fea9fe, 80);

	if (result == -ETIMEDOUT || result == -ECONNREFUSED)
		unknown(name, "nothing answers there, though the network reaches so far");
	judge(name, result);
}

static void loopback(const char *name, const struct probe_words *words)
{
	if (words->port == 0)
		unknown(name, "nobody listens on the host");
	judge(name, reach_port(0x7f000001, words->port));
}

static long reach_path(const char *path, bool is_abstract)
{
	struct sockaddr_un to = { .sun_family = UNIX };
	size_t n = length(path);

	if (n + 1 >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	join(to.sun_path + is_abstract, sizeof(to.sun_path) - 1, path, "");
	return reach(UNIX, &to, offsetof(struct sockaddr_un, sun_path) + n + 1);
}

static void abstract(const char *name, const struct probe_words *words)
{
	if (!words->socket)
		unknown(name, "nobody listens on the host");
	judge(name, reach_path(words->socket, true));
}

static void engines(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/run/docker.sock",
		                                 "/var/run/docker.sock",
		                                 "/docker.sock",
		                                 "/run/podman/podman.sock",
		                                 "/run/containerd/containerd.sock",
		                                 "/run/crio/crio.sock",
		                                 "/run/k3s/containerd/containerd.sock",
		                                 "/run/dbus/system_bus_socket",
		                                 "/run/systemd/private",
		                                 NULL };
	long worst = -ENOENT;

	(void)words;
	for (size_t i = 0; paths[i]; i++) {
		long result = reach_path(paths[i], false);

		if (result == 0)
			gained(name, paths[i]);
		if (worst == -ENOENT)
			worst = result;
	}
	held(name, worst);
}

const struct probe_entry probe_network[] = {
	{ "raw-socket", raw, false },           { "packet-socket", packet, false },
	{ "kernel-crypto", algorithms, false }, { "vsock", machines, false },
	{ "network-admin", administer, false }, { "metadata", metadata, false },
	{ "host-loopback", loopback, false },   { "abstract-socket", abstract, false },
	{ "engine-socket", engines, false },    { NULL, NULL, false },
};
