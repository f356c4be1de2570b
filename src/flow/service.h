/* SPDX-License-Identifier: Apache-2.0 */
/* service - one question to a web service that signs or vouches, until there is an answer: small,
 * in bounded time, from nobody else.
 *
 * No redirect is followed, so what is sent goes to that origin alone. A service that is busy (408,
 * 429, 5xx) or breaks off is asked again (net/patience).
 * Threading: belongs to one thread; workers are forked before. */
#pragma once

#include "net/http.h"

struct service_call {
	const char *what; /* "certificate authority": for people */
	const char *url;
	enum http_method method;
	const char *type, *accept, *authorization; /* headers; NULL: none */
	bytes body;
	bytes secret; /* that no error repeats, though the service does; empty: none */
	bool finds;   /* 409 with a Location says: it is there already, see here */
	void (*note)(void *ctx, const char *text); /* it is asked again; may be NULL */
	void *note_ctx;
};

/* service_ask(h, call, a, out, e): the body of a 200 or 201, at most LIMIT_SERVICE_ANSWER octets.
 * ERR_NET with what the service says, ERR_LIMIT, ERR_FORMAT (an address). Arena. */
int service_ask(struct http *h, const struct service_call *call, struct arena *a, bytes *out,
                err *e);
