/* SPDX-License-Identifier: Apache-2.0 */
/* http_exchange - one request under way, and how libcurl is driven. Private to net/http.
 *
 * Threading: an exchange belongs to one thread. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "net/http_curl.h"
#include "net/http_head.h"

#include <pthread.h>
#include <signal.h>

/* What libcurl reads at once, and what is kept of a body before it is asked for. */
#define HTTP_READ_SIZE (256 * KIB)

struct http {
	struct arena arena;
	struct http_options options;
	struct curl curl;
	CURLSH *share;         /* names and TLS sessions */
	const char *ca_folder; /* hashed; NULL */
	pthread_mutex_t lock;  /* of arena and idle */
	pthread_mutex_t shared[CURL_LOCK_DATA_LAST];
	struct http_exchange *idle;
};

/* An exchange, and the connections it leaves behind: used again for the next one. */
struct http_exchange {
	struct http *client;
	struct http_exchange *next;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct arena arena;
	char *origin; /* of the last request; arena of the client's */
	size_t origin_cap;
	struct http_head head;
	struct http_body body;
	uint64_t sent;
	uint8_t *into; /* where the reader of this moment wants the body */
	size_t cap, got;
	buf kept; /* what came beyond that */
	size_t kept_at;
	uint64_t idle_ms;
	uint64_t quiet_ms;                 /* waited since something moved */
	uint64_t window_ms, window_octets; /* to tell how slow a peer is */
	bool sending, paused, done, proxied, blind;
	CURLcode result;
	err fault; /* of a callback */
	char message[CURL_ERROR_SIZE];
};

/* OpenSSL writes to sockets with write(2), which raises SIGPIPE when the peer has gone: every call
 * of libcurl that may write or close a connection stands between http_guard and http_unguard. */
struct http_guard {
	sigset_t before;
	bool was_pending;
};
struct http_guard http_guard(void);
void http_unguard(const struct http_guard *g);

/* http_set_callbacks(x): for headers and bodies. http_work(x, e): let libcurl do what can be done
 * at once; x->done and x->result say when it has ended. http_await(x, e): until there is more to
 * do; refuses the peer who lets it wait too long. http_resume(x): take what was kept back while
 * nobody wanted it. http_explain(x, e): x->result as an error. */
void http_set_callbacks(struct http_exchange *x);
int http_work(struct http_exchange *x, err *e);
int http_await(struct http_exchange *x, err *e);
void http_resume(struct http_exchange *x);
int http_explain(const struct http_exchange *x, err *e);
