/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum diff BEFORE AFTER` - what changed between two images or bills of materials: what they
 * weigh, what an attacker would find, packages, settings, layers. */
#include "flow/diff.h"

#include "base/text.h"
#include "cmd/db.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"

#define FORMATS "table|json"

struct diff_flags {
	const char *format;
	struct texts output;
	struct exit_flag exit_code;
	const char *db;
	bool skip_secrets, prove;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct diff_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N when they differ" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "database of vulnerabilities ('oakum db update')" },
	{ 0, "skip-secrets", NULL, FLAG_SWITCH, FIELD(skip_secrets),
	  "do not search the files for keys and passwords" },
	{ 0, "prove", NULL, FLAG_SWITCH, FIELD(prove), "start and attack both, as 'oakum prove' does" },
	{ 0 },
};

/* Without a database nothing is said of vulnerabilities; one that was named must be there. */
static int open_database(struct job *job, const char *named, struct database **out, err *e)
{
	const char *path = db_path(job, named);

	if (!path || database_open(path, out, e) == 0)
		return 0;
	if (named || e->kind != ERR_ABSENT)
		return err_wrap(e, "database");
	err_clear(e); /* nobody asked for it */
	return 0;
}

static int run_two(struct reading *reading, const struct diff_flags *f, struct outputs *outputs,
                   const struct texts *targets, err *e)
{
	struct job *job = reading->job;
	struct diff_options options = {
		.bill = { reading->options, job->now, OAKUM_VERSION, false },
		.skip_secrets = f->skip_secrets,
		.prove = f->prove,
		.environment = job->environment,
	};
	struct target before, after;
	struct diff_page page;

	if (bill_target(targets->items[0], &job->arena, &before, e) < 0 ||
	    bill_target(targets->items[1], &job->arena, &after, e) < 0 ||
	    open_database(job, f->db, &options.db, e) < 0)
		return -1;
	reading->progress.target = after.text;
	int done = diff_make(&before, &after, &options, &job->arena, &page, e);

	database_close(options.db);
	progress_end(&reading->progress);
	if (done < 0)
		return -1;
	for (size_t i = 0; i < outputs->len; i++) {
		if (strcmp(output_format(outputs, i), "json") == 0)
			diff_json(&page, output_stream(outputs, i));
		else
			diff_text(&page, &job->out, output_stream(outputs, i));
	}
	return diff_equal(&page) ? STATUS_DONE : (int)f->exit_code.status;
}

static int diff_run(struct job *job, const void *options, const struct texts *targets, err *e)
{
	const struct diff_flags *f = options;
	struct outputs outputs = { 0 };
	struct reading reading;
	int status = reading_prepare(&reading, job, &f->reading, &f->network, targets->items[0], e);

	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &outputs,
		                      e);
	if (status == 0)
		status = run_two(&reading, f, &outputs, targets, e);
	if (status >= 0 && outputs_commit(&outputs, e) < 0)
		status = -1;
	outputs_close(&outputs);
	return status;
}

const struct applet applet_diff = {
	.name = "diff",
	.brief = "what changed between two images or bills",
	.operands = "BEFORE AFTER",
	.about = "Compares packages and versions of two images or bills of materials (SPDX,\n"
			 "CycloneDX), in any mix; of two images size, settings, layers, vulnerabilities,\n"
			 "secrets and setuid files, too.",
	.operands_min = 2,
	.operands_max = 2,
	.flags = flags,
	.groups = { { &reading_flag_group, FIELD(reading) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct diff_flags),
	.examples = { { "oakum diff oci:old oci:new", "what the new build brings" },
	              { "oakum diff --exit-code 1 shop.spdx.json image.tar",
	                "is this the bill of that image?" } },
	.run = diff_run,
};
