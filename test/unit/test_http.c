/* SPDX-License-Identifier: Apache-2.0 */
/* Against a server in a child process that answers each request with the next of a list of
 * texts. */
#include "net/http.h"

#include "base/limits.h"
#include "net/http_ask.h"
#include "net/http_head.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define SAID_MOST 65536

struct server {
	pid_t pid;
	int said; /* the heads of requests, and how long their bodies were */
	uint16_t port;
	char url[64];
};

/* Read a head and its body; false when the client has gone. Told to `said`: the head, and after it
 * "#N\n", the octets of the body as they came. */
static bool serve_read(int fd, int said)
{
	static char text[1 << 20];
	size_t n = 0, body = 0, want = 0;
	char *end = NULL;

	while (!end) {
		ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
	}
	const char *length = strstr(text, "Content-Length: ");
	bool chunked = strstr(text, "Transfer-Encoding: chunked");

	body = n - (size_t)(end + 4 - text);
	want = length ? strtoul(length + 16, NULL, 10) : 0;
	dprintf(said, "%.*s\r\n", (int)(end - text), text);
	char last[5] = "";

	if (body >= 5)
		memcpy(last, text + n - 5, 5);
	while (body < want || (chunked && memcmp(last, "0\r\n\r\n", 5) != 0)) {
		ssize_t got = read(fd, text, sizeof(text));

		if (got <= 0)
			return false;
		body += (size_t)got;
		if (got >= 5)
			memcpy(last, text + got - 5, 5);
	}
	dprintf(said, "#%zu\n", body);
	return true;
}

/* An answer that begins with '!' closes the connection behind it, one with '~' stays silent. */
static void serve(int listener, int said, const char *const *answers)
{
	while (*answers) {
		int fd = accept(listener, NULL, NULL);

		while (fd >= 0 && *answers && serve_read(fd, said)) {
			const char *text = *answers++;
			bool close_it = *text == '!';

			if (*text == '~')
				sleep(5);
			text += close_it;
			if (write(fd, text, strlen(text)) < 0 || close_it)
				break;
		}
		close(fd);
	}
	_exit(0);
}

static struct server start(const char *const *answers)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	struct server s = { 0 };
	int listener = socket(AF_INET, SOCK_STREAM, 0), pipes[2];

	assert_true(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 8) == 0);
	assert_true(getsockname(listener, (struct sockaddr *)&at, &len) == 0 && pipe(pipes) == 0);
	fflush(NULL);
	s.pid = fork();
	if (s.pid == 0) {
		alarm(30);
		serve(listener, pipes[1], answers);
	}
	close(listener);
	close(pipes[1]);
	s.said = pipes[0];
	s.port = ntohs(at.sin_port);
	snprintf(s.url, sizeof(s.url), "http://127.0.0.1:%u/x", s.port);
	return s;
}

/* stop(s, said): end it; what it was told. */
static void stop(const struct server *s, char said[SAID_MOST])
{
	size_t n = 0;

	kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
	for (ssize_t got; n < SAID_MOST - 1 && (got = read(s->said, said + n, SAID_MOST - 1 - n)) > 0;)
		n += (size_t)got;
	said[n] = '\0';
	close(s->said);
}

static struct http *client(struct http_options options)
{
	struct http *h = NULL;
	err e = { 0 };

	options.user_agent = "unit";
	assert_int_equal(http_open(&options, &h, &e), 0);
	return h;
}

static int get(struct http *h, const char *url, struct http_exchange **out, err *e)
{
	const struct http_request r = { .method = HTTP_GET, .url = url };

	return http_send(h, &r, out, e);
}

static void answers_are_read_and_connections_kept(void **state)
{
	const char *const answers[] = {
		"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" OK
		"Content-Length: 5\r\nX-A:  one \r\nx-a: two\r\nX-Empty:\r\n\r\nhello",
		OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
		NULL,
	};
	struct server s = start(answers);
	struct http *h = client((struct http_options){ 0 });
	struct arena a = ARENA_INIT;
	struct http_exchange *x;
	char said[SAID_MOST];
	size_t at = 0;
	bytes body;
	err e = { 0 };

	(void)state;
	assert_int_equal(get(h, s.url, &x, &e), 0);
	assert_int_equal(http_status(x), 200);
	assert_string_equal(http_header(x, "X-A"), "two");
	assert_string_equal(http_header_next(x, "x-a", &at), "one");
	assert_string_equal(http_header_next(x, "x-a", &at), "two");
	assert_null(http_header_next(x, "x-a", &at));
	assert_string_equal(http_header(x, "x-empty"), "");
	assert_null(http_header(x, "Link"));
	assert_int_equal(http_read_all(x, 5, &a, &body, &e), 0);
	assert_bytes(body, "hello");
	http_end(x);
	assert_int_equal(get(h, s.url, &x, &e), 0);
	assert_int_equal(http_read_all(x, 4, &a, &body, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	http_end(x);
	assert_int_equal(get(h, s.url, &x, &e), 0);
	assert_int_equal(http_status(x), 404);
	http_end(x);
	http_close(h);
	stop(&s, said);
	assert_non_null(strstr(said, "User-Agent: unit"));
	assert_null(strstr(said, "Accept-Encoding"));
	assert_null(strstr(said, "Authorization"));
	arena_done(&a);
}

/* A redirect is an answer like others. */
static void redirects_are_not_followed(void **state)
{
	const char *const answers[] = { "HTTP/1.1 307 Go\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
		                            OK "Content-Length: 0\r\n\r\n", NULL };
	struct server s = start(answers);
	struct http *h = client((struct http_options){ 0 });
	struct http_exchange *x;
	char said[SAID_MOST];
	err e = { 0 };

	(void)state;
	assert_int_equal(get(h, s.url, &x, &e), 0);
	assert_int_equal(http_status(x), 307);
	assert_string_equal(http_header(x, "Location"), "/y");
	http_end(x);
	http_close(h);
	stop(&s, said);
	assert_null(strstr(said, "GET /y"));
}

/* RFC 9112 section 6.3, and what smuggles answers past those who read otherwise. */
static void doubtful_heads_are_refused(void **state)
{
	static const char *const bad[] = {
		"Content-Length: 1\r\nContent-Length: 2\r\n",
		"Content-Length: 1\r\nContent-Length: 1\r\n",
		"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
		"Content-Length: 1, 1\r\n",
		"Content-Length: +1\r\n",
		"Content-Length: -1\r\n",
		"Content-Length: 9223372036854775808\r\n",
		"Transfer-Encoding: gzip, chunked\r\n",
		"X: a\rb\r\n",
		"X: a\x01\r\n",
		"X : a\r\n",
		"X: a\r\n b\r\n",
		": a\r\n",
		"X\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		struct http_head head = { .arena = &a };
		bytes rest = bytes_str(bad[i]), line;
		err e = { 0 };
		int result = http_head_line(&head, BYTES("HTTP/1.1 200 OK\r\n"), &e);

		while (result == 0 && bytes_take_until(&rest, '\n', &line))
			result = http_head_line(&head, line, &e);
		if (result == 0)
			result = http_head_line(&head, BYTES("\r\n"), &e);
		if (result == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_failed(&e, ERR_NET);
		arena_done(&a);
	}
}

static void too_many_headers_are_a_limit(void **state)
{
	struct arena a = ARENA_INIT;
	struct http_head head = { .arena = &a };
	int result = 0;
	size_t lines = 0;
	err e = { 0 };

	(void)state;
	for (; result == 0 && lines < 100000; lines++)
		result = http_head_line(
			&head, lines % 2 ? BYTES("X: 45678\r\n") : BYTES("HTTP/1.1 100 C\r\n"), &e);
	assert_failed(&e, ERR_LIMIT);
	assert_true(lines * 13 <= LIMIT_HTTP_HEADERS + 26);
	arena_done(&a);
}

static void what_breaks_off_or_stays_away(void **state)
{
	const char *const answers[] = { "!" OK "Content-Length: 10\r\n\r\nhello",
		                            "!" OK "Transfer-Encoding: chunked\r\n\r\na\r\nhello", "!", "~",
		                            NULL };
	struct server s = start(answers);
	struct http *h = client((struct http_options){ .idle_ms = 300 });
	struct arena a = ARENA_INIT;
	struct http_exchange *x;
	char said[SAID_MOST];
	bytes body;
	err e = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(get(h, s.url, &x, &e), 0);
		assert_int_equal(http_read_all(x, 100, &a, &body, &e), -1);
		assert_int_equal(e.sys, ECONNRESET);
		assert_failed(&e, ERR_NET);
		http_end(x);
	}
	assert_int_equal(get(h, s.url, &x, &e), -1);
	assert_int_equal(e.sys, ECONNRESET);
	assert_failed(&e, ERR_NET);
	assert_int_equal(get(h, s.url, &x, &e), -1);
	assert_int_equal(e.sys, ETIMEDOUT);
	assert_failed(&e, ERR_NET);
	stop(&s, said);
	assert_int_equal(get(h, s.url, &x, &e), -1);
	assert_int_equal(e.sys, ECONNREFUSED);
	assert_failed(&e, ERR_NET);
	http_close(h);
	arena_done(&a);
}

/* Who answers with something else is met in test/cli/registry.t, who does speak it, too. */
static void whether_anybody_speaks_tls(void **state)
{
	const char *const answers[] = { "~", NULL };
	struct server s = start(answers);
	struct http *h = client((struct http_options){ .idle_ms = 300 });
	char said[SAID_MOST], url[64];

	(void)state;
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/x", s.port);
	assert_true(http_speaks_tls(h, url)); /* it cannot be told */
	stop(&s, said);
	assert_false(http_speaks_tls(h, url));
	http_close(h);
}

/* ask(port, q, ms, out_status, e): over a connection of its own. */
static int ask(uint16_t port, const struct http_question *q, uint64_t ms, int *out_status, err *e)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		                            .sin_port = htons(port),
		                            .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct deadline d = deadline_in(ms);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	int result = http_ask(fd, q, &d, out_status, e);

	close(fd);
	return result;
}

static void a_question_has_one_status(void **state)
{
	/* an answer without a length, one before the end of which the peer closes, interim ones */
	const char *const answers[] = { "!" OK "\r\n", "!HTTP/1.0 404\r\nA: b\r\n\r\nmore",
		                            "!HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 9\r\n\r\n",
		                            NULL };
	const struct http_header headers[] = { { "X-Key", "a b" }, { "host", "shop.example" }, { 0 } };
	const struct http_question plain = { .host = "localhost:7", .path = "/sse?x=1" };
	const struct http_question full = { HTTP_POST, "localhost:7", "/", headers,
		                                BYTES_INIT("ping"), NULL };
	struct server s = start(answers);
	char said[SAID_MOST];
	int status = 0;
	err e = { 0 };

	(void)state;
	assert_int_equal(ask(s.port, &plain, 5000, &status, &e), 0);
	assert_int_equal(status, 200);
	assert_int_equal(ask(s.port, &full, 5000, &status, &e), 0);
	assert_int_equal(status, 404);
	assert_int_equal(ask(s.port, &plain, 5000, &status, &e), 0);
	assert_int_equal(status, 200);
	stop(&s, said);
	assert_string_equal(said, "GET /sse?x=1 HTTP/1.1\r\nHost: localhost:7\r\nAccept: */*\r\n"
	                          "Connection: close\r\n#0\n"
	                          "POST / HTTP/1.1\r\nX-Key: a b\r\nhost: shop.example\r\n"
	                          "Content-Length: 4\r\nAccept: */*\r\nConnection: close\r\n#4\n"
	                          "GET /sse?x=1 HTTP/1.1\r\nHost: localhost:7\r\nAccept: */*\r\n"
	                          "Connection: close\r\n#0\n");
}

static void what_is_no_answer(void **state)
{
	static const struct {
		const char *answer;
		enum err_kind kind;
	} bad[] = {
		{ "!", ERR_NET },
		{ "!" OK "A: b\r\n", ERR_NET },
		{ "!SSH-2.0-OpenSSH_9.2\r\n", ERR_NET },
		{ "!A: b\r\nHTTP/1.1 200 OK\r\n\r\n", ERR_NET },
		{ "!HTTP/1.1 2000\r\n\r\n", ERR_NET },
		{ "!" OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", ERR_NET },
		{ "~", ERR_LIMIT },
	};
	const char *answers[sizeof(bad) / sizeof(*bad) + 1] = { NULL };
	const struct http_header header[] = { { "X", "a\r\nb" }, { 0 } };
	struct http_question q = { .host = "localhost", .path = "/" };
	char said[SAID_MOST];
	int status = 7;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		answers[i] = bad[i].answer;
	struct server s = start(answers);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(ask(s.port, &q, 300, &status, &e), -1);
		assert_failed(&e, bad[i].kind);
	}
	q.headers = header;
	assert_int_equal(ask(s.port, &q, 300, &status, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(status, 7);
	stop(&s, said);
}

/* It would take ten minutes. */
static void a_question_is_given_up(void **state)
{
	const char *const answers[] = { "~", NULL };
	struct http_question q = { .host = "localhost", .path = "/" };
	struct server s = start(answers);
	char said[SAID_MOST];
	int status = 7, ends[2];
	err e = { 0 };

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "", 1), 1);
	q.stop = &ends[0];
	assert_int_equal(ask(s.port, &q, 600000, &status, &e), -1);
	assert_failed(&e, ERR_NET);
	assert_int_equal(status, 7);
	close(ends[0]);
	close(ends[1]);
	stop(&s, said);
}

static void the_deadline_ends_everything(void **state)
{
	const char *const answers[] = { "~", NULL };
	struct server s = start(answers);
	struct http *h = client((struct http_options){ .deadline = deadline_in(200) });
	struct http_exchange *x;
	char said[SAID_MOST];
	err e = { 0 };

	(void)state;
	assert_int_equal(get(h, s.url, &x, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	http_close(h);
	stop(&s, said);
}

static int64_t read_letters(void *ctx, uint8_t *into, size_t cap, err *e)
{
	uint64_t *left = ctx;
	size_t n = cap < *left ? cap : (size_t)*left;

	(void)e;
	memset(into, 'a', n);
	*left -= n;
	return (int64_t)n;
}

static void bodies_are_sent(void **state)
{
	const char *const answers[] = { "HTTP/1.1 201 C\r\nContent-Length: 0\r\n\r\n",
		                            "HTTP/1.1 201 C\r\nContent-Length: 0\r\n\r\n",
		                            "HTTP/1.1 202 C\r\nContent-Length: 0\r\n\r\n",
		                            "HTTP/1.1 202 C\r\nContent-Length: 0\r\n\r\n",
		                            "never sent",
		                            NULL };
	uint64_t left = 3000000, unknown = 10, lacking = 10;
	const struct http_header headers[] = { { "Content-Type", "a/b" }, { "X-None", "" }, { 0 } };
	struct server s = start(answers);
	struct http_request r[] = {
		{ .method = HTTP_PUT,
		  .url = s.url,
		  .headers = headers,
		  .body = { .read = read_letters, .ctx = &left, .size = left } },
		{ .method = HTTP_PATCH, .url = s.url, .body = { .content = BYTES("hello") } },
		{ .method = HTTP_POST, .url = s.url },
		{ .method = HTTP_POST,
		  .url = s.url,
		  .body = { .read = read_letters, .ctx = &unknown, .size = HTTP_SIZE_UNKNOWN } },
	};
	struct http *h = client((struct http_options){ 0 });
	struct http_exchange *x;
	char said[SAID_MOST];
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		assert_int_equal(http_send(h, &r[i], &x, &e), 0);
		assert_int_equal(http_status(x), i < 2 ? 201 : 202);
		http_end(x);
	}
	r[0].body = (struct http_body){ .read = read_letters, .ctx = &lacking, .size = 11 };
	assert_int_equal(http_send(h, &r[0], &x, &e), -1);
	assert_failed(&e, ERR_IO);
	http_close(h);
	stop(&s, said);
	assert_non_null(strstr(said, "PUT /x HTTP/1.1"));
	assert_non_null(strstr(said, "Content-Type: a/b"));
	assert_non_null(strstr(said, "X-None:\r\n"));
	assert_non_null(strstr(said, "#3000000\n"));
	assert_non_null(strstr(said, "PATCH /x HTTP/1.1"));
	assert_non_null(strstr(said, "#5\n"));
	assert_non_null(strstr(said, "Content-Length: 0"));
	assert_non_null(strstr(said, "Transfer-Encoding: chunked"));
	assert_null(strstr(said, "Expect"));
}

static void what_cannot_be_sent_is_refused(void **state)
{
	static const struct http_header bad[][2] = {
		{ { "X", "a\r\nY: b" }, { 0 } }, { { "X", "a\nb" }, { 0 } }, { { "X\r\nY", "b" }, { 0 } },
		{ { "", "b" }, { 0 } },          { { "X:", "b" }, { 0 } },   { { "X", "\x7f" }, { 0 } },
	};
	struct http *h = client((struct http_options){ 0 });
	struct http_exchange *x;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct http_request r = { .url = "http://127.0.0.1:1/", .headers = bad[i] };

		assert_int_equal(http_send(h, &r, &x, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	assert_int_equal(get(h, "file:///etc/passwd", &x, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(get(h, "http://a:b@127.0.0.1/", &x, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	http_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_read_and_connections_kept),
		cmocka_unit_test(redirects_are_not_followed),
		cmocka_unit_test(doubtful_heads_are_refused),
		cmocka_unit_test(too_many_headers_are_a_limit),
		cmocka_unit_test(what_breaks_off_or_stays_away),
		cmocka_unit_test(whether_anybody_speaks_tls),
		cmocka_unit_test(a_question_has_one_status),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(a_question_is_given_up),
		cmocka_unit_test(the_deadline_ends_everything),
		cmocka_unit_test(bodies_are_sent),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
