/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/dockerfile.h"

#include "fmt/dockerfile_vars.h"
#include "fmt/shell.h"

#include "unit.h"

static struct arena arena;

static void parse(const char *text, struct dockerfile *out)
{
	dockerfile_parse(bytes_str(text), &arena, out);
}

static const char *span(const struct dockerfile *d, const struct dockerfile_word *w)
{
	return arena_str(&arena, bytes_slice(d->text, w->from, w->to - w->from));
}

static void words_know_where_they_stand(void **state)
{
	struct dockerfile d;

	(void)state;
	parse("FROM x\n  COPY --chown=1:1 \\\n  # why\n\n a \\\n   /b/\n"
	      "CMD [\"a\\u0062\", \"c\"]\nENV A=\"x \\\n y\" B=\n",
	      &d);
	assert_int_equal(d.faults.len, 0);
	const struct dockerfile_instruction *copy = &d.instructions.items[1];

	assert_string_equal(span(&d, &copy->flags.items[0]), "--chown=1:1");
	assert_string_equal(span(&d, &copy->words.items[0]), "a");
	assert_string_equal(span(&d, &copy->words.items[1]), "/b/");
	assert_int_equal(d.text.p[copy->blank_at], '\n');
	const struct dockerfile_instruction *cmd = &d.instructions.items[2];

	assert_true(cmd->json && bytes_is(cmd->words.items[0].text, "ab"));
	assert_string_equal(span(&d, &cmd->words.items[0]), "\"a\\u0062\"");
	const struct dockerfile_instruction *env = &d.instructions.items[3];

	assert_true(bytes_is(env->pairs.items[0].value.text, "\"x  y\""));
	assert_string_equal(span(&d, &env->pairs.items[0].value), "\"x \\\n y\"");
	assert_int_equal(env->pairs.items[1].value.from, env->pairs.items[1].value.to);
	assert_int_equal(d.text.p[env->pairs.items[1].value.from - 1], '=');
}

static void reads_heredocs(void **state)
{
	struct dockerfile d;

	(void)state;
	parse("FROM x\nRUN <<-'A' cat <<B\n\tone\n\tA\ntwo\nB\n# c\nUSER 1\n", &d);
	assert_int_equal(d.instructions.len, 3);
	const struct dockerfile_instruction *run = &d.instructions.items[1];

	assert_int_equal(run->heredocs.len, 2);
	assert_true(bytes_is(run->heredocs.items[0].body, "\tone\n"));
	assert_true(bytes_is(run->heredocs.items[1].body, "two\n"));
	assert_false(run->heredocs.items[0].expand);
	assert_true(run->heredocs.items[1].expand);
	assert_int_equal(d.text.p[run->to], '\n');
	parse("FROM x\nRUN \"<<A\"\nUSER 1\n", &d);
	assert_int_equal(d.instructions.items[1].heredocs.len, 0);
}

static void goes_on_after_faults(void **state)
{
	struct dockerfile d;

	(void)state;
	parse("BAD x\nFROM a b\nENV A\nRUN <<A\nCMD [\"a\", 1]\nUSER 1\n", &d);
	assert_int_equal(d.faults.len, 5);
	assert_int_equal(d.instructions.len, 6);
	assert_int_equal(d.instructions.items[5].kind, DOCKERFILE_USER);
	parse("# only a comment\n", &d);
	assert_int_equal(d.faults.len, 1);
}

static void obeys_directives(void **state)
{
	struct dockerfile d;

	(void)state;
	parse("# syntax=docker/dockerfile:1\n# Escape = `\nFROM x\nRUN a `\n b\\\nUSER 1\n", &d);
	assert_true(bytes_is(d.syntax, "docker/dockerfile:1"));
	assert_int_equal(d.instructions.len, 3);
	assert_true(bytes_is(dockerfile_args(&d.instructions.items[1]), "a  b\\"));
	parse("# a comment\n# escape=`\nFROM x\n", &d);
	assert_int_equal(d.escape, '\\');
}

static bool value_of(const void *context, bytes name, bytes *out)
{
	(void)context;
	*out = bytes_is(name, "empty") ? BYTES("") : BYTES("1.2-x");
	return bytes_is(name, "empty") || bytes_is(name, "set");
}

/* The table of BuildKit's reference, "Environment replacement". */
static void expands_variables(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a${set}b", "a1.2-xb" },   { "$set.c", "1.2-x.c" },   { "\\$set", "$set" },
		{ "'$set'", "$set" },        { "\"$set\"", "1.2-x" },   { "${unset:-d}", "d" },
		{ "${empty:-d}", "d" },      { "${empty-d}", "" },      { "${set:+y}", "y" },
		{ "${unset+y}", "" },        { "${set%-x}", "1.2" },    { "${set#1.}", "2-x" },
		{ "${u:-${set}}", "1.2-x" }, { "${broken", "${broken" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		bytes have = dockerfile_expand(bytes_str(cases[k].text), '\\', value_of, NULL, &arena);

		assert_string_equal(arena_str(&arena, have), cases[k].want);
	}
}

static void splits_scripts(void **state)
{
	struct shell_script s;

	(void)state;
	shell_split(BYTES("if A=1 /bin/b \"x y\" && c 2>&1 | d; then e $(f | g) ; fi # no\nh"), &arena,
	            &s);
	assert_int_equal(s.len, 5);
	assert_true(shell_is(&s.items[0], "b"));
	assert_true(shell_has(&s.items[0], "x y") != NULL);
	assert_int_equal(s.items[1].before, SHELL_AND);
	assert_int_equal(s.items[2].before, SHELL_PIPE);
	assert_int_equal(s.items[3].before, SHELL_NEXT);
	assert_true(bytes_is(s.items[3].words[1].text, "$(f | g)"));
	assert_true(shell_is(&s.items[4], "h"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_know_where_they_stand),
		cmocka_unit_test(reads_heredocs),
		cmocka_unit_test(goes_on_after_faults),
		cmocka_unit_test(obeys_directives),
		cmocka_unit_test(expands_variables),
		cmocka_unit_test(splits_scripts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failed;
}
