/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "net/http_exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#define WAIT_MOST_MS 1000

/* -- what libcurl calls ------------------------------------------------------------------------ */

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;

	return http_head_line(&x->head, bytes_of(line, size * n), &x->fault) < 0 ? 0 : size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	bytes rest = bytes_of(data, size * n), now;

	if (x->kept.n >= HTTP_READ_SIZE) {
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

void http_set_callbacks(struct http_exchange *x)
{
	const struct curl *c = &x->client->curl;

	c->easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	c->easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
	c->easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
	c->easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
	c->easy_setopt(x->easy, CURLOPT_READFUNCTION, on_send);
	c->easy_setopt(x->easy, CURLOPT_READDATA, x);
}

/* -- work and wait ----------------------------------------------------------------------------- */

struct http_guard http_guard(void)
{
	struct http_guard g;
	sigset_t pipe_only, pending;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	g.was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_only, &g.before);
	return g;
}

void http_unguard(const struct http_guard *g)
{
	const struct timespec at_once = { 0 };
	sigset_t pipe_only;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if (!g->was_pending)
		sigtimedwait(&pipe_only, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &g->before, NULL);
}

static void perform(struct http_exchange *x)
{
	int running = 0, left = 0;
	CURLMcode code = x->client->curl.multi_perform(x->multi, &running);

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

/* The connection was there and is no more. */
static bool is_broken(CURLcode result)
{
	static const CURLcode broken[] = {
		CURLE_SEND_ERROR, CURLE_RECV_ERROR,   CURLE_GOT_NOTHING,      CURLE_PARTIAL_FILE,
		CURLE_HTTP2,      CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND,
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (result == broken[i])
			return true;
	return false;
}

int http_explain(const struct http_exchange *x, err *e)
{
	const char *why = x->message[0] ? x->message : x->client->curl.easy_strerror(x->result);
	bytes text = bytes_str(why);

	if (is_broken(x->result)) {
		(void)err_set(e, ERR_NET, 0, "%s broke the connection (%s)", x->origin, SHOW(text));
		return with_sys(e, ECONNRESET);
	}
	switch ((int)x->result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(e, ERR_NET, 0, "the name in %s cannot be resolved (%s)", x->origin,
		               SHOW(text));
	case CURLE_COULDNT_CONNECT: return fail_connect(x, e);
	case CURLE_OPERATION_TIMEDOUT:
		(void)err_set(e, ERR_NET, 0, "connect to %s: nothing within %.1f s", x->origin,
		              (double)x->client->options.connect_ms / 1000);
		return with_sys(e, ETIMEDOUT);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(e, ERR_NET, 0,
		               "the certificate of %s is not trusted: %s (a private "
		               "authority: --cacert FILE)",
		               x->origin, SHOW(text));
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, ERR_IO, 0, "the file of authorities cannot be used: %s", SHOW(text));
	case CURLE_SSL_CONNECT_ERROR:
		(void)err_set(e, ERR_NET, 0, "%s does not speak TLS as it should: %s", x->origin,
		              SHOW(text));
		return with_sys(e, EPROTO);
	case CURLE_OUT_OF_MEMORY: /* how libcurl says that one line is longer than 100 KiB */
		return err_set(e, ERR_LIMIT, 0, "the headers of %s are too long", x->origin);
	default: return err_set(e, ERR_NET, 0, "%s: %s", x->origin, SHOW(text));
	}
}

int http_work(struct http_exchange *x, err *e)
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

int http_await(struct http_exchange *x, err *e)
{
	const struct deadline *deadline = &x->client->options.deadline;
	uint64_t idle_ms = x->sending || x->head.whole ? x->client->options.idle_ms : x->idle_ms;
	uint64_t before = deadline_now_ms(), most = WAIT_MOST_MS;

	if (idle_ms > x->quiet_ms && idle_ms - x->quiet_ms < most)
		most = idle_ms - x->quiet_ms;
	if (deadline->given_ms > 0 && deadline->at_ms > before && deadline->at_ms - before < most)
		most = deadline->at_ms - before;
	x->client->curl.multi_poll(x->multi, NULL, 0, (int)most, NULL);
	uint64_t waited = deadline_now_ms() - before;

	x->quiet_ms += waited;
	x->window_ms += waited;
	return check_pace(x, idle_ms, e);
}

void http_resume(struct http_exchange *x)
{
	if (x->paused) {
		x->paused = false;
		x->client->curl.easy_pause(x->easy, CURLPAUSE_CONT);
	}
}
