/* SPDX-License-Identifier: Apache-2.0 */
/* The rules are those of GNU getopt_long's manual ("Program Argument Syntax Conventions") and the
 * environment form of the design. */
#include "unit.h"

#include "cmd/options.h"
#include "cmd/status.h"
#include "cmd/suggest.h"

struct wishes {
	bool fast, no_cache;
	const char *key, *format;
	struct exit_flag number;
	uint64_t size, time;
	struct texts output;
	const char *words;
};

#define FIELD(name) offsetof(struct wishes, name)
static const struct flag flags[] = {
	{ 'F', "fast", NULL, FLAG_SWITCH, FIELD(fast), "" },
	{ 0, "no-cache", NULL, FLAG_SWITCH, FIELD(no_cache), "" },
	{ 'k', "key", "FILE", FLAG_TEXT, FIELD(key), "" },
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "" },
	{ 'n', "number", "N", FLAG_STATUS, FIELD(number), "" },
	{ 0, "size", "SIZE", FLAG_SIZE, FIELD(size), "" },
	{ 0, "time", "TIME", FLAG_TIME, FIELD(time), "" },
	{ 'o', "output", "FILE", FLAG_LIST, FIELD(output), "" },
	{ 'w', "words", "A,B", FLAG_WORDS, FIELD(words), "" },
	{ 0 },
};

static const struct applet applet = {
	.name = "probe",
	.operands = "A [B]",
	.operands_min = 1,
	.operands_max = 2,
	.flags = flags,
};

struct fixture {
	struct job job;
	struct wishes wishes;
	struct texts operands;
	err e;
};

static int parse_as(struct fixture *f, const struct applet *as, char *const *environment,
                    char *const *words)
{
	arena_done(&f->job.arena);
	*f = (struct fixture){ .job = { .environment = environment } };
	return options_parse(&f->job, as, words, &f->wishes, &f->operands, &f->e);
}

static int parse(struct fixture *f, char *const *environment, char *const *words)
{
	return parse_as(f, &applet, environment, words);
}

#define WORDS(...) ((char *const[]){ __VA_ARGS__, NULL })
#define W(s) ((char[]){ s })
#define PARSE(f, ...) parse((f), NULL, WORDS(__VA_ARGS__))

static void refused(struct fixture *f, const char *says)
{
	if (!strstr(f->e.text, says))
		fail_msg("'%s' does not say '%s'", f->e.text, says);
	assert_failed(&f->e, ERR_USAGE);
}

static void test_forms(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("--key"), W("a"), W("x")), 0);
	assert_string_equal(f.wishes.key, "a");
	assert_int_equal(PARSE(&f, W("--key=a=b"), W("x")), 0);
	assert_string_equal(f.wishes.key, "a=b");
	assert_int_equal(PARSE(&f, W("-k"), W("a"), W("x")), 0);
	assert_string_equal(f.wishes.key, "a");
	assert_int_equal(PARSE(&f, W("-Fka"), W("x")), 0);
	assert_string_equal(f.wishes.key, "a");
	assert_true(f.wishes.fast);
	assert_int_equal(PARSE(&f, W("--key="), W("x")), 0);
	assert_string_equal(f.wishes.key, "");
	assert_int_equal(PARSE(&f, W("--fast=false"), W("x")), 0);
	assert_false(f.wishes.fast);
	arena_done(&f.job.arena);
}

static void test_order(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("x"), W("--fast"), W("y")), 0);
	assert_true(f.wishes.fast);
	assert_int_equal(f.operands.len, 2);
	assert_string_equal(f.operands.items[1], "y");
	assert_int_equal(PARSE(&f, W("--"), W("--fast"), W("-k")), 0);
	assert_false(f.wishes.fast);
	assert_string_equal(f.operands.items[0], "--fast");
	assert_string_equal(f.operands.items[1], "-k");
	assert_int_equal(PARSE(&f, W("-"), W("--key=1"), W("--key=2")), 0);
	assert_string_equal(f.operands.items[0], "-");
	assert_string_equal(f.wishes.key, "2");
	assert_int_equal(PARSE(&f, W("-oa"), W("--output=json=b"), W("x")), 0);
	assert_int_equal(f.wishes.output.len, 2);
	assert_string_equal(f.wishes.output.items[1], "json=b");
	arena_done(&f.job.arena);
}

/* docker run, "IMAGE [COMMAND] [ARG...]". */
static void test_program(void **state)
{
	const struct applet runs = {
		.name = "run", .operands_max = 9, .flags = flags, .has_program = true
	};
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(
		parse_as(&f, &runs, NULL, WORDS(W("-F"), W("image"), W("-k"), W("--"), W("x"))), 0);
	assert_true(f.wishes.fast);
	assert_null(f.wishes.key);
	assert_int_equal(f.operands.len, 4);
	assert_string_equal(f.operands.items[1], "-k");
	assert_string_equal(f.operands.items[2], "--");
	assert_int_equal(parse_as(&f, &runs, NULL, WORDS(W("image"), W("--"), W("--"), W("-F"))), 0);
	assert_false(f.wishes.fast);
	assert_int_equal(f.operands.len, 3);
	assert_string_equal(f.operands.items[1], "--");
	arena_done(&f.job.arena);
}

static void test_values(void **state)
{
	static const struct {
		const char *word;
		uint64_t size;
	} sizes[] = { { "--size=10", 10 },
		          { "--size=10MB", 10000000 },
		          { "--size=2GiB", 2147483648 },
		          { "--size=1K", 1024 },
		          { "--size=18446744073709551615", UINT64_MAX } };
	static const char *const bad[] = { "--size=",
		                               "--size=MB",
		                               "--size=1.5GB",
		                               "--size=-1",
		                               "--size=18446744073709551616",
		                               "--size=18446744073709551615KiB",
		                               "--number=256",
		                               "--number=-1",
		                               "--number=",
		                               "--number=0x10",
		                               "--format=xml",
		                               "--format=",
		                               "--format=table|json",
		                               "--fast=maybe",
		                               "--time=",
		                               "--time=5",
		                               "--time=m",
		                               "--time=1.5h",
		                               "--time=5m-1s",
		                               "--time=5 m",
		                               "--time=4294967296d" };
	static const struct {
		const char *word;
		uint64_t ms;
	} times[] = { { "--time=5m", 300000 },
		          { "--time=5m0s", 300000 },
		          { "--time=1h30m", 5400000 },
		          { "--time=2d12h", 216000000 },
		          { "--time=250ms", 250 },
		          { "--time=0s", 0 } };
	struct fixture f = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char word[64];

		snprintf(word, sizeof(word), "%s", sizes[i].word);
		assert_int_equal(PARSE(&f, word, W("x")), 0);
		assert_true(f.wishes.size == sizes[i].size);
	}
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		char word[64];

		snprintf(word, sizeof(word), "%s", times[i].word);
		assert_int_equal(PARSE(&f, word, W("x")), 0);
		assert_true(f.wishes.time == times[i].ms);
	}
	assert_int_equal(PARSE(&f, W("-n255"), W("-fjson"), W("x")), 0);
	assert_true(f.wishes.number.given);
	assert_int_equal(f.wishes.number.status, 255);
	assert_string_equal(f.wishes.format, "json");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char word[64];

		snprintf(word, sizeof(word), "%s", bad[i]);
		assert_int_equal(PARSE(&f, word, W("x")), -1);
		assert_failed(&f.e, ERR_USAGE);
	}
	arena_done(&f.job.arena);
}

/* 24 * 4294967295 d + 3672776087 d + 25975807 ms is 2 to the 63rd less one millisecond. */
#define DAYS_6 "4294967295d4294967295d4294967295d4294967295d4294967295d4294967295d"
#define DAYS_24 DAYS_6 DAYS_6 DAYS_6 DAYS_6

static void test_times_add_up(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("--time=" DAYS_24 "3672776087d25975807ms"), W("x")), 0);
	assert_true(f.wishes.time == INT64_MAX);
	assert_int_equal(PARSE(&f, W("--time=" DAYS_24 "3672776087d25975808ms"), W("x")), -1);
	assert_failed(&f.e, ERR_USAGE);
	/* 9.5 hours more than 2 to the 64th */
	assert_int_equal(PARSE(&f, W("--time=" DAYS_24 DAYS_24 "4294967295d3050584880d"), W("x")), -1);
	assert_failed(&f.e, ERR_USAGE);
	arena_done(&f.job.arena);
}

static void test_mistakes(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("--fromat=json"), W("x")), -1);
	refused(&f, "did you mean --format?");
	assert_int_equal(PARSE(&f, W("--zzzzzz"), W("x")), -1);
	refused(&f, "'oakum probe --help' lists them");
	assert_int_equal(PARSE(&f, W("-Fz"), W("x")), -1);
	refused(&f, "no flag -z");
	assert_int_equal(PARSE(&f, W("x"), W("--key")), -1);
	refused(&f, "--key needs a value");
	assert_int_equal(PARSE(&f, W("x"), W("-k")), -1);
	refused(&f, "-k needs a value");
	assert_int_equal(PARSE(&f, W("--fast")), -1);
	refused(&f, "oakum probe [flags] A [B]");
	assert_int_equal(PARSE(&f, W("x"), W("y"), W("z\x1b")), -1);
	refused(&f, "'z\\x1b' is one word too many");
	assert_int_equal(PARSE(&f, W("--=x"), W("x")), -1);
	refused(&f, "no flag --;");
	arena_done(&f.job.arena);
}

static void test_environment(void **state)
{
	char *const environment[] = { W("OAKUM_KEY=env"), W("OAKUM_NO_CACHE=1"), W("OAKUM_QUIET=true"),
		                          W("OAKUM_FORMAT="), NULL };
	char *const bad[] = { W("OAKUM_NUMBER=many"), NULL };
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(parse(&f, environment, WORDS(W("x"))), 0);
	assert_string_equal(f.wishes.key, "env");
	assert_true(f.wishes.no_cache);
	assert_true(f.job.quiet);
	assert_null(f.wishes.format);
	assert_int_equal(parse(&f, environment, WORDS(W("--key=line"), W("--no-cache=no"), W("x"))), 0);
	assert_string_equal(f.wishes.key, "line");
	assert_false(f.wishes.no_cache);
	assert_int_equal(parse(&f, bad, WORDS(W("x"))), -1);
	refused(&f, "OAKUM_NUMBER is a number from 0 to 255");
	arena_done(&f.job.arena);
}

/* pflag's StringSlice, which Trivy's lists are: several flags add up. Words of the command line
 * take the place of the environment's. */
static void test_words(void **state)
{
	char *const environment[] = { W("OAKUM_WORDS=a,b"), NULL };
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("-w"), W("a"), W("--words=b,c"), W("-wd"), W("x")), 0);
	assert_string_equal(f.wishes.words, "a,b,c,d");
	assert_int_equal(parse(&f, environment, WORDS(W("x"))), 0);
	assert_string_equal(f.wishes.words, "a,b");
	assert_int_equal(parse(&f, environment, WORDS(W("-wc"), W("-wd"), W("x"))), 0);
	assert_string_equal(f.wishes.words, "c,d");
	assert_int_equal(PARSE(&f, W("--words"), W(""), W("x")), -1);
	refused(&f, "--words is empty");
	assert_int_equal(PARSE(&f, W("-wa"), W("--words="), W("x")), -1);
	refused(&f, "--words is empty");
	arena_done(&f.job.arena);
}

static void test_globals(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, W("-qv"), W("--log-format"), W("json"), W("x")), 0);
	assert_true(f.job.quiet && f.job.verbose);
	assert_string_equal(f.job.log_format, "json");
	assert_int_equal(PARSE(&f, W("--help")), 0);
	assert_true(f.job.help);
	arena_done(&f.job.arena);
}

/* DESIGN: "Where several apply: 3, 4, 5, 7, 6, 1." */
static void test_status(void **state)
{
	static const enum status order[] = { 3, 4, 5, 7, 6, 1, 0 };

	(void)state;
	for (size_t i = 0; i < 7; i++)
		for (size_t k = i; k < 7; k++) {
			assert_int_equal(status_worse(order[i], order[k]), order[i]);
			assert_int_equal(status_worse(order[k], order[i]), order[i]);
		}
	assert_int_equal(status_of(ERR_NONE), 0);
	assert_int_equal(status_of(ERR_USAGE), 2);
	assert_int_equal(status_of(ERR_IO), 3);
	assert_int_equal(status_of(ERR_FORMAT), 3);
	assert_int_equal(status_of(ERR_LIMIT), 3);
	assert_int_equal(status_of(ERR_BUG), 3);
	assert_int_equal(status_of(ERR_UNTRUSTED), 4);
	assert_int_equal(status_of(ERR_UNSIGNED), 5);
}

static void test_suggest(void **state)
{
	struct suggest s;

	(void)state;
	suggest_begin(&s, "auidt"); /* one swap */
	suggest_offer(&s, "explain");
	suggest_offer(&s, "audit");
	assert_string_equal(s.best, "audit");
	suggest_begin(&s, "x");
	suggest_offer(&s, "audit");
	assert_null(s.best);
	suggest_begin(&s, "");
	suggest_offer(&s, "audit");
	assert_null(s.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),       cmocka_unit_test(test_order),
		cmocka_unit_test(test_values),      cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_environment), cmocka_unit_test(test_words),
		cmocka_unit_test(test_globals),
		cmocka_unit_test(test_status),      cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_program),      cmocka_unit_test(test_times_add_up),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
