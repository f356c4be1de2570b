/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "unit.h"

static void parts_are_found(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct url u;
	err e = { 0 };

	assert_int_equal(url_parse("HTTPS://Ghcr.IO/v2/a/b?x=%2f&y=1", &a, &u, &e), 0);
	assert_bytes(u.scheme, "https");
	assert_bytes(u.host, "ghcr.io");
	assert_bytes(u.path, "/v2/a/b");
	assert_bytes(u.query, "x=%2f&y=1");
	assert_int_equal(u.port, 443);
	assert_int_equal(url_parse("http://[::1]:5000?q", &a, &u, &e), 0);
	assert_bytes(u.host, "[::1]");
	assert_bytes(u.path, "/");
	assert_bytes(u.query, "q");
	assert_int_equal(u.port, 5000);
	assert_int_equal(url_parse("http://a.b:/x", &a, &u, &e), 0);
	assert_int_equal(u.port, 80);
	arena_done(&a);
}

/* What programs read in different ways; each has fooled one of them. */
static void doubtful_urls_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"ghcr.io/v2",
		"ftp://a/",
		"file:///etc/passwd",
		"http:///x",
		"http://user@host/",
		"http://user:pw@host/",
		"http://a b/",
		"http://a/ b",
		"http://a/\r\nX: 1",
		"http://a/\t",
		"http://a/\x7f",
		"http://a/\xc3\xa9",
		"http://a\\@b/",
		"http://a/#b",
		"http://a/%",
		"http://a/%2",
		"http://a/%zz",
		"http://a:0/",
		"http://a:65536/",
		"http://a:+1/",
		"http://a:1:2/",
		"http://[::1/",
		"http://[::1]x/",
		"http://[fe80::1%25eth0]/",
		"http://[1.2.3.4]/",
		"http://0x7f.1/",
		"http://2130706433/",
		"http://127.1/",
		"http://127.0.0.01/",
		"http://127.0.0.1./",
		"http://a..b/",
		"http://.a/",
		"http://a%2eb/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		struct url u;
		err e = { 0 };

		if (url_parse(bad[i], &a, &u, &e) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_failed(&e, ERR_FORMAT);
		arena_done(&a);
	}
}

/* RFC 3986 section 5.4, with its base moved to http; what it says of the scheme and of fragments
 * does not apply to a Location that is followed. */
static void references_resolve_as_in_the_rfc(void **state)
{
	static const struct {
		const char *reference, *want;
	} cases[] = {
		{ "g", "http://a:80/b/c/g" },
		{ "./g", "http://a:80/b/c/g" },
		{ "g/", "http://a:80/b/c/g/" },
		{ "/g", "http://a:80/g" },
		{ "//g", "http://g" },
		{ "?y", "http://a:80/b/c/d;p?y" },
		{ "g?y", "http://a:80/b/c/g?y" },
		{ "g#s", "http://a:80/b/c/g" },
		{ "g;x=1/../y", "http://a:80/b/c/y" },
		{ ".", "http://a:80/b/c/" },
		{ "./", "http://a:80/b/c/" },
		{ "..", "http://a:80/b/" },
		{ "../", "http://a:80/b/" },
		{ "../g", "http://a:80/b/g" },
		{ "../..", "http://a:80/" },
		{ "../../g", "http://a:80/g" },
		{ "../../../g", "http://a:80/g" },
		{ "/./g", "http://a:80/g" },
		{ "/../g", "http://a:80/g" },
		{ "g.", "http://a:80/b/c/g." },
		{ "..g", "http://a:80/b/c/..g" },
		{ "g?y/../x", "http://a:80/b/c/g?y/../x" },
		{ "https://x/y", "https://x/y" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = ARENA_INIT;
		const char *to;
		err e = { 0 };

		assert_int_equal(url_resolve("http://a/b/c/d;p?q", cases[i].reference, &a, &to, &e), 0);
		assert_string_equal(to, cases[i].want);
		arena_done(&a);
	}
}

static void locations_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = { "file:///x",    "//user@g/",  "\\\\g\\x", "a b",
		                               "javascript:1", "http:g",     "//",       "/\r\nX: 1",
		                               "gopher://a/b", "http://a b", "///x" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		const char *to;
		err e = { 0 };

		if (url_resolve("http://a/b", bad[i], &a, &to, &e) == 0)
			fail_msg("'%s' became '%s'", bad[i], to);
		assert_failed(&e, ERR_FORMAT);
		arena_done(&a);
	}
}

static struct url parsed(const char *text, struct arena *a)
{
	struct url u;
	err e = { 0 };

	assert_int_equal(url_parse(text, a, &u, &e), 0);
	return u;
}

static void origins_and_places(void **state)
{
	static const struct {
		const char *url;
		bool loopback, private;
	} places[] = {
		{ "http://localhost:5000", true, true },
		{ "http://127.9.8.7", true, true },
		{ "http://[::1]", true, true },
		{ "http://[::2]", false, true },
		{ "http://10.0.0.1", false, true },
		{ "http://8.8.8.8", false, true },
		{ "http://169.254.169.254", false, true },
		{ "http://metadata.google.internal", false, true },
		{ "http://printer.local", false, true },
		{ "http://registry:5000", false, true },
		{ "http://ghcr.io", false, false },
		{ "http://localhost.example.com", false, false },
		{ "http://127.0.0.1.example.com", false, false },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct url u = parsed(places[i].url, &a);

		assert_int_equal(url_is_loopback(&u), places[i].loopback);
		assert_int_equal(url_is_private(&u), places[i].private);
	}
	struct url u = parsed("https://a.b/x", &a), same = parsed("HTTPS://A.b:443/y?z", &a);
	struct url port = parsed("https://a.b:444/x", &a), scheme = parsed("http://a.b:443/x", &a);
	struct url host = parsed("https://b.b/x", &a);

	assert_true(url_same_origin(&u, &same));
	assert_false(url_same_origin(&u, &port));
	assert_false(url_same_origin(&u, &scheme));
	assert_false(url_same_origin(&u, &host));
	assert_string_equal(url_escape(BYTES("a-Z_0.~ /:+%&\n\xff"), &a),
	                    "a-Z_0.~%20%2F%3A%2B%25%26%0A%FF");
	arena_done(&a);
}

static void exceptions_of_a_proxy(void **state)
{
	static const struct {
		const char *list, *want; /* for port 5000 */
	} cases[] = {
		{ "", "" },
		{ "*", "*" },
		{ "a.example, .b.example", "a.example,.b.example" },
		{ "a.example:5000,a.example:443", "a.example" },
		{ "*.example,*.b.example:5000", ".example,.b.example" },
		{ "10.0.0.0/8,10.1.2.3:5000,10.1.2.4:1", "10.0.0.0/8,10.1.2.3" },
		{ "[::1]:5000,[::2]:1,[::3],fe80::1", "::1,::3,fe80::1" },
		{ "a.example:,[,:,[]:5000,:5000,,", "[" },
	};
	struct arena a = ARENA_INIT;
	struct url u = parsed("https://a.example:5000/x", &a);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(url_no_proxy(&u, cases[i].list, &a), cases[i].want);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_found),
		cmocka_unit_test(doubtful_urls_are_refused),
		cmocka_unit_test(references_resolve_as_in_the_rfc),
		cmocka_unit_test(locations_that_lead_elsewhere_are_refused),
		cmocka_unit_test(origins_and_places),
		cmocka_unit_test(exceptions_of_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
