/* SPDX-License-Identifier: Apache-2.0 */
/* The family of workflows and pipelines: pins, secrets, signatures, schedules. */
#include "base/text.h"
#include "rule/ci.h"

#define WEEKLY "- cron: \"17 4 * * 1\"" /* Monday morning, not with everybody at the full hour */

/* -- pins ------------------------------------------------------------------------------------- */

static bool is_commit(bytes ref)
{
	for (size_t i = 0; i < ref.n; i++)
		if (!(ref.p[i] >= '0' && ref.p[i] <= '9') && !(ref.p[i] >= 'a' && ref.p[i] <= 'f'))
			return false;
	return ref.n == 40 || ref.n == 64;
}

static void find_at(const struct ci_file *file, enum ci_rule rule, const struct yaml_node *v,
                    const char *message)
{
	const struct yaml_node *at = v->key ? v->key : v;

	job_find(file->job, &ci_rules[rule], file->file, at->from, v->to)->message = message;
}

/* "owner/repository/path@ref", "docker://image"; "./path" lies in the repository itself. */
static void check_action(const struct ci_file *file, const struct yaml_node *v)
{
	bytes text = yaml_text(v), image = text;
	size_t at = bytes_rfind(text, '@');
	bool is_image = bytes_take_prefix(&image, BYTES("docker://"));

	if (text.n == 0 || text.p[0] == '.' || bytes_search(text, BYTES("${{")) < text.n)
		return;
	if (is_image ? bytes_search(image, BYTES("@sha256:")) < image.n
	             : is_commit(bytes_skip(text, at + 1)))
		return;
	find_at(file, is_image ? CI002 : CI001, v,
	        arena_printf(file->job->arena, "%s: no %s", SHOW(text),
	                     is_image ? "digest" : "commit"));
}

/* A name, or a mapping with a name in `image` (GitHub, Azure) or `name` (GitLab). */
static void check_image(const struct ci_file *file, const struct yaml_node *v)
{
	if (yaml_is(v, YAML_MAPPING))
		v = yaml_get(v, yaml_get(v, "image") ? "image" : "name");
	bytes text = yaml_text(v);

	/* A name without tag and slash is one of the pipeline's own containers. */
	if (text.n == 0 || bytes_search(text, BYTES("@sha256:")) < text.n ||
	    bytes_find(text, '$') < text.n ||
	    (bytes_find(text, ':') == text.n && bytes_find(text, '/') == text.n &&
	     file->system == CI_AZURE))
		return;
	find_at(file, CI002, v, arena_printf(file->job->arena, "%s: no digest", SHOW(text)));
}

static void check_services(const struct ci_file *file, const struct yaml_node *list)
{
	for (const struct yaml_node *v = yaml_first(list); v; v = v->next)
		check_image(file, v);
}

static void check_include(const struct ci_file *file, const struct yaml_node *v)
{
	bytes remote = yaml_text(yaml_get(v, "remote"));
	const struct yaml_node *ref = yaml_get(v, "ref");

	if (remote.n > 0)
		find_at(file, CI002, yaml_get(v, "remote"), "what is included may change at any time");
	else if (yaml_get(v, "project") && !is_commit(yaml_text(ref)))
		find_at(file, CI002, ref ? ref : yaml_get(v, "project"), "the include names no commit");
}

/* Templates of other repositories run with what the pipeline may do. */
static void check_repositories(const struct ci_file *file)
{
	const struct yaml_node *list = yaml_path(file->root, "resources.repositories");

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		if (!is_commit(yaml_text(yaml_get(v, "ref"))))
			find_at(file, CI002, yaml_get(v, "ref") ? yaml_get(v, "ref") : v,
			        "the repository's templates are not taken from a commit");
	for (const struct yaml_node *v = yaml_items(yaml_path(file->root, "resources.containers")); v;
	     v = v->next)
		check_image(file, v);
}

static void check_jobs(const struct ci_file *file)
{
	const struct yaml_node *jobs = file->system == CI_GITHUB ? yaml_get(file->root, "jobs")
	                                                         : file->root;
	const struct yaml_node *include = yaml_get(file->root, "include");

	if (file->system == CI_AZURE) {
		check_repositories(file);
		return;
	}
	for (const struct yaml_node *v = yaml_first(jobs); v; v = v->next) {
		if (yaml_get(v, "uses"))
			check_action(file, yaml_get(v, "uses"));
		if (!yaml_is(v, YAML_MAPPING))
			continue;
		check_image(file, yaml_get(v, file->system == CI_GITHUB ? "container" : "image"));
		check_services(file, yaml_get(v, "services"));
	}
	if (file->system != CI_GITLAB)
		return;
	check_image(file, yaml_get(file->root, "image"));
	check_include(file, include);
	for (const struct yaml_node *v = yaml_items(include); v; v = v->next)
		check_include(file, v);
}

static void check_pins(const struct ci_file *file, const struct ci_steps *steps)
{
	for (size_t i = 0; i < steps->len; i++)
		if (yaml_get(steps->items[i].node, "uses"))
			check_action(file, yaml_get(steps->items[i].node, "uses"));
	check_jobs(file);
}

/* -- signatures ------------------------------------------------------------------------------- */

static bool runs(const struct ci_step *s, const char *const *commands, size_t *out_at)
{
	for (size_t i = 0; i < s->commands.len; i++)
		for (const char *const *c = commands; *c; c++)
			if (ci_is_command(&s->commands.items[i], *c)) {
				*out_at = i;
				return true;
			}
	return false;
}

/* Without a key cosign signs as the workflow itself: whom to expect is then known. The image is the
 * last word of the signature's command. */
static void mend_signature(const struct ci_step *s, struct job_finding *f, size_t at)
{
	const struct shell_command *c = &s->commands.items[at];
	const struct yaml_node *text = s->texts.items[at];
	size_t from;
	bytes raw = bytes_slice(yaml_text(text), c->from, c->to - c->from);
	const struct shell_word *image = &c->words[c->len - 1];

	if (s->in->system != CI_GITHUB || !ci_is_command(c, "cosign sign") || shell_has(c, "--key") ||
	    bytes_find(raw, '\n') < raw.n || !text_is_utf8(raw) ||
	    (text->style != YAML_PLAIN && text->style != YAML_LITERAL) ||
	    !ci_place(s->in, text, raw, &from))
		return;
	struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_REVIEW);
	bytes subject = bytes_slice(yaml_text(text), image->from, image->to - image->from);

	edits_add(ed.edits, ed.arena, from + raw.n, from + raw.n,
	          bytes_str(arena_printf(
				  ed.arena,
				  " && cosign verify"
				  " --certificate-identity-regexp '^https://github.com/${{ github.repository }}/'"
				  " --certificate-oidc-issuer https://token.actions.githubusercontent.com " PRIb,
				  BYTESF(subject))));
}

static const char *const signs[] = { "cosign sign", "cosign attest", "notation sign", "oakum sign",
	                                 NULL };
static const char *const verifies[] = { "cosign verify",         "cosign verify-attestation",
	                                    "notation verify",       "oakum verify",
	                                    "gh attestation verify", "slsa-verifier verify-image",
	                                    NULL };

/* -- the project as a whole ------------------------------------------------------------------- */

struct project {
	struct ci_step *signs, *builds; /* the first of each, or NULL */
	size_t signs_at;
	bool verifies, scheduled;
};

static void look_at(struct project *p, const struct ci_steps *steps)
{
	size_t at;

	for (size_t i = 0; i < steps->len; i++) {
		struct ci_step *s = &steps->items[i];

		if (!p->signs && runs(s, signs, &p->signs_at))
			p->signs = s;
		if (!p->builds && ci_builds(s))
			p->builds = s;
		p->verifies |= runs(s, verifies, &at);
	}
}

/* "on: push" and "on: [push, pull_request]" become a mapping first. */
static void schedule_github(const struct yaml_editor *ed, const struct yaml_node *root)
{
	const struct yaml_node *on = yaml_real(yaml_find(root, "on"));
	const char *events = "";

	if (yaml_is(on, YAML_MAPPING)) {
		yaml_edit_put(ed, on, "schedule", WEEKLY);
		return;
	}
	if (yaml_is(on, YAML_SCALAR) && yaml_text(on).n > 0)
		events = arena_printf(ed->arena, "%s:\n", SHOW(yaml_text(on)));
	for (const struct yaml_node *v = yaml_items(on); v; v = v->next)
		events = arena_printf(ed->arena, "%s%s:\n", events, SHOW(yaml_text(v)));
	if (on->style == YAML_BLOCK && source_line_start(ed->source, on->from) == on->from)
		return; /* a list at the margin: a mapping there would be the root's */
	yaml_edit_put(ed, root, "on", arena_printf(ed->arena, "%sschedule:\n  " WEEKLY, events));
}

static void tell_schedule(const struct ci_step *s)
{
	struct job_finding *f = ci_find(s, CI007, NULL);
	struct yaml_editor ed;

	f->message = s->in->system == CI_GITLAB ? "no job speaks of a schedule"
	                                        : "an image is built here, and never on a schedule";
	if (s->in->system == CI_GITLAB)
		return; /* GitLab keeps schedules beside the file */
	ed = ci_fix(s->in, f, RULE_FIX_REVIEW);
	if (s->in->system == CI_GITHUB && yaml_find(s->in->root, "on"))
		schedule_github(&ed, s->in->root);
	else if (s->in->system == CI_AZURE)
		yaml_edit_put(&ed, s->in->root, "schedules",
		              WEEKLY "\n  displayName: weekly rebuild\n  branches:\n    include:\n"
		                     "      - main\n  always: true");
}

static void check(struct rule_job *job)
{
	struct ci_files files = ci_files(job);
	struct project p = { 0 };

	if (job->options->pss && !job->options->harden)
		return; /* by those standards alone */
	for (size_t i = 0; i < files.len; i++) {
		const struct ci_file *file = &files.items[i];
		struct ci_steps steps = ci_steps(file);

		check_pins(file, &steps);
		ci_check_scans(&steps);
		ci_check_uploads(&steps);
		for (size_t k = 0; k < steps.len; k++) {
			ci_check_arguments(&steps.items[k]);
			ci_check_runs(&steps.items[k]);
		}
		look_at(&p, &steps);
		p.scheduled |= ci_is_scheduled(file);
	}
	if (p.builds && !p.scheduled)
		tell_schedule(p.builds);
	if (p.signs && !p.verifies) {
		struct job_finding *f = ci_find(p.signs, CI005, NULL);

		mend_signature(p.signs, f, p.signs_at);
	}
}

const struct rule_family rule_family_ci = {
	.name = "ci",
	.rules = ci_rules,
	.len = CI_RULES,
	.check = check,
};
