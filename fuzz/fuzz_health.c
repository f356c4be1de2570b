/* SPDX-License-Identifier: Apache-2.0 */
/* What a program whose health is asked for answers, and what it writes: the answer has a status or
 * is none, whatever it is; what is said to be missing stands in its words, once. */
#include "base/limits.h"
#include "runtime/health.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void ask(bytes data)
{
	const struct http_question q = { .host = "localhost", .path = "/" };
	const struct deadline d = deadline_in(2000);
	int ends[2], status = 0;
	err e = { 0 };

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	ssize_t sent = send(ends[0], data.p, data.n, MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)sent; /* what did not fit is not asked for */
	shutdown(ends[0], SHUT_WR);
	if (http_ask(ends[1], &q, &d, &status, &e) == 0)
		must(status >= 200 && status <= 599 && bytes_starts(data, BYTES("HTTP/1.")));
	else
		must(e.kind == ERR_NET || e.kind == ERR_LIMIT);
	close(ends[0]);
	close(ends[1]);
}

static void read_words(bytes data)
{
	struct arena a = ARENA_INIT;
	struct strings missing = { 0 };

	health_missing(data, &a, &missing);
	must(missing.len <= LIMIT_HEALTH_MISSING);
	for (size_t i = 0; i < missing.len; i++) {
		bool ours = bytes_is(missing.items[i], "libicu") || bytes_is(missing.items[i], "libssl");

		must(missing.items[i].n > 0 && bytes_find(missing.items[i], '\n') == missing.items[i].n);
		must(ours || bytes_search(data, missing.items[i]) < data.n);
		for (size_t k = 0; k < i; k++)
			must(!bytes_equal(missing.items[i], missing.items[k]));
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct health_probe probe;
	err e = { 0 };

	ask(bytes_of(data, size));
	read_words(bytes_of(data, size));
	if (health_parse(arena_str(&a, bytes_slice(bytes_of(data, size), 0, 4096)), &a, &probe, &e) < 0)
		must(e.kind == ERR_USAGE);
	arena_done(&a);
	return 0;
}
