/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry_call.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Registries hash what they were sent, and copy it into an object store, before they answer. */
#define COMMIT_OCTETS_A_MS 10000

/* -- patience ---------------------------------------------------------------------------------- */

static int restart(const struct call *c, err *e)
{
	if (c->body.content.n > 0 || c->body.size == 0)
		return 0;
	return c->restart(c->body.ctx, e);
}

/* again(r, c, x, p): the answer is no answer. True when the request shall be sent again. */
static bool again(struct registry *r, const struct call *c, struct http_exchange *x,
                  struct patience *p)
{
	int status = http_status(x);
	bool may = status == 429 || (patience_is_busy(status) && !c->once);
	bool can = c->body.content.n > 0 || c->body.size == 0 || c->restart;

	if (!may || !can || patience_take(p, r->http, patience_asked_ms(x)) < 0)
		return false;
	registry_note(r, "%s/%s: %s: %d, tried again", c->host, c->repository, c->what, status);
	return true;
}

int send_patiently(struct registry *r, const struct call *c, const struct http_request *request,
                   struct http_exchange **out, err *e)
{
	bool can = !c->once && (c->body.content.n > 0 || c->body.size == 0 || c->restart);
	struct patience own = { 0 }, *patience = c->patience ? c->patience : &own;
	struct http_exchange *x;
	struct http *http;

	if (registry_http(r, &http, e) < 0)
		return -1;
	for (;;) {
		atomic_fetch_add(&r->requests, 1);
		if (patience_send(patience, http, request, &x, e) == 0) {
			*out = x;
			if (!again(r, c, x, patience))
				return 0;
			http_end(x);
		} else {
			if (!can || !patience_is_worth(e) || patience_take(patience, http, 0) < 0)
				return -1;
			registry_note(r, "%s/%s: %s: %s, tried again", c->host, c->repository, c->what,
			              e->text);
			err_clear(e); /* the next try decides */
		}
		if (restart(c, e) < 0)
			return -1;
	}
}

uint64_t call_commit_ms(uint64_t size)
{
	uint64_t ms = LIMIT_HTTP_IDLE_MS + size / COMMIT_OCTETS_A_MS;

	return ms < LIMIT_HTTP_COMMIT_MS ? ms : LIMIT_HTTP_COMMIT_MS;
}

/* -- where to ---------------------------------------------------------------------------------- */

const char *call_base(struct registry *r, const struct call *c, struct arena *a)
{
	struct host *h = registry_host(r, c->host);
	const struct reference ref = { .host = c->host };

	return arena_printf(a, "%s://%s/v2/", h->scheme == SCHEME_PLAIN ? "http" : "https",
	                    reference_api_host(&ref));
}

const char *call_url(struct registry *r, const struct call *c, struct arena *a)
{
	bytes path = bytes_str(c->path);

	if (bytes_starts(path, BYTES("http://")) || bytes_starts(path, BYTES("https://")))
		return c->path;
	return arena_printf(a, "%s%s%s%s", call_base(r, c, a), c->repository, *c->repository ? "/" : "",
	                    c->path);
}

int call_check_target(const struct registry *r, const struct url *base, const struct url *from,
                      const struct url *to, err *e)
{
	bool plain = bytes_is(to->scheme, "http");

	if (plain &&
	    (bytes_is(from->scheme, "https") || (!url_is_loopback(to) && !r->options.plain_http)))
		return err_set(e, ERR_NET, 0, "it leads to '%s' without TLS, which is refused",
		               SHOW(to->host));
	if (url_is_private(to) && !url_is_private(base))
		return err_set(e, ERR_NET, 0, "it leads into a private network ('%s'), which is refused",
		               SHOW(to->host));
	return 0;
}

/* Plain HTTP may be tried where nobody listens in, or where the user said so. */
static bool may_be_plain(const struct registry *r, const char *url, struct arena *a)
{
	err ignored = { 0 }; /* the request itself says what is wrong with the URL */
	struct url u;

	return url_parse(url, a, &u, &ignored) == 0 && (r->options.plain_http || url_is_loopback(&u));
}

/* -- one round along the redirects ------------------------------------------------------------- */

struct walk {
	struct registry *r;
	const struct call *c;
	struct arena *a;
	struct url base, at;
	const char *url;
	const char *authorization; /* NULL; given to the registry's own origin only */
	bool ours;                 /* every hop was there */
};

static const struct http_header *walk_headers(const struct walk *w)
{
	size_t n = 0;

	while (w->c->headers && w->c->headers[n].name)
		n++;
	struct http_header *list = arena_array(w->a, struct http_header, n + 2);

	for (size_t i = 0; i < n; i++)
		list[i] = w->c->headers[i];
	if (w->ours && w->authorization)
		list[n] = (struct http_header){ "Authorization", w->authorization };
	return list;
}

/* follow(w, x, e): where x leads to; 0 when it is the answer itself, 1 when not. */
static int follow(struct walk *w, const struct http_exchange *x, err *e)
{
	int status = http_status(x);
	const char *location = http_header(x, "Location"), *to;
	struct url next;

	if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
		return 0;
	if (!location)
		return err_set(e, ERR_NET, 0, "a redirect (%d) that leads nowhere", status);
	if (w->c->method != HTTP_GET && w->c->method != HTTP_HEAD)
		return err_set(e, ERR_NET, 0, "what is sent was redirected to '%s', which is refused",
		               SHOW(bytes_str(location)));
	if (url_resolve(w->url, location, w->a, &to, e) < 0 || url_parse(to, w->a, &next, e) < 0)
		return err_wrap(e, "redirect");
	if (call_check_target(w->r, &w->base, &w->at, &next, e) < 0)
		return err_wrap(e, "redirect");
	w->url = to;
	w->at = next;
	w->ours = w->ours && url_same_origin(&w->base, &next);
	return 1;
}

static int walk(struct walk *w, struct answer *out, err *e)
{
	struct http_exchange *x;
	int more = 1;

	for (int hop = 0; hop <= LIMIT_REDIRECTS; hop++) {
		const struct http_request request = {
			.method = w->c->method,
			.url = w->url,
			.headers = walk_headers(w),
			.body = w->c->body,
			.idle_ms = w->c->idle_ms,
		};

		if (send_patiently(w->r, w->c, &request, &x, e) < 0)
			return -1;
		more = follow(w, x, e);
		*out = (struct answer){ x, w->url };
		if (more == 0)
			return 0;
		http_end(x);
		if (more < 0)
			return -1;
	}
	return err_set(e, ERR_NET, 0, "more than %d redirects", LIMIT_REDIRECTS);
}

static int fail_unauthorized(struct registry *r, const struct call *c, struct http_exchange *x,
                             struct arena *a, err *e)
{
	http_end(x);
	return err_set(e, ERR_NET, 0, "401 unauthorized (%s)", auth_who(r, c, a));
}

/* send_once(r, c, a, out, e): a round with the secret we have. */
static int send_once(struct registry *r, const struct call *c, struct arena *a, struct answer *out,
                     bool *out_ours, err *e)
{
	struct host *h = registry_host(r, c->host);
	struct walk w = { .r = r, .c = c, .a = a, .url = call_url(r, c, a) };

	if (url_parse(w.url, a, &w.at, e) < 0)
		return -1;
	w.base = w.at;
	if (w.url == c->path && url_parse(call_base(r, c, a), a, &w.base, e) < 0)
		return -1;
	w.ours = url_same_origin(&w.base, &w.at);
	if (w.ours && auth_header(r, h, c, a, &w.authorization, e) < 0)
		return -1;
	if (walk(&w, out, e) < 0)
		return -1;
	*out_ours = w.ours;
	return 0;
}

/* meet(r, h, c, a, out, e): the first request to a host that may be without TLS: what nobody
 * answers with TLS is asked for without. */
static int meet(struct registry *r, struct host *h, const struct call *c, struct arena *a,
                struct answer *out, bool *out_ours, err *e)
{
	struct http *http;

	if (registry_http(r, &http, e) < 0)
		return -1;
	h->scheme = http_speaks_tls(http, call_base(r, c, a)) ? SCHEME_TLS : SCHEME_PLAIN;
	if (send_once(r, c, a, out, out_ours, e) == 0)
		return 0;
	h->scheme = SCHEME_UNKNOWN;
	return -1;
}

/* Several threads that come to one host at the same time must agree on its scheme: only one of them
 * meets it. */
static int send_either(struct registry *r, struct host *h, const struct call *c, struct arena *a,
                       struct answer *out, bool *out_ours, err *e)
{
	if (h->scheme == SCHEME_UNKNOWN && may_be_plain(r, call_base(r, c, a), a)) {
		pthread_mutex_lock(&r->meeting);
		bool first = h->scheme == SCHEME_UNKNOWN;
		int status = first ? meet(r, h, c, a, out, out_ours, e) : 0;

		pthread_mutex_unlock(&r->meeting);
		if (first)
			return status;
	}
	return send_once(r, c, a, out, out_ours, e);
}

int call_send(struct registry *r, const struct call *c, struct arena *a, struct answer *out, err *e)
{
	struct host *h = registry_host(r, c->host);
	bool ours = false;

	for (int round = 0; round < 2; round++) {
		if (send_either(r, h, c, a, out, &ours, e) < 0)
			return -1;
		if (http_status(out->x) != 401 || !ours)
			return 0;
		if (round == 1 || auth_challenged(r, h, c, out->x, e) < 0 || restart(c, e) < 0)
			break;
		http_end(out->x);
	}
	if (!err_is_set(e))
		return fail_unauthorized(r, c, out->x, a, e);
	http_end(out->x);
	return -1;
}

int call_read(struct registry *r, const struct call *c, size_t max, struct arena *a,
              struct answer *out, bytes *out_body, err *e)
{
	struct patience patience = { 0 };
	struct call shared = *c;

	shared.patience = &patience;
	for (;;) {
		if (call_send(r, &shared, a, out, e) < 0)
			return -1;
		if (http_status(out->x) != 200 || http_read_all(out->x, max, a, out_body, e) == 0)
			return 0;
		http_end(out->x);
		if (e->sys != ECONNRESET || patience_take(&patience, r->http, 0) < 0)
			return -1;
		registry_note(r, "%s/%s: %s: %s, tried again", c->host, c->repository, c->what, e->text);
		err_clear(e); /* the next try decides */
	}
}

/* -- errors ------------------------------------------------------------------------------------ */

static const char *status_words(int status)
{
	static const struct {
		int status;
		const char *words;
	} known[] = {
		{ 400, "bad request" },         { 403, "denied" },
		{ 404, "not found" },           { 405, "not supported" },
		{ 408, "request timeout" },     { 409, "conflict" },
		{ 413, "too large" },           { 416, "range not satisfiable" },
		{ 429, "too many requests" },   { 500, "internal error of the registry" },
		{ 501, "not supported" },       { 502, "bad gateway" },
		{ 503, "service unavailable" }, { 504, "gateway timeout" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].words;
	return "an answer that was not expected";
}

int call_refuse(struct registry *r, const struct call *c, struct http_exchange *x, err *e)
{
	struct arena a = ARENA_INIT;
	int status = http_status(x);
	uint64_t wait = patience_is_busy(status) ? patience_asked_ms(x) : 0;
	bytes page = { 0 }, message;
	err ignored = { 0 }; /* the status is the error; its page only explains it */

	(void)http_read_all(x, LIMIT_ERROR_PAGE, &a, &page, &ignored);
	http_end(x);
	message = errors_parse(page, &a);
	const char *said = message.n ? arena_printf(&a, ": %s", SHOW(message)) : "";
	const char *who = status == 403 ? arena_printf(&a, " (%s)", auth_who(r, c, &a)) : "";
	const char *later = wait ? arena_printf(&a, "; it asks to come back in %.0f s",
	                                        (double)wait / 1000)
	                         : "";

	(void)err_set(e, status == 404 ? ERR_ABSENT : ERR_NET, 0, "%d %s%s%s%s", status,
	              status_words(status), who, said, later);
	if (c->once && patience_is_busy(status))
		e->sys = EAGAIN;
	arena_wipe(&a);
	return -1;
}

int call_wrap(const struct call *c, err *e)
{
	return err_wrap(e, "%s/%s: %s", c->host, c->repository, c->what);
}
