/* SPDX-License-Identifier: Apache-2.0 */
/* registry_call - one request to a registry, until there is an answer worth having: with the right
 * secret and no other, along redirects, patiently. Private to the room.
 *
 * Threading: as registry.h; an arena belongs to the caller. */
#pragma once

#include "net/patience.h"
#include "oci/registry.h"
#include "oci/registry_text.h"

#include <pthread.h>
#include <stdatomic.h>

/* How a registry speaks: unknown, and asked with TLS first, until it has answered once. */
enum scheme { SCHEME_UNKNOWN, SCHEME_TLS, SCHEME_PLAIN };

/* What is known of a registry. Lives as long as the client; changes under its lock. */
struct host {
	struct host *next;
	const char *name;    /* "docker.io", for people and credentials */
	atomic_int scheme;   /* enum scheme */
	struct challenge challenge;
};

struct mirror {
	struct mirror *next;
	const char *of, *host, *prefix;
};

struct registry {
	struct arena arena;
	struct registry_options options;
	atomic_size_t requests;  /* sent */
	pthread_mutex_t meeting; /* a host of unknown scheme; taken before asking */
	pthread_mutex_t asking;  /* for a token; taken before lock */
	pthread_mutex_t lock;    /* of everything below, and of the arena */
	struct http *http;
	struct credentials *credentials;
	struct host *hosts;
	struct mirror *mirrors;
	struct token *tokens;
};

struct call {
	const char *what; /* "manifest", "blob sha256:…": for people */
	const char *host, *repository;
	const char *mount_from; /* a second repository to be read; NULL */
	bool push;
	bool once; /* tried again only when the registry says that it did nothing (429) */
	enum http_method method;
	const char *path; /* behind /v2/REPOSITORY/, or an absolute URL */
	const struct http_header *headers;
	struct http_body body;
	int (*restart)(void *ctx, err *e); /* body.read begins anew; NULL: cannot */
	struct patience *patience;         /* of the undertaking it is part of; NULL: its own */
	uint64_t idle_ms;
};

struct answer {
	struct http_exchange *x;
	const char *url; /* who answered, after redirects */
};

/* call_send(r, c, a, out, e): any status is an answer, but for the registry's own 401, which is
 * ERR_NET with what to do; one of another origin is an answer like others. The caller ends
 * out->x. */
int call_send(struct registry *r, const struct call *c, struct arena *a, struct answer *out,
              err *e);
/* call_read(r, c, max, a, out, out_body, e): call_send, and the whole body of a 200, at most max
 * octets; asked again when it breaks off. Other statuses leave their body unread. */
int call_read(struct registry *r, const struct call *c, size_t max, struct arena *a,
              struct answer *out, bytes *out_body, err *e);
/* call_refuse(r, c, x, e): the error that x's status stands for, with what the registry says. 404
 * is ERR_ABSENT, others ERR_NET; where c is tried once and another try may help, e->sys is EAGAIN.
 * Ends x. */
int call_refuse(struct registry *r, const struct call *c, struct http_exchange *x, err *e);
/* call_wrap(c, e): "HOST/REPOSITORY: WHAT: ". */
int call_wrap(const struct call *c, err *e);
/* call_url(r, c, a): where it goes. call_base(r, c, a): the registry's root, whose origin alone
 * sees secrets. Arena. */
const char *call_url(struct registry *r, const struct call *c, struct arena *a);
const char *call_base(struct registry *r, const struct call *c, struct arena *a);
/* call_check_target(r, base, from, to, e): may an answer of `from` send us to `to`, when base is
 * the registry? Not from TLS to none, not into a private network from outside. ERR_NET. */
int call_check_target(const struct registry *r, const struct url *base, const struct url *from,
                      const struct url *to, err *e);

/* send_patiently: http_send with tries. */
int send_patiently(struct registry *r, const struct call *c, const struct http_request *request,
                   struct http_exchange **out, err *e);

/* call_commit_ms(size): how long the answer to so many octets may take. */
uint64_t call_commit_ms(uint64_t size);

/* registry_host(r, name): found or made. registry_note(r, fmt, ...): for people. */
struct host *registry_host(struct registry *r, const char *name);
void registry_note(struct registry *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* registry_http(r, out, e): the client, opened with the first call. */
int registry_http(struct registry *r, struct http **out, err *e);

/* auth_header(r, h, c, a, out, e): the Authorization for c, NULL while nobody asked for one. Arena.
 * auth_challenged(r, h, c, x, e): a 401 came: remember its challenge, forget the token; ERR_NET
 * when it does not say how to log in. auth_who(r, c, a): who we are to it, for an error. */
int auth_header(struct registry *r, struct host *h, const struct call *c, struct arena *a,
                const char **out, err *e);
int auth_challenged(struct registry *r, struct host *h, const struct call *c,
                    const struct http_exchange *x, err *e);
const char *auth_who(struct registry *r, const struct call *c, struct arena *a);
/* auth_close(r): wipe. */
void auth_close(struct registry *r);
