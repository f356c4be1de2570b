/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/service.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/patience.h"

struct asking {
	struct http *http;
	const struct service_call *call;
	struct arena *arena;
	const char *url;
	enum http_method method;
	struct patience patience;
};

/* again(q, ask_ms, why): false when enough has been tried. */
static bool again(struct asking *q, uint64_t ask_ms, const char *why)
{
	const struct service_call *c = q->call;

	if (patience_take(&q->patience, q->http, ask_ms) < 0)
		return false;
	if (c->note)
		c->note(c->note_ctx,
		        arena_printf(q->arena, "%s: %s: %s; asked again", c->what, q->url, why));
	return true;
}

static int send_once(struct asking *q, struct http_exchange **out, err *e)
{
	const struct service_call *c = q->call;
	struct http_header headers[4];
	size_t n = 0;

	if (c->type && q->method == HTTP_POST)
		headers[n++] = (struct http_header){ "Content-Type", c->type };
	if (c->accept)
		headers[n++] = (struct http_header){ "Accept", c->accept };
	if (c->authorization)
		headers[n++] = (struct http_header){ "Authorization", c->authorization };
	headers[n] = (struct http_header){ NULL, NULL };
	bytes body = q->method == HTTP_POST ? c->body : bytes_of(NULL, 0);
	const struct http_request request = { .method = q->method,
		                                  .url = q->url,
		                                  .headers = headers,
		                                  .body = { .content = body, .size = body.n },
		                                  .idle_ms = LIMIT_SERVICE_MS };

	return patience_send(&q->patience, q->http, &request, out, e);
}

/* What it says may hold what it was told: a token is not repeated to whoever reads a CI's log. */
static int refuse(const struct asking *q, struct http_exchange *x, err *e)
{
	int status = http_status(x);
	bytes page = { 0 };
	err unread = { 0 }; /* the status tells enough */

	if (status >= 300 && status < 400)
		return err_set(e, ERR_NET, 0, "%d: a redirect, which is not followed", status);
	(void)http_read_all(x, LIMIT_ERROR_PAGE, q->arena, &page, &unread);
	page = bytes_trim(page);
	bytes secret = q->call->secret;

	if (page.n == 0 || (secret.n > 0 && bytes_search(page, secret) < page.n))
		return err_set(e, ERR_NET, 0, "it answers %d", status);
	return err_set(e, ERR_NET, 0, "it answers %d: %s", status, SHOW(page));
}

/* find(q, x, e): goes where the answer points, which is where the question went. */
static int find(struct asking *q, const struct http_exchange *x, err *e)
{
	const char *location = http_header(x, "Location"), *there;
	struct url from, to;

	if (!location)
		return err_set(e, ERR_NET, 0, "it has this entry already, and does not say where");
	if (url_resolve(q->url, location, q->arena, &there, e) < 0 ||
	    url_parse(q->url, q->arena, &from, e) < 0 || url_parse(there, q->arena, &to, e) < 0)
		return -1;
	if (!url_same_origin(&from, &to))
		return err_set(e, ERR_NET, 0, "it points to another service, which is not asked");
	q->url = there;
	q->method = HTTP_GET;
	return 0;
}

/* take(q, x, out, e): 1: done; 0: ask again. */
static int take(struct asking *q, struct http_exchange *x, bytes *out, err *e)
{
	int status = http_status(x);

	if (status == 200 || status == 201)
		return http_read_all(x, LIMIT_SERVICE_ANSWER, q->arena, out, e) < 0 ? -1 : 1;
	if (status == 409 && q->call->finds && q->method == HTTP_POST)
		return find(q, x, e);
	if (patience_is_busy(status) &&
	    again(q, patience_asked_ms(x), arena_printf(q->arena, "%d", status)))
		return 0;
	return refuse(q, x, e);
}

int service_ask(struct http *h, const struct service_call *call, struct arena *a, bytes *out,
                err *e)
{
	struct asking q = { h, call, a, call->url, call->method, { 0 } };
	int done = 0;

	while (done == 0) {
		struct http_exchange *x;

		if (send_once(&q, &x, e) == 0) {
			done = take(&q, x, out, e);
			http_end(x);
		} else if (patience_is_worth(e) && again(&q, 0, "it broke off")) {
			err_clear(e); /* the next try decides */
		} else {
			done = -1;
		}
	}
	return done > 0 ? 0 : err_wrap(e, "%s %s", call->what, SHOW(bytes_str(call->url)));
}
