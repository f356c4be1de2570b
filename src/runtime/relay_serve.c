/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/relay_serve.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/pack.h"
#include "sys/deadline.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 64
#define OTHER_DESCRIPTORS 8
#define TRY_AGAIN_MS 100 /* after the machine had no descriptor or memory left */
/* A connection keeps a part for each end. */
#define MEMORY ((uint64_t)LIMIT_RELAY_CONNECTIONS * 2 * LIMIT_RELAY_PART + 64 * MIB)

/* One end of a relayed connection. What was read for it and did not go out yet is kept; until it is
 * gone nothing more is read from its peer. */
struct end {
	struct end *peer;
	int fd;
	bool connecting;
	bool ended;     /* it says nothing more */
	uint32_t waits; /* EPOLLIN, EPOLLOUT: what epoll was told */
	buf kept;
	size_t gone; /* of what is kept */
};

struct pair {
	struct end ends[2]; /* who came; the container */
};

struct relaying {
	const struct relay_task *task;
	struct arena arena;
	int epoll;
	uint8_t *part;
	struct pair *pairs;
	struct pair **unused;
	size_t unused_len, capacity;
	bool listens;          /* epoll was told */
	bool draining;         /* the container has ended */
	struct deadline until; /* of draining */
};

/* -- one connection ---------------------------------------------------------------------------- */

static bool is_waiting_to_go(const struct end *end)
{
	return end->gone < end->kept.n;
}

/* An end that waits for nothing is not watched: its hang-up would be told for ever. */
static void watch(const struct relaying *r, struct end *end)
{
	bool reads = !end->ended && !end->connecting && !end->peer->connecting &&
	             !is_waiting_to_go(end->peer);
	uint32_t waits = (reads ? EPOLLIN : 0) |
	                 (end->connecting || is_waiting_to_go(end) ? EPOLLOUT : 0);
	struct epoll_event event = { .events = waits, .data.ptr = end };

	if (waits == end->waits)
		return;
	(void)epoll_ctl(r->epoll,
	                waits == 0        ? EPOLL_CTL_DEL
	                : end->waits == 0 ? EPOLL_CTL_ADD
	                                  : EPOLL_CTL_MOD,
	                end->fd, &event); /* fails without memory: the connection stands still */
	end->waits = waits;
}

/* A failure is passed on: both sides see a reset, not an end. */
static void close_pair(struct relaying *r, struct pair *pair, bool failed)
{
	struct linger at_once = { 1, 0 };

	for (size_t i = 0; i < 2; i++) {
		struct end *end = &pair->ends[i];

		if (failed && end->fd >= 0)
			(void)setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		if (end->fd >= 0)
			close(end->fd);
		buf_done(&end->kept);
		end->fd = -1;
	}
	r->unused[r->unused_len++] = pair;
}

static bool is_again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* flush(end): write what is kept. -1: the connection is broken. */
static int flush(struct end *end)
{
	ssize_t n = write(end->fd, end->kept.p + end->gone, end->kept.n - end->gone);

	if (n < 0)
		return is_again() ? 0 : -1;
	end->gone += (size_t)n;
	if (!is_waiting_to_go(end)) {
		buf_done(&end->kept);
		end->gone = 0;
	}
	return 0;
}

/* copy(r, from): one part from there to its peer, of which nothing is waiting to go. */
static int copy(const struct relaying *r, struct end *from)
{
	struct end *to = from->peer;
	ssize_t n = read(from->fd, r->part, LIMIT_RELAY_PART);

	if (n < 0)
		return is_again() ? 0 : -1;
	if (n == 0) {
		from->ended = true;
		return shutdown(to->fd, SHUT_WR);
	}
	ssize_t written = write(to->fd, r->part, (size_t)n);

	if (written < 0 && !is_again())
		return -1;
	written = written < 0 ? 0 : written;
	buf_put(&to->kept, bytes_of(r->part + written, (size_t)(n - written)));
	return 0;
}

static int finish_connecting(struct end *end)
{
	int why = 0;
	socklen_t len = sizeof(why);

	end->connecting = false;
	return getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 && why == 0 ? 0 : -1;
}

static int move(const struct relaying *r, struct end *end, uint32_t events)
{
	if (end->connecting)
		return events != 0 ? finish_connecting(end) : 0;
	if (is_waiting_to_go(end) && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) && flush(end) < 0)
		return -1;
	return end->waits & EPOLLIN && events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? copy(r, end) : 0;
}

static void on_end(struct relaying *r, struct end *end, uint32_t events)
{
	struct pair *pair = (struct pair *)(end < end->peer ? end : end->peer);

	if (end->fd < 0)
		return; /* closed by an event before this one */
	bool failed = move(r, end, events) < 0;
	bool over = pair->ends[1].ended && !is_waiting_to_go(&pair->ends[0]) &&
	            (r->draining || (pair->ends[0].ended && !is_waiting_to_go(&pair->ends[1])));

	if (failed || over) {
		close_pair(r, pair, failed);
		return;
	}
	watch(r, end);
	watch(r, end->peer);
}

/* -- connections that come --------------------------------------------------------------------- */

static int connect_there(const struct relaying *r)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                      .sin_port = htons(r->task->port),
		                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Small messages go on as they come; a peer that is gone without a word is noticed one day. */
static void set_up(struct end *end, int fd, struct end *peer)
{
	int yes = 1;

	*end = (struct end){ .peer = peer, .fd = fd, .kept = BUF_INIT(LIMIT_RELAY_PART) };
	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
}

static void take_connection(struct relaying *r, int fd)
{
	struct pair *pair = r->unused[--r->unused_len];

	set_up(&pair->ends[0], fd, &pair->ends[1]);
	set_up(&pair->ends[1], connect_there(r), &pair->ends[0]);
	pair->ends[1].connecting = true;
	if (pair->ends[1].fd < 0) {
		close_pair(r, pair, true);
		return;
	}
	watch(r, &pair->ends[1]);
}

static void listen_to(struct relaying *r, bool listens)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &r->listens };

	if (r->listens == listens)
		return;
	r->listens = listens;
	(void)epoll_ctl(r->epoll, listens ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, r->task->listener, &event);
}

static void accept_all(struct relaying *r)
{
	while (r->unused_len > 0) {
		int fd = accept4(r->task->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			take_connection(r, fd);
		else if (errno == EAGAIN)
			return;
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			break;
		/* every other failure is of the connection that was to be taken: accept(2) */
	}
	listen_to(r, false);
}

/* -- the process ------------------------------------------------------------------------------- */

/* The container has ended: who still came is sent away, what it said goes out. */
static void begin_draining(struct relaying *r)
{
	r->draining = true;
	r->until = deadline_in(LIMIT_RELAY_DRAIN_MS);
	listen_to(r, false);
	(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, r->task->channel, NULL);
	close(r->task->listener);
	for (size_t i = 0; i < r->capacity; i++)
		if (r->pairs[i].ends[0].peer && r->pairs[i].ends[0].fd >= 0)
			on_end(r, &r->pairs[i].ends[1], 0);
}

static bool is_over(const struct relaying *r)
{
	err ignored = { 0 }; /* the time is over, too */

	return r->draining && (r->unused_len == r->capacity || deadline_check(&r->until, &ignored) < 0);
}

static void run(struct relaying *r)
{
	struct epoll_event events[EVENTS];

	while (!is_over(r)) {
		bool came = false, ends = false;

		if (!r->draining && r->unused_len > 0)
			listen_to(r, true);
		int n = epoll_pwait(r->epoll, events, EVENTS,
		                    r->draining || !r->listens ? TRY_AGAIN_MS : -1, NULL);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &r->listens)
				came = true;
			else if (events[i].data.ptr == r)
				ends = true;
			else
				on_end(r, events[i].data.ptr, events[i].events);
		}
		if (came) /* last: no event above is of a connection that is gone */
			accept_all(r);
		if (ends)
			begin_draining(r);
	}
}

static int begin(struct relaying *r, err *e)
{
	struct sandbox_options seal = { .keep = { r->task->listener, r->task->channel },
		                            .memory = MEMORY,
		                            .relays = true,
		                            .descriptors = 2 * LIMIT_RELAY_CONNECTIONS +
		                                           OTHER_DESCRIPTORS };
	struct sandbox_state state; /* `oakum selftest` tells */
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = r };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_set(e, ERR_IO, errno, "signal");
	if (netns_enter(r->task->network, e) < 0 || sandbox_seal(&seal, &state, e) < 0)
		return -1;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0 || epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->task->channel, &event) < 0)
		return err_set(e, ERR_IO, errno, "epoll");
	return 0;
}

_Noreturn void relay_serve(const struct relay_task *task)
{
	struct relaying r = { .task = task, .capacity = LIMIT_RELAY_CONNECTIONS };
	buf report = BUF_INIT(2 * sizeof(err));
	err e = { 0 };

	(void)begin(&r, &e);
	pack_err(&report, &e);
	if (write(task->channel, report.p, report.n) < 0 || err_is_set(&e))
		_exit(1);
	r.part = arena_alloc(&r.arena, LIMIT_RELAY_PART);
	r.pairs = arena_array(&r.arena, struct pair, r.capacity);
	r.unused = arena_array(&r.arena, struct pair *, r.capacity);
	for (size_t i = 0; i < r.capacity; i++)
		r.unused[r.unused_len++] = &r.pairs[i];
	run(&r);
	_exit(0);
}
