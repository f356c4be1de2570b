/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "version/range.h"

#define V(text) \
	{ \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

/* check(syntax, ordering, text, in, out): the versions of the first list are in the range, those
 * of the second are not; the lists are divided by blanks. */
static void check(enum range_syntax syntax, enum version_ordering o, const char *text,
                  const char *in, const char *out)
{
	struct version_range r = { 0 };
	struct arena a = ARENA_INIT;
	err e = { 0 };

	if (range_parse(syntax, o, bytes_str(text), &a, &r, &e) < 0)
		fail_msg("'%s': %s", text, e.text);
	for (int side = 0; side < 2; side++) {
		bytes list = bytes_str(side ? out : in), v;
		bool holds = false;

		while (bytes_take_until(&list, ' ', &v)) {
			assert_true(range_holds(o, &r, v, &holds));
			if (holds != !side)
				fail_msg("'%s' %s '%.*s'", text, holds ? "holds" : "does not hold", BYTESF(v));
		}
	}
	arena_done(&a);
}

static void refuses(enum range_syntax syntax, enum version_ordering o, const char *text)
{
	struct version_range r = { 0 };
	struct arena a = ARENA_INIT;
	err e = { 0 };

	if (range_parse(syntax, o, bytes_str(text), &a, &r, &e) == 0)
		fail_msg("'%s' is taken", text);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(r.len, 0);
	arena_done(&a);
}

/* As GitHub's advisories write them: CVE-2024-0057 and others of the data. */
static void plain(void **state)
{
	(void)state;
	check(RANGE_PLAIN, VERSION_NUGET, ">= 7.0.0-preview, < 7.0.15",
	      "7.0.0-preview 7.0.0-rc.1 7.0.14", "7.0.0-alpha 7.0.15 6.0.0");
	check(RANGE_PLAIN, VERSION_SEMVER, "<1.0.0 || >=2.0.0 <2.1.0||=3.0.0", "0.1.0 2.0.5 3.0.0",
	      "1.0.0 2.1.0 3.0.1");
	check(RANGE_PLAIN, VERSION_SEMVER, "> 1.0.0, <= 1.2.0, != 1.1.0", "1.0.1 1.2.0",
	      "1.0.0 1.1.0 1.2.1");
	check(RANGE_PLAIN, VERSION_GO, "< v1.2.3", "v1.2.2 1.2.3-rc.1", "v1.2.3");
	check(RANGE_PLAIN, VERSION_SEMVER, "> 2.0.0, < 1.0.0", "", "0.1.0 1.5.0 3.0.0");
	check(RANGE_PLAIN, VERSION_DPKG, "< 1:2.0-1", "5.0 1:1.0", "1:2.0-1");
	refuses(RANGE_PLAIN, VERSION_NUGET, "");
	refuses(RANGE_PLAIN, VERSION_NUGET, "< 1.0 ||");
	refuses(RANGE_PLAIN, VERSION_NUGET, ">= ");
	refuses(RANGE_PLAIN, VERSION_NUGET, "=< 1.0");
	refuses(RANGE_PLAIN, VERSION_NUGET, "< 2.x");
}

/* The examples of node-semver's README. */
static void npm(void **state)
{
	(void)state;
	check(RANGE_NPM, VERSION_SEMVER, "1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0");
	check(RANGE_NPM, VERSION_SEMVER, "1.2.3 - 2.3", "1.2.3 2.3.9", "1.2.2 2.4.0 2.4.0-0");
	check(RANGE_NPM, VERSION_SEMVER, "1.x", "1.0.0 1.9.9", "0.9.9 2.0.0 2.0.0-rc.1");
	check(RANGE_NPM, VERSION_SEMVER, "~1.2.3", "1.2.3 1.2.9", "1.3.0 1.3.0-0");
	check(RANGE_NPM, VERSION_SEMVER, "~1", "1.0.0 1.9.0", "2.0.0");
	check(RANGE_NPM, VERSION_SEMVER, "^1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2");
	check(RANGE_NPM, VERSION_SEMVER, "^0.2.3", "0.2.3 0.2.9", "0.3.0");
	check(RANGE_NPM, VERSION_SEMVER, "^0.0.3", "0.0.3", "0.0.4");
	check(RANGE_NPM, VERSION_SEMVER, "^0.0", "0.0.0 0.0.9", "0.1.0");
	check(RANGE_NPM, VERSION_SEMVER, ">1.2", "1.3.0", "1.2.9");
	check(RANGE_NPM, VERSION_SEMVER, "<=1.2", "1.2.9", "1.3.0");
	check(RANGE_NPM, VERSION_SEMVER, "*", "0.0.0 9.9.9", "");
	check(RANGE_NPM, VERSION_SEMVER, "", "0.0.0 9.9.9", "");
	check(RANGE_NPM, VERSION_SEMVER, "<*", "", "0.0.0 9.9.9");
	refuses(RANGE_NPM, VERSION_SEMVER, "1.2.3 -");
	refuses(RANGE_NPM, VERSION_SEMVER, "^latest");
	refuses(RANGE_NPM, VERSION_SEMVER, "1.2.3.4");
}

/* The examples of PEP 440, "Version specifiers". */
static void pep440(void **state)
{
	(void)state;
	check(RANGE_PEP440, VERSION_PEP440, "~=2.2", "2.2 2.9 2.2.post3", "3.0 2.1 3.0.dev1");
	check(RANGE_PEP440, VERSION_PEP440, "~= 1.4.5a4", "1.4.5a4 1.4.9", "1.5 1.4.5a3");
	check(RANGE_PEP440, VERSION_PEP440, "==1.1", "1.1 1.1.0 1.1+local", "1.1.post1 1.1a1");
	check(RANGE_PEP440, VERSION_PEP440, "==1.1.*", "1.1 1.1.post1 1.1a1 1.1.9",
	      "1.2 1.10 1.2.dev0");
	check(RANGE_PEP440, VERSION_PEP440, "!=1.1.*", "1.0 1.2", "1.1.post1");
	check(RANGE_PEP440, VERSION_PEP440, "<3.1", "3.0", "3.1.dev0 3.1a1 3.1");
	check(RANGE_PEP440, VERSION_PEP440, "<3.1rc1", "3.1b1", "3.1rc1");
	check(RANGE_PEP440, VERSION_PEP440, ">1.7", "1.7.1 1.8", "1.7.0.post1 1.7+local 1.7");
	check(RANGE_PEP440, VERSION_PEP440, ">1.7.post2", "1.7.1 1.7.0.post3", "1.7.0");
	check(RANGE_PEP440, VERSION_PEP440, ">=1.0, <2.0, !=1.5", "1.0 1.6", "1.5 2.0");
	check(RANGE_PEP440, VERSION_PEP440, "== 1!1.*", "1!1.5", "1.5");
	refuses(RANGE_PEP440, VERSION_PEP440, "~=1");
	refuses(RANGE_PEP440, VERSION_PEP440, ">=1.*");
}

/* The guides of RubyGems, "Patterns": pessimistic version constraint. */
static void gem(void **state)
{
	(void)state;
	check(RANGE_GEM, VERSION_GEM, "~> 2.2", "2.2 2.9.9", "2.1 3.0 3.0.a");
	check(RANGE_GEM, VERSION_GEM, "~> 2.2.0", "2.2.0 2.2.9", "2.3.0 2.3.0.rc1");
	check(RANGE_GEM, VERSION_GEM, ">= 1.0.a, < 1.1", "1.0.a 1.0", "1.1");
	check(RANGE_GEM, VERSION_GEM, "~> 1", "1.9", "2.0");
	refuses(RANGE_GEM, VERSION_GEM, "~> x");
}

/* The table of Maven's POM reference, "Dependency Version Requirement Specification". */
static void braces(void **state)
{
	(void)state;
	check(RANGE_BRACES, VERSION_MAVEN, "[1.0]", "1.0 1", "1.1 0.9");
	check(RANGE_BRACES, VERSION_MAVEN, "(,1.0]", "0.1 1.0", "1.1");
	check(RANGE_BRACES, VERSION_MAVEN, "[1.2,1.3]", "1.2 1.3", "1.1 1.3.1");
	check(RANGE_BRACES, VERSION_MAVEN, "[1.0,2.0)", "1.0 1.9", "2.0");
	check(RANGE_BRACES, VERSION_MAVEN, "[1.5,)", "1.5 9", "1.4");
	check(RANGE_BRACES, VERSION_MAVEN, "(,1.0], [1.2,)", "1.0 1.2", "1.1");
	check(RANGE_BRACES, VERSION_MAVEN, "(,1.1),(1.1,)", "1.0 1.2", "1.1");
	check(RANGE_BRACES, VERSION_NUGET, "(1.0,)", "1.0.1", "1.0.0");
	refuses(RANGE_BRACES, VERSION_MAVEN, "1.0");
	refuses(RANGE_BRACES, VERSION_MAVEN, "(1.0)");
	refuses(RANGE_BRACES, VERSION_MAVEN, "[1.0");
	refuses(RANGE_BRACES, VERSION_MAVEN, "[1.0],");
	refuses(RANGE_BRACES, VERSION_MAVEN, "[1.0]x");
	refuses(RANGE_BRACES, VERSION_MAVEN, "");
}

static void check_events(struct range_event *events, size_t n, const char *in, const char *out)
{
	struct version_range r = { 0 };
	struct arena a = ARENA_INIT;
	err e = { 0 };
	bool holds = false;

	assert_int_equal(range_events(VERSION_SEMVER, events, n, &a, &r, &e), 0);
	for (int side = 0; side < 2; side++) {
		bytes list = bytes_str(side ? out : in), v;

		while (bytes_take_until(&list, ' ', &v)) {
			assert_true(range_holds(VERSION_SEMVER, &r, v, &holds));
			assert_int_equal(holds, !side);
		}
	}
	arena_done(&a);
}
#define EVENTS(in, out, ...) \
	check_events((struct range_event[]){ __VA_ARGS__ }, \
	             sizeof((struct range_event[]){ __VA_ARGS__ }) / sizeof(struct range_event), in, \
	             out)

/* OSV schema 1.7, "Evaluation" and its examples. */
static void events(void **state)
{
	(void)state;
	EVENTS("0.0.0-0 1.0.1", "1.0.2 2.0.0", { RANGE_INTRODUCED, V("0") },
	       { RANGE_FIXED, V("1.0.2") });
	EVENTS("1.0.0 2.5.0", "0.9.0 1.0.2 3.0.2", { RANGE_FIXED, V("3.0.2") },
	       { RANGE_INTRODUCED, V("1.0.0") }, { RANGE_INTRODUCED, V("2.0.0") },
	       { RANGE_FIXED, V("1.0.2") });
	EVENTS("1.0.0 2.1.214", "2.1.215", { RANGE_INTRODUCED, V("0") },
	       { RANGE_LAST_AFFECTED, V("2.1.214") });
	EVENTS("1.0.0 99.0.0", "0.9.0", { RANGE_INTRODUCED, V("1.0.0") });
	EVENTS("1.0.0 1.9.0", "2.0.0 3.0.0", { RANGE_INTRODUCED, V("1.0.0") },
	       { RANGE_LIMIT, V("2.0.0") });
	EVENTS("3.0.0", "0.1.0", { RANGE_INTRODUCED, V("1.0.0") }, { RANGE_LIMIT, V("*") });
	EVENTS("1.5.0 2.0.0", "3.0.0", { RANGE_INTRODUCED, V("1.0.0") }, { RANGE_FIXED, V("2.0.0") },
	       { RANGE_INTRODUCED, V("2.0.0") }, { RANGE_FIXED, V("3.0.0") });
	EVENTS("", "1.0.0 2.0.0", { RANGE_FIXED, V("2.0.0") });
	EVENTS("", "1.0.0 2.0.0 3.0.0", { RANGE_INTRODUCED, V("2.0.0") }, { RANGE_FIXED, V("2.0.0") });
	EVENTS("1.0.0 3.0.0", "2.0.0 4.0.0", { RANGE_INTRODUCED, V("0") }, { RANGE_FIXED, V("2.0.0") },
	       { RANGE_INTRODUCED, V("2.5.0") }, { RANGE_FIXED, V("2.5.0") },
	       { RANGE_INTRODUCED, V("3.0.0") }, { RANGE_FIXED, V("4.0.0") });
}

static void limits(void **state)
{
	static char text[LIMIT_RANGE + 2];
	struct range_event *many = calloc(LIMIT_RANGE_INTERVALS + 1, sizeof(*many));
	struct version_range r = { 0 };
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	memset(text, ' ', LIMIT_RANGE + 1);
	memcpy(text, "<1", 2);
	assert_int_equal(
		range_parse(RANGE_PLAIN, VERSION_NUGET, bytes_of(text, LIMIT_RANGE), &a, &r, &e), 0);
	assert_int_equal(
		range_parse(RANGE_PLAIN, VERSION_NUGET, bytes_of(text, LIMIT_RANGE + 1), &a, &r, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	for (size_t i = 0; i <= LIMIT_RANGE_INTERVALS; i++)
		many[i] = (struct range_event){ RANGE_INTRODUCED, V("0") };
	assert_int_equal(range_events(VERSION_NUGET, many, LIMIT_RANGE_INTERVALS, &a, &r, &e), 0);
	assert_int_equal(range_events(VERSION_NUGET, many, LIMIT_RANGE_INTERVALS + 1, &a, &r, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	many[0].version = BYTES("one");
	assert_int_equal(range_events(VERSION_NUGET, many, 1, &a, &r, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	bool holds;

	assert_false(range_holds(VERSION_NUGET, &r, BYTES("one"), &holds));
	/* An invalid bound is told wherever the version lies. */
	const struct version_interval open = { .from = BYTES("1.0") }, all = { 0 };
	const struct version_interval bad = { .from = BYTES("3.0"), .to = BYTES("four") };

	assert_int_equal(interval_holds(VERSION_NUGET, &open, BYTES("1.0")), 1);
	assert_int_equal(interval_holds(VERSION_NUGET, &open, BYTES("0.9")), 0);
	assert_int_equal(interval_holds(VERSION_NUGET, &open, BYTES("one")), -1);
	assert_int_equal(interval_holds(VERSION_NUGET, &all, BYTES("0.9")), 1);
	assert_int_equal(interval_holds(VERSION_NUGET, &all, BYTES("one")), -1);
	assert_int_equal(interval_holds(VERSION_NUGET, &bad, BYTES("2.0")), -1);
	free(many);
	arena_done(&a);
}

/* What is not in the ranges; a list of fixes turned into what they mend. */
static void complements(void **state)
{
	static const struct {
		const char *text, *in, *out;
	} cases[] = {
		{ "~> 2.0.6, < 2.1 || >= 2.1.4 || < 1.0.0", "1.0.0 2.0.5 2.1.0 2.1.3",
		  "0.9 2.0.6 2.0.9 2.1.4 3.0" },
		{ ">= 2", "0.1 1.9", "2 3" },
		{ "= 1.5", "1.4 1.6", "1.5" },
		{ "<= 1.5", "1.6", "1.5 1.0" },
		{ "> 1.5", "1.5 1.0", "1.6" },
		{ ">= 0 || < 5", "", "1 6" },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct version_range r = { 0 }, rest = { 0 };
		err e = { 0 };

		assert_int_equal(range_parse(RANGE_GEM, VERSION_GEM, bytes_str(cases[i].text), &a, &r, &e) |
		                     range_complement(VERSION_GEM, &r, &a, &rest, &e),
		                 0);
		for (int side = 0; side < 2; side++) {
			bytes list = bytes_str(side ? cases[i].out : cases[i].in), v;
			bool holds = false;

			while (bytes_take_until(&list, ' ', &v)) {
				assert_true(range_holds(VERSION_GEM, &rest, v, &holds));
				if (holds != !side)
					fail_msg("'%s' and '%.*s'", cases[i].text, BYTESF(v));
			}
		}
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),  cmocka_unit_test(npm),    cmocka_unit_test(pep440),
		cmocka_unit_test(gem),    cmocka_unit_test(braces), cmocka_unit_test(events),
		cmocka_unit_test(limits), cmocka_unit_test(complements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
