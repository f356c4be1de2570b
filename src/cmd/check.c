/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum check FILE|FOLDER...` - what is weak in Dockerfiles, Kubernetes objects and the like, and
 * with --fix the same files mended: comments, order and indentation stay. */
#include "flow/check.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/check_image.h"
#include "cmd/check_pins.h"
#include "cmd/mended.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "report/compliance.h"
#include "rule/pss.h"
#include "sys/file.h"

#define FORMATS "table|json|" ISSUES_FORMATS

struct check_flags {
	const char *format, *severity, *fix, *pss, *pss_version, *rule, *registries, *store;
	const char *compliance;
	struct network_flags network;
	struct texts output;
	struct exit_flag exit_code;
	bool diff, all, dump;
};

#define FIELD(name) offsetof(struct check_flags, name)
static const struct flag flags[] = {
	{ 0, "fix", "safe|review|input", FLAG_MAYBE, FIELD(fix),
	  "mend: what is safe, or all; or ask for digests" },
	{ 0, "diff", NULL, FLAG_SWITCH, FIELD(diff), "with --fix: print a patch, change nothing" },
	{ 0, "pss", "baseline|restricted", FLAG_CHOICE, FIELD(pss),
	  "judge by the Pod Security Standards" },
	{ 0, "severity", "LEVEL", FLAG_WORDS, FIELD(severity),
	  "show this and worse, and gate on it (medium)" },
	{ 0, "rule", "ID[,ID]", FLAG_WORDS, FIELD(rule),
	  "only these rules, by our or another tool's ids" },
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0 },
};

/* What is asked for now and then. */
static const struct flag rules_flags[] = {
	{ 0, "pss-version", "vX.Y", FLAG_TEXT, FIELD(pss_version), "of that policy; default: latest" },
	{ 0, "registries", "HOST[,HOST]", FLAG_WORDS, FIELD(registries),
	  "where base images may come from" },
	{ 0, "secret-store", "secret|azure|vault", FLAG_CHOICE, FIELD(store),
	  "where --fix takes a pod's secrets from" },
	{ 0, "compliance", COMPLIANCE_NAMES, FLAG_CHOICE, FIELD(compliance),
	  "tell it by the sections of a standard" },
	{ 0, "all", NULL, FLAG_SWITCH, FIELD(all), "also rules that are matters of taste" },
	{ 0, "dump", NULL, FLAG_SWITCH, FIELD(dump), "print how Dockerfiles are read, and stop" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N instead of 1" },
	{ 0 },
};

const struct flag_group rules_flag_group = { "rules", "Rules", rules_flags };

/* "medium", or as Trivy has it "MEDIUM,HIGH": the least of them. */
static int take_severity(const char *text, enum severity *out, err *e)
{
	bytes rest = bytes_str(text), word;
	enum severity one;

	*out = SEVERITY_CRITICAL;
	while (bytes_take_until(&rest, ',', &word)) {
		if (!severity_from(word, &one))
			return err_set(e, ERR_USAGE, 0,
			               "--severity is info, low, medium, high or critical, not '%s'",
			               SHOW(word));
		*out = one < *out ? one : *out;
	}
	return 0;
}

/* A rule that nobody knows would find nothing for ever. */
static int refuse_unknown_rules(const char *list, err *e)
{
	bytes rest = bytes_str(list ? list : ""), id;

	while (bytes_take_until(&rest, ',', &id)) {
		const struct rule *rule = rule_next(NULL);

		while (rule && !rule_is_called(rule, id))
			rule = rule_next(rule);
		if (!rule)
			return err_set(e, ERR_USAGE, 0,
			               "--rule: no rule is called '%s' ('oakum explain' lists them)", SHOW(id));
	}
	return 0;
}

static int refuse_contradictions(const struct check_flags *f, err *e)
{
	if (f->compliance && (f->fix || f->pss || f->dump))
		return err_set(e, ERR_USAGE, 0, "--compliance goes without --fix, --pss and --dump");
	if (f->diff && !f->fix)
		return err_set(e, ERR_USAGE, 0, "--diff shows what --fix would do: give --fix, too");
	if (f->dump && f->fix)
		return err_set(e, ERR_USAGE, 0, "--dump judges nothing, so there is nothing to --fix");
	if ((f->rule && strlen(f->rule) > LIMIT_PATH) ||
	    (f->registries && strlen(f->registries) > LIMIT_PATH))
		return err_set(e, ERR_USAGE, 0, "--rule or --registries names too many");
	if (f->pss_version && !f->pss)
		return err_set(e, ERR_USAGE, 0, "--pss-version needs --pss");
	return 0;
}

static enum job_store store_of(const char *word)
{
	if (word && strcmp(word, "azure") == 0)
		return JOB_STORE_AZURE;
	return word && strcmp(word, "vault") == 0 ? JOB_STORE_VAULT : JOB_STORE_SECRET;
}

static enum rule_fix fix_of(const char *word)
{
	if (!word)
		return RULE_FIX_NONE;
	if (strcmp(word, "input") == 0)
		return RULE_FIX_INPUT;
	return strcmp(word, "review") == 0 ? RULE_FIX_REVIEW : RULE_FIX_SAFE;
}

static int take_options(struct job *job, const struct check_flags *f, struct check_options *out,
                        err *e)
{
	*out = (struct check_options){ .job = { .pss = f->pss, .optional = f->all, .now = job->now } };
	out->job.pss_version = PSS_LATEST;
	out->job.only = f->rule;
	out->dump = f->dump;
	out->job.registries = f->registries;
	out->job.store = store_of(f->store);
	out->fix = fix_of(f->fix);
	out->job.harden = f->fix && f->pss;
	if (refuse_contradictions(f, e) < 0 || refuse_unknown_rules(f->rule, e) < 0)
		return -1;
	if (f->pss_version && !pss_version_from(bytes_str(f->pss_version), &out->job.pss_version))
		return err_set(e, ERR_USAGE, 0, "--pss-version is latest or like v1.30, not '%s'",
		               SHOW(bytes_str(f->pss_version)));
	for (size_t i = 0; i < IGNORE_FORMS_LEN; i++) {
		const char *name = ignore_file_name((enum ignore_form)i);

		if (file_read_all(name, LIMIT_SETTINGS, &job->arena, &out->ignores[i], e) == 0)
			continue;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	return 0;
}

/* -- what was done and seen ------------------------------------------------------------------- */

static void tell_passed(struct job *job, const struct check *check)
{
	size_t most = check->passed_len < LIMIT_FAULTS_NAMED ? check->passed_len : LIMIT_FAULTS_NAMED;

	for (size_t i = 0; i < most; i++)
		message_note(job, check->passed[i], "passed over: a link that leads out, or too deep");
	if (check->passed_len > most)
		message_note(job, NULL, arena_printf(&job->arena, "%zu more are passed over",
		                                     check->passed_len - most));
}

static bool tell_errors(struct job *job, const struct check *check)
{
	for (size_t i = 0; i < check->len; i++)
		if (err_is_set(&check->files[i].error))
			message_error(job, check->files[i].name, &check->files[i].error);
	bool failed = false;

	for (size_t i = 0; i < check->len; i++)
		failed |= err_is_set(&check->files[i].error);
	for (size_t i = 0; i < check->faults_len; i++) {
		const struct check_fault *f = &check->faults[i];
		err e = { 0 };

		(void)err_set(&e, ERR_FORMAT, 0, "line %u, column %u: %s", f->at.line, f->at.column,
		              SHOW(bytes_str(f->message)));
		message_error(job, check->files[f->file].name, &e);
	}
	return failed || check->faults_len > 0;
}

static void render(struct job *job, const struct check_flags *f, const struct check *check,
                   struct outputs *outputs)
{
	struct issues issues;

	issues_init(&issues, ISSUES_OF_SETTINGS, job->now);
	issues_add_check(&issues, check);
	outputs_issues(outputs, &issues);
	issues_done(&issues);
	for (size_t i = 0; i < outputs->len; i++) {
		struct stream *out = output_stream(outputs, i);
		const char *format = output_format(outputs, i);

		if (issues_is_format(format))
			continue;
		if (f->compliance && strcmp(format, "json") == 0)
			compliance_json(check, compliance_find(f->compliance), out);
		else if (strcmp(format, "json") == 0)
			check_json(check, OAKUM_VERSION, out);
		else if (f->compliance)
			compliance_text(check, compliance_find(f->compliance),
			                output_terminal(outputs, i, job), out);
		else if (f->diff)
			check_patch(check, out);
		else if (f->pss && !f->fix)
			check_pss(check, out);
		else
			check_table(check, output_terminal(outputs, i, job), out);
	}
}

static void put_dumps(const struct check *check, struct stream *out)
{
	for (size_t i = 0; i < check->len; i++)
		stream_put(out, check->files[i].after);
}

/* The mended text of standard input is the result; what remains goes without saying. */
static bool put_mended_input(const struct check_flags *f, const struct check *check,
                             struct outputs *outputs)
{
	if (!f->fix || f->diff || check->len != 1 || strcmp(check->files[0].name, "-") != 0)
		return false;
	const struct check_file *file = &check->files[0];

	stream_put(output_stream(outputs, 0), file->after.p ? file->after : file->text);
	return true;
}

static enum status judge(const struct check_flags *f, const struct check *check, enum severity gate)
{
	for (size_t i = 0; i < check->findings_len; i++) {
		const struct check_finding *finding = &check->findings[i];
		bool counts = f->pss && !f->fix
		                  ? *finding->check != '\0'
		                  : !finding->suppressed_by && finding->rule->severity >= gate;

		if (counts)
			return STATUS_FINDINGS;
	}
	return STATUS_DONE;
}

/* Files first, with their fixes; then images, which nothing can be written to. */
static int judge_targets(struct job *job, const struct check_flags *f, const struct texts *images,
                         struct check_options *options, struct check *check, err *e)
{
	bool levels = f->compliance && strcmp(f->compliance, "pss") == 0;
	int result = levels ? check_run_levels(check, options, &job->arena, e)
	                    : check_run(check, options, &job->arena, e);

	if (result == 0 && f->fix && !f->diff)
		result = mended_write(job, check, e);
	if (result == 0 && images->len > 0)
		result = check_images(job, images, &f->network, options, check, e);
	return result;
}

static int check_files(struct job *job, const struct check_flags *f, const struct texts *images,
                       struct check *check, struct outputs *outputs, err *e)
{
	struct check_pins pins = { .job = job, .network = &f->network };
	struct check_options options;
	enum severity gate = SEVERITY_MEDIUM;

	if (take_options(job, f, &options, e) < 0 ||
	    (f->severity && take_severity(f->severity, &gate, e) < 0))
		return -1;
	if (f->severity)
		check->least = gate;
	if (options.fix == RULE_FIX_INPUT) {
		options.fetch = check_pins_fetch;
		options.fetch_context = &pins;
	}
	if (judge_targets(job, f, images, &options, check, e) < 0)
		return -1;
	if (f->dump)
		put_dumps(check, output_stream(outputs, 0));
	else if (!put_mended_input(f, check, outputs))
		render(job, f, check, outputs);
	if (outputs_commit(outputs, e) < 0)
		return -1;
	if (tell_errors(job, check) || pins.failed)
		return STATUS_FAILED;
	return status_exit(judge(f, check, gate), &f->exit_code);
}

static int check_run_applet(struct job *job, const void *options, const struct texts *targets,
                            err *e)
{
	const struct check_flags *f = options;
	struct outputs outputs = { 0 };
	struct texts paths = { 0 }, images = { 0 };
	struct check check;

	for (size_t i = 0; i < targets->len; i++)
		*ARENA_PUSH(&job->arena, check_is_image(targets->items[i]) ? &images : &paths) =
			targets->items[i];
	int status = check_gather(paths.items, paths.len, &job->arena, &check, e);

	if (status == 0)
		tell_passed(job, &check);
	if (status == 0 && paths.len > 0 && check.len == 0)
		status = err_set(e, ERR_ABSENT, 0,
		                 "nothing to judge in '%s': no file there is of a kind that has rules",
		                 SHOW(bytes_str(paths.items[0])));
	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &outputs,
		                      e);
	if (status == 0)
		status = check_files(job, f, &images, &check, &outputs, e);
	outputs_close(&outputs);
	return status;
}

const struct applet applet_check = {
	.name = "check",
	.brief = "find and mend what is weak in manifests and the like",
	.operands = "FILE|FOLDER|IMAGE...",
	.about = "Judges settings by the rules that 'oakum explain' lists; '-' is standard\n"
			 "input. Only --fix=input asks the network: registries, for the digests of tags.",
	.operands_min = 1,
	.operands_max = UINT32_MAX,
	.flags = flags,
	.groups = { { &rules_flag_group, 0 }, /* its fields are check's own */
	            { &network_flag_group, offsetof(struct check_flags, network) } },
	.options_size = sizeof(struct check_flags),
	.examples = { { "oakum check deploy/", "what is weak, a line each" },
	              { "oakum check --fix=review --pss restricted --diff app.yaml",
	                "the patch that hardens a workload all the way" } },
	.run = check_run_applet,
};
