/* SPDX-License-Identifier: Apache-2.0 */
/* netns - the network of a container, from outside: its namespace opened, entered, and sockets that
 * belong to it.
 *
 * A socket belongs to the network namespace in which its maker was when it made it
 * (network_namespaces(7)); who holds it may be anywhere. An ordinary user may enter a network
 * namespace whose user namespace he made: both are entered, the user's first (setns(2)).
 * Threading: netns_enter and netns_connect: by a process with one thread. */
#pragma once

#include "base/err.h"

struct netns {
	int user, network; /* descriptors; user: -1 when it is ours */
};

/* netns_open(process, out, e): of the process whose folder of proc(5) this is: "/proc/7", or
 * "/proc/GUARD/root/proc/7" for a process as the guard's own proc numbers it. ERR_ABSENT: it has
 * ended; ERR_IO. netns_close: also after a failure, and twice. */
int netns_open(const char *process, struct netns *out, err *e);
void netns_close(struct netns *n);

/* netns_enter(n, e): this process goes there; out of a user namespace there is no way back.
 * ERR_IO. */
int netns_enter(const struct netns *n, err *e);

/* netns_connect(n, port, out, e): a TCP connection to 127.0.0.1:port there; blocking, the caller
 * closes it. A child makes the socket, so that this process stays where it is. ERR_NET: nobody
 * listens, or takes it within LIMIT_NETNS_CONNECT_MS; ERR_IO. */
int netns_connect(const struct netns *n, uint16_t port, int *out, err *e);
