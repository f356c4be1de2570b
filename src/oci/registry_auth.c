/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry_call.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>

/* A token is not used in its last seconds: the request it goes with takes time. */
#define TOKEN_MARGIN_S 5
#define TOKEN_LIFE_MOST_S 86400

/* Tokens by (realm, service, scope). */
struct token {
	struct token *next;
	const char *realm, *service, *scope;
	buf text;
	uint64_t until_ms;
};

/* -- who may be asked for a token -------------------------------------------------------------- */

/* The part of a host below which names have one owner: the last two labels, three under "co.uk" and
 * its like. A heuristic: that somebody else owns a name so close is not told apart, but a registry
 * that wants its users' passwords could as well name itself. */
static bytes site_of(bytes host)
{
	static const bytes generic[] = {
		BYTES_INIT("co"),  BYTES_INIT("com"), BYTES_INIT("net"), BYTES_INIT("org"),
		BYTES_INIT("gov"), BYTES_INIT("edu"), BYTES_INIT("ac"),  BYTES_INIT("ne"),
		BYTES_INIT("or"),  BYTES_INIT("go"),
	};
	size_t last = bytes_rfind(host, '.');

	if (last == host.n)
		return host;
	size_t second = bytes_rfind(bytes_slice(host, 0, last), '.');

	if (second == last)
		return host;
	bytes label = bytes_slice(host, second + 1, last - second - 1);
	bool country = host.n - last - 1 == 2;

	for (size_t i = 0; country && i < sizeof(generic) / sizeof(generic[0]); i++)
		if (bytes_equal(label, generic[i])) {
			size_t third = bytes_rfind(bytes_slice(host, 0, second), '.');

			return third == second ? host : bytes_skip(host, third + 1);
		}
	return bytes_skip(host, second + 1);
}

/* A name of several labels, not an address. */
static bool has_site(bytes host)
{
	uint8_t last = host.p[host.n - 1];

	return bytes_find(host, '.') < host.n && last != ']' && (last < '0' || last > '9');
}

/* Token services that stand on another site than their registry. */
static bool is_known_pair(bytes registry, bytes realm)
{
	return bytes_ends(registry, BYTES(".scw.cloud")) && bytes_is(realm, "api.scaleway.com");
}

static bool is_own_realm(const struct url *registry, const struct url *realm)
{
	/* Ports of this machine may belong to different people. */
	if (url_is_loopback(registry) || url_is_loopback(realm))
		return url_same_origin(registry, realm);
	if (bytes_equal(registry->host, realm->host) || is_known_pair(registry->host, realm->host))
		return true;
	return has_site(registry->host) && bytes_equal(site_of(registry->host), site_of(realm->host));
}

/* GHSA-xf85-363p-868w and its like: a registry that names somebody else's door as its own. */
static int check_realm(const struct registry *r, const struct url *registry,
                       const struct url *realm, bool has_secret, err *e)
{
	if (call_check_target(r, registry, registry, realm, e) < 0)
		return err_wrap(e, "token service");
	if (has_secret && !is_own_realm(registry, realm))
		return err_set(e, ERR_NET, 0,
		               "it wants its credentials sent to '%s', another site; they are kept back",
		               SHOW(realm->host));
	return 0;
}

/* -- asking ------------------------------------------------------------------------------------ */

static const char *scope_of(const struct call *c, struct arena *a)
{
	const char *own = arena_printf(a, "repository:%s:%s", c->repository,
	                               c->push ? "pull,push" : "pull");

	if (!*c->repository)
		return ""; /* only whether we may come in at all */
	return c->mount_from ? arena_printf(a, "%s repository:%s:pull", own, c->mount_from) : own;
}

static const char *basic(const struct credential *who, struct arena *a)
{
	bytes pair = bytes_str(
		arena_printf(a, PRIb ":" PRIb, BYTESF(who->user), BYTESF(who->password)));

	return arena_printf(a, "Basic " PRIb, BYTESF(base64_encode(pair, a)));
}

struct question {
	struct registry *r;
	const struct call *c;
	struct arena *a;
	const char *realm, *service, *scope;
	struct credential who;
};

/* GET realm?service=&scope=&scope= (distribution docs/spec/auth/token.md). */
static const char *get_url(const struct question *q)
{
	bytes scopes = bytes_str(q->scope), scope;
	char glue = strchr(q->realm, '?') ? '&' : '?';
	const char *url = q->realm;

	if (*q->service)
		url = arena_printf(q->a, "%s%cservice=%s", url, glue,
		                   url_escape(bytes_str(q->service), q->a));
	while (bytes_take_until(&scopes, ' ', &scope)) {
		glue = strchr(url, '?') ? '&' : '?';
		url = arena_printf(q->a, "%s%cscope=%s", url, glue, url_escape(scope, q->a));
	}
	if (q->who.user.n > 0)
		url = arena_printf(q->a, "%s&account=%s", url, url_escape(q->who.user, q->a));
	return url;
}

static int ask_by_get(const struct question *q, struct http_exchange **out, err *e)
{
	struct http_header headers[2] = { { 0 } };

	if (q->who.password.n > 0)
		headers[0] = (struct http_header){ "Authorization", basic(&q->who, q->a) };
	const struct http_request request = { .method = HTTP_GET,
		                                  .url = get_url(q),
		                                  .headers = headers };
	const struct call patience = { .what = "token",
		                           .host = q->c->host,
		                           .repository = q->c->repository };

	return send_patiently(q->r, &patience, &request, out, e);
}

/* RFC 6749 section 6; distribution docs/spec/auth/oauth.md. */
static int ask_by_post(const struct question *q, struct http_exchange **out, err *e)
{
	static const struct http_header headers[] = {
		{ "Content-Type", "application/x-www-form-urlencoded" }, { 0 }
	};
	const char *form = arena_printf(
		q->a, "grant_type=refresh_token&client_id=oakum&service=%s&scope=%s&refresh_token=%s",
		url_escape(bytes_str(q->service), q->a), url_escape(bytes_str(q->scope), q->a),
		url_escape(q->who.identity_token, q->a));
	const struct http_request request = { .method = HTTP_POST,
		                                  .url = q->realm,
		                                  .headers = headers,
		                                  .body = { .content = bytes_str(form) } };
	const struct call patience = {
		.what = "token", .host = q->c->host, .repository = q->c->repository, .body = request.body
	};

	return send_patiently(q->r, &patience, &request, out, e);
}

static int take_token(const struct question *q, struct http_exchange *x, struct token_answer *out,
                      err *e)
{
	int status = http_status(x);
	bytes page;

	if (status == 401 || status == 403) {
		http_end(x);
		return err_set(e, ERR_NET, 0, "401 unauthorized (%s)", auth_who(q->r, q->c, q->a));
	}
	if (status != 200)
		return call_refuse(q->r, q->c, x, e);
	int result = http_read_all(x, LIMIT_TOKEN, q->a, &page, e);

	http_end(x);
	return result < 0 ? -1 : token_parse(page, q->a, out, e);
}

static int ask(const struct question *q, struct token_answer *out, err *e)
{
	struct http_exchange *x = NULL;

	if (q->who.identity_token.n > 0) {
		if (ask_by_post(q, &x, e) < 0)
			return err_wrap(e, "token service");
		/* Services older than OAuth2 know GET alone. */
		if (http_status(x) == 404 || http_status(x) == 405) {
			http_end(x);
			x = NULL;
		}
	}
	if (!x && ask_by_get(q, &x, e) < 0)
		return err_wrap(e, "token service");
	if (take_token(q, x, out, e) < 0)
		return err_wrap(e, "token service");
	return 0;
}

/* -- the store --------------------------------------------------------------------------------- */

static struct token *find_token(struct registry *r, const struct question *q)
{
	for (struct token *t = r->tokens; t; t = t->next)
		if (strcmp(t->realm, q->realm) == 0 && strcmp(t->service, q->service) == 0 &&
		    strcmp(t->scope, q->scope) == 0)
			return t;
	struct token *t = arena_new(&r->arena, struct token);

	*t = (struct token){ .next = r->tokens, .text = BUF_SECRET(LIMIT_TOKEN) };
	t->realm = arena_str(&r->arena, bytes_str(q->realm));
	t->service = arena_str(&r->arena, bytes_str(q->service));
	t->scope = arena_str(&r->arena, bytes_str(q->scope));
	r->tokens = t;
	return t;
}

void auth_close(struct registry *r)
{
	for (struct token *t = r->tokens; t; t = t->next)
		buf_done(&t->text);
}

/* -- what call_send asks ----------------------------------------------------------------------- */

static int who_we_are(struct registry *r, const struct call *c, struct credential *out, err *e)
{
	memset(out, 0, sizeof(*out));
	return credentials_for(r->credentials, c->host, bytes_str(c->repository), out, e);
}

/* token_for(q, out, e): from the store, or asked for: by one thread, while others wait for it. */
static int token_for(const struct question *q, const char **out, err *e)
{
	struct registry *r = q->r;
	struct token_answer answer;

	pthread_mutex_lock(&r->lock);
	struct token *t = find_token(r, q);
	bool good = t->text.n > 0 && deadline_now_ms() < t->until_ms;

	if (good)
		*out = arena_printf(q->a, "Bearer " PRIb, BYTESF(buf_bytes(&t->text)));
	pthread_mutex_unlock(&r->lock);
	if (good)
		return 0;
	if (ask(q, &answer, e) < 0)
		return -1;
	uint64_t life = answer.expires_s < TOKEN_LIFE_MOST_S ? answer.expires_s : TOKEN_LIFE_MOST_S;

	pthread_mutex_lock(&r->lock);
	buf_done(&t->text);
	buf_put(&t->text, answer.token);
	t->until_ms = deadline_in(life > TOKEN_MARGIN_S ? (life - TOKEN_MARGIN_S) * 1000 : 0).at_ms;
	pthread_mutex_unlock(&r->lock);
	*out = arena_printf(q->a, "Bearer " PRIb, BYTESF(answer.token));
	return 0;
}

static int bearer(const struct question *q, const char **out, err *e)
{
	bool has_secret = q->who.user.n || q->who.password.n || q->who.identity_token.n;
	struct registry *r = q->r;
	struct url base, realm;

	if (url_parse(call_base(r, q->c, q->a), q->a, &base, e) < 0)
		return -1;
	if (url_parse(q->realm, q->a, &realm, e) < 0)
		return err_wrap(e, "token service");
	if (check_realm(r, &base, &realm, has_secret, e) < 0)
		return -1;
	pthread_mutex_lock(&r->asking);
	int result = token_for(q, out, e);

	pthread_mutex_unlock(&r->asking);
	return result;
}

int auth_header(struct registry *r, struct host *h, const struct call *c, struct arena *a,
                const char **out, err *e)
{
	struct question q = { .r = r, .c = c, .a = a };

	*out = NULL;
	pthread_mutex_lock(&r->lock);
	struct challenge challenge = h->challenge;
	int result = challenge.scheme == CHALLENGE_NONE ? 0 : who_we_are(r, c, &q.who, e);

	pthread_mutex_unlock(&r->lock);
	if (challenge.scheme == CHALLENGE_NONE || result < 0)
		return result;
	if (q.who.registry_token.n > 0) {
		*out = arena_printf(a, "Bearer " PRIb, BYTESF(q.who.registry_token));
		return 0;
	}
	if (challenge.scheme == CHALLENGE_BASIC) {
		if (q.who.password.n > 0)
			*out = basic(&q.who, a);
		return 0;
	}
	q.realm = arena_str(a, challenge.realm);
	q.service = arena_str(a, challenge.service);
	q.scope = scope_of(c, a);
	return bearer(&q, out, e);
}

/* Bearer before Basic: what a password is good for, a token does for a while. */
static struct challenge choose(const struct http_exchange *x, struct arena *a)
{
	struct challenge best = { 0 }, one;
	size_t at = 0;

	for (const char *v; (v = http_header_next(x, "WWW-Authenticate", &at));) {
		bytes rest = bytes_str(v);

		while (challenge_take(&rest, a, &one))
			if (one.scheme > best.scheme && (one.scheme == CHALLENGE_BASIC || one.realm.n > 0))
				best = one;
	}
	return best;
}

int auth_challenged(struct registry *r, struct host *h, const struct call *c,
                    const struct http_exchange *x, err *e)
{
	struct arena a = ARENA_INIT;
	struct challenge best = choose(x, &a);
	struct question q = { .r = r, .c = c, .a = &a };
	int result = best.scheme == CHALLENGE_NONE
	                 ? err_set(e, ERR_NET, 0, "401 unauthorized, without saying how to log in")
	                 : 0;

	pthread_mutex_lock(&r->lock);
	if (result == 0 &&
	    (h->challenge.scheme != best.scheme || !bytes_equal(h->challenge.realm, best.realm) ||
	     !bytes_equal(h->challenge.service, best.service))) {
		h->challenge.scheme = best.scheme;
		h->challenge.realm = arena_bytes(&r->arena, best.realm);
		h->challenge.service = arena_bytes(&r->arena, best.service);
	}
	if (result == 0 && best.scheme == CHALLENGE_BEARER) {
		q.realm = arena_str(&a, best.realm);
		q.service = arena_str(&a, best.service);
		q.scope = scope_of(c, &a);
		buf_done(&find_token(r, &q)->text);
	}
	pthread_mutex_unlock(&r->lock);
	arena_wipe(&a);
	return result;
}

const char *auth_who(struct registry *r, const struct call *c, struct arena *a)
{
	struct credential who;
	const char *text;
	err ignored = { 0 }; /* said when the request was sent */

	pthread_mutex_lock(&r->lock);
	bool known = who_we_are(r, c, &who, &ignored) == 0;

	if (known && (who.password.n || who.identity_token.n || who.registry_token.n))
		text = arena_printf(a, "the credentials of %s were refused; run 'oakum login %s'",
		                    who.origin, c->host);
	else
		text = arena_str(a, bytes_str(credentials_where(r->credentials, c->host)));
	pthread_mutex_unlock(&r->lock);
	return text;
}
