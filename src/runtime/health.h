/* SPDX-License-Identifier: Apache-2.0 */
/* health - whether a container's program does what it is there for: one condition, asked again
 * until it holds or the time is over.
 *
 * The program is written by an enemy, and so is what it answers: of an answer over HTTP nothing is
 * read but its status and headers (net/http_ask), the request goes to the loopback of the
 * container's own network namespace (container_connect), and of the program's words the end is
 * kept, by a sealed process. Threading: forks; called by a process with one thread. */
#pragma once

#include "net/http_ask.h"
#include "runtime/container.h"

enum health_kind {
	HEALTH_HTTP,    /* "http://:8080/sse": a status between least and most */
	HEALTH_TCP,     /* "tcp://:5432": somebody listens */
	HEALTH_EXIT,    /* "exit=0": the program ends with this status */
	HEALTH_COMMAND, /* "run=COMMAND": sh -c COMMAND on this machine ends with 0. The ports that the
	                   image exposes are at 127.0.0.1, OAKUM_PORT_8080=49152 in its environment */
};

struct health_probe {
	enum health_kind kind;
	const char *text; /* as it was written */
	uint16_t port;    /* HTTP, TCP */
	enum http_method method;
	const char *path;                  /* "/sse?x=1" */
	const struct http_header *headers; /* name NULL ends the list; NULL: none */
	bytes body;
	unsigned least, most; /* HTTP: statuses that hold; EXIT: both the one */
	const char *command;
	char *const *environment; /* the command's */
	uint64_t timeout_ms;      /* until it must hold; 0: LIMIT_HEALTH_MS */
};

/* health_parse(text, a, out, e): the forms above. A GET that holds with 200 to 399, as kubelet has
 * it; callers set the rest. Arena. ERR_USAGE. */
int health_parse(const char *text, struct arena *a, struct health_probe *out, err *e);

struct health_result {
	bool held;
	uint64_t held_ms; /* from the start to the answer that held */
	const char *last; /* the last answer: "HTTP 400", "port 8080 of the container: Connection
	                     refused"; that the program ended comes before what it answered */
	int status;       /* of HTTP, the program or the command; 0: there was no answer */
	uint32_t tries;
	int interrupt;   /* the signal that ended the waiting (container_wait); 0: none */
	bool ended;      /* the program ended by itself, */
	int exit_status; /* so: its status, or 128 + the signal; also after our SIGTERM */
	bool killed;     /* it did not end upon SIGTERM */
	uint64_t stop_ms;
	bytes words;            /* the end of what it wrote on 1 and 2: LIMIT_HEALTH_WORDS at most */
	struct strings missing; /* files and libraries that they say are not there */
};

/* health_publish(probe, exposed, a, h, e): before the start of who is asked by a HEALTH_COMMAND:
 * the ports that the image exposes are published in h, and the probe's environment says where.
 * Nothing for other kinds. Arena. ERR_IO. */
int health_publish(struct health_probe *probe, const struct strings *exposed, struct arena *a,
                   struct hardening *h, err *e);

/* health_watch(container, probe, a, out, e): starts the container (its streams are
 * set here), waits for the condition, ends the program by SIGTERM, then kills. A condition that
 * does not hold is no error. Errors of container_start; ERR_IO. Arena. */
int health_watch(const struct container_options *container, const struct health_probe *probe,
                 struct arena *a, struct health_result *out, err *e);

/* health_await(c, probe, a, out, e): the waiting alone, for a container that somebody else started
 * and ends (who calls health_publish before). Of *out: held to exit_status; held_ms counts from
 * this call. ERR_IO. Arena. */
int health_await(struct container *c, const struct health_probe *probe, struct arena *a,
                 struct health_result *out, err *e);

/* health_missing(words, a, out): what a program's words name as not there: libraries (glibc, musl,
 * .NET's own: "libicu", "libssl"), files, modules. Each once, in their order; arena. */
void health_missing(bytes words, struct arena *a, struct strings *out);
