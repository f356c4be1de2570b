/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_ask.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/http_head.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>

struct peer {
	int fd, stop; /* stop: -1: none */
	const struct deadline *deadline;
};

/* await(p, events, e): until one of them can be done; the peer's end is one. */
static int await(const struct peer *p, short events, err *e)
{
	const struct deadline *d = p->deadline;
	struct pollfd both[] = { { .fd = p->fd, .events = events }, { p->stop, POLLIN, 0 } };

	for (;;) {
		uint64_t left = deadline_left(d);
		int n = left > 0 ? poll(both, 2, (int)left) : 0;

		if (n > 0)
			return both[1].revents ? err_set(e, ERR_NET, 0, "it was not waited for") : 0;
		if (n == 0)
			return err_set(e, ERR_LIMIT, 0, "no answer within %.1f s", (double)d->given_ms / 1000);
		if (errno != EINTR)
			return err_set(e, ERR_IO, errno, "poll");
	}
}

/* -- the request ------------------------------------------------------------------------------- */

static int put_headers(const struct http_question *q, buf *out, err *e)
{
	bool host = false;

	for (const struct http_header *h = q->headers; h && h->name; h++) {
		if (!http_is_header(h))
			return err_set(e, ERR_FORMAT, 0, "the header '%s' cannot be sent",
			               SHOW(bytes_str(h->name)));
		host |= bytes_equal_nocase(bytes_str(h->name), BYTES("host"));
		buf_printf(out, "%s: %s\r\n", h->name, h->value);
	}
	if (!host)
		buf_printf(out, "Host: %s\r\n", q->host);
	return 0;
}

static int put_request(const struct http_question *q, buf *out, err *e)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH" };

	buf_printf(out, "%s %s HTTP/1.1\r\n", names[q->method], q->path);
	if (put_headers(q, out, e) < 0)
		return -1;
	if (q->method >= HTTP_POST)
		buf_printf(out, "Content-Length: %zu\r\n", q->body.n);
	buf_puts(out, "Accept: */*\r\nConnection: close\r\n\r\n");
	buf_put(out, q->body);
	return 0;
}

/* A peer who answers before he has read all, or closes then, has the last word all the same. */
static int send_all(const struct peer *p, bytes text, err *e)
{
	while (text.n > 0) {
		ssize_t n = send(p->fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return 0;
		if (n < 0 && await(p, POLLOUT, e) < 0)
			return -1;
		text = bytes_skip(text, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

/* -- the answer -------------------------------------------------------------------------------- */

/* take_lines(head, text, e): those that are whole; the rest stays in text. */
static int take_lines(struct http_head *head, buf *text, err *e)
{
	bytes rest = buf_bytes(text), line;

	while (!head->whole && bytes_find(rest, '\n') < rest.n) {
		(void)bytes_take_until(&rest, '\n', &line);
		if (head->octets == 0 && !bytes_starts(line, BYTES("HTTP/1.")))
			return err_set(e, ERR_NET, 0, "'%s' is no answer over HTTP", SHOW(line));
		if (http_head_line(head, line, e) < 0)
			return -1;
	}
	memmove(text->p, rest.p, rest.n);
	text->n = rest.n;
	return 0;
}

static int read_some(const struct peer *p, buf *text, err *e)
{
	size_t room = text->max - text->n < 4 * KIB ? text->max - text->n : 4 * KIB;

	if (room == 0)
		return err_set(e, ERR_LIMIT, 0, "a header of the answer is longer than %s",
		               SIZE_TEXT(text->max));
	if (await(p, POLLIN, e) < 0)
		return -1;
	ssize_t n = recv(p->fd, buf_room(text, room), room, MSG_DONTWAIT);

	if (n == 0)
		return err_set(e, ERR_NET, 0, "the connection was closed before an answer came");
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return err_set(e, ERR_NET, errno, "the connection broke");
	text->n += n > 0 ? (size_t)n : 0;
	return 0;
}

static int read_head(const struct peer *p, struct http_head *head, err *e)
{
	buf text = BUF_INIT(LIMIT_HTTP_HEADERS);
	int result = 0;

	while (result == 0 && !head->whole) {
		result = read_some(p, &text, e);
		if (result == 0)
			result = take_lines(head, &text, e);
	}
	buf_done(&text);
	return result;
}

int http_ask(int fd, const struct http_question *q, const struct deadline *d, int *out_status,
             err *e)
{
	const struct peer peer = { fd, q->stop ? *q->stop : -1, d };
	struct arena arena = ARENA_INIT;
	struct http_head head = { .arena = &arena };
	buf request = BUF_INIT(SIZE_MAX / 2);
	int result = put_request(q, &request, e);

	if (result == 0)
		result = send_all(&peer, buf_bytes(&request), e);
	if (result == 0)
		result = read_head(&peer, &head, e);
	if (result == 0)
		*out_status = head.status;
	buf_done(&request);
	arena_done(&arena);
	return result;
}
