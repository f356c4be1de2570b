/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "net/http_curl.h"
#include "net/http_head.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

/* What libcurl reads at once, and what is kept of a body before it is asked for. */
#define READ_SIZE (256 * KIB)
/* A connection whose answer was not wanted to its end is kept when the rest is here already. */
#define DRAIN_ROUNDS 4
#define WAIT_MOST_MS 1000

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
	uint64_t quiet_ms;                   /* waited since something moved */
	uint64_t window_ms, window_octets;   /* to tell how slow a peer is */
	bool sending, paused, done, proxied;
	CURLcode result;
	err fault; /* of a callback */
	char message[CURL_ERROR_SIZE];
};

/* -- the client --------------------------------------------------------------------------------- */

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
	for (struct http_exchange *x = h->idle; x; x = x->next) {
		h->curl.easy_cleanup(x->easy);
		h->curl.multi_cleanup(x->multi);
		buf_done(&x->kept);
		arena_done(&x->arena);
	}
	if (h->share)
		h->curl.share_cleanup(h->share);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&h->shared[i]);
	pthread_mutex_destroy(&h->lock);
	struct arena arena = h->arena;

	arena_done(&arena);
}

/* -- exchanges in store ------------------------------------------------------------------------- */

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

	*x = (struct http_exchange){ .client = h, .easy = easy, .multi = multi,
		                         .kept = BUF_INIT(2 * READ_SIZE) };
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
	arena_reset(&x->arena);
	buf_clear(&x->kept);
	*x = (struct http_exchange){ .client = h, .easy = x->easy, .multi = x->multi, .kept = x->kept,
		                         .arena = x->arena, .origin = x->origin,
		                         .origin_cap = x->origin_cap };
	pthread_mutex_lock(&h->lock);
	x->next = h->idle;
	h->idle = x;
	pthread_mutex_unlock(&h->lock);
}

/* -- what libcurl calls ------------------------------------------------------------------------- */

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;

	return http_head_line(&x->head, bytes_of(line, size * n), &x->fault) < 0 ? 0 : size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	bytes rest = bytes_of(data, size * n), now;

	if (x->kept.n >= READ_SIZE) {
		x->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	x->quiet_ms = 0;
	x->window_octets += rest.n;
	if (bytes_take(&rest, rest.n < x->cap - x->got ? rest.n : x->cap - x->got, &now) && now.n) {
		memcpy(x->into + x->got, now.p, now.n);
		x->got += now.n;
	}
	return buf_append(&x->kept, rest, &x->fault) < 0 ? 0 : size * n;
}

static size_t on_send(char *into, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	uint64_t left = x->body.size - x->sent, want = size * n < left ? size * n : left;
	int64_t got;

	x->quiet_ms = 0;
	if (want == 0) {
		got = 0;
	} else if (x->body.content.n > 0) {
		memcpy(into, x->body.content.p + x->sent, want);
		got = (int64_t)want;
	} else {
		got = x->body.read(x->body.ctx, (uint8_t *)into, want, &x->fault);
		if (got < 0)
			return CURL_READFUNC_ABORT;
		if (got == 0 && x->body.size != HTTP_SIZE_UNKNOWN) {
			(void)err_set(&x->fault, ERR_IO, 0, "%" PRIu64 " of %" PRIu64 " bytes could be sent",
			              x->sent, x->body.size);
			return CURL_READFUNC_ABORT;
		}
	}
	x->sent += (uint64_t)got;
	if (got == 0 || x->sent == x->body.size)
		x->sending = false;
	return (size_t)got;
}

/* -- work and wait ------------------------------------------------------------------------------ */

static uint64_t now_ms(void)
{
	return deadline_in(0).at_ms;
}

/* OpenSSL writes to sockets with write(2), which raises SIGPIPE when the peer has gone. */
static void perform(struct http_exchange *x)
{
	const struct timespec at_once = { 0 };
	sigset_t pipe_only, before, pending;
	int running = 0, left = 0;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	CURLMcode code = x->client->curl.multi_perform(x->multi, &running);

	if (!sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_only, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	for (CURLMsg *m; (m = x->client->curl.multi_info_read(x->multi, &left));) {
		x->done = m->msg == CURLMSG_DONE;
		x->result = m->data.result;
	}
	if (code != CURLM_OK) {
		x->done = true;
		x->result = CURLE_FAILED_INIT;
	}
}

/* The kind of failure is for whoever may try again; the words say it already. */
static int with_sys(err *e, int sys)
{
	e->sys = sys;
	return -1;
}

static int fail_connect(const struct http_exchange *x, err *e)
{
	long sys = 0;

	x->client->curl.easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &sys);
	if (x->client->options.socket_path)
		return err_set(e, ERR_NET, (int)sys, "connect to '%s'",
		               SHOW(bytes_str(x->client->options.socket_path)));
	return err_set(e, ERR_NET, (int)sys, "connect to %s%s", x->origin,
	               x->proxied ? " through the proxy" : "");
}

/* explain(x, e): what libcurl's result means to whoever asked. */
static int explain(const struct http_exchange *x, err *e)
{
	const char *why = x->message[0] ? x->message : x->client->curl.easy_strerror(x->result);
	bytes text = bytes_str(why);

	switch ((int)x->result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(e, ERR_NET, 0, "the name in %s cannot be resolved (%s)", x->origin,
		               SHOW(text));
	case CURLE_COULDNT_CONNECT:
		return fail_connect(x, e);
	case CURLE_OPERATION_TIMEDOUT:
		(void)err_set(e, ERR_NET, 0, "connect to %s: nothing within %.1f s", x->origin,
		              (double)x->client->options.connect_ms / 1000);
		return with_sys(e, ETIMEDOUT);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(e, ERR_NET, 0, "the certificate of %s is not trusted: %s (a private "
		               "authority: --cacert FILE)", x->origin, SHOW(text));
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, ERR_IO, 0, "the file of authorities cannot be used: %s", SHOW(text));
	case CURLE_SSL_CONNECT_ERROR:
		(void)err_set(e, ERR_NET, 0, "%s does not speak TLS as it should: %s", x->origin,
		              SHOW(text));
		return with_sys(e, EPROTO);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SEND_FAIL_REWIND:
		(void)err_set(e, ERR_NET, 0, "%s broke the connection (%s)", x->origin, SHOW(text));
		return with_sys(e, ECONNRESET);
	case CURLE_OUT_OF_MEMORY: /* how libcurl says that one line is longer than 100 KiB */
		return err_set(e, ERR_LIMIT, 0, "the headers of %s are too long", x->origin);
	default:
		return err_set(e, ERR_NET, 0, "%s: %s", x->origin, SHOW(text));
	}
}

/* work(x, e): let libcurl do what can be done at once. */
static int work(struct http_exchange *x, err *e)
{
	const struct deadline *deadline = &x->client->options.deadline;

	if (deadline->given_ms > 0 && deadline_check(deadline, e) < 0)
		return -1;
	if (!x->done)
		perform(x);
	if (!err_is_set(&x->fault))
		return 0;
	*e = x->fault;
	return -1;
}

static int check_pace(struct http_exchange *x, uint64_t idle_ms, err *e)
{
	if (x->quiet_ms >= idle_ms) {
		(void)err_set(e, ERR_NET, 0, "%s: nothing for %.1f s", x->origin, (double)idle_ms / 1000);
		return with_sys(e, ETIMEDOUT);
	}
	if (!x->head.whole || x->window_ms < LIMIT_HTTP_SLOW_MS)
		return 0;
	if (x->window_octets < LIMIT_HTTP_RATE * LIMIT_HTTP_SLOW_MS / 1000) {
		(void)err_set(e, ERR_NET, 0, "%s: %" PRIu64 " bytes within %.1f s are too few", x->origin,
		              x->window_octets, (double)x->window_ms / 1000);
		return with_sys(e, ETIMEDOUT);
	}
	x->window_ms = x->window_octets = 0;
	return 0;
}

/* await(x, e): until libcurl has something to do; refuses the peer who lets it wait too long. */
static int await(struct http_exchange *x, err *e)
{
	const struct deadline *deadline = &x->client->options.deadline;
	uint64_t idle_ms = x->sending || x->head.whole ? x->client->options.idle_ms : x->idle_ms;
	uint64_t before = now_ms(), most = WAIT_MOST_MS;

	if (idle_ms > x->quiet_ms && idle_ms - x->quiet_ms < most)
		most = idle_ms - x->quiet_ms;
	if (deadline->given_ms > 0 && deadline->at_ms > before && deadline->at_ms - before < most)
		most = deadline->at_ms - before;
	x->client->curl.multi_poll(x->multi, NULL, 0, (int)most, NULL);
	uint64_t waited = now_ms() - before;

	x->quiet_ms += waited;
	x->window_ms += waited;
	return check_pace(x, idle_ms, e);
}

/* -- sending ------------------------------------------------------------------------------------ */

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
		{ CURLOPT_BUFFERSIZE, READ_SIZE },
		{ CURLOPT_UPLOAD_BUFFERSIZE, READ_SIZE },
		{ CURLOPT_CONNECTTIMEOUT_MS, (long)x->client->options.connect_ms },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		c->easy_setopt(x->easy, numbers[i].option, numbers[i].value);
	c->easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->message);
	c->easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	c->easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
	c->easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
	c->easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
	c->easy_setopt(x->easy, CURLOPT_SHARE, x->client->share);
}

/* Who stands between us: libcurl would ask the environment where nothing is set here. */
static void set_peer(struct http_exchange *x, const struct url *url)
{
	const struct http_options *o = &x->client->options;
	const struct curl *c = &x->client->curl;
	const char *proxy = bytes_is(url->scheme, "https") ? o->https_proxy : o->http_proxy;

	x->proxied = proxy && !url_is_loopback(url);
	c->easy_setopt(x->easy, CURLOPT_PROXY, x->proxied ? proxy : "");
	c->easy_setopt(x->easy, CURLOPT_NOPROXY, o->no_proxy ? o->no_proxy : "");
	if (o->socket_path)
		c->easy_setopt(x->easy, CURLOPT_UNIX_SOCKET_PATH, o->socket_path);
	if (o->user_agent)
		c->easy_setopt(x->easy, CURLOPT_USERAGENT, o->user_agent);
	if (o->ca_file || x->client->ca_folder) {
		c->easy_setopt(x->easy, CURLOPT_CAINFO, o->ca_file);
		c->easy_setopt(x->easy, CURLOPT_CAPATH, x->client->ca_folder);
	}
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
		add_header(x, headers->value[0] ?
		                  arena_printf(&x->arena, "%s: %s", headers->name, headers->value) :
		                  arena_printf(&x->arena, "%s;", headers->name));
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
	c->easy_setopt(x->easy, CURLOPT_READFUNCTION, on_send);
	c->easy_setopt(x->easy, CURLOPT_READDATA, x);
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
	set_peer(x, url);
	c->easy_setopt(x->easy, CURLOPT_URL, r->url);
	set_method(x, r->method);
	if (set_headers(x, r->headers, e) < 0)
		return -1;
	if (c->multi_add_handle(x->multi, x->easy) != CURLM_OK)
		return err_set(e, ERR_IO, 0, "libcurl takes no request");
	return 0;
}

int http_send(struct http *h, const struct http_request *request, struct http_exchange **out, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct http_exchange *x = NULL;
	struct url url;
	int result = -1;

	if (url_parse(request->url, &scratch, &url, e) == 0)
		x = take(h, arena_printf(&scratch, PRIb "://" PRIb ":%u", BYTESF(url.scheme),
		                         BYTESF(url.host), url.port), e);
	if (x && begin(x, request, &url, e) == 0) {
		result = work(x, e);
		while (result == 0 && !x->head.whole && !x->done) {
			result = await(x, e);
			if (result == 0)
				result = work(x, e);
		}
		if (result == 0 && !x->head.whole)
			result = x->result == CURLE_OK ? err_set(e, ERR_NET, 0, "%s: no answer", x->origin) :
			                                 explain(x, e);
	}
	if (x && result < 0)
		give_back(x);
	else if (x)
		*out = x;
	arena_done(&scratch);
	return result;
}

/* -- the answer --------------------------------------------------------------------------------- */

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

/* The writer's pause ends: libcurl hands over what it holds at once. */
static void resume(struct http_exchange *x)
{
	if (x->paused) {
		x->paused = false;
		x->client->curl.easy_pause(x->easy, CURLPAUSE_CONT);
	}
}

int64_t http_read(struct http_exchange *x, uint8_t *into, size_t cap, err *e)
{
	int result;

	if (x->kept.n > 0 || cap == 0)
		return cap ? (int64_t)read_kept(x, into, cap) : 0;
	x->into = into;
	x->cap = cap;
	x->got = 0;
	resume(x);
	result = work(x, e);
	while (result == 0 && x->got == 0 && !x->done) {
		result = await(x, e);
		if (result == 0)
			result = work(x, e);
	}
	size_t got = x->got;

	x->into = NULL;
	x->cap = x->got = 0;
	if (result < 0)
		return -1;
	return got == 0 && x->result != CURLE_OK ? explain(x, e) : (int64_t)got;
}

int http_read_all(struct http_exchange *x, size_t max, struct arena *a, bytes *out, err *e)
{
	buf content = BUF_INIT(max + 1);
	int64_t got;

	do {
		size_t room = content.max - content.n < 16 * KIB ? content.max - content.n : 16 * KIB;

		got = http_read(x, buf_room(&content, room), room, e);
		if (got > 0)
			content.n += (size_t)got;
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
	if (!x)
		return;
	for (int i = 0; i < DRAIN_ROUNDS && !x->done && !x->sending && !err_is_set(&x->fault); i++) {
		buf_clear(&x->kept);
		resume(x);
		perform(x);
	}
	give_back(x);
}
