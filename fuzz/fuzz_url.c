/* SPDX-License-Identifier: Apache-2.0 */
/* What url_parse accepts: put together from its parts it is the same again. What url_resolve makes
 * of a Location is a URL that url_parse accepts. Input: two lines, a base and a Location. */
#include "net/http.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool same(const struct url *a, const struct url *b)
{
	return url_same_origin(a, b) && bytes_equal(a->path, b->path) &&
	       bytes_equal(a->query, b->query);
}

static void check(const char *text, struct arena *a)
{
	struct url u, again;
	err e = { 0 };

	if (url_parse(text, a, &u, &e) < 0) {
		must(e.kind == ERR_FORMAT);
		return;
	}
	must(u.host.n > 0 && u.path.n > 0 && u.path.p[0] == '/' && u.port > 0);
	must(bytes_is(u.scheme, "http") || bytes_is(u.scheme, "https"));
	must(!url_is_loopback(&u) || url_is_private(&u));
	const char *whole = arena_printf(a, PRIb "://" PRIb ":%u" PRIb "?" PRIb, BYTESF(u.scheme),
	                                 BYTESF(u.host), u.port, BYTESF(u.path), BYTESF(u.query));

	must(url_parse(whole, a, &again, &e) == 0 && same(&u, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes rest = bytes_of(data, size), line = { 0 };
	const char *to;
	struct url u;
	err e = { 0 };

	(void)bytes_take_until(&rest, '\n', &line);
	const char *base = arena_str(&a, line), *location = arena_str(&a, rest);

	check(base, &a);
	check(location, &a);
	if (url_resolve(base, location, &a, &to, &e) == 0)
		must(url_parse(to, &a, &u, &e) == 0);
	else
		must(e.kind == ERR_FORMAT);
	(void)url_escape(rest, &a);
	arena_done(&a);
	return 0;
}
