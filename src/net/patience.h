/* SPDX-License-Identifier: Apache-2.0 */
/* patience - when a request is sent again that broke off, or that was answered "later".
 *
 * Each pause is twice as long as the one before, with some jitter, so that a thousand clients do
 * not come back together, and never shorter than the answer asks for (Retry-After, RFC 9110 section
 * 10.2.3). LIMIT_HTTP_TRIES tries in all; the pauses together take at most the client's
 * retry_wait_ms, and none ends behind its deadline. Threading: a patience belongs to one thread. */
#pragma once

#include "net/http.h"

/* What has been spent on one undertaking. */
struct patience {
	unsigned tries;
	uint64_t waited_ms;
};

/* patience_send(p, h, request, out, e): http_send; what was waited for in vain counts as a pause.
 * patience_take(p, h, ask_ms): wait before the next try, at least ask_ms; -1, at once, when a bound
 * would be passed. */
int patience_send(struct patience *p, struct http *h, const struct http_request *request,
                  struct http_exchange **out, err *e);
int patience_take(struct patience *p, const struct http *h, uint64_t ask_ms);

/* patience_is_worth(e): a failure after which another try may help. patience_is_busy(status): an
 * answer after which it may. patience_asked_ms(x): how long x asks to wait; 0: it does not. */
bool patience_is_worth(const err *e);
bool patience_is_busy(int status);
uint64_t patience_asked_ms(const struct http_exchange *x);

/* retry_after(value, date, out_ms): seconds, or an HTTP date, which is compared with the answer's
 * own Date. */
bool retry_after(const char *value, const char *date, uint64_t *out_ms);
/* http_date(s, out): an IMF-fixdate (RFC 9110 section 5.6.7) as UNIX time. */
bool http_date(bytes s, int64_t *out);
