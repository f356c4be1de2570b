/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/health.h"

#include "base/limits.h"
#include "base/text.h"
#include "runtime/health_tail.h"
#include "sys/process.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between two tries: an eighth of the time that has passed, so that a quick program is measured
 * well and a slow one not asked to death. */
enum { PAUSE_LEAST_MS = 20, PAUSE_MOST_MS = 1000, PAUSE_PART = 8 };
/* In less time nobody answers, and what the try before told would be lost. */
enum { TRY_LEAST_MS = 100 };

struct watch {
	const struct health_probe *probe;
	struct arena *arena;
	struct container *container;
	uint64_t began_ms;
	struct deadline deadline;
	struct health_result *out;
};

static uint64_t passed_ms(const struct watch *w)
{
	return deadline_now_ms() - w->began_ms;
}

static uint64_t try_ms(const struct watch *w)
{
	uint64_t left = deadline_left(&w->deadline);

	return left == 0 ? 1 : left < LIMIT_HEALTH_TRY_MS ? left : LIMIT_HEALTH_TRY_MS;
}

/* -- one try: 1 it holds, 0 not yet, -1 there is no way to ask --------------------------------- */

/* note(w, e): no answer, for the reason of e, unless that would be the same for ever. When the
 * program has ended, the next wait says so. */
static int note(struct watch *w, err *e)
{
	if (e->kind == ERR_FORMAT || e->kind == ERR_BUG || e->kind == ERR_ABSENT)
		return -1;
	w->out->status = 0;
	w->out->last = arena_printf(w->arena, "%s", e->text);
	err_clear(e);
	return 0;
}

static int ask_http(struct watch *w, err *e)
{
	const struct health_probe *p = w->probe;
	const struct deadline patience = deadline_in(try_ms(w));
	const int stop = container_interrupt(w->container);
	const struct http_question question = {
		.method = p->method,
		.host = arena_printf(w->arena, "localhost:%u", p->port),
		.path = p->path,
		.headers = p->headers,
		.body = p->body,
		.stop = &stop,
	};
	int fd;

	if (container_connect(w->container, p->port, &fd, e) < 0)
		return note(w, e);
	int result = http_ask(fd, &question, &patience, &w->out->status, e);

	(void)close(fd); /* its answer is here, or none came */
	if (result < 0)
		return note(w, e);
	w->out->last = arena_printf(w->arena, "HTTP %d", w->out->status);
	return w->out->status >= (int)p->least && w->out->status <= (int)p->most;
}

static int ask_tcp(struct watch *w, err *e)
{
	int fd;

	if (container_connect(w->container, w->probe->port, &fd, e) < 0)
		return note(w, e);
	(void)close(fd); /* it stood, that is all */
	w->out->last = arena_printf(w->arena, "port %u is open", w->probe->port);
	return 1;
}

static int ask_command(struct watch *w, err *e)
{
	const char *const argv[] = { "/bin/sh", "-c", w->probe->command, NULL };
	const int stop = container_interrupt(w->container);
	const struct process p = { .argv = argv,
		                       .environment = w->probe->environment,
		                       .output_max = LIMIT_HEALTH_OUTPUT,
		                       .timeout_ms = try_ms(w),
		                       .stop = &stop };
	struct arena said = ARENA_INIT; /* of no interest, and there may be thousands of tries */
	struct process_result result;
	int done = process_run(&p, &said, &result, e);

	arena_done(&said);
	if (done < 0)
		return note(w, e);
	w->out->status = result.status;
	w->out->last = arena_printf(w->arena, "the command ended with %d", result.status);
	return result.status == 0;
}

static int ask(struct watch *w, err *e)
{
	w->out->tries++;
	switch (w->probe->kind) {
	case HEALTH_HTTP: return ask_http(w, e);
	case HEALTH_TCP: return ask_tcp(w, e);
	case HEALTH_COMMAND: return ask_command(w, e);
	case HEALTH_EXIT: break;
	}
	return 0; /* its end tells */
}

/* -- until it holds ---------------------------------------------------------------------------- */

static uint64_t pause_ms(const struct watch *w)
{
	uint64_t part = passed_ms(w) / PAUSE_PART, left = deadline_left(&w->deadline);

	if (w->probe->kind == HEALTH_EXIT)
		return left;
	part = part < PAUSE_LEAST_MS ? PAUSE_LEAST_MS : part > PAUSE_MOST_MS ? PAUSE_MOST_MS : part;
	return part < left ? part : left;
}

/* That nobody listens is no news then. */
static void tell_end(struct watch *w)
{
	struct health_result *r = w->out;
	const char *ended = arena_printf(w->arena, "the program ended with status %d", r->exit_status);

	r->ended = true;
	if (w->probe->kind == HEALTH_EXIT) {
		r->status = r->exit_status;
		r->held = r->exit_status == (int)w->probe->least;
		r->last = ended;
	} else if (r->status == 0) {
		r->last = arena_printf(w->arena, "%s before it answered", ended);
	} else {
		r->last = arena_printf(w->arena, "%s; before that: %s", ended, r->last);
	}
}

static int await(struct watch *w, err *e)
{
	int held = 0, ended = 0, *status = &w->out->exit_status;

	while (held == 0 && ended == 0 && *status == 0 &&
	       (w->out->tries == 0 || deadline_left(&w->deadline) >= TRY_LEAST_MS)) {
		held = ask(w, e);
		const struct deadline pause = deadline_in(pause_ms(w));

		if (held == 0)
			ended = container_wait(w->container, &pause, status, e);
	}
	if (held < 0 || ended < 0)
		return -1;
	w->out->held = held > 0;
	if (ended > 0)
		tell_end(w);
	else
		w->out->interrupt = *status;
	if (w->out->held)
		w->out->held_ms = passed_ms(w);
	if (!w->out->last)
		w->out->last = "the program did not end in time";
	return 0;
}

static int end(struct watch *w, err *e)
{
	uint64_t began_ms = deadline_now_ms();

	if (w->out->ended)
		return 0;
	int ended = container_end(w->container, &w->out->exit_status, e);

	w->out->stop_ms = deadline_now_ms() - began_ms;
	w->out->killed = ended == 0;
	return ended < 0 ? -1 : 0;
}

/* -- what a command of this machine can reach -------------------------------------------------- */

/* A port of the loopback that is free at this moment. */
static int free_port(uint16_t *out, err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool done = fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
	            getsockname(fd, (struct sockaddr *)&at, &len) == 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd); /* the relay takes it */
	*out = ntohs(at.sin_port);
	return done ? 0 : err_set(e, ERR_IO, why, "find a free port");
}

/* Who shares this machine's network is where he listens. */
static int publish(bytes exposed, struct arena *a, struct hardening *h, char **out_variable, err *e)
{
	bytes number;
	uint64_t port;

	*out_variable = NULL;
	if (!bytes_take_until(&exposed, '/', &number) || (exposed.n > 0 && !bytes_is(exposed, "tcp")) ||
	    !text_take_u64(number, 10, UINT16_MAX, &port) || port == 0)
		return 0;
	struct hardening_port p = { "127.0.0.1", (uint16_t)port, (uint16_t)port };

	if (hardening_has(h, DEFENCE_NETWORK)) {
		if (free_port(&p.host, e) < 0)
			return -1;
		*ARENA_PUSH(a, &h->ports) = p;
	}
	*out_variable = arena_printf(a, "OAKUM_PORT_%u=%u", p.container, p.host);
	return 0;
}

int health_publish(struct health_probe *probe, const struct strings *exposed, struct arena *a,
                   struct hardening *h, err *e)
{
	char **environment;
	size_t own = 0, all = 0;

	if (probe->kind != HEALTH_COMMAND)
		return 0;
	while (probe->environment[own])
		own++;
	environment = arena_array(a, char *, exposed->len + own + 1);
	for (size_t i = 0; i < exposed->len && i < LIMIT_HEALTH_PORTS; i++) {
		if (publish(exposed->items[i], a, h, &environment[all], e) < 0)
			return -1;
		all += environment[all] != NULL;
	}
	memcpy(environment + all, probe->environment, own * sizeof(*environment));
	probe->environment = environment;
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static uint64_t timeout_of(const struct health_probe *probe)
{
	return probe->timeout_ms ? probe->timeout_ms : LIMIT_HEALTH_MS;
}

int health_await(struct container *c, const struct health_probe *probe, struct arena *a,
                 struct health_result *out, err *e)
{
	struct health_result result = { 0 };
	struct watch w = { .probe = probe,
		               .arena = a,
		               .container = c,
		               .began_ms = deadline_now_ms(),
		               .deadline = deadline_in(timeout_of(probe)),
		               .out = &result };

	if (await(&w, e) < 0)
		return -1;
	*out = result;
	return 0;
}

static int start(struct watch *w, struct container_options *container, int words, err *e)
{
	container->streams[0] = CONTAINER_NOTHING;
	container->streams[1] = container->streams[2] = words;
	w->began_ms = deadline_now_ms();
	return container_start(container, &w->container, e);
}

static int watch(struct watch *w, struct container_options *container, int words, err *e)
{
	int result = start(w, container, words, e);

	if (result < 0)
		return -1;
	result = await(w, e);
	if (result == 0)
		result = end(w, e);
	container_stop(w->container);
	return result;
}

int health_watch(const struct container_options *container, const struct health_probe *probe,
                 struct arena *a, struct health_result *out, err *e)
{
	const struct deadline words = deadline_in(timeout_of(probe) + 2 * LIMIT_STOP_MS);
	struct container_options started = *container;
	struct hardening hardening = *container->hardening;
	struct health_probe asked = *probe;
	struct health_result result = { 0 };
	struct health_tail tail = { .in = -1 };
	struct watch w = {
		.probe = &asked, .arena = a, .deadline = deadline_in(timeout_of(probe)), .out = &result
	};
	int done = health_tail_open(&tail, &words, e);

	started.hardening = &hardening;
	if (done == 0)
		done = health_publish(&asked, &container->rootfs->config.exposed_ports, a, &hardening, e);
	if (done == 0)
		done = watch(&w, &started, tail.in, e);
	if (done == 0)
		done = health_tail_take(&tail, a, &result.words, e);
	health_tail_close(&tail);
	if (done < 0)
		return -1;
	health_missing(result.words, a, &result.missing);
	*out = result;
	return 0;
}
