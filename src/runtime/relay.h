/* SPDX-License-Identifier: Apache-2.0 */
/* relay - ports of a container published on this machine, as `docker run -p` does: TCP, octet for
 * octet, to 127.0.0.1 in the container's network.
 *
 * A process for each port listens here and connects there. Before it takes its first connection it
 * has entered the container's network and given everything else up (sys/sandbox): it can take
 * connections, make some to the container, and copy. The end of one direction and a reset are
 * passed on; who does not read makes the other side wait, and nothing is read for him meanwhile.
 * The program sees connections from 127.0.0.1.
 * Limits: LIMIT_RELAY_PORTS, LIMIT_RELAY_CONNECTIONS (more wait until one ends). It ends with its
 * parent. Threading: forks: called by a process with one thread. */
#pragma once

#include "base/limits.h"
#include "confine/hardening.h"
#include "runtime/netns.h"

struct relay {
	struct relay_port {
		int listener, channel; /* the channel: how we tell the process to end */
		int process;           /* 0: not started */
		uint16_t container;
	} ports[LIMIT_RELAY_PORTS];
	size_t len;
};

/* relay_take_port(text, a, out, e): "[ADDRESS:]PORT:CONTAINER_PORT", an address of IPv6 in
 * brackets, "/tcp" behind it or not. Without an address: 127.0.0.1; who means all says 0.0.0.0.
 * Arena. ERR_USAGE. */
int relay_take_port(bytes text, struct arena *a, struct hardening_port *out, err *e);

/* relay_open(h, out, e): listen on all of h's ports, before the container is started; who connects
 * waits. ERR_IO names the port (in use, or not ours to take), ERR_LIMIT.
 * relay_start(r, n, e): relay them to the container; n can be closed after it. ERR_IO.
 * relay_stop(r): what the container said last goes out, for LIMIT_RELAY_DRAIN_MS at most, then
 * nothing of it is left; also after a failure of the others, and twice. */
int relay_open(const struct hardening *h, struct relay *out, err *e);
int relay_start(struct relay *r, const struct netns *n, err *e);
void relay_stop(struct relay *r);
