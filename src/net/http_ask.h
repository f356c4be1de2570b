/* SPDX-License-Identifier: Apache-2.0 */
/* http_ask - one request over a connection that stands already, and the status of its answer: for
 * programs whose health is asked for, where libcurl (before 8.0) insists on connecting itself.
 *
 * HTTP/1.1 (RFC 9112), "Connection: close". The head of the answer is read as strictly as any
 * (net/http_head), its body not at all: it may be a stream without end. Limits: LIMIT_HTTP_HEADERS;
 * everything by the deadline, however slowly the peer takes and gives. Threading: safe on any. */
#pragma once

#include "net/http.h"

struct http_question {
	enum http_method method;
	const char *host;                  /* "localhost:8080", unless a header says it */
	const char *path;                  /* "/sse?x=1": visible octets */
	const struct http_header *headers; /* name NULL ends the list; NULL: none */
	bytes body;
	const int *stop; /* readable: nobody waits for the answer any more; NULL: never */
};

/* http_ask(fd, q, d, out_status, e): fd stays the caller's, who closes it: no second question.
 * ERR_FORMAT (a header that cannot be sent), ERR_NET (broken off, no HTTP; q->stop), ERR_LIMIT (too
 * long, too late). */
int http_ask(int fd, const struct http_question *q, const struct deadline *d, int *out_status,
             err *e);
