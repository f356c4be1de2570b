/* SPDX-License-Identifier: Apache-2.0 */
/* http - requests over HTTP/1.1 and HTTP/2, pulled: the caller reads the answer at its own pace.
 *
 * An adapter around libcurl, which is loaded with the first client (linked in, it would triple the
 * time the program takes to start). One exchange is one request and its answer; it never follows a
 * redirect and never adds an Authorization header of its own: who may see which secret is decided
 * by those who know what the request is for (oci/registry). Bodies are streamed both ways.
 * Sources: RFC 9110, 9112, 9113; proxies as libcurl reads HTTPS_PROXY, HTTP_PROXY, NO_PROXY, but
 * given here, since the environment is read in cmd/ only; none is asked for loopback.
 * Limits: LIMIT_HTTP_HEADERS octets of headers, all of them within idle_ms after the last octet of
 * the request; nothing for so long as idle_ms, or fewer than LIMIT_HTTP_RATE octets a second for
 * LIMIT_HTTP_SLOW_MS, is ERR_NET (the caller's own pauses do not count); the deadline of a client
 * is ERR_LIMIT, whatever the peer does. Only http: and https: URLs without user or password. What
 * could be read in two ways is refused: two lengths, a length and chunks, folded lines, codings.
 * Threading: a client may be used by several threads, an exchange belongs to one; http_open and
 * http_close have the process to themselves. libcurl may start threads of its own (to resolve
 * names): fork workers before the first http_send. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "sys/deadline.h"

struct http;
struct http_exchange;

struct http_options {
	const char *user_agent;
	const char *ca_file;                             /* PEM, in place of the system's; NULL */
	const char *https_proxy, *http_proxy, *no_proxy; /* NULL: none */
	const char *socket_path;  /* a unix socket that every request goes to (engines); NULL */
	uint64_t connect_ms;      /* 0: LIMIT_HTTP_CONNECT_MS */
	uint64_t idle_ms;         /* 0: LIMIT_HTTP_IDLE_MS */
	uint64_t retry_wait_ms;   /* of net/patience; 0: LIMIT_RETRY_WAIT_MS */
	struct deadline deadline; /* given_ms 0: none */
};

/* http_open(options, out, e): copies the options. ERR_IO when libcurl is not installed.
 * http_close: connections too; every exchange is ended before. */
int http_open(const struct http_options *options, struct http **out, err *e);
void http_close(struct http *h);

/* There is no DELETE: nothing here removes what others keep. */
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH };

struct http_header {
	const char *name, *value;
};

/* What is sent. read(ctx, into, cap, e): up to cap octets, 0 at the end, -1; used when content is
 * empty and size is not 0. HTTP_SIZE_UNKNOWN: until read says 0, in chunks. Both are used until
 * http_end. */
#define HTTP_SIZE_UNKNOWN UINT64_MAX
struct http_body {
	bytes content;
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e);
	void *ctx;
	uint64_t size;
};

struct http_request {
	enum http_method method;
	const char *url;
	const struct http_header *headers; /* name NULL ends the list; NULL: none */
	struct http_body body;
	uint64_t idle_ms; /* for this answer's headers, in place of the client's; 0: the client's */
};

/* http_send(h, request, out, e): send all of it and wait for the answer's headers; any status is an
 * answer. ERR_NET (text says what: cannot resolve, refused, certificate not trusted by whom, reset,
 * too slow), ERR_LIMIT; ERR_FORMAT for a URL or header that cannot be sent; what body.read says.
 * Of an ERR_NET e->sys tells what to do: ECONNRESET, the connection broke, another try makes sense;
 * ETIMEDOUT, as much time as one try may take is gone; EPROTO, nobody speaks TLS there; of others
 * connect's own. On failure there is nothing to end. */
int http_send(struct http *h, const struct http_request *request, struct http_exchange **out,
              err *e);

/* http_speaks_tls(h, url): whether anybody answers an https: URL with TLS. False when what answers
 * is none, or nobody listens; true also when it cannot be told: a request will. Nothing but the
 * handshake is sent, and no authority is read, which takes longer than all the rest. */
bool http_speaks_tls(struct http *h, const char *url);

/* http_status: 200 ... http_header(x, name): its value (the last one), without white space around;
 * NULL when absent; valid until http_end. http_header_next(x, name, at): one by one, from *at = 0.
 */
int http_status(const struct http_exchange *x);
const char *http_header(const struct http_exchange *x, const char *name);
const char *http_header_next(const struct http_exchange *x, const char *name, size_t *at);

/* http_read(x, into, cap, e): up to cap octets of the answer's body, 0 at its end, -1. A body that
 * ends before its Content-Length is ERR_NET. http_read_all: at most max octets, arena; more is
 * ERR_LIMIT, slower than LIMIT_HTTP_WHOLE_MS and LIMIT_HTTP_WHOLE_RATE allow ERR_NET. */
int64_t http_read(struct http_exchange *x, uint8_t *into, size_t cap, err *e);
int http_read_all(struct http_exchange *x, size_t max, struct arena *a, bytes *out, err *e);
/* http_end(x): hand the connection back, or close it when the body was not read to its end. NULL is
 * fine. */
void http_end(struct http_exchange *x);

/* -- urls -------------------------------------------------------------------------------------- */
/* RFC 3986, as far as registries need it: scheme, host and port name an origin (RFC 6454). */
struct url {
	bytes scheme, host, path, query; /* host in lower case, an IPv6 one in brackets */
	uint16_t port;                   /* the scheme's own when unsaid */
};

/* url_parse(text, a, out, e): absolute http(s) only; user info, control octets and white space are
 * ERR_FORMAT. url_resolve(base, location, a, out, e): what a Location header means (RFC 3986
 * section 5.2), as absolute text. url_same_origin: scheme, host and port. url_is_loopback:
 * localhost, 127/8, ::1. url_is_private: an IP literal, or a name that can only be local. */
int url_parse(const char *text, struct arena *a, struct url *out, err *e);
int url_resolve(const char *base, const char *location, struct arena *a, const char **out, err *e);
bool url_same_origin(const struct url *a, const struct url *b);
bool url_is_loopback(const struct url *u);
bool url_is_private(const struct url *u);
/* url_no_proxy(u, list, a): of NO_PROXY what counts for u's port, as libcurl takes it: it knows
 * neither "host:5000" nor "*.host", which others do (golang.org/x/net/http/httpproxy). Arena.
 * url_escape(s, a): for a query's value (RFC 3986 unreserved stay). Arena. */
const char *url_no_proxy(const struct url *u, const char *list, struct arena *a);
const char *url_escape(bytes s, struct arena *a);
