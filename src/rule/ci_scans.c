/* SPDX-License-Identifier: Apache-2.0 */
/* Scans that stop nothing, and results that are lost when a scan stops the build. */
#include "base/text.h"
#include "rule/ci.h"

static bool is_true(const struct yaml_node *n)
{
	bool truth;

	return yaml_bool(n, &truth) && truth;
}

/* -- what lets a scan fail and the build go on ------------------------------------------------ */

static const char *const tolerant[] = { "continue-on-error", "continueOnError", "allow_failure" };

/* The step's own, or its job's. */
static const struct yaml_node *tolerance_of(const struct ci_step *s)
{
	const struct yaml_node *job = s->steps ? s->steps->parent : NULL;

	for (size_t i = 0; i < 3; i++) {
		const struct yaml_node *v = yaml_get(s->node, tolerant[i]);

		if (is_true(v))
			return v;
		if (job && is_true(v = yaml_get(job, tolerant[i])))
			return v;
	}
	return NULL;
}

/* An action's input that decides; `bad` is what it is without being named. */
struct input {
	const char *action, *name, *good;
	bool absent_is_bad;
};

static const struct input inputs[] = {
	{ "aquasecurity/trivy-action", "exit-code", "\"1\"", true },
	{ "docker/scout-action", "exit-code", "true", true },
	{ "anchore/scan-action", "fail-build", "true", false },
	{ "bridgecrewio/checkov-action", "soft_fail", "false", false },
	{ "hadolint/hadolint-action", "no-fail", "false", false },
};

static const struct input *soft_input(const struct ci_step *s)
{
	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++) {
		const char *const names[] = { inputs[i].action, NULL };
		const struct yaml_node *v;
		bool truth;

		if (!ci_uses(s, names))
			continue;
		v = yaml_get(yaml_get(s->node, "with"), inputs[i].name);
		if (v ? bytes_equal(yaml_text(v), BYTES("0")) ||
		            ((yaml_bool(v, &truth) || yaml_says(v, "false") || yaml_says(v, "true")) &&
		             !bytes_equal(yaml_text(v), bytes_str(inputs[i].good)))
		      : inputs[i].absent_is_bad)
			return &inputs[i];
	}
	return NULL;
}

/* "--exit-code 1", "--exit-code=1"; the value, empty when the flag is not there. */
static bytes flag_of(const struct shell_command *c, const char *name)
{
	for (size_t w = c->program + 1; w < c->len; w++) {
		bytes word = c->words[w].text;

		if (!bytes_take_prefix(&word, bytes_str(name)))
			continue;
		if (word.n == 0)
			return w + 1 < c->len ? c->words[w + 1].text : BYTES("true");
		if (bytes_take_prefix(&word, BYTES("=")))
			return word;
	}
	return (bytes){ 0 };
}

/* A program that says nothing by its exit unless it is asked: the flag, and behind which words of
 * the command it goes. */
static const struct silent {
	const char *command, *flag, *added;
} silent[] = {
	{ "trivy image", "--exit-code", " --exit-code 1" },
	{ "trivy fs", "--exit-code", " --exit-code 1" },
	{ "trivy filesystem", "--exit-code", " --exit-code 1" },
	{ "trivy repo", "--exit-code", " --exit-code 1" },
	{ "trivy rootfs", "--exit-code", " --exit-code 1" },
	{ "trivy config", "--exit-code", " --exit-code 1" },
	{ "trivy sbom", "--exit-code", " --exit-code 1" },
	{ "docker scout cves", "--exit-code", " --exit-code" },
	{ "grype", "--fail-on", " --fail-on high" },
};

static const struct silent *silent_of(const struct shell_command *c)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		bytes value = flag_of(c, silent[i].flag);

		if (ci_is_command(c, silent[i].command))
			return value.n == 0 || bytes_is(value, "0") ? &silent[i] : NULL;
	}
	return NULL;
}

static bool is_scan(const struct shell_command *c)
{
	static const char *const programs[] = { "trivy", "grype", "snyk", "dockle", "hadolint",
		                                    "checkov", "kubescape", "docker scout", "osv-scanner",
		                                    "gitleaks", "trufflehog", "oakum scan", "oakum check",
		                                    "oakum secrets" };

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (ci_is_command(c, programs[i]))
			return true;
	return false;
}

/* The command behind "||" that forgets the failure. */
static bool forgets(const struct shell_command *c)
{
	return c->before == SHELL_OR && (shell_is(c, "true") || shell_is(c, ":") ||
	                                 shell_is(c, "echo") || ci_is_command(c, "exit 0"));
}

enum softness { SOFT_NO, SOFT_INPUT, SOFT_SILENT, SOFT_FORGOTTEN, SOFT_TOLERATED };

/* Why the scan of a step stops nothing, and the command that does it (index in *out_at). */
static enum softness softness_of(const struct ci_step *s, size_t *out_at)
{
	if (tolerance_of(s))
		return SOFT_TOLERATED;
	if (soft_input(s))
		return SOFT_INPUT;
	for (size_t i = 0; i < s->commands.len; i++) {
		const struct shell_command *c = &s->commands.items[i];

		*out_at = i;
		if (is_scan(c) && i + 1 < s->commands.len && forgets(c + 1))
			return SOFT_FORGOTTEN;
		if (silent_of(c))
			return SOFT_SILENT;
	}
	return SOFT_NO;
}

/* -- telling it ------------------------------------------------------------------------------- */

static void mend_silent(const struct ci_step *s, struct job_finding *f, size_t at)
{
	const struct shell_command *c = &s->commands.items[at];
	const struct silent *how = silent_of(c);
	const struct yaml_node *text = s->texts.items[at];
	bytes words = bytes_str(how->command);
	size_t last = c->program, from;

	for (size_t i = 0; i < words.n; i++)
		last += words.p[i] == ' ';
	if (flag_of(c, how->flag).n > 0)
		return; /* "--exit-code 0" is there on purpose */
	size_t begin = c->words[c->program].from, end = c->words[last].to;
	bytes raw = bytes_slice(yaml_text(text), begin, end - begin);

	if (!ci_place(s->in, text, raw, &from))
		return;
	struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_REVIEW);

	edits_add(ed.edits, ed.arena, from + raw.n, from + raw.n, bytes_str(how->added));
}

static void mend_forgotten(const struct ci_step *s, struct job_finding *f, size_t at)
{
	const struct shell_command *scan = &s->commands.items[at], *next = scan + 1;
	const struct yaml_node *text = s->texts.items[at];
	size_t begin = scan->words[scan->len - 1].from, from;
	bytes raw = bytes_slice(yaml_text(text), begin, next->to - begin);

	if (text != s->texts.items[at + 1] || !ci_place(s->in, text, raw, &from))
		return;
	struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_REVIEW);
	size_t word = scan->to - begin;

	edits_add(ed.edits, ed.arena, from + word, from + raw.n, (bytes){ 0 });
}

static void tell(const struct ci_step *s, enum softness softness, size_t at)
{
	const struct yaml_node *v = tolerance_of(s);
	const struct input *input = soft_input(s);
	struct job_finding *f;
	struct yaml_editor ed;

	switch (softness) {
	case SOFT_TOLERATED:
		f = ci_find(s, CI003, v);
		ed = ci_fix(s->in, f, RULE_FIX_REVIEW);
		f->message = "a scan may fail here and the build goes on";
		yaml_edit_delete(&ed, v);
		break;
	case SOFT_INPUT:
		v = yaml_path(s->node, arena_printf(s->in->job->arena, "with.%s", input->name));
		f = ci_find(s, CI003, v);
		ed = ci_fix(s->in, f, RULE_FIX_REVIEW);
		f->message = arena_printf(s->in->job->arena, "%s lets the build go on", input->name);
		yaml_edit_put_path(&ed, s->node, arena_printf(ed.arena, "with.%s", input->name),
		                   input->good);
		break;
	case SOFT_SILENT:
		f = ci_find(s, CI003, NULL);
		f->message = arena_printf(s->in->job->arena, "without %s it ends well whatever it finds",
		                          silent_of(&s->commands.items[at])->flag);
		mend_silent(s, f, at);
		break;
	case SOFT_FORGOTTEN:
		f = ci_find(s, CI003, NULL);
		f->message = "its failure is forgotten right behind it";
		mend_forgotten(s, f, at);
		break;
	case SOFT_NO: break;
	}
}

/* Another step of the same job scans and can fail: this one only writes the report. */
static bool has_gate(const struct ci_steps *steps, const struct ci_step *s)
{
	for (size_t i = 0; i < steps->len; i++) {
		const struct ci_step *other = &steps->items[i];
		size_t at;

		if (s->steps && other->steps == s->steps && ci_scans(other) &&
		    softness_of(other, &at) == SOFT_NO)
			return true;
	}
	return false;
}

void ci_check_scans(const struct ci_steps *steps)
{
	for (size_t i = 0; i < steps->len; i++) {
		const struct ci_step *s = &steps->items[i];
		size_t at = 0;
		enum softness softness = ci_scans(s) ? softness_of(s, &at) : SOFT_NO;

		if (softness != SOFT_NO && !has_gate(steps, s))
			tell(s, softness, at);
	}
}

/* -- results ---------------------------------------------------------------------------------- */

static bool runs_always(bytes condition)
{
	static const char *const words[] = { "always()", "failure()", "cancelled()", "failed()",
		                                 "succeededOrFailed()" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_search(condition, bytes_str(words[i])) < condition.n)
			return true;
	return false;
}

/* A scan before it in its job that can stop the build, or could once it is mended. */
static bool comes_after_gate(const struct ci_steps *steps, size_t index)
{
	const struct ci_step *s = &steps->items[index];
	bool soft = false;
	size_t at;

	for (size_t i = index; i > 0 && steps->items[i - 1].steps == s->steps; i--) {
		const struct ci_step *before = &steps->items[i - 1];

		if (!ci_scans(before))
			continue;
		if (softness_of(before, &at) == SOFT_NO)
			return true;
		soft = true;
	}
	return soft && !has_gate(steps, s);
}

static void check_upload(const struct ci_steps *steps, size_t index)
{
	const struct ci_step *s = &steps->items[index];
	bool azure = s->in->system == CI_AZURE;
	const char *key = azure ? "condition" : "if";
	const struct yaml_node *v = yaml_get(s->node, key);

	if (!ci_uploads(s) || runs_always(yaml_text(v)) || !comes_after_gate(steps, index))
		return;
	struct job_finding *f = ci_find(s, CI004, v);
	struct yaml_editor ed = ci_fix(s->in, f, v ? RULE_FIX_REVIEW : RULE_FIX_SAFE);

	f->message = "when the scan stops the build, its results are not uploaded";
	if (!v)
		yaml_edit_put(&ed, s->node, key, azure ? "succeededOrFailed()" : "always()");
	else if (!azure && bytes_find(yaml_text(v), '$') == yaml_text(v).n)
		yaml_edit_scalar(&ed, v, arena_printf(ed.arena, "always() && (%s)", SHOW(yaml_text(v))));
}

static void check_artifacts(const struct ci_step *s)
{
	const struct yaml_node *artifacts = yaml_get(s->node, "artifacts");
	const struct yaml_node *when = yaml_get(artifacts, "when");

	if (!artifacts || !ci_scans(s) || (when && !yaml_says(when, "on_success")))
		return;
	struct job_finding *f = ci_find(s, CI004, when ? when : artifacts);
	struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_SAFE);

	f->message = "when the scan stops the build, its results are not kept";
	yaml_edit_put(&ed, artifacts, "when", "always");
}

void ci_check_uploads(const struct ci_steps *steps)
{
	for (size_t i = 0; i < steps->len; i++) {
		if (steps->items[i].in->system == CI_GITLAB)
			check_artifacts(&steps->items[i]);
		else
			check_upload(steps, i);
	}
}
