/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum audit TARGET...` - one page about an image: what to do first, how it runs, what an
 * intruder would find, what is in it, where its size goes, and how much of it was understood. */
#include "flow/audit.h"

#include "base/text.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/roots.h"
#include "cmd/scan.h"
#include "cmd/status.h"
#include "flow/passing.h"
#include "vuln/distribution.h"

#include <limits.h>

#define FORMATS "table|json|" ISSUES_FORMATS

struct audit_flags {
	const char *format;
	struct texts output;
	struct exit_flag exit_code;
	const char *db, *fail_on, *policy;
	bool fail_on_gap, skip_secrets;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct audit_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "the page, or a document for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code),
	  "exit with N when there is something to do" },
	{ 0, "fail-on-gap", NULL, FLAG_SWITCH, FIELD(fail_on_gap),
	  "exit with 6 at a gap or an unknown program" },
	{ 0, "fail-on", "RULES", FLAG_WORDS, FIELD(fail_on),
	  "high,kev,epss:.5,fixable,secrets,settings,eol,gaps" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "database of vulnerabilities ('oakum db update')" },
	{ 0, "policy", "FILE", FLAG_TEXT, FIELD(policy), "what must be signed, and by whom" },
	{ 0, "skip-secrets", NULL, FLAG_SWITCH, FIELD(skip_secrets),
	  "do not search the files for keys and passwords" },
	{ 0 },
};

/* One run over all targets. */
struct run {
	struct job *job;
	const struct audit_flags *flags;
	struct audit_options options;
	struct stages_options stages;
	struct gate_rule rule;
	struct outputs outputs;
	struct issues issues; /* for the reports over all targets */
	struct reading reading;
	enum status status;
	size_t done; /* targets that were reported */
};

/* An audit without a database says nothing of vulnerabilities; one that was named must be there. */
static int open_database(struct run *r, err *e)
{
	const char *path = db_path(r->job, r->flags->db);

	if (gate_rule_parse(bytes_str(r->flags->fail_on), &r->rule, e) < 0)
		return err_wrap(e, "--fail-on");
	if (r->rule.secrets != SEVERITY_UNKNOWN && r->flags->skip_secrets)
		return err_set(e, ERR_USAGE, 0, "--fail-on secrets with --skip-secrets finds none");
	if (!path || database_open(path, &r->options.db, e) == 0)
		return 0;
	if (r->flags->db || gate_needs_database(&r->rule) || e->kind != ERR_ABSENT)
		return err_wrap(e, "database");
	err_clear(e); /* nobody asked for it */
	return 0;
}

static int prepare(struct run *r, const struct texts *targets, err *e)
{
	struct job *job = r->job;
	const struct audit_flags *f = r->flags;

	if (reading_prepare(&r->reading, job, &f->reading, &f->network, targets->items[0], e) < 0)
		return -1;
	r->options = (struct audit_options){ .image = r->reading.options,
		                                 .now = job->now,
		                                 .skip_secrets = f->skip_secrets,
		                                 .stages = &r->stages };
	r->stages = (struct stages_options){ .registry = r->reading.network.registry,
		                                 .policy = f->policy,
		                                 .clock = job->clock_ns / 1000000000 };
	if (f->policy && trust_root_text(job, NULL, &r->stages.root, e) < 0)
		return -1;
	if (open_database(r, e) < 0)
		return -1;
	if (outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &r->outputs,
	                 e) < 0 ||
	    outputs_refuse_several(&r->outputs, targets, e) < 0)
		return -1;
	r->options.no_texts = outputs_are(&r->outputs, "table");
	return 0;
}

static void report(struct run *r, const struct audit_page *page)
{
	for (size_t i = 0; i < r->outputs.len; i++) {
		struct stream *out = output_stream(&r->outputs, i);
		const char *format = output_format(&r->outputs, i);

		if (strcmp(format, "json") == 0)
			audit_json(page, out);
		else if (strcmp(format, "table") == 0) {
			stream_puts(out, r->done > 0 ? "\n" : "");
			audit_text(page, output_terminal(&r->outputs, i, r->job), out);
		}
	}
	if (outputs_want_issues(&r->outputs))
		issues_add_audit(&r->issues, page);
	r->done++;
}

/* Whoever is stopped is told by what: the page has it among all that passes. */
static bool is_stopped(struct run *r, const struct audit_page *page)
{
	struct arena a = ARENA_INIT;
	struct reasons reasons = { 0 };

	passing_judge(page, &r->rule, &a, &reasons);
	if (reasons.len > 0)
		message_note(r->job, page->image->target.text,
		             arena_printf(&a, "--fail-on: %s: %s", reasons_count(reasons.len, &a),
		                          SHOW(bytes_str(reasons.items[0].text))));
	arena_done(&a);
	return reasons.len > 0;
}

static void judge_status(struct run *r, const struct audit_page *page)
{
	if ((r->flags->exit_code.status > 0 && !r->flags->fail_on && page->actions.len > 0) ||
	    is_stopped(r, page))
		r->status = status_worse(r->status, STATUS_FINDINGS);
	const struct os_release *os = &page->facts->os;

	if (page->scan)
		r->status = status_worse(r->status, judging_uncovered(r->job, &r->rule, page->scan));
	else if (r->rule.ended && os->known && !distribution_end(os->id, os->version_id))
		r->status = status_worse(r->status, judging_no_end(r->job, page->image->target.text, os->id,
		                                                   os->version_id));
	if (r->flags->fail_on_gap && (page->gaps > 0 || coverage_opaque(page->coverage) > 0))
		r->status = status_worse(r->status, STATUS_GAP);
}

static int audit_one(void *ctx, const char *text, err *e)
{
	struct run *r = ctx;
	struct target target;
	struct audit audit;

	int done = target_parse(text, &r->job->arena, &target, e);

	if (done == 0)
		done = audit_run(&target, &r->options, &audit, e);
	progress_end(&r->reading.progress);
	if (done < 0) {
		issues_add_failure(&r->issues, bytes_str(text), e);
		return -1;
	}
	size_t cached = 0;

	for (size_t i = 0; i < audit.image.layers.len; i++)
		cached += audit.image.layers.items[i].from_cache;
	message_detail(r->job, text,
	               arena_printf(&r->job->arena, "%zu of %zu layers from the cache, %u read twice",
	                            cached, audit.image.layers.len, audit.image.second_reads));
	report(r, &audit.page);
	judge_status(r, &audit.page);
	audit_done(&audit);
	return 0;
}

static int audit_run_applet(struct job *job, const void *options, const struct texts *targets,
                            err *e)
{
	struct run r = { .job = job, .flags = options };

	issues_init(&r.issues, ISSUES_OF_IMAGES, job->now);
	int result = prepare(&r, targets, e);

	if (result == 0) {
		enum status failed = reading_each(&r.reading, targets, audit_one, &r);

		r.status = status_worse(r.status, failed);
	}
	if (result == 0 && r.done > 0) {
		outputs_issues(&r.outputs, &r.issues);
		result = outputs_commit(&r.outputs, e);
	}
	issues_done(&r.issues);
	outputs_close(&r.outputs);
	database_close(r.options.db);
	return result < 0 ? -1 : status_exit(r.status, &r.flags->exit_code);
}

const struct applet applet_audit = {
	.name = "audit",
	.brief = "one look at one image: what is in it, what to mend",
	.operands = "TARGET...",
	.about = "Reads an image once and shows one page: what to do first, what is in it.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &reading_flag_group, FIELD(reading) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct audit_flags),
	.examples = { { "oakum audit image.tar", "the page, for what docker save wrote" },
	              { "oakum audit -f json -o audit.json oci:build/image:latest",
	                "a document for programs, for an image of a layout" } },
	.run = audit_run_applet,
};
