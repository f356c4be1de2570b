/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry_text.h"

#include "base/limits.h"
#include "unit.h"

/* RFC 9110 section 11.6.1 and distribution docs/spec/auth/token.md. */
static void challenges_are_taken_apart(void **state)
{
	bytes in = BYTES(
		"Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", "
		"Basic realm=\"simple\",, bearer Realm=\"https://auth.docker.io/token\",service = "
		"\"a, b\",scope=\"repository:samalba/my-app:pull,push\"");
	struct arena a = ARENA_INIT;
	struct challenge c;

	(void)state;
	assert_true(challenge_take(&in, &a, &c));
	assert_int_equal(c.scheme, CHALLENGE_NONE);
	assert_bytes(c.realm, "apps");
	assert_true(challenge_take(&in, &a, &c));
	assert_int_equal(c.scheme, CHALLENGE_BASIC);
	assert_bytes(c.realm, "simple");
	assert_true(challenge_take(&in, &a, &c));
	assert_int_equal(c.scheme, CHALLENGE_BEARER);
	assert_bytes(c.realm, "https://auth.docker.io/token");
	assert_bytes(c.service, "a, b");
	assert_false(challenge_take(&in, &a, &c));
	in = BYTES("Negotiate, Basic");
	assert_true(challenge_take(&in, &a, &c));
	assert_true(challenge_take(&in, &a, &c));
	assert_int_equal(c.scheme, CHALLENGE_BASIC);
	in = BYTES("Bearer realm=https://x/y,service=z");
	assert_true(challenge_take(&in, &a, &c));
	assert_bytes(c.realm, "https://x/y");
	assert_bytes(c.service, "z");
	arena_done(&a);
}

static void challenges_that_mean_two_things_are_refused(void **state)
{
	static const char *const bad[] = { "", ",,, ", "=x", "\"", "Bearer realm=\"a\",realm=\"b\"" };
	struct arena a = ARENA_INIT;
	struct challenge c;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bytes in = bytes_str(bad[i]);

		assert_false(challenge_take(&in, &a, &c));
	}
	bytes open = BYTES("Bearer realm=\"a");

	if (challenge_take(&open, &a, &c))
		assert_int_equal(c.realm.n, 0);
	arena_done(&a);
}

/* RFC 8288 section 3.5. */
static void the_next_page_is_found(void **state)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "</v2/a/tags/list?n=1&last=b>; rel=\"next\"", "/v2/a/tags/list?n=1&last=b" },
		{ "<a>; rel=next", "a" },
		{ "<a>; title=\"x,y;z\"; rel=\"prev next\"", "a" },
		{ "<a>;rel=prev , <b>;REL=NEXT", "b" },
		{ "<a>; rel=\"prev\"", NULL },
		{ "<a>; rel=nextish", NULL },
		{ "<>; rel=next", NULL },
		{ "a; rel=next", NULL },
		{ "<a; rel=next", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes target;
		bool found = link_next(bytes_str(cases[i].value), &target);

		assert_int_equal(found, cases[i].want != NULL);
		if (found)
			assert_bytes(target, cases[i].want);
	}
}

static void ranges(void **state)
{
	uint64_t from, size, have;

	(void)state;
	assert_true(content_range(BYTES("bytes 42-1233/1234"), &from, &size)); /* RFC 9110 14.4 */
	assert_int_equal(from, 42);
	assert_int_equal(size, 1234);
	assert_false(content_range(BYTES("bytes 42-1232/1234"), &from, &size)); /* not to the end */
	assert_false(content_range(BYTES("bytes 42-1233/*"), &from, &size));
	assert_false(content_range(BYTES("bytes */1234"), &from, &size));
	assert_false(content_range(BYTES("bytes 1234-1233/1234"), &from, &size));
	assert_false(content_range(BYTES("bytes -1-1233/1234"), &from, &size));
	assert_false(content_range(BYTES("bytes 0-18446744073709551615/0"), &from, &size));
	assert_false(content_range(BYTES("42-1233/1234"), &from, &size));
	assert_true(upload_range(BYTES("0-1023"), &have));
	assert_int_equal(have, 1024);
	assert_true(upload_range(BYTES("bytes=0-1023"), &have));
	assert_int_equal(have, 1024);
	assert_true(upload_range(BYTES("0-0"), &have));
	assert_int_equal(have, 0);
	assert_false(upload_range(BYTES("1-1023"), &have));
	assert_false(upload_range(BYTES("0-"), &have));
	assert_false(upload_range(BYTES(""), &have));
}

static void tokens(void **state)
{
	struct arena a = ARENA_INIT;
	struct token_answer t;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		token_parse(BYTES("{\"token\":\"ey.J\",\"expires_in\":300,\"issued_at\":\"x\"}"), &a, &t,
	                &e),
		0);
	assert_bytes(t.token, "ey.J");
	assert_int_equal(t.expires_s, 300);
	assert_int_equal(token_parse(BYTES("{\"access_token\":\"b\"}"), &a, &t, &e), 0);
	assert_bytes(t.token, "b");
	assert_int_equal(t.expires_s, 60); /* docs/spec/auth/token.md */
	static const char *const bad[] = { "",
		                               "[]",
		                               "{}",
		                               "{\"token\":1}",
		                               "{\"token\":\"a b\"}",
		                               "{\"token\":\"a\\r\\nX: 1\"}",
		                               "{\"token\":\"a\\u00e9\"}",
		                               "{\"token\":\"a\",\"token\":\"b\"}",
		                               "{\"token\":\"a\",\"expires_in\":-1}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(token_parse(bytes_str(bad[i]), &a, &t, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	arena_done(&a);
}

static void messages_and_tags(void **state)
{
	struct arena a = ARENA_INIT;
	struct strings tags = { 0 };
	err e = { 0 };

	(void)state;
	assert_bytes(
		errors_parse(BYTES("{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\",\"detail\":{}}]}"),
	                 &a),
		"DENIED: no");
	assert_bytes(errors_parse(BYTES("{\"errors\":[{\"code\":\"DENIED\"}]}"), &a), "DENIED");
	assert_bytes(errors_parse(BYTES("{\"message\":\"bad\"}"), &a), "bad");
	assert_bytes(errors_parse(BYTES("<html>"), &a), "");
	assert_bytes(errors_parse(BYTES("{\"errors\":{}}"), &a), "");
	assert_int_equal(
		tags_parse(BYTES("{\"name\":\"a\",\"tags\":[\"v1\",\"_x.Y-2\"]}"), &a, &tags, &e), 0);
	assert_int_equal(tags_parse(BYTES("{\"name\":\"a\",\"tags\":null}"), &a, &tags, &e), 0);
	assert_int_equal(tags.len, 2);
	assert_bytes(tags.items[0], "v1");
	assert_bytes(tags.items[1], "_x.Y-2");
	static const char *const bad[] = { "{}",
		                               "{\"tags\":{}}",
		                               "{\"tags\":[1]}",
		                               "{\"tags\":[\"\"]}",
		                               "{\"tags\":[\"../x\"]}",
		                               "{\"tags\":[\".a\"]}",
		                               "{\"tags\":[\"a\\u001b[2J\"]}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(tags_parse(bytes_str(bad[i]), &a, &tags, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	err_clear(&e);
	assert_int_equal(tags_parse(BYTES("{\"tags\":[1,null]}"), &a, &tags, &e), -1);
	assert_string_equal(e.text, "'tags' lists what is no text");
	err_clear(&e);
	tags.len = LIMIT_TAGS;
	assert_int_equal(tags_parse(BYTES("{\"tags\":[\"a\"]}"), &a, &tags, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges_are_taken_apart),
		cmocka_unit_test(challenges_that_mean_two_things_are_refused),
		cmocka_unit_test(the_next_page_is_found),
		cmocka_unit_test(ranges),
		cmocka_unit_test(tokens),
		cmocka_unit_test(messages_and_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
