/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum sbom check TARGET` - does a bill of materials say what it must: the minimum elements of
 * NTIA. */
#include "flow/bill_check.h"

#include "base/text.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"

#define FORMATS "table|json"

struct sbom_check_flags {
	const char *format;
	struct texts output;
	struct exit_flag exit_code;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct sbom_check_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code),
	  "exit with N instead of 1 when something is missing" },
	{ 0 },
};

static int run_one(struct reading *reading, const struct sbom_check_flags *f,
                   struct outputs *outputs, const char *text, err *e)
{
	struct job *job = reading->job;
	bool *as_json = arena_array(&job->arena, bool, outputs->len), complete;
	struct stream **outs = arena_array(&job->arena, struct stream *, outputs->len);
	const struct bill_check_options options = {
		{ reading->options, job->now, OAKUM_VERSION, false }, &job->out, as_json, outs, outputs->len
	};
	struct target target;

	for (size_t i = 0; i < outputs->len; i++) {
		as_json[i] = strcmp(output_format(outputs, i), "json") == 0;
		outs[i] = output_stream(outputs, i);
	}
	if (bill_target(text, &job->arena, &target, e) < 0)
		return -1;
	reading->progress.target = text;
	int done = bill_check(&target, &options, &complete, e);

	progress_end(&reading->progress);
	if (done < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(text)));
	return status_exit(complete ? STATUS_DONE : STATUS_FINDINGS, &f->exit_code);
}

static int sbom_check_run(struct job *job, const void *options, const struct texts *targets, err *e)
{
	const struct sbom_check_flags *f = options;
	struct outputs outputs = { 0 };
	struct reading reading;
	int status = reading_prepare(&reading, job, &f->reading, &f->network, targets->items[0], e);

	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &outputs,
		                      e);
	if (status == 0)
		status = run_one(&reading, f, &outputs, targets->items[0], e);
	if (status >= 0 && outputs_commit(&outputs, e) < 0)
		status = -1;
	outputs_close(&outputs);
	return status;
}

const struct applet applet_sbom_check = {
	.name = "sbom check",
	.brief = "does a bill of materials say what it must?",
	.operands = "FILE|TARGET",
	.about = "Looks for the minimum elements of NTIA: author, time, and of each package name,\n"
			 "version, supplier, identifier and its relation to the others. FILE is a bill\n"
			 "(SPDX, CycloneDX); of an image its own bill is looked at. 1 when one is missing\n"
			 "(no image says who supplies its packages of npm or NuGet).",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &reading_flag_group, FIELD(reading) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct sbom_check_flags),
	.examples = { { "oakum sbom check shop.spdx.json", "is everything said?" },
	              { "oakum sbom check --format json oci:build/image", "for programs" } },
	.run = sbom_check_run,
};
