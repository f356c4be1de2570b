/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about how a Dockerfile is written, most of them BuildKit's own checks. */
#include "base/text.h"
#include "fmt/dockerfile_vars.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

/* -- casing ----------------------------------------------------------------------------------- */

static bool is_cased(bytes text, bool upper)
{
	for (size_t k = 0; k < text.n; k++) {
		bool letter = (text.p[k] | 0x20) >= 'a' && (text.p[k] | 0x20) <= 'z';

		if (letter && (text.p[k] < 'a') != upper)
			return false;
	}
	return true;
}

static const char *cased(const struct docker_file *f, bytes text, bool upper)
{
	char *copy = arena_str(f->job->arena, text);

	for (char *c = copy; *c; c++)
		if ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z')
			*c = (char)(upper ? *c & ~0x20 : *c | 0x20);
	return copy;
}

static bool is_upper_file(const struct docker_file *f)
{
	size_t upper = 0, lower = 0;

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		upper += is_cased(docker_instruction(f, k)->name, true);
		lower += is_cased(docker_instruction(f, k)->name, false);
	}
	return upper >= lower;
}

static void check_as(const struct docker_file *f, const struct docker_stage *s)
{
	bytes from = docker_instruction(f, s->in->first)->name;
	const struct dockerfile_word *as = &s->in->as;
	bool upper = is_cased(from, true);

	if (as->text.n == 0 || (!upper && !is_cased(from, false)) || is_cased(as->text, upper))
		return;
	struct job_finding *finding = docker_find(f, RULE(DF037), as->from, as->to);

	finding->message = arena_printf(f->job->arena, "%s is not cased as its FROM", SHOW(as->text));
	docker_fix(f, finding, RULE_FIX_SAFE, as->from, as->to, upper ? "AS" : "as");
}

static void check_casing(const struct docker_file *f)
{
	bool upper = is_upper_file(f);

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_UNKNOWN || is_cased(i->name, upper))
			continue;
		struct job_finding *finding = docker_find(f, RULE(DF037), i->from, i->from + i->name.n);

		finding->message = arena_printf(f->job->arena, "%s is not in %s case", SHOW(i->name),
		                                upper ? "upper" : "lower");
		docker_fix(f, finding, RULE_FIX_SAFE, i->from, i->from + i->name.n,
		           cased(f, i->name, upper));
	}
	for (size_t k = 0; k < f->stages_len; k++)
		check_as(f, &f->stages[k]);
}

/* -- lines and comments ----------------------------------------------------------------------- */

static void check_blank(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	bytes text = f->dockerfile->text;
	size_t end = i->blank_at;

	if (i->blank_at == 0)
		return;
	while (end < i->line_end && text.p[end] != '\n')
		end++;
	/* BuildKit tells it at the instruction's last line. */
	size_t last = i->line_end;

	while (last > i->from && text.p[last - 1] != '\n')
		last--;
	struct job_finding *finding = docker_find(f, RULE(DF040), last, i->line_end);

	if (end < i->line_end)
		docker_fix(f, finding, RULE_FIX_SAFE, i->blank_at, end + 1, "");
}

static bool describes(const struct dockerfile_instruction *i, bytes name)
{
	for (size_t k = 0; k < i->comments.len; k++) {
		bytes text = i->comments.items[k].text;

		if (bytes_take_prefix(&text, name) && text.n > 0 && text.p[0] == ' ')
			return true;
	}
	return false;
}

/* Only where the file asks for it: "# check=experimental=InvalidDefinitionDescription". */
static void check_description(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	bool fits = i->comments.len == 0;
	const struct docker_stage *s = docker_stage_of(f, i);

	if (i->kind != DOCKERFILE_ARG && i->kind != DOCKERFILE_FROM)
		return;
	if (i->kind == DOCKERFILE_FROM)
		fits = fits || !s || s->in->name.text.n == 0 || describes(i, s->in->name.text);
	for (size_t k = 0; k < i->pairs.len; k++)
		fits = fits || describes(i, i->pairs.items[k].key.text);
	if (!fits)
		docker_find_at(f, RULE(DF067), i);
}

/* -- variables -------------------------------------------------------------------------------- */

static bool is_set(const struct docker_file *f, const struct dockerfile_instruction *at,
                   const struct docker_stage *s, bytes name)
{
	static const char *const built_in[] = { "HTTP_PROXY",  "http_proxy",  "HTTPS_PROXY",
		                                    "https_proxy", "FTP_PROXY",   "ftp_proxy",
		                                    "NO_PROXY",    "no_proxy",    "ALL_PROXY",
		                                    "all_proxy",   "PATH" };

	for (size_t k = 0; k < sizeof(built_in) / sizeof(*built_in); k++)
		if (bytes_is(name, built_in[k]))
			return true;
	for (;;) {
		for (size_t k = s->in->first; k < s->in->end && docker_instruction(f, k) != at; k++) {
			const struct dockerfile_instruction *i = docker_instruction(f, k);

			for (size_t n = 0; i->kind != DOCKERFILE_LABEL && n < i->pairs.len; n++)
				if (bytes_equal(i->pairs.items[n].key.text, name))
					return true;
		}
		if (s->parent == 0)
			return false;
		s = &f->stages[s->parent - 1];
	}
}

/* What a base image sets is not known, but scratch sets nothing. */
static void check_variables(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct docker_stage *s = docker_stage_of(f, i);
	struct dockerfile_var v;

	if (!s || !bytes_is(s->name, "scratch") ||
	    !(i->kind == DOCKERFILE_COPY || i->kind == DOCKERFILE_ADD || i->kind == DOCKERFILE_ENV ||
	      i->kind == DOCKERFILE_WORKDIR || i->kind == DOCKERFILE_USER ||
	      i->kind == DOCKERFILE_EXPOSE || i->kind == DOCKERFILE_VOLUME))
		return;
	for (size_t k = 0; k < i->words.len; k++)
		for (size_t at = 0;
		     dockerfile_var_next(i->words.items[k].text, f->dockerfile->escape, &at, &v);)
			if (v.modifier == 0 && !is_set(f, i, s, v.name))
				docker_find_at(f, RULE(DF041), i)->message = arena_printf(
					f->job->arena, "%s is not set", SHOW(v.name));
}

void docker_check_style(const struct docker_file *f)
{
	bytes check = f->dockerfile->check;
	bool describe = bytes_search(check, BYTES("experimental=InvalidDefinitionDescription")) <
	                check.n;

	check_casing(f);
	if (f->dockerfile->syntax.n > 0 &&
	    bytes_find(f->dockerfile->syntax, '@') == f->dockerfile->syntax.n)
		docker_find(f, RULE(DF062), f->dockerfile->syntax_at,
		            f->dockerfile->syntax_at + f->dockerfile->syntax.n);
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		check_blank(f, i);
		check_variables(f, i);
		if (describe)
			check_description(f, i);
	}
}
