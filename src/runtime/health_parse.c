/* SPDX-License-Identifier: Apache-2.0 */
/* A condition as the user writes it. */
#include "base/text.h"
#include "runtime/health.h"

static const char forms[] = "http://:8080/path, tcp://:5432, exit=0 or run=COMMAND";

/* ":8080", "localhost:8080"; the container's loopback is all that there is. */
static bool take_port(bytes authority, unsigned most_absent, uint16_t *out)
{
	static const char *const hosts[] = { "", "localhost", "127.0.0.1", "[::1]" };
	size_t colon = bytes_rfind(authority, ':');
	uint64_t port = most_absent;
	bool known = false;

	if (colon < authority.n && authority.p[authority.n - 1] != ']') {
		if (!text_take_u64(bytes_skip(authority, colon + 1), 10, UINT16_MAX, &port))
			return false;
		authority = bytes_slice(authority, 0, colon);
	}
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		known |= bytes_is(authority, hosts[i]);
	*out = (uint16_t)port;
	return known && port > 0;
}

static bool is_path(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '#')
			return false;
	return s.n > 0;
}

static bool take_http(bytes rest, struct arena *a, struct health_probe *out)
{
	bytes path = bytes_skip(rest, bytes_find(rest, '/'));

	if (path.n == 0)
		path = BYTES("/");
	out->kind = HEALTH_HTTP;
	out->method = HTTP_GET;
	out->path = arena_str(a, path);
	out->least = 200;
	out->most = 399;
	return take_port(bytes_slice(rest, 0, bytes_find(rest, '/')), 80, &out->port) && is_path(path);
}

static bool take_form(bytes text, struct arena *a, struct health_probe *out)
{
	uint64_t status;

	if (bytes_take_prefix(&text, BYTES("http://")))
		return take_http(text, a, out);
	if (bytes_take_prefix(&text, BYTES("tcp://"))) {
		out->kind = HEALTH_TCP;
		return take_port(text, 0, &out->port);
	}
	if (bytes_take_prefix(&text, BYTES("run="))) {
		out->kind = HEALTH_COMMAND;
		out->command = arena_str(a, text);
		return text.n > 0;
	}
	if (!bytes_take_prefix(&text, BYTES("exit=")) || !text_take_u64(text, 10, 255, &status))
		return false;
	out->kind = HEALTH_EXIT;
	out->least = out->most = (unsigned)status;
	return true;
}

int health_parse(const char *text, struct arena *a, struct health_probe *out, err *e)
{
	struct health_probe probe = { .text = text };

	if (!take_form(bytes_str(text), a, &probe))
		return err_set(e, ERR_USAGE, 0, "'%s' is no probe: %s (all of this machine's loopback)",
		               SHOW(bytes_str(text)), forms);
	*out = probe;
	return 0;
}
