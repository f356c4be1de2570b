/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum check FILE|FOLDER...` - what is weak in Dockerfiles, Kubernetes objects and the like, and
 * with --fix the same files mended: comments, order and indentation stay. */
#include "flow/check.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "rule/pss.h"
#include "sys/file.h"

#include <stdlib.h>
#include <sys/stat.h>

#define FORMATS "table|json"

struct check_flags {
	const char *format, *severity, *fix, *pss, *pss_version, *rule;
	struct texts output;
	uint64_t exit_code;
	bool diff, all, dump;
};

#define FIELD(name) offsetof(struct check_flags, name)
static const struct flag flags[] = {
	{ 0, "fix", "safe|review", FLAG_MAYBE, FIELD(fix), "mend the files: what is safe, or all" },
	{ 0, "diff", NULL, FLAG_SWITCH, FIELD(diff), "with --fix: print a patch, change nothing" },
	{ 0, "pss", "baseline|restricted", FLAG_CHOICE, FIELD(pss),
	  "judge by the Pod Security Standards" },
	{ 0, "pss-version", "vX.Y", FLAG_TEXT, FIELD(pss_version), "of that policy; default: latest" },
	{ 0, "severity", "LEVEL", FLAG_TEXT, FIELD(severity),
	  "show this and worse, and gate on it (medium)" },
	{ 0, "rule", "ID[,ID]", FLAG_TEXT, FIELD(rule),
	  "only these rules, by our or another tool's ids" },
	{ 0, "all", NULL, FLAG_SWITCH, FIELD(all), "also rules that are matters of taste" },
	{ 0, "dump", NULL, FLAG_SWITCH, FIELD(dump), "print how Dockerfiles are read, and stop" },
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output),
	  "where it goes; repeat for several" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N instead of 1" },
	{ 0 },
};

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

static int refuse_contradictions(const struct check_flags *f, err *e)
{
	if (f->diff && !f->fix)
		return err_set(e, ERR_USAGE, 0, "--diff shows what --fix would do: give --fix, too");
	if (f->dump && f->fix)
		return err_set(e, ERR_USAGE, 0, "--dump judges nothing, so there is nothing to --fix");
	return 0;
}

static int take_options(struct job *job, const struct check_flags *f, struct check_options *out,
                        err *e)
{
	err absent = { 0 };

	*out = (struct check_options){ .job = { .pss = f->pss, .optional = f->all, .now = job->now } };
	out->job.pss_version = PSS_LATEST;
	out->job.only = f->rule;
	out->dump = f->dump;
	if (f->fix)
		out->fix = strcmp(f->fix, "review") == 0 ? RULE_FIX_REVIEW : RULE_FIX_SAFE;
	out->job.harden = f->fix && f->pss;
	if (refuse_contradictions(f, e) < 0)
		return -1;
	if (f->rule && strlen(f->rule) > LIMIT_PATH)
		return err_set(e, ERR_USAGE, 0, "--rule names too many");
	if (f->pss_version && !f->pss)
		return err_set(e, ERR_USAGE, 0, "--pss-version needs --pss");
	if (f->pss_version && !pss_version_from(bytes_str(f->pss_version), &out->job.pss_version))
		return err_set(e, ERR_USAGE, 0, "--pss-version is latest or like v1.30, not '%s'",
		               SHOW(bytes_str(f->pss_version)));
	if (file_read_all(".oakumignore", LIMIT_SETTINGS, &job->arena, &out->ignores, &absent) < 0 &&
	    absent.kind != ERR_ABSENT) {
		*e = absent;
		return -1;
	}
	return 0;
}

/* -- what was done and seen ------------------------------------------------------------------- */

static int write_files(struct job *job, struct check *check, err *e)
{
	for (size_t i = 0; i < check->len; i++) {
		const struct check_file *f = &check->files[i];
		struct stat st;

		if (!f->after.p || strcmp(f->name, "-") == 0)
			continue;
		/* A link is followed: the file that it names is mended. */
		char *path = realpath(f->name, NULL);
		int written = path && stat(path, &st) == 0
		                  ? file_write_atomic(path, f->after, st.st_mode & 07777, e)
		                  : err_set(e, ERR_ABSENT, 0, "'%s' has gone", SHOW(bytes_str(f->name)));

		free(path);
		if (written < 0)
			return -1;
		message_detail(job, f->name, "mended");
	}
	return 0;
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
	for (size_t i = 0; i < outputs->len; i++) {
		struct stream *out = output_stream(outputs, i);

		if (strcmp(output_format(outputs, i), "json") == 0)
			check_json(check, OAKUM_VERSION, out);
		else if (f->diff)
			check_patch(check, out);
		else if (f->pss && !f->fix)
			check_pss(check, out);
		else
			check_table(check, &job->out, out);
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
			return f->exit_code > 0 ? (enum status)f->exit_code : STATUS_FINDINGS;
	}
	return STATUS_DONE;
}

static int check_files(struct job *job, const struct check_flags *f, struct check *check,
                       struct outputs *outputs, err *e)
{
	struct check_options options;
	enum severity gate = SEVERITY_MEDIUM;

	if (take_options(job, f, &options, e) < 0 ||
	    (f->severity && take_severity(f->severity, &gate, e) < 0))
		return -1;
	if (f->severity)
		check->least = gate;
	if (check_run(check, &options, &job->arena, e) < 0)
		return -1;
	if (f->fix && !f->diff && write_files(job, check, e) < 0)
		return -1;
	if (f->dump)
		put_dumps(check, output_stream(outputs, 0));
	else if (!put_mended_input(f, check, outputs))
		render(job, f, check, outputs);
	if (outputs_commit(outputs, e) < 0)
		return -1;
	return tell_errors(job, check) ? STATUS_FAILED : (int)judge(f, check, gate);
}

static int check_run_applet(struct job *job, const void *options, const struct texts *targets,
                            err *e)
{
	const struct check_flags *f = options;
	struct outputs outputs = { 0 };
	struct check check;
	int status = check_gather(targets->items, targets->len, &job->arena, &check, e);

	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &outputs,
		                      e);
	if (status == 0)
		status = check_files(job, f, &check, &outputs, e);
	outputs_close(&outputs);
	return status;
}

const struct applet applet_check = {
	.name = "check",
	.brief = "find and mend what is weak in manifests and the like",
	.operands = "FILE|FOLDER...",
	.about = "Judges Kubernetes objects by the Pod Security Standards and the rules that\n"
			 "'oakum explain' lists; '-' is standard input. --fix changes only the lines\n"
			 "that it mends; --fix=review also what may change how the program runs.",
	.operands_min = 1,
	.operands_max = UINT32_MAX,
	.flags = flags,
	.options_size = sizeof(struct check_flags),
	.examples = { { "oakum check deploy/", "what is weak, a line each" },
	              { "oakum check --fix=review --pss restricted --diff app.yaml",
	                "the patch that hardens a workload all the way" } },
	.run = check_run_applet,
};
