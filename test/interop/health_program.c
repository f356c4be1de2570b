/* SPDX-License-Identifier: Apache-2.0 */
/* health_program HOW [N]: a program of an image, for health.t; linked statically, so that it is the
 * whole image. It ends upon SIGTERM unless it is deaf. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void on_term(int number)
{
	(void)number;
	_exit(0);
}

static void pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static int listen_at(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		                            .sin_port = htons(port),
		                            .sin_addr = { htonl(INADDR_ANY) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0)
		_exit(9);
	return fd;
}

/* What came until the end of the head, and a short body with it. */
static void take_request(int fd, char text[4096])
{
	size_t n = 0;

	text[0] = '\0';
	while (n < 4095 && !strstr(text, "\r\n\r\n")) {
		ssize_t got = read(fd, text + n, 4095 - n);

		if (got <= 0)
			return;
		n += (size_t)got;
		text[n] = '\0';
	}
}

/* The one request that `check` likes. */
static const char *judge(const char *request)
{
	static const char want[] = "PUT /rpc?x=1 HTTP/1.1\r\nX-Key: a b\r\nHost: shop.example\r\n"
							   "Content-Length: 4\r\n";
	const char *body = strstr(request, "\r\n\r\n");
	bool fine = strncmp(request, want, sizeof(want) - 1) == 0 && body &&
	            strcmp(body + 4, "ping") == 0;

	return fine ? "HTTP/1.1 418 I'm a teapot\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n";
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* the peer has gone */
}

static void answer(const char *how, int fd, const char *request)
{
	if (strcmp(how, "never") == 0) {
		pause();
	} else if (strcmp(how, "garbage") == 0) {
		while (write(fd, "\x16\x03\x01 garbage ", 12) > 0)
			;
	} else if (strcmp(how, "headers") == 0) {
		say(fd, "HTTP/1.1 200 OK\r\n");
		while (write(fd, "X-More: and more\r\n", 18) > 0)
			;
	} else if (strcmp(how, "trickle") == 0) {
		for (const char *s = "HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"; *s;
		     s++) {
			if (write(fd, s, 1) < 0)
				return;
			pause_ms(500);
		}
	} else if (strcmp(how, "stream") == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
		while (write(fd, "data: x\n\n", 9) > 0)
			pause_ms(50);
	} else if (strcmp(how, "check") == 0) {
		say(fd, judge(request));
	} else if (strcmp(how, "close") != 0) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	}
}

static _Noreturn void serve(const char *how, int fd)
{
	char request[4096];

	for (;;) {
		int peer = accept(fd, NULL, NULL);

		take_request(peer, request);
		answer(how, peer, request);
		close(peer);
		if (strcmp(how, "once") == 0)
			_exit(3);
	}
}

/* More than any pipe holds, and its end is known. */
static void write_much(void)
{
	for (int i = 0; i < 100000; i++)
		printf("a line of the program's log, number %06d\n", i);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "ok";
	int number = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;

	signal(SIGTERM, strcmp(how, "deaf") == 0 ? SIG_IGN : on_term);
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(how, "exit") == 0) {
		fprintf(stderr,
		        "%s: error while loading shared libraries: libssl.so.3: cannot open "
		        "shared object file: No such file or directory\n",
		        argv[0]);
		return number;
	}
	if (strcmp(how, "silent") == 0)
		return number;
	if (strcmp(how, "late") == 0)
		pause_ms(number);
	if (strcmp(how, "chatty") == 0)
		write_much();
	serve(how, listen_at(8080));
}
