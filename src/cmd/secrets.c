/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum secrets TARGET...|-` - keys, tokens and passwords that were left in an image, a folder or
 * a file: in every layer, also in what a later one deleted, and in the image's configuration. */
#include "flow/secrets.h"

#include "cmd/choice.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"
#include "flow/scan_papers.h"
#include "vuln/gate.h"

#include <limits.h>
#include <unistd.h>

#define FORMATS "table|json|" ISSUES_FORMATS

struct secrets_flags {
	const char *format, *name;
	struct texts output;
	struct exit_flag exit_code;
	bool fail_on_gap;
	struct choice_flags choice;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct secrets_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "name", "FILE", FLAG_TEXT, FIELD(name), "what to call standard input in the report" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N instead of 1" },
	{ 0, "fail-on-gap", NULL, FLAG_SWITCH, FIELD(fail_on_gap),
	  "exit with 6 when something could not be searched" },
	{ 0 },
};

/* One run over all targets. */
struct run {
	struct job *job;
	const struct secrets_flags *flags;
	struct outputs outputs;
	struct issues issues; /* for the reports over all targets */
	struct reading reading;
	struct secrets_choice choice;
	struct papers papers;
	enum status status;
	size_t done; /* targets that were reported */
};

static bool is_input(const char *text)
{
	return strcmp(text, "-") == 0;
}

static int choose(struct run *r, err *e)
{
	const struct choice_flags *f = &r->flags->choice;
	struct job *job = r->job;
	struct paper_pile pile = { 0 };

	r->choice.severities = GATE_ALL;
	r->choice.skip.files = choice_words(job, &f->skip_files);
	r->choice.skip.dirs = choice_words(job, &f->skip_dirs);
	if (f->severity && gate_severities(bytes_str(f->severity), &r->choice.severities, e) < 0)
		return err_wrap(e, "--severity");
	if (choice_add_ignores(job, &pile, f->ignorefile, e) < 0 ||
	    scan_papers_read(pile.items, pile.len, job->now, &job->arena, &r->papers, e) < 0)
		return -1;
	choice_tell(job, f->ignorefile, &r->papers.ignore);
	r->choice.ignore = &r->papers.ignore;
	return 0;
}

static int prepare(struct run *r, const struct texts *targets, err *e)
{
	const struct secrets_flags *f = r->flags;
	const char *first = targets->items[0];

	if (f->name && !(targets->len == 1 && is_input(first)))
		return err_set(e, ERR_USAGE, 0, "--name is for standard input: give '-', and nothing else");
	if (reading_prepare(&r->reading, r->job, &f->reading, &f->network, first, e) < 0)
		return -1;
	if (choose(r, e) < 0)
		return -1;
	if (outputs_open(r->job, f->format ? f->format : "table", &f->output, FORMATS, &r->outputs,
	                 e) < 0)
		return -1;
	return outputs_refuse_several(&r->outputs, targets, e);
}

static void report(struct run *r, const struct secrets_page *page)
{
	for (size_t i = 0; i < r->outputs.len; i++) {
		struct stream *out = output_stream(&r->outputs, i);
		const char *format = output_format(&r->outputs, i);

		if (strcmp(format, "json") == 0)
			secrets_json(page, out);
		else if (strcmp(format, "table") == 0) {
			stream_puts(out, r->done > 0 ? "\n" : "");
			secrets_table(page, output_terminal(&r->outputs, i, r->job), out);
		}
	}
	if (outputs_want_issues(&r->outputs))
		issues_add_secrets(&r->issues, page);
	r->done++;
}

static int search_one(void *ctx, const char *text, err *e)
{
	struct run *r = ctx;
	struct arena a = ARENA_INIT;
	struct secrets_page page;
	struct target target;
	int result;

	if (is_input(text)) {
		result = secrets_input(STDIN_FILENO, r->flags->name ? r->flags->name : "-",
		                       r->flags->reading.timeout_ms, &a, &page, e);
	} else {
		result = target_parse(text, &a, &target, e);
		if (result == 0)
			result = secrets_run(&target, &r->reading.options, &a, &page, e);
		progress_end(&r->reading.progress);
	}
	if (result == 0) {
		secrets_choose(&page, &r->choice, &a);
		report(r, &page);
		if (secrets_at_least(&page, SEVERITY_MEDIUM) > 0)
			r->status = status_worse(r->status, STATUS_FINDINGS);
		if (r->flags->fail_on_gap && page.gaps > 0)
			r->status = status_worse(r->status, STATUS_GAP);
	} else {
		issues_add_failure(&r->issues, bytes_str(text), e);
	}
	arena_done(&a);
	return result;
}

static int secrets_run_applet(struct job *job, const void *options, const struct texts *targets,
                              err *e)
{
	struct run r = { .job = job, .flags = options };

	issues_init(&r.issues, ISSUES_OF_SECRETS, job->now);
	int result = prepare(&r, targets, e);

	if (result == 0) {
		enum status failed = reading_each(&r.reading, targets, search_one, &r);

		r.status = status_worse(r.status, failed);
	}
	if (result == 0 && r.done > 0) {
		outputs_issues(&r.outputs, &r.issues);
		result = outputs_commit(&r.outputs, e);
	}
	issues_done(&r.issues);
	outputs_close(&r.outputs);
	return result < 0 ? -1 : status_exit(r.status, &r.flags->exit_code);
}

const struct applet applet_secrets = {
	.name = "secrets",
	.brief = "keys, tokens and passwords left in an image",
	.operands = "TARGET...|-",
	.about = "Searches the configuration and every file of every layer, also in archives, and\n"
			 "what a later layer deleted; tells where, never the secret. '-': standard input.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &choice_flag_group, FIELD(choice) },
	            { &reading_flag_group, FIELD(reading) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct secrets_flags),
	.examples = { { "oakum secrets image.tar", "a line for each secret, below its file" },
	              { "oakum secrets --format json --name appsettings.json - <appsettings.json",
	                "one file, for programs: the place of each secret in it" } },
	.run = secrets_run_applet,
};
