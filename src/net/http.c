/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/http_exchange.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>

/* A connection whose answer was not wanted to its end is kept when the rest is here already. */
#define DRAIN_ROUNDS 4

/* -- the client -------------------------------------------------------------------------------- */

static const char *copy(struct arena *a, const char *s)
{
	return s ? arena_str(a, bytes_str(s)) : NULL;
}

/* OpenSSL reads a folder of hashed names when it needs an authority, and the one large file whole,
 * 30 ms long, before each first handshake. */
static const char *hashed_folder(void)
{
	static const char folder[] = "/etc/ssl/certs";
	DIR *dir = opendir(folder);
	bool found = false;

	if (!dir)
		return NULL;
	for (struct dirent *entry; !found && (entry = readdir(dir));) {
		size_t digits = 0;

		while (isxdigit((unsigned char)entry->d_name[digits]))
			digits++;
		found = digits == 8 && entry->d_name[8] == '.' && entry->d_name[9] == '0';
	}
	closedir(dir);
	return found ? folder : NULL;
}

static void on_lock(CURL *easy, curl_lock_data data, curl_lock_access access, void *ctx)
{
	(void)easy;
	(void)access;
	pthread_mutex_lock(&((struct http *)ctx)->shared[data]);
}

static void on_unlock(CURL *easy, curl_lock_data data, void *ctx)
{
	(void)easy;
	pthread_mutex_unlock(&((struct http *)ctx)->shared[data]);
}

static void share(struct http *h)
{
	const struct curl *c = &h->curl;

	h->share = c->share_init();
	if (!h->share)
		return; /* slower, nothing else */
	c->share_setopt(h->share, CURLSHOPT_LOCKFUNC, on_lock);
	c->share_setopt(h->share, CURLSHOPT_UNLOCKFUNC, on_unlock);
	c->share_setopt(h->share, CURLSHOPT_USERDATA, h);
	c->share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	c->share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

int http_open(const struct http_options *options, struct http **out, err *e)
{
	struct arena arena = ARENA_INIT;
	struct curl curl;

	if (http_curl_load(&curl, e) < 0)
		return -1;
	struct http *h = arena_new(&arena, struct http);

	h->curl = curl;
	h->options = *options;
	h->options.user_agent = copy(&arena, options->user_agent);
	h->options.ca_file = copy(&arena, options->ca_file);
	h->options.https_proxy = copy(&arena, options->https_proxy);
	h->options.http_proxy = copy(&arena, options->http_proxy);
	h->options.no_proxy = copy(&arena, options->no_proxy);
	h->options.socket_path = copy(&arena, options->socket_path);
	if (h->options.connect_ms == 0)
		h->options.connect_ms = LIMIT_HTTP_CONNECT_MS;
	if (h->options.idle_ms == 0)
		h->options.idle_ms = LIMIT_HTTP_IDLE_MS;
	if (h->options.retry_wait_ms == 0)
		h->options.retry_wait_ms = LIMIT_RETRY_WAIT_MS;
	h->ca_folder = h->options.ca_file ? NULL : hashed_folder();
	pthread_mutex_init(&h->lock, NULL);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_init(&h->shared[i], NULL);
	share(h);
	h->arena = arena;
	*out = h;
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	const struct http_guard guard = http_guard();

	for (struct http_exchange *x = h->idle; x; x = x->next) {
		h->curl.easy_cleanup(x->easy);
		h->curl.multi_cleanup(x->multi);
		buf_done(&x->kept);
		arena_wipe(&x->arena);
	}
	if (h->share)
		h->curl.share_cleanup(h->share);
	http_unguard(&guard);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&h->shared[i]);
	pthread_mutex_destroy(&h->lock);
	struct arena arena = h->arena;

	arena_done(&arena);
}

/* -- exchanges in store ------------------------------------------------------------------------ */

static struct http_exchange *make(struct http *h, err *e)
{
	CURL *easy = h->curl.easy_init();
	CURLM *multi = h->curl.multi_init();

	if (!easy || !multi) {
		h->curl.easy_cleanup(easy);
		h->curl.multi_cleanup(multi);
		(void)err_set(e, ERR_IO, 0, "libcurl gives no connection");
		return NULL;
	}
	struct http_exchange *x = arena_new(&h->arena, struct http_exchange);

	*x = (struct http_exchange){
		.client = h, .easy = easy, .multi = multi, .kept = BUF_SECRET(2 * HTTP_READ_SIZE)
	};
	return x;
}

/* The exchange that was at this origin last, and may have its connection still; else any. */
static struct http_exchange *take(struct http *h, const char *origin, err *e)
{
	pthread_mutex_lock(&h->lock);
	struct http_exchange **at = &h->idle;

	for (struct http_exchange **i = &h->idle; *i; i = &(*i)->next)
		if (strcmp((*i)->origin, origin) == 0) {
			at = i;
			break;
		}
	struct http_exchange *x = *at;

	if (x)
		*at = x->next;
	else
		x = make(h, e);
	if (x && strlen(origin) >= x->origin_cap) {
		x->origin_cap = strlen(origin) + 1;
		x->origin = arena_alloc(&h->arena, x->origin_cap);
	}
	if (x)
		memcpy(x->origin, origin, strlen(origin) + 1);
	pthread_mutex_unlock(&h->lock);
	return x;
}

static void give_back(struct http_exchange *x)
{
	struct http *h = x->client;

	h->curl.multi_remove_handle(x->multi, x->easy);
	h->curl.easy_reset(x->easy);
	h->curl.slist_free_all(x->headers);
	arena_wipe(&x->arena); /* it held what we sent: Authorization */
	buf_done(&x->kept);    /* and this a token, maybe */
	*x = (struct http_exchange){ .client = h,
		                         .easy = x->easy,
		                         .multi = x->multi,
		                         .kept = x->kept,
		                         .arena = x->arena,
		                         .origin = x->origin,
		                         .origin_cap = x->origin_cap };
	pthread_mutex_lock(&h->lock);
	x->next = h->idle;
	h->idle = x;
	pthread_mutex_unlock(&h->lock);
}

/* -- sending ----------------------------------------------------------------------------------- */

/* set(easy, option, value) for every option that has one value always. */
static void set_always(struct http_exchange *x)
{
	const struct curl *c = &x->client->curl;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
		{ CURLOPT_PATH_AS_IS, 1 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
		{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_HEADEROPT, CURLHEADER_SEPARATE }, /* a proxy sees no Authorization */
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_BUFFERSIZE, HTTP_READ_SIZE },
		{ CURLOPT_UPLOAD_BUFFERSIZE, HTTP_READ_SIZE },
		{ CURLOPT_CONNECTTIMEOUT_MS, (long)x->client->options.connect_ms },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		c->easy_setopt(x->easy, numbers[i].option, numbers[i].value);
	c->easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->message);
	c->easy_setopt(x->easy, CURLOPT_SHARE, x->client->share);
}

/* Whom a certificate is believed. The folder of nobody has no authority in it: libcurl would fall
 * back to its own where none is set. */
static void set_authorities(struct http_exchange *x)
{
	const char *file = x->blind ? NULL : x->client->options.ca_file;
	const char *folder = x->blind ? "/dev/null" : x->client->ca_folder;

	if (!file && !folder)
		return;
	x->client->curl.easy_setopt(x->easy, CURLOPT_CAINFO, file);
	x->client->curl.easy_setopt(x->easy, CURLOPT_CAPATH, folder);
}

/* Who stands between us: libcurl would ask the environment where nothing is set here. */
static void set_peer(struct http_exchange *x, const struct url *url)
{
	const struct http_options *o = &x->client->options;
	const struct curl *c = &x->client->curl;
	const char *proxy = bytes_is(url->scheme, "https") ? o->https_proxy : o->http_proxy;

	x->proxied = proxy && !url_is_loopback(url);
	c->easy_setopt(x->easy, CURLOPT_PROXY, x->proxied ? proxy : "");
	c->easy_setopt(x->easy, CURLOPT_NOPROXY,
	               o->no_proxy ? url_no_proxy(url, o->no_proxy, &x->arena) : "");
	if (o->socket_path)
		c->easy_setopt(x->easy, CURLOPT_UNIX_SOCKET_PATH, o->socket_path);
	if (o->user_agent)
		c->easy_setopt(x->easy, CURLOPT_USERAGENT, o->user_agent);
}

static void add_header(struct http_exchange *x, const char *line)
{
	struct curl_slist *more = x->client->curl.slist_append(x->headers, line);

	if (more)
		x->headers = more;
	else
		(void)err_set(&x->fault, ERR_IO, ENOMEM, "headers");
}

static int set_headers(struct http_exchange *x, const struct http_header *headers, err *e)
{
	add_header(x, "Expect:"); /* waiting for "100 Continue" costs a second with some servers */
	for (; headers && headers->name; headers++) {
		if (!http_is_header(headers))
			return err_set(e, ERR_FORMAT, 0, "the value of the header '%s' cannot be sent",
			               SHOW(bytes_str(headers->name)));
		/* "Name;" is how libcurl is told to send an empty one */
		add_header(x, headers->value[0]
		                  ? arena_printf(&x->arena, "%s: %s", headers->name, headers->value)
		                  : arena_printf(&x->arena, "%s;", headers->name));
	}
	x->client->curl.easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
	return 0;
}

static void set_method(struct http_exchange *x, enum http_method method)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH" };
	const struct curl *c = &x->client->curl;
	bool known = x->body.size != HTTP_SIZE_UNKNOWN;

	if (method == HTTP_GET)
		return;
	if (method == HTTP_HEAD) {
		c->easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	x->sending = x->body.size > 0;
	c->easy_setopt(x->easy, CURLOPT_UPLOAD, 1L);
	c->easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, names[method]);
	c->easy_setopt(x->easy, CURLOPT_INFILESIZE_LARGE, known ? (curl_off_t)x->body.size : -1);
}

static int begin(struct http_exchange *x, const struct http_request *r, const struct url *url,
                 err *e)
{
	const struct curl *c = &x->client->curl;

	x->head.arena = &x->arena;
	x->idle_ms = r->idle_ms ? r->idle_ms : x->client->options.idle_ms;
	x->body = r->body;
	if (x->body.content.n > 0)
		x->body.size = x->body.content.n;
	set_always(x);
	http_set_callbacks(x);
	set_peer(x, url);
	set_authorities(x);
	c->easy_setopt(x->easy, CURLOPT_URL, r->url);
	set_method(x, r->method);
	if (set_headers(x, r->headers, e) < 0)
		return -1;
	if (c->multi_add_handle(x->multi, x->easy) != CURLM_OK)
		return err_set(e, ERR_IO, 0, "libcurl takes no request");
	return 0;
}

static int exchange(struct http *h, const struct http_request *request, bool blind,
                    struct http_exchange **out, err *e)
{
	const struct http_guard guard = http_guard();
	struct arena scratch = ARENA_INIT;
	struct http_exchange *x = NULL;
	struct url url;
	int result = -1;

	if (url_parse(request->url, &scratch, &url, e) == 0)
		x = take(h,
		         arena_printf(&scratch, PRIb "://" PRIb ":%u", BYTESF(url.scheme), BYTESF(url.host),
		                      url.port),
		         e);
	if (x)
		x->blind = blind;
	if (x && begin(x, request, &url, e) == 0) {
		result = http_work(x, e);
		while (result == 0 && !x->head.whole && !x->done) {
			result = http_await(x, e);
			if (result == 0)
				result = http_work(x, e);
		}
		if (result == 0 && !x->head.whole)
			result = x->result == CURLE_OK ? err_set(e, ERR_NET, 0, "%s: no answer", x->origin)
			                               : http_explain(x, e);
	}
	if (x && result < 0)
		give_back(x);
	else if (x)
		*out = x;
	arena_done(&scratch);
	http_unguard(&guard);
	return result;
}

int http_send(struct http *h, const struct http_request *request, struct http_exchange **out,
              err *e)
{
	return exchange(h, request, false, out, e);
}

bool http_speaks_tls(struct http *h, const char *url)
{
	const struct http_request hello = { .method = HTTP_HEAD, .url = url };
	struct http_exchange *x = NULL;
	err e = { 0 }; /* no certificate is believed, so it comes to one */

	if (exchange(h, &hello, true, &x, &e) == 0)
		http_end(x);
	return e.sys != EPROTO && e.sys != ECONNREFUSED;
}

/* -- the answer -------------------------------------------------------------------------------- */

int http_status(const struct http_exchange *x)
{
	return x->head.status;
}

const char *http_header(const struct http_exchange *x, const char *name)
{
	const char *value = NULL;
	size_t at = 0;

	for (const char *v; (v = http_header_next(x, name, &at));)
		value = v;
	return value;
}

const char *http_header_next(const struct http_exchange *x, const char *name, size_t *at)
{
	while (*at < x->head.list.len) {
		const struct http_header *field = &x->head.list.items[(*at)++];

		if (bytes_equal_nocase(bytes_str(field->name), bytes_str(name)))
			return field->value;
	}
	return NULL;
}

static size_t read_kept(struct http_exchange *x, uint8_t *into, size_t cap)
{
	bytes part = bytes_slice(buf_bytes(&x->kept), x->kept_at, cap);

	memcpy(into, part.p, part.n);
	x->kept_at += part.n;
	if (x->kept_at == x->kept.n) {
		buf_clear(&x->kept);
		x->kept_at = 0;
	}
	return part.n;
}

int64_t http_read(struct http_exchange *x, uint8_t *into, size_t cap, err *e)
{
	int result;

	if (x->kept.n > 0 || cap == 0)
		return cap ? (int64_t)read_kept(x, into, cap) : 0;
	const struct http_guard guard = http_guard();

	x->into = into;
	x->cap = cap;
	x->got = 0;
	http_resume(x);
	result = http_work(x, e);
	while (result == 0 && x->got == 0 && !x->done) {
		result = http_await(x, e);
		if (result == 0)
			result = http_work(x, e);
	}
	size_t got = x->got;

	http_unguard(&guard);
	x->into = NULL;
	x->cap = x->got = 0;
	if (result < 0)
		return -1;
	return got == 0 && x->result != CURLE_OK ? http_explain(x, e) : (int64_t)got;
}

/* check_whole(x, n, began, e): whether n octets are enough by now. */
static int check_whole(const struct http_exchange *x, size_t n, struct deadline began, err *e)
{
	err late = { 0 };

	began.at_ms += n * UINT64_C(1000) / LIMIT_HTTP_WHOLE_RATE;
	if (deadline_check(&began, &late) == 0)
		return 0;
	(void)err_set(e, ERR_NET, 0, "%s: %zu bytes of an answer within %.1f s are too few", x->origin,
	              n, (double)(began.given_ms + n * UINT64_C(1000) / LIMIT_HTTP_WHOLE_RATE) / 1000);
	e->sys = ETIMEDOUT;
	return -1;
}

int http_read_all(struct http_exchange *x, size_t max, struct arena *a, bytes *out, err *e)
{
	const struct deadline began = deadline_in(LIMIT_HTTP_WHOLE_MS);
	buf content = BUF_SECRET(max + 1); /* a token, maybe */
	int64_t got;

	do {
		size_t room = content.max - content.n < 16 * KIB ? content.max - content.n : 16 * KIB;

		got = http_read(x, buf_room(&content, room), room, e);
		if (got > 0)
			content.n += (size_t)got;
		if (got > 0 && check_whole(x, content.n, began, e) < 0)
			got = -1;
	} while (got > 0 && content.n <= max);
	if (got > 0)
		got = err_set(e, ERR_LIMIT, 0, "the answer of %s is longer than %zu bytes", x->origin, max);
	else if (got == 0)
		*out = arena_bytes(a, buf_bytes(&content));
	buf_done(&content);
	return (int)got;
}

void http_end(struct http_exchange *x)
{
	err ignored = { 0 }; /* the connection is closed then */

	if (!x)
		return;
	const struct http_guard guard = http_guard();

	for (int i = 0; i < DRAIN_ROUNDS && !x->done && !x->sending && !err_is_set(&ignored); i++) {
		buf_clear(&x->kept);
		http_resume(x);
		(void)http_work(x, &ignored);
	}
	give_back(x);
	http_unguard(&guard);
}
