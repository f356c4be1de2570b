/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/relay.h"

#include "base/pack.h"
#include "base/text.h"
#include "runtime/relay_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* -- how a port is written --------------------------------------------------------------------- */

static bool take_address(const char *text, uint16_t port, union address *out, socklen_t *out_len)
{
	*out = (union address){ .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
	*out_len = sizeof(out->v6);
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1)
		return true;
	*out = (union address){ .v4 = { .sin_family = AF_INET, .sin_port = htons(port) } };
	*out_len = sizeof(out->v4);
	return inet_pton(AF_INET, text, &out->v4.sin_addr) == 1;
}

static bool take_number(bytes text, uint16_t *out)
{
	uint64_t number;

	if (!text_take_u64(text, 10, UINT16_MAX, &number) || number == 0)
		return false;
	*out = (uint16_t)number;
	return true;
}

/* take_last(text, out): what stands behind its last ":"; text keeps what stands before. */
static bool take_last(bytes *text, bytes *out)
{
	size_t at = bytes_rfind(*text, ':');

	if (at == text->n)
		return false;
	*out = bytes_skip(*text, at + 1);
	*text = bytes_slice(*text, 0, at);
	return true;
}

int relay_take_port(bytes text, struct arena *a, struct hardening_port *out, err *e)
{
	bytes rest = text, container, host = { 0 };
	struct hardening_port port = { .address = "127.0.0.1" };
	union address address;
	socklen_t len;

	if (bytes_ends(rest, BYTES("/tcp")))
		rest = bytes_slice(rest, 0, rest.n - strlen("/tcp"));
	bool good = take_last(&rest, &container) && take_number(container, &port.container);

	if (!take_last(&rest, &host)) {
		host = rest;
	} else {
		if (bytes_starts(rest, BYTES("[")) && bytes_ends(rest, BYTES("]")))
			rest = bytes_slice(rest, 1, rest.n - 2);
		port.address = arena_str(a, rest);
		good = good && memchr(rest.p, 0, rest.n) == NULL;
	}
	if (!good || !take_number(host, &port.host) || !take_address(port.address, 1, &address, &len))
		return err_set(e, ERR_USAGE, 0,
		               "'%s': a port is published as [ADDRESS:]PORT:CONTAINER_PORT", SHOW(text));
	*out = port;
	return 0;
}

/* -- listening --------------------------------------------------------------------------------- */

static int listen_on(const struct hardening_port *port, int *out, err *e)
{
	union address address;
	socklen_t len;
	int yes = 1;

	if (!take_address(port->address, port->host, &address, &len))
		return err_set(e, ERR_USAGE, 0, "'%s' is no address", SHOW(bytes_str(port->address)));
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "publish port %u", port->host);
	*out = fd;
	/* "::" is not 0.0.0.0 as well: both can be published, each by its name. */
	if (address.any.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0)
		return err_set(e, ERR_IO, errno, "publish port %u", port->host);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    bind(fd, &address.any, len) < 0 || listen(fd, SOMAXCONN) < 0)
		return err_set(e, ERR_IO, errno, "publish port %u of %s", port->host, port->address);
	return 0;
}

int relay_open(const struct hardening *h, struct relay *out, err *e)
{
	*out = (struct relay){ 0 };
	if (h->ports.len > LIMIT_RELAY_PORTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d ports to publish", LIMIT_RELAY_PORTS);
	for (size_t i = 0; i < h->ports.len; i++) {
		struct relay_port *port = &out->ports[out->len++];

		*port = (struct relay_port){ -1, -1, 0, h->ports.items[i].container };
		if (listen_on(&h->ports.items[i], &port->listener, e) < 0)
			return -1;
	}
	return 0;
}

/* -- the processes ----------------------------------------------------------------------------- */

/* take_report(channel, e): a process that dies before it says anything says so by its end. */
static int take_report(int channel, err *e)
{
	uint8_t text[2 * sizeof(err)];
	ssize_t n;

	do
		n = read(channel, text, sizeof(text));
	while (n < 0 && errno == EINTR);
	bytes report = bytes_of(text, n > 0 ? (size_t)n : 0);

	if (!pack_take_err(&report, e))
		return err_set(e, ERR_BUG, 0, "the relay of a port ended");
	return err_is_set(e) ? -1 : 0;
}

static int start_one(struct relay_port *port, const struct netns *n, err *e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, ERR_IO, errno, "socketpair");
	struct relay_task task = { port->listener, ends[1], port->container, n };

	port->channel = ends[0];
	pid_t pid = fork();

	if (pid == 0)
		relay_serve(&task);
	close(ends[1]);
	if (pid < 0)
		return err_set(e, ERR_IO, errno, "fork");
	port->process = pid;
	close(port->listener);
	port->listener = -1;
	return take_report(port->channel, e);
}

int relay_start(struct relay *r, const struct netns *n, err *e)
{
	for (size_t i = 0; i < r->len; i++)
		if (start_one(&r->ports[i], n, e) < 0)
			return -1;
	return 0;
}

static void end_one(struct relay_port *port)
{
	while (port->process > 0 && waitpid(port->process, NULL, 0) < 0 && errno == EINTR)
		;
	if (port->listener >= 0)
		close(port->listener);
	if (port->channel >= 0)
		close(port->channel);
	*port = (struct relay_port){ -1, -1, 0, 0 };
}

/* All are told before one is waited for. */
void relay_stop(struct relay *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->ports[i].channel >= 0)
			(void)shutdown(r->ports[i].channel, SHUT_RDWR); /* it may have ended */
	for (size_t i = 0; i < r->len; i++)
		end_one(&r->ports[i]);
	r->len = 0;
}
