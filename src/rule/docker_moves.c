/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about RUN lines that do again what a COPY could have done, or that belong into a stage of
 * their own. For rule/docker_runs.c. */
#include "base/path.h"
#include "base/text.h"
#include "rule/docker_runs.h"

#define RULE(id) (&docker_rules[id])

/* -- what was copied -------------------------------------------------------------------------- */

static bool names(const struct shell_command *c, bytes base)
{
	for (size_t w = c->program + 1; w < c->len; w++)
		if (bytes_ends(c->words[w].text, base))
			return true;
	return false;
}

static bytes folder(bytes path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

/* A command of a chain, or the whole RUN when it is the only one. */
static void drop_command(const struct docker_scope *s, struct job_finding *finding, size_t index)
{
	const struct docker_command *all = s->commands->items;
	const struct shell_command *c = &all[index].shell;

	if (s->commands->len == 1)
		docker_delete(s->f, finding, RULE_FIX_SAFE, s->run);
	else if (index > 0)
		docker_fix(s->f, finding, RULE_FIX_SAFE, all[index - 1].shell.to, c->to, "");
	else
		docker_fix(s->f, finding, RULE_FIX_SAFE, c->from, all[1].shell.from, "");
}

/* It can go without a change of what the others mean: "a && b && c". */
static bool is_chain(const struct docker_scope *s)
{
	for (size_t k = 1; k < s->commands->len; k++)
		if (s->commands->items[k].shell.before != SHELL_AND)
			return false;
	return !s->run->json && s->run->heredocs.len == 0;
}

/* -- chown -R: COPY --chown ------------------------------------------------------------------- */

/* The owner must be there when the files are copied: a number always is. */
static bool is_known_owner(bytes owner)
{
	for (size_t k = 0; k < owner.n; k++)
		if (!((owner.p[k] >= '0' && owner.p[k] <= '9') || owner.p[k] == ':'))
			return bytes_is(owner, "$APP_UID") || bytes_is(owner, "$APP_UID:$APP_UID");
	return owner.n > 0;
}

static void check_chown(const struct docker_scope *s, size_t index,
                        const struct dockerfile_instruction *copy)
{
	const struct shell_command *c = &s->commands->items[index].shell;
	struct job_finding *finding = docker_command_find(s, RULE(DF059), c);
	bytes path = c->len == c->program + 4 ? folder(c->words[c->len - 1].text) : (bytes){ 0 };
	bytes owner = path.n > 0 ? c->words[c->len - 2].text : path;
	size_t copies = 0;

	if (!is_chain(s) || !is_known_owner(owner) || path.p[0] != '/')
		return;
	for (; copy != s->run; copy++) {
		bytes target = copy->words.len > 1 ? copy->words.items[copy->words.len - 1].text
		                                   : (bytes){ 0 };

		if ((copy->kind != DOCKERFILE_COPY && copy->kind != DOCKERFILE_ADD) || target.n == 0)
			continue;
		if (!path_within(folder(target), path) || dockerfile_flag(copy, "chown"))
			continue;
		docker_fix(s->f, finding, RULE_FIX_SAFE, copy->from + copy->name.n,
		           copy->from + copy->name.n,
		           arena_printf(s->f->job->arena, " --chown=" PRIb, BYTESF(owner)));
		copies++;
	}
	if (copies > 0)
		drop_command(s, finding, index);
}

/* -- tar: ADD --------------------------------------------------------------------------------- */

/* Where "tar xzf ARCHIVE [-C DIR]" unpacks to; empty when it is anything more. */
static bytes unpacked_to(const struct docker_scope *s, const struct shell_command *c, bytes base)
{
	const char *dir = docker_workdir_of(s->f, s->run);
	bytes to = bytes_str(dir ? dir : "");

	for (size_t w = c->program + 1; w < c->len; w++) {
		bytes word = c->words[w].text;

		if (bytes_is(word, "-C") && w + 1 < c->len)
			to = c->words[++w].text;
		else if (!bytes_ends(word, base) &&
		         (bytes_find(word, 'x') == word.n || word.n > 6 || bytes_starts(word, BYTES("--"))))
			return (bytes){ 0 };
	}
	return to.n > 0 && to.p[0] == '/' && bytes_find(to, '$') == to.n && text_is_utf8(to)
	           ? folder(to)
	           : (bytes){ 0 };
}

static void check_tar(const struct docker_scope *s, size_t index,
                      const struct dockerfile_instruction *copy)
{
	const struct shell_command *c = &s->commands->items[index].shell;
	struct job_finding *finding = docker_command_find(s, RULE(DF064), c);
	bytes base = path_base(copy->words.items[0].text), to = unpacked_to(s, c, base);
	const struct dockerfile_word *target = &copy->words.items[copy->words.len - 1];

	if (!is_chain(s) || !shell_is(c, "tar") || to.n == 0 || copy->words.len != 2 || copy->json ||
	    copy->flags.len > 0)
		return;
	for (size_t k = 0; k < s->commands->len; k++) {
		const struct shell_command *other = &s->commands->items[k].shell;

		if (k != index && !(shell_is(other, "rm") && names(other, base)))
			return; /* it may need what lies there */
	}
	docker_fix(s->f, finding, RULE_FIX_REVIEW, copy->from, copy->from + copy->name.n,
	           copy->name.p[0] == 'C' ? "ADD" : "add");
	docker_fix(s->f, finding, RULE_FIX_REVIEW, target->from, target->to,
	           arena_printf(s->f->job->arena, "%s/", docker_text(s->f, to)));
	docker_delete(s->f, finding, RULE_FIX_REVIEW, s->run);
}

static bool names_below(const struct shell_command *c, bytes dir)
{
	for (size_t w = c->program + 1; w < c->len; w++)
		if (c->words[w].text.n > 0 &&
		    (path_within(c->words[w].text, dir) || path_within(dir, folder(c->words[w].text))))
			return true;
	return false;
}

/* COPY x.tar.gz /tmp/ and then RUN tar: a copied archive, unpacked. chown -R: a copied folder. */
static void check_copied(const struct docker_scope *s, size_t index)
{
	const struct shell_command *c = &s->commands->items[index].shell;
	bool tar = shell_is(c, "tar") || shell_is(c, "unzip");
	bool chown = shell_is(c, "chown") && shell_has(c, "-R");
	const struct docker_stage *stage = docker_stage_of(s->f, s->run);

	if (!stage || !(tar || chown))
		return;
	for (size_t k = stage->in->first; docker_instruction(s->f, k) != s->run; k++) {
		const struct dockerfile_instruction *i = docker_instruction(s->f, k);

		if (i->kind != DOCKERFILE_COPY || i->words.len < 2)
			continue;
		bytes base = path_base(i->words.items[0].text);
		bytes target = folder(i->words.items[i->words.len - 1].text);

		if (tar && bytes_search(base, BYTES(".t")) < base.n && names(c, base))
			check_tar(s, index, i);
		if (chown && target.n > 1 && names_below(c, target)) {
			check_chown(s, index, i);
			return;
		}
	}
}

/* -- tools of the build ----------------------------------------------------------------------- */

static bool is_among(bytes word, const char *const *list)
{
	while (*list && !bytes_is(word, *list))
		list++;
	return *list != NULL;
}

static bool is_build_tool(bytes word)
{
	static const char *const tools[] = { "gcc", "g++",   "make",       "build-essential",
		                                 "git", "cmake", "build-base", NULL };

	return is_among(word, tools);
}

/* What leaves its result where it works, so that the folder is all that the program needs. */
static bool is_local(const struct docker_file *f, const struct dockerfile_instruction *run)
{
	static const char *const programs[] = { "apt-get", "apk", "yum",   "dnf",   "rm",  "make",
		                                    "gcc",     "g++", "cc",    "cmake", "git", "mkdir",
		                                    "cp",      "cd",  "chmod", "strip", NULL };
	struct docker_commands commands;

	docker_run(f, run, &commands);
	for (size_t k = 0; k < commands.len; k++) {
		const struct shell_command *c = &commands.items[k].shell;
		bool installs = shell_has(c, "install") || shell_has(c, "add");

		if (c->program == c->len || !is_among(path_base(c->words[c->program].text), programs))
			return false;
		for (size_t w = c->program + 2; installs && w < c->len; w++)
			if (c->words[w].text.n > 0 && c->words[w].text.p[0] != '-' &&
			    !is_build_tool(c->words[w].text))
				return false; /* the program may need this one, too */
	}
	return !run->json && commands.len > 0;
}

static bool works(enum dockerfile_kind kind)
{
	return kind == DOCKERFILE_RUN || kind == DOCKERFILE_COPY || kind == DOCKERFILE_ADD ||
	       kind == DOCKERFILE_WORKDIR;
}

/* The last instruction that makes something; NULL where what is made, or meant for the program, may
 * lie elsewhere than in the folder. */
static const struct dockerfile_instruction *end_of_build(const struct docker_file *f)
{
	const struct docker_stage *s = &f->stages[0];
	const struct dockerfile_instruction *last = NULL;
	bool other = false;

	for (size_t k = s->in->first + 1; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (!works(i->kind)) {
			other = true;
			continue;
		}
		if (other || (i->kind == DOCKERFILE_RUN && !is_local(f, i)))
			return NULL;
		last = i;
	}
	return last;
}

/* One stage of which a folder is the result: what starts the program moves behind a second FROM. */
static void split(const struct docker_file *f, struct job_finding *finding)
{
	const struct docker_stage *s = &f->stages[0];
	const struct dockerfile_instruction *from = docker_instruction(f, s->in->first), *last;

	if (f->stages_len != 1 || s->in->image.text.n == 0 || docker_is_windows(s))
		return;
	last = end_of_build(f);
	const char *dir = last ? docker_workdir_of(f, last) : NULL;

	if (!dir || strcmp(dir, "/") == 0)
		return;
	bytes name = s->in->name.text;

	if (name.n == 0)
		docker_fix(f, finding, RULE_FIX_REVIEW, from->line_end, from->line_end, " AS build");
	docker_fix(f, finding, RULE_FIX_REVIEW, last->to, last->to,
	           arena_printf(f->job->arena, "\n\nFROM %s\nWORKDIR %s\nCOPY --from=%s %s .",
	                        docker_text(f, s->in->image.text), dir,
	                        name.n > 0 ? docker_text(f, name) : "build", dir));
}

static void check_tools(const struct docker_scope *s, const struct shell_command *c)
{
	if (!docker_is_final(s->f, s->run) || !(shell_has(c, "install") || shell_has(c, "add")))
		return;
	for (size_t k = c->program + 1; k < c->len; k++) {
		if (!is_build_tool(c->words[k].text))
			continue;
		struct job_finding *finding = docker_word_find(s, RULE(DF063), &c->words[k]);

		finding->message = arena_printf(s->f->job->arena, "%s in the last stage",
		                                SHOW(c->words[k].text));
		split(s->f, finding);
	}
}

void docker_moves(const struct docker_scope *s, size_t index)
{
	check_copied(s, index);
	check_tools(s, &s->commands->items[index].shell);
}
