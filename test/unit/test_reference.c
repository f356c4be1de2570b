/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference.h"
#include "unit.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define D "sha256:" HEX

static struct arena a = ARENA_INIT;

/* Names as distribution/reference normalises them: its reference_test.go and normalize_test.go say
 * the same of those without a port or digest. */
static void names_mean_what_they_mean_elsewhere(void **state)
{
	static const struct {
		const char *text, *host, *repository, *tag, *full;
	} good[] = {
		{ "debian", "docker.io", "library/debian", "latest", "docker.io/library/debian:latest" },
		{ "debian:12", "docker.io", "library/debian", "12", "docker.io/library/debian:12" },
		{ "team/shop", "docker.io", "team/shop", "latest", "docker.io/team/shop:latest" },
		{ "docker.io/debian", "docker.io", "library/debian", "latest",
		  "docker.io/library/debian:latest" },
		{ "index.docker.io/team/shop:1", "docker.io", "team/shop", "1", "docker.io/team/shop:1" },
		{ "ghcr.io/a/b/c/d:v1.2_3-x", "ghcr.io", "a/b/c/d", "v1.2_3-x",
		  "ghcr.io/a/b/c/d:v1.2_3-x" },
		{ "GHCR.io/a", "ghcr.io", "a", "latest", "ghcr.io/a:latest" },
		{ "localhost/a", "localhost", "a", "latest", "localhost/a:latest" },
		{ "localhost:5000/a:b", "localhost:5000", "a", "b", "localhost:5000/a:b" },
		{ "localhost:005000/a:b", "localhost:5000", "a", "b", "localhost:5000/a:b" },
		{ "[::1]:0500/a", "[::1]:500", "a", "latest", "[::1]:500/a:latest" },
		{ "[::1]:5000/a", "[::1]:5000", "a", "latest", "[::1]:5000/a:latest" },
		{ "[2001:db8::1]/a", "[2001:db8::1]", "a", "latest", "[2001:db8::1]/a:latest" },
		{ "host:1/a__b--c.d_e", "host:1", "a__b--c.d_e", "latest", "host:1/a__b--c.d_e:latest" },
		{ "localhost:5000", "docker.io", "library/localhost", "5000",
		  "docker.io/library/localhost:5000" },
		{ "debian@" D, "docker.io", "library/debian", "", "docker.io/library/debian@" D },
		{ "h.example/a:1@" D, "h.example", "a", "1", "h.example/a:1@" D },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct reference r;
		err e = { 0 };

		if (reference_parse(good[i].text, &a, &r, &e) < 0)
			fail_msg("'%s': %s", good[i].text, e.text);
		assert_string_equal(r.host, good[i].host);
		assert_string_equal(r.repository, good[i].repository);
		assert_string_equal(r.tag, good[i].tag);
		assert_string_equal(reference_text(&r, &a), good[i].full);
		assert_int_equal(r.digest.algorithm,
		                 strchr(good[i].text, '@') ? DIGEST_SHA256 : DIGEST_NONE);
	}
}

static void what_is_no_reference_is_said(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "missing" },
		{ "ghcr.io/", "missing" },
		{ "ghcr.io/a/", "missing" },
		{ "Debian", "upper-case" },
		{ "ghcr.io/a//b", "''" },
		{ "ghcr.io//a", "''" },
		{ "a/../b", "'..'" },
		{ "ghcr.io/a___b", "a___b" },
		{ "ghcr.io/a..b", "a..b" },
		{ "ghcr.io/-a", "'-a'" },
		{ "ghcr.io/a-", "'a-'" },
		{ "ghcr.io/a b", "'a b'" },
		{ "ghcr.io/a?x=y", "a?x=y" },
		{ "a:", "no tag" },
		{ "a:-x", "no tag" },
		{ "a:.x", "no tag" },
		{ "a:b/../c", "no registry" },
		{ "a@sha256:", "sha256" },
		{ "a@sha256:../../x", "digest" },
		{ "a@md5:" HEX, "digest" },
		{ "a@" D "0", "digest" },
		{ "a@" D "@" D, "digest" },
		{ "a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "digest" },
		{ "host:0/a", "no registry" },
		{ "host:65536/a", "no registry" },
		{ "host:5x/a", "no registry" },
		{ "-a.b/c", "no registry" },
		{ "a..b/c", "no registry" },
		{ "a.b./c", "no registry" },
		{ "user@host.example/c", "digest" },
		{ "user:secret@host.example/c", "digest" },
		{ "[::1/a", "no registry" },
		{ "[::g]/a", "no registry" },
		{ "[fe80::1%eth0]/a", "no registry" },
		{ "https://ghcr.io/a", "without the scheme" },
		{ "ghcr.io\033[2J/a", "\\x1b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct reference r;
		err e = { 0 };

		if (reference_parse(bad[i].text, &a, &r, &e) == 0)
			fail_msg("taken: '%s'", bad[i].text);
		if (!strstr(e.text, bad[i].says))
			fail_msg("'%s' says '%s', not '%s'", bad[i].text, e.text, bad[i].says);
		assert_failed(&e, ERR_USAGE);
	}
}

static void lengths_are_bounded(void **state)
{
	char text[400];
	struct reference r;
	err e = { 0 };

	(void)state;
	snprintf(text, sizeof(text), "h.example/%0255d", 0);
	assert_int_equal(reference_parse(text, &a, &r, &e), 0);
	snprintf(text, sizeof(text), "h.example/%0256d", 0);
	assert_int_equal(reference_parse(text, &a, &r, &e), -1);
	assert_failed(&e, ERR_USAGE);
	snprintf(text, sizeof(text), "%0247d", 0); /* and "library/" */
	assert_int_equal(reference_parse(text, &a, &r, &e), 0);
	snprintf(text, sizeof(text), "%0248d", 0);
	assert_int_equal(reference_parse(text, &a, &r, &e), -1);
	assert_failed(&e, ERR_USAGE);
	snprintf(text, sizeof(text), "a:%0128d", 0);
	assert_int_equal(reference_parse(text, &a, &r, &e), 0);
	snprintf(text, sizeof(text), "a:%0129d", 0);
	assert_int_equal(reference_parse(text, &a, &r, &e), -1);
	assert_failed(&e, ERR_USAGE);
}

static void docker_hub_answers_elsewhere(void **state)
{
	struct reference r;
	err e = { 0 };

	(void)state;
	assert_int_equal(reference_parse("debian:12", &a, &r, &e), 0);
	assert_string_equal(reference_api_host(&r), "registry-1.docker.io");
	assert_int_equal(reference_parse("quay.io/a", &a, &r, &e), 0);
	assert_string_equal(reference_api_host(&r), "quay.io");
}

static void another_digest_of_the_same_repository(void **state)
{
	struct reference r;
	digest d;
	err e = { 0 };

	(void)state;
	assert_int_equal(reference_parse("quay.io/a:b", &a, &r, &e), 0);
	assert_int_equal(digest_parse(BYTES(D), &d, &e), 0);
	r = reference_at(&r, &d);
	assert_string_equal(reference_text(&r, &a), "quay.io/a@" D);
}

static void a_registry_alone(void **state)
{
	static const char *const good[][2] = {
		{ "ghcr.io", "ghcr.io" },
		{ "docker.io", "docker.io" },
		{ "https://index.docker.io/v1/", "docker.io" },
		{ "registry-1.docker.io", "docker.io" },
		{ "https://Quay.io/", "quay.io" },
		{ "http://localhost:5000/v2/", "localhost:5000" },
		{ "[::1]:5000", "[::1]:5000" },
	};
	static const char *const bad[] = { "",          "ghcr.io/team", "a b", "ftp://ghcr.io",
		                               "u@ghcr.io", ":80" };
	const char *host;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (reference_parse_host(good[i][0], &a, &host, &e) < 0)
			fail_msg("'%s': %s", good[i][0], e.text);
		assert_string_equal(host, good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (reference_parse_host(bad[i], &a, &host, &e) == 0)
			fail_msg("taken: '%s'", bad[i]);
		assert_failed(&e, ERR_USAGE);
	}
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_mean_what_they_mean_elsewhere),
		cmocka_unit_test(what_is_no_reference_is_said),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(docker_hub_answers_elsewhere),
		cmocka_unit_test(another_digest_of_the_same_repository),
		cmocka_unit_test(a_registry_alone),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
