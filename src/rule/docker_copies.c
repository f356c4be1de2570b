/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about COPY and ADD: what comes in, and from where. */
#include "base/text.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

/* -- sources and targets ---------------------------------------------------------------------- */

static bool is_remote(bytes source)
{
	return bytes_search(source, BYTES("://")) < source.n || bytes_starts(source, BYTES("git@")) ||
	       bytes_starts(source, BYTES("<<")) || bytes_find(source, '$') < source.n;
}

static bool is_archive(bytes source)
{
	static const char *const ends[] = { ".tar", ".tgz", ".gz", ".bz2", ".xz", ".txz", ".zst",
		                                ".tbz2" };

	for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
		if (bytes_ends(source, bytes_str(ends[k])))
			return true;
	return bytes_find(source, '*') < source.n && bytes_search(source, BYTES("tar")) < source.n;
}

static void check_add(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	bool local = true;

	for (size_t k = 0; k + 1 < i->words.len; k++) {
		const struct dockerfile_word *w = &i->words.items[k];
		bool web = bytes_starts(w->text, BYTES("http://")) ||
		           bytes_starts(w->text, BYTES("https://"));

		local = local && !is_remote(w->text) && !is_archive(w->text);
		if (web && !dockerfile_flag(i, "checksum") && !bytes_ends(w->text, BYTES(".git")) &&
		    bytes_search(w->text, BYTES(".git#")) == w->text.n)
			docker_find(f, RULE(DF010), w->from, w->to);
	}
	if (!local || i->words.len < 2)
		return;
	struct job_finding *finding = docker_find_at(f, RULE(DF009), i);
	bool upper = i->name.p[0] == 'A';

	if (!dockerfile_flag(i, "checksum") && !dockerfile_flag(i, "keep-git-dir"))
		docker_fix(f, finding, RULE_FIX_SAFE, i->from, i->from + i->name.n,
		           upper ? "COPY" : "copy");
}

static bool is_absolute(bytes path)
{
	return path.p[0] == '/' || path.p[0] == '\\' || path.p[0] == '$' || path.p[0] == '%' ||
	       (path.n > 1 && path.p[1] == ':');
}

/* Whether it ends like a folder, as far as can be told. */
static bool is_folder(bytes path)
{
	uint8_t last = path.p[path.n - 1];

	return last == '/' || last == '\\' || last == '.' || bytes_find(path, '$') < path.n;
}

static void check_target(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct dockerfile_word *target = &i->words.items[i->words.len - 1];
	const struct docker_stage *s = docker_stage_of(f, i);
	bytes text = target->text;

	if (text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\''))
		text = bytes_slice(text, 1, text.n - 2);
	if (text.n == 0)
		return;
	size_t end = target->to - (i->json || text.n < target->text.n);

	if (i->words.len > 2 && !is_folder(text))
		docker_fix(f, docker_find(f, RULE(DF033), target->from, target->to), RULE_FIX_SAFE, end,
		           end, "/");
	if (s && !s->workdir && !is_absolute(text) && !docker_is_unprivileged(s) &&
	    !bytes_is(s->name, "scratch"))
		docker_fix(f, docker_find(f, RULE(DF032), target->from, target->to), RULE_FIX_REVIEW,
		           i->from, i->from, "WORKDIR /app\n");
}

static void check_from(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct dockerfile_word *flag = dockerfile_flag(i, "from");
	bytes from = dockerfile_flag_value(i, "from");
	uint64_t number;
	bool known = text_take_u64(from, 10, UINT32_MAX, &number) && number + 1 < i->stage;

	if (!flag)
		return;
	for (size_t k = 0; k + 1 < i->stage && !known; k++)
		known = bytes_equal_nocase(f->stages[k].in->name.text, from);
	/* With a tag, a digest, a registry or a variable it is meant to be an image. */
	bool image = bytes_find(from, ':') < from.n || bytes_find(from, '/') < from.n ||
	             bytes_find(from, '$') < from.n;
	const struct docker_stage *own = docker_stage_of(f, i);

	if (own && own->in->name.text.n > 0 && bytes_equal_nocase(own->in->name.text, from))
		docker_find(f, RULE(DF034), flag->from, flag->to)->message = "this is the stage itself";
	else if (!known && !image)
		docker_find(f, RULE(DF034), flag->from, flag->to);
	if (i->words.len == 2 && bytes_is(i->words.items[0].text, "/") &&
	    bytes_is(i->words.items[1].text, "/"))
		docker_find(f, RULE(DF035), i->words.items[0].from, i->words.items[1].to);
}

static void check_mode(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct dockerfile_word *flag = dockerfile_flag(i, "chmod");
	bytes mode = dockerfile_flag_value(i, "chmod");

	if (bytes_is(mode, "777") || bytes_is(mode, "0777") || bytes_is(mode, "666"))
		docker_fix(f, docker_find(f, RULE(DF058), flag->from, flag->to), RULE_FIX_REVIEW,
		           flag->to - mode.n, flag->to, bytes_is(mode, "666") ? "644" : "755");
}

void docker_check_copies(const struct docker_file *f)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);
		bool copy = i->kind == DOCKERFILE_COPY, add = i->kind == DOCKERFILE_ADD;

		if ((!copy && !add) || i->words.len < 2)
			continue;
		check_target(f, i);
		check_mode(f, i);
		check_from(f, i);
		if (add)
			check_add(f, i);
	}
}
