/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about how a .NET program is built in a Dockerfile, and the second stage it gets. */
#include "base/path.h"
#include "base/text.h"
#include "rule/dotnet.h"

#define RULE(id) (&dotnet_rules[id])

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

static bool is_dotnet(const struct shell_command *c, const char *verb)
{
	return shell_is(c, "dotnet") && c->program + 1 < c->len &&
	       bytes_is(c->words[c->program + 1].text, verb);
}

static bool has_file(const struct rule_job *job, const char *name)
{
	for (size_t k = 0; k < job->files.len; k++)
		if (bytes_equal_nocase(path_base(bytes_str(job->files.items[k].name)), bytes_str(name)))
			return true;
	return false;
}

/* -- rules ------------------------------------------------------------------------------------ */

static void check_restore(const struct dotnet_scope *s, const struct docker_file *f,
                          const struct docker_command *c)
{
	if (!has_file(s->job, "packages.lock.json") || shell_has(&c->shell, "--locked-mode"))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN014), c->shell.from, c->shell.to);

	if (!c->instruction->json)
		docker_fix(f, finding, RULE_FIX_REVIEW, c->shell.to, c->shell.to, " --locked-mode");
}

/* Since .NET 8 publish is a Release build unless it is told otherwise. */
static void check_publish(const struct docker_file *f, const struct docker_command *c)
{
	const struct docker_stage *stage = docker_stage_of(f, c->instruction);
	const struct shell_command *shell = &c->shell;
	struct job_finding *finding;
	unsigned major = 0;

	for (size_t k = shell->program + 2; k < shell->len; k++) {
		bytes word = shell->words[k].text;

		if (!bytes_is(word, "-c") && !bytes_is(word, "--configuration"))
			continue;
		if (k + 1 < shell->len && bytes_is(shell->words[k + 1].text, "Debug")) {
			finding = docker_find(f, RULE(DN016), shell->words[k].from, shell->words[k + 1].to);
			if (!shell->words[k + 1].quoted)
				docker_fix(f, finding, RULE_FIX_SAFE, shell->words[k + 1].from,
				           shell->words[k + 1].to, "Release");
		}
		return;
	}
	if (has(c->instruction->line, "Configuration=") || !stage ||
	    !docker_is_dotnet(stage, "sdk", &major) || major >= 8 || major == 0)
		return;
	finding = docker_find(f, RULE(DN016), shell->from, shell->to);
	if (!c->instruction->json)
		docker_fix(f, finding, RULE_FIX_SAFE, shell->words[shell->program + 1].to,
		           shell->words[shell->program + 1].to, " -c Release");
}

static void check_self_contained(const struct dotnet_scope *s, const struct docker_file *f,
                                 bool self_contained)
{
	const struct docker_stage *last = &f->stages[f->final];
	const struct dockerfile_word *w = &last->in->image;
	unsigned major;

	if (!self_contained && !dotnet_property(s, "SelfContained", "true") &&
	    !dotnet_property(s, "PublishAot", "true"))
		return;
	if (last->parent > 0 ||
	    !(docker_is_dotnet(last, "aspnet", &major) || docker_is_dotnet(last, "runtime", &major)))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN022), w->from, w->to);
	bytes repository = path_base(last->name);
	size_t at = bytes_search(w->text, repository);

	if (at < w->text.n && last->digest.n == 0)
		docker_fix(f, finding, RULE_FIX_SAFE, w->from + at, w->from + at + repository.n,
		           "runtime-deps");
}

void dotnet_check_build(const struct dotnet_scope *s, const struct docker_file *f)
{
	bool publishes = false, self_contained = false;

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);
		struct docker_commands commands = { 0 };

		if (i->kind == DOCKERFILE_RUN)
			docker_run(f, i, &commands);
		for (size_t c = 0; c < commands.len; c++) {
			const struct shell_command *shell = &commands.items[c].shell;

			if (is_dotnet(shell, "restore"))
				check_restore(s, f, &commands.items[c]);
			if (!is_dotnet(shell, "publish"))
				continue;
			check_publish(f, &commands.items[c]);
			publishes = true;
			self_contained = self_contained || shell_has(shell, "--self-contained") ||
			                 shell_has(shell, "--sc");
			if (shell_has(shell, "false") || has(i->line, "--self-contained=false"))
				self_contained = false;
		}
	}
	dotnet_check_packages(s, f);
	if (publishes && f->stages_len == 1)
		dotnet_split_stages(
			s, f, docker_find_at(f, RULE(DN002), docker_instruction(f, f->stages[0].in->first)));
	if (publishes && f->stages_len > 1)
		check_self_contained(s, f, self_contained);
}

/* -- the second stage ------------------------------------------------------------------------- */

struct split {
	const struct dockerfile_instruction *from, *publish;
	bytes output; /* where it goes: absolute */
	bool user;    /* a USER stands behind it */
};

static bytes output_of(const struct shell_command *c)
{
	for (size_t k = c->program + 2; k < c->len; k++) {
		bytes word = c->words[k].text;

		if ((bytes_is(word, "-o") || bytes_is(word, "--output")) && k + 1 < c->len)
			return c->words[k + 1].text;
		if (bytes_take_prefix(&word, BYTES("--output=")) || bytes_take_prefix(&word, BYTES("-o=")))
			return word;
	}
	return (bytes){ 0 };
}

static bool is_lost(enum dockerfile_kind kind)
{
	return kind == DOCKERFILE_CMD || kind == DOCKERFILE_ENTRYPOINT || kind == DOCKERFILE_EXPOSE ||
	       kind == DOCKERFILE_ENV;
}

static bool is_more(enum dockerfile_kind kind)
{
	return kind == DOCKERFILE_RUN || kind == DOCKERFILE_COPY || kind == DOCKERFILE_ADD ||
	       kind == DOCKERFILE_UNKNOWN;
}

static void look_at_run(const struct docker_file *f, const struct dockerfile_instruction *i,
                        struct split *out)
{
	struct docker_commands commands;

	docker_run(f, i, &commands);
	for (size_t c = 0; c < commands.len; c++) {
		const struct shell_command *shell = &commands.items[c].shell;

		if (!is_dotnet(shell, "publish") || i->json || i->heredocs.len > 0)
			continue;
		out->publish = i;
		out->output = output_of(shell);
	}
}

/* What must hold for a copy of the output to be all that the program needs: nothing is made behind
 * the publish, and nothing before it is meant for the program. */
static bool can_split(const struct docker_file *f, struct split *out)
{
	const struct docker_stage *s = &f->stages[0];

	*out = (struct split){ .from = docker_instruction(f, s->in->first) };
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (out->publish ? is_more(i->kind) : is_lost(i->kind))
			return false;
		out->user = out->user || (out->publish && i->kind == DOCKERFILE_USER);
		if (i->kind == DOCKERFILE_RUN)
			look_at_run(f, i, out);
	}
	return out->publish && out->output.n > 1 && out->output.p[0] == '/' &&
	       bytes_find(out->output, '$') == out->output.n;
}

/* "8.0" of "8.0.404-alpine". */
static bytes minor_of(bytes tag)
{
	size_t n = bytes_find(tag, '.');

	n++;
	while (n < tag.n && tag.p[n] >= '0' && tag.p[n] <= '9')
		n++;
	return bytes_slice(tag, 0, n);
}

void dotnet_split_stages(const struct dotnet_scope *s, const struct docker_file *f,
                         struct job_finding *finding)
{
	const struct docker_stage *stage = &f->stages[0];
	bytes name = stage->in->name.text;
	struct split split;
	unsigned major;

	if (!can_split(f, &split) || !docker_is_dotnet(stage, "sdk", &major) || major == 0)
		return;
	const char *output = docker_text(f, split.output);
	bool invariant = dotnet_property(s, "InvariantGlobalization", "true");
	const char *more = major < 8 ? "" : invariant ? "-noble-chiseled" : "-noble-chiseled-extra";

	if (name.n == 0)
		docker_fix(f, finding, RULE_FIX_REVIEW, split.from->line_end, split.from->line_end,
		           split.from->name.p[0] == 'F' ? " AS build" : " as build");
	docker_fix(f, finding, RULE_FIX_REVIEW, split.publish->to, split.publish->to,
	           arena_printf(f->job->arena,
	                        "\n\nFROM mcr.microsoft.com/dotnet/%s:%s%s\nWORKDIR %s\n"
	                        "COPY --from=%s %s .%s%s",
	                        dotnet_is_web(s) ? "aspnet" : "runtime",
	                        docker_text(f, minor_of(stage->tag)), more, output,
	                        name.n > 0 ? docker_text(f, name) : "build", output,
	                        split.user ? "" : "\nUSER ",
	                        split.user  ? ""
	                        : major < 8 ? "10001"
	                                    : "$APP_UID"));
}
