/* SPDX-License-Identifier: Apache-2.0 */
/* The "container" is a child in a network of its own, with loopback up, that serves on one port. */
#include "runtime/relay.h"

#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#define INSIDE 8080
#define LARGE ((size_t)32 << 20)

/* -- a container ------------------------------------------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	request.ifr_flags = IFF_UP;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		_exit(2);
	close(fd);
}

static int serve_on(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                      .sin_port = htons(port),
		                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1024) == 0 ? fd : -1;
}

static size_t read_all(int fd, uint8_t *into, size_t cap)
{
	size_t n = 0;
	ssize_t got;

	while (n < cap && (got = read(fd, into + n, cap - n)) > 0)
		n += (size_t)got;
	return n;
}

/* What it does with one connection: the first octet asks for it. */
static void answer(int fd)
{
	static uint8_t part[1 << 16];
	struct linger at_once = { 1, 0 };
	char what = 0;
	ssize_t n;

	if (read(fd, &what, 1) != 1)
		return;
	if (what == 'e') /* echo until the end, then say bye */
		while ((n = read(fd, part, sizeof(part))) > 0)
			(void)!write(fd, part, (size_t)n);
	if (what == 'e')
		(void)!write(fd, "bye", 3);
	for (size_t i = 0; what == 'l' && i < LARGE; i += sizeof(part)) {
		memset(part, (int)(i / sizeof(part)), sizeof(part));
		(void)!write(fd, part, sizeof(part));
	}
	if (what == 'r') /* a reset */
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (what == 'w') /* end one direction, take the other to its end and tell how much it was */
		(void)shutdown(fd, SHUT_WR);
	while (what == 'w' && read(fd, part, sizeof(part)) > 0)
		;
}

static void container_main(int ready, bool serves)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	if (unshare((geteuid() == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWNET) < 0)
		_exit(3);
	loopback_up();
	int listener = serves ? serve_on(INSIDE) : -1;

	(void)!write(ready, "!", 1);
	while (serves) {
		int fd = accept(listener, NULL, NULL);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			answer(fd);
			_exit(0);
		}
		close(fd);
	}
	pause();
	_exit(0);
}

struct container {
	pid_t pid;
	struct netns network;
	struct relay relay;
	struct hardening hardening;
	struct hardening_port port;
};

static bool start(struct container *c, bool serves)
{
	char path[32], ready;
	err e = { 0 };
	int ends[2];

	*c = (struct container){ .network = { -1, -1 } };
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0)
		container_main(ends[1], serves);
	close(ends[1]);
	bool good = read(ends[0], &ready, 1) == 1;

	close(ends[0]);
	if (!good)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)c->pid);
	assert_int_equal(netns_open(path, &c->network, &e), 0);
	return true;
}

static void end(struct container *c)
{
	netns_close(&c->network);
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	relay_stop(&c->relay);
}

#define START(c, serves) \
	do { \
		if (!start(c, serves)) \
			skip(); /* no network namespace for us here */ \
	} while (0)

/* A port that nobody has just now. */
static uint16_t free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void publish(struct container *c)
{
	err e = { 0 };
	int got = -1;

	c->hardening.ports.items = &c->port;
	c->hardening.ports.len = 1;
	for (int tries = 0; got < 0 && tries < 10; tries++) { /* another test may take the port */
		e = (err){ 0 };
		c->port = (struct hardening_port){ "127.0.0.1", free_port(), INSIDE };
		got = relay_open(&c->hardening, &c->relay, &e);
	}
	if (got < 0 || relay_start(&c->relay, &c->network, &e) < 0)
		fail_msg("%s", e.text);
}

static int dial(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                      .sin_port = htons(port),
		                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ? fd : -1;
}

/* -- cases ------------------------------------------------------------------------------------- */

static void test_ports_as_written(void **state)
{
	static const struct {
		const char *text, *address;
		uint16_t host, container;
	} good[] = {
		{ "8080:80", "127.0.0.1", 8080, 80 },       { "8080:80/tcp", "127.0.0.1", 8080, 80 },
		{ "0.0.0.0:1:65535", "0.0.0.0", 1, 65535 }, { "[::1]:8080:80", "::1", 8080, 80 },
		{ "::1:8080:80", "::1", 8080, 80 },
	};
	static const char *const bad[] = { "",           "80",         ":80",           "80:",
		                               "0:80",       "80:0",       "65536:80",      "80:80/udp",
		                               "+80:80",     "host:80:80", "1.2.3:80:80",   ":80:80",
		                               "[::1:80:80", "[]:80:80",   "127.0.0.1::80", "8080:80:x" };
	struct arena a = ARENA_INIT;
	struct hardening_port port;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(relay_take_port(bytes_str(good[i].text), &a, &port, &e), 0);
		assert_string_equal(port.address, good[i].address);
		assert_int_equal(port.host, good[i].host);
		assert_int_equal(port.container, good[i].container);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(relay_take_port(bytes_str(bad[i]), &a, &port, &e), -1);
		assert_failed(&e, ERR_USAGE);
	}
	arena_done(&a);
}

static void test_connect(void **state)
{
	struct container c;
	char text[4] = "";
	err e = { 0 };
	int fd = -1;

	(void)state;
	START(&c, true);
	assert_int_equal(netns_connect(&c.network, INSIDE, &fd, &e), 0);
	assert_int_equal(write(fd, "e", 1), 1);
	shutdown(fd, SHUT_WR);
	assert_int_equal(read_all(fd, (uint8_t *)text, 3), 3);
	assert_string_equal(text, "bye");
	close(fd);
	assert_int_equal(netns_connect(&c.network, INSIDE + 1, &fd, &e), -1);
	assert_failed(&e, ERR_NET);
	end(&c);
}

static void test_echo_and_half_close(void **state)
{
	struct container c;
	uint8_t text[64];

	(void)state;
	START(&c, true);
	publish(&c);
	int fd = dial(c.port.host);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ehello", 6), 6);
	assert_int_equal(read_all(fd, text, 5), 5);
	assert_memory_equal(text, "hello", 5);
	shutdown(fd, SHUT_WR); /* the other direction goes on */
	assert_int_equal(read_all(fd, text, sizeof(text)), 3);
	assert_memory_equal(text, "bye", 3);
	close(fd);

	fd = dial(c.port.host);
	assert_int_equal(write(fd, "w", 1), 1);
	assert_int_equal(read(fd, text, 1), 0); /* it says nothing more, and still reads */
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	close(fd);
	end(&c);
}

static void test_reset_is_passed_on(void **state)
{
	struct container c;
	char octet;

	(void)state;
	START(&c, true);
	publish(&c);
	int fd = dial(c.port.host);

	assert_int_equal(write(fd, "r", 1), 1);
	assert_int_equal(read(fd, &octet, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
	end(&c);
}

static void test_nobody_listens(void **state)
{
	struct container c;
	char octet;

	(void)state;
	START(&c, false);
	publish(&c);
	int fd = dial(c.port.host);

	assert_true(fd >= 0);
	assert_true(read(fd, &octet, 1) <= 0);
	close(fd);
	end(&c);
}

/* Who does not read stops the sender; what comes later is what was sent. */
static void test_slow_reader(void **state)
{
	static uint8_t all[LARGE];
	struct timespec nap = { 0, 100000000 };
	struct container c;

	(void)state;
	START(&c, true);
	publish(&c);
	int slow = dial(c.port.host), fd = dial(c.port.host);

	assert_int_equal(write(slow, "l", 1), 1);
	nanosleep(&nap, NULL);
	assert_int_equal(write(fd, "l", 1), 1); /* another is served meanwhile */
	assert_int_equal(read_all(fd, all, LARGE), LARGE);
	memset(all, 0, LARGE);
	assert_int_equal(read_all(slow, all, LARGE), LARGE);
	for (size_t i = 0; i < LARGE; i++)
		if (all[i] != (uint8_t)(i >> 16))
			fail_msg("octet %zu differs", i);
	close(slow);
	close(fd);
	end(&c);
}

static void test_two_hundred_at_once(void **state)
{
	struct container c;
	uint8_t text[8];
	int fds[200];

	(void)state;
	START(&c, true);
	publish(&c);
	for (size_t i = 0; i < 200; i++)
		assert_true((fds[i] = dial(c.port.host)) >= 0);
	for (size_t i = 0; i < 200; i++) {
		uint8_t ask[3] = { 'e', (uint8_t)i, (uint8_t)~i };

		assert_int_equal(write(fds[i], ask, 3), 3);
	}
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal(read_all(fds[i], text, 2), 2);
		assert_int_equal(text[0], (uint8_t)i);
		assert_int_equal(text[1], (uint8_t)~i);
		close(fds[i]);
	}
	end(&c);
}

/* Beyond the limit one waits until another ends. */
static void test_limit(void **state)
{
	struct rlimit many = { LIMIT_RELAY_CONNECTIONS + 64, 4096 };
	static int fds[LIMIT_RELAY_CONNECTIONS];
	struct timeval soon = { 0, 200000 }, late = { 60, 0 };
	struct container c;
	char octet;

	(void)state;
	if (setrlimit(RLIMIT_NOFILE, &many) < 0)
		skip();
	START(&c, true);
	publish(&c);
	for (size_t i = 0; i < LIMIT_RELAY_CONNECTIONS; i++)
		assert_true((fds[i] = dial(c.port.host)) >= 0);
	int fd = dial(c.port.host); /* in the kernel's queue */

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "ex", 2), 2);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	assert_int_equal(read(fd, &octet, 1), -1);
	close(fds[0]);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &late, sizeof(late));
	assert_int_equal(read(fd, &octet, 1), 1);
	assert_int_equal(octet, 'x');
	for (size_t i = 1; i < LIMIT_RELAY_CONNECTIONS; i++)
		close(fds[i]);
	close(fd);
	end(&c);
}

/* What the container said last arrives although it has ended; then nobody listens. */
static void test_end(void **state)
{
	static uint8_t all[1 << 20];
	struct container c;

	(void)state;
	START(&c, true);
	publish(&c);
	int fd = dial(c.port.host);

	assert_int_equal(write(fd, "eabc", 4), 4);
	assert_int_equal(recv(fd, all, 3, MSG_PEEK | MSG_WAITALL), 3);
	int slow = dial(c.port.host); /* reads nothing: it delays the end for a second at most */

	assert_int_equal(write(slow, "l", 1), 1);
	assert_int_equal(recv(slow, all, 1, MSG_PEEK), 1);
	time_t before = time(NULL);

	end(&c);
	assert_true(time(NULL) - before <= 20); /* and not for ever; the machine may be busy */
	assert_int_equal(read_all(fd, all, sizeof(all)), 3);
	assert_memory_equal(all, "abc", 3);
	close(fd);
	close(slow);
	assert_int_equal(dial(c.port.host), -1);
}

static void test_port_in_use(void **state)
{
	struct container c = { .port = { "127.0.0.1", 0, INSIDE } };
	struct relay first = { 0 }, second = { 0 };
	err e = { 0 };

	(void)state;
	c.port.host = free_port();
	c.hardening.ports.items = &c.port;
	c.hardening.ports.len = 1;
	assert_int_equal(relay_open(&c.hardening, &first, &e), 0);
	assert_int_equal(relay_open(&c.hardening, &second, &e), -1);
	assert_non_null(strstr(e.text, "in use"));
	assert_failed(&e, ERR_IO);
	relay_stop(&second);
	relay_stop(&first);
	relay_stop(&first);
	assert_int_equal(dial(c.port.host), -1);
}

/* Of one that ends, the kernel refuses what it would show of one that lives: to who may not trace
 * it, for instance. */
static void test_of_who_has_ended(void **state)
{
	char dead[32], lives[32];
	siginfo_t how;
	int status = -1;

	(void)state;
	if (geteuid() != 0)
		skip(); /* somebody else's processes are needed */
	fflush(NULL);
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &how, WEXITED | WNOWAIT), 0);
	(void)snprintf(dead, sizeof(dead), "/proc/%d", (int)child);
	(void)snprintf(lives, sizeof(lives), "/proc/%d", (int)getpid());
	pid_t asks = fork();

	if (asks == 0) {
		struct netns n;
		err of_dead = { 0 }, of_living = { 0 };

		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		bool refused = netns_open(dead, &n, &of_dead) < 0 && netns_open(lives, &n, &of_living) < 0;

		_exit(refused && of_dead.kind == ERR_ABSENT && of_dead.sys == EACCES &&
		              of_living.kind == ERR_IO && of_living.sys == EACCES
		          ? 0
		          : 1);
	}
	assert_int_equal(waitpid(asks, &status, 0), asks);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_as_written),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_echo_and_half_close),
		cmocka_unit_test(test_reset_is_passed_on),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_two_hundred_at_once),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_port_in_use),
		cmocka_unit_test(test_of_who_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
