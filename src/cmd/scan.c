/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum scan TARGET...` - known vulnerabilities of what is in an image or a bill, what removes
 * them, and an exit status that a pipeline can trust. */
#include "cmd/scan.h"

#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/scan_fix.h"
#include "flow/origins.h"

#include <limits.h>

#define FORMATS "table|json|cyclonedx|" ISSUES_FORMATS

struct scan_flags {
	const char *format, *dockerfile;
	struct texts output;
	struct judging_flags judging;
	struct fixing_flags fixing;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct scan_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "the page, or a document for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "dockerfile", "FILE", FLAG_TEXT, FIELD(dockerfile),
	  "of the image: reports point at its lines" },
	{ 0 },
};

/* One run over all targets. */
struct run {
	struct job *job;
	const struct scan_flags *flags;
	struct judging judging;
	struct outputs outputs;
	struct issues issues; /* for the reports over all targets */
	struct reading reading;
	size_t done; /* targets that were reported */
};

static int prepare(struct run *r, const struct texts *targets, err *e)
{
	const struct scan_flags *f = r->flags;

	if (f->fixing.fix && targets->len > 1)
		return err_set(e, ERR_USAGE, 0, "--fix: one target at a time");
	if (f->dockerfile && targets->len > 1)
		return err_set(e, ERR_USAGE, 0, "--dockerfile is of one image: name one target");
	if (reading_prepare(&r->reading, r->job, &f->reading, &f->network, targets->items[0], e) < 0 ||
	    outputs_open(r->job, f->format ? f->format : "table", &f->output, FORMATS, &r->outputs,
	                 e) < 0 ||
	    outputs_refuse_several(&r->outputs, targets, e) < 0)
		return -1;
	int result = judging_prepare(&r->judging, r->job, &f->judging, &r->reading, e);

	r->judging.options.gate.no_texts = outputs_are(&r->outputs, "table");
	progress_end(&r->reading.progress); /* of the baseline */
	return result;
}

static int find_origins(struct run *r, struct scan *scan, err *e)
{
	struct scan_origin *origins;
	const char *path = r->flags->dockerfile;

	if (!path || !scan->page.image || !scan->page.image->has_config)
		return 0;
	if (origins_find(path, scan->page.image, &scan->arena, &origins, e) < 0)
		return err_wrap(e, "--dockerfile");
	scan->page.dockerfile = path;
	scan->page.origins = origins;
	return 0;
}

static void report(struct run *r, struct scan_page *page)
{
	page->list_packages = r->flags->judging.list_all_pkgs;
	page->show_suppressed = r->flags->judging.show_suppressed;
	for (size_t i = 0; i < r->outputs.len; i++) {
		struct stream *out = output_stream(&r->outputs, i);
		const char *format = output_format(&r->outputs, i);

		if (strcmp(format, "json") == 0)
			scan_json(page, out);
		else if (strcmp(format, "cyclonedx") == 0)
			scan_cyclonedx(page, format, out);
		else if (strcmp(format, "table") == 0) {
			stream_puts(out, r->done > 0 ? "\n" : "");
			scan_text(page, output_terminal(&r->outputs, i, r->job), out);
			if (page->secrets && page->secrets->len > 0) {
				stream_puts(out, "\n");
				secrets_table(page->secrets, output_terminal(&r->outputs, i, r->job), out);
			}
		}
	}
	if (outputs_want_issues(&r->outputs)) {
		issues_add_scan(&r->issues, page);
		if (page->secrets)
			issues_add_secrets(&r->issues, page->secrets);
	}
	r->done++;
}

/* The patch takes the place of the report. */
static bool is_patch(const struct run *r)
{
	return r->flags->fixing.fix && strcmp(r->flags->fixing.fix, "diff") == 0;
}

static int show(struct run *r, struct scan *scan, err *e)
{
	if (find_origins(r, scan, e) < 0)
		return -1;
	if (is_patch(r))
		r->done++;
	else
		report(r, &scan->page);
	return r->flags->fixing.fix
	           ? fixing_run(r->job, &r->flags->fixing, r->flags->dockerfile, &scan->page,
	                        r->judging.options.db, output_stream(&r->outputs, 0), e)
	           : 0;
}

static int scan_one(void *ctx, const char *text, err *e)
{
	struct run *r = ctx;
	struct scan scan;
	int done = judging_scan(&r->judging, text, &scan, e);

	progress_end(&r->reading.progress);
	if (done < 0) {
		issues_add_failure(&r->issues, bytes_str(text), e);
		return -1;
	}
	done = show(r, &scan, e);
	if (done < 0)
		issues_add_failure(&r->issues, bytes_str(text), e);
	scan_done(&scan);
	return done;
}

static int scan_run_applet(struct job *job, const void *options, const struct texts *targets,
                           err *e)
{
	struct run r = { .job = job, .flags = options };

	issues_init(&r.issues, ISSUES_OF_PACKAGES, job->now);
	int result = prepare(&r, targets, e);

	if (result == 0) {
		enum status failed = reading_each(&r.reading, targets, scan_one, &r);

		r.judging.status = status_worse(r.judging.status, failed);
	}
	if (result == 0 && r.done > 0) {
		outputs_issues(&r.outputs, &r.issues);
		result = outputs_commit(&r.outputs, e);
	}
	if (result == 0 && r.done > 0)
		result = judging_finish(&r.judging, e);
	issues_done(&r.issues);
	outputs_close(&r.outputs);
	judging_done(&r.judging);
	return result < 0 ? -1 : judging_exit(&r.judging);
}

const struct applet applet_scan = {
	.name = "scan",
	.brief = "known vulnerabilities, and what removes them",
	.operands = "TARGET...",
	.about = "Looks up the packages of images, folders and bills; which update removes most.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &judging_flag_group, FIELD(judging) },
	            { &fixing_flag_group, FIELD(fixing) },
	            { &reading_flag_group, FIELD(reading) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct scan_flags),
	.examples = { { "oakum scan --severity HIGH,CRITICAL --exit-code 1 shop.tar",
	                "fail a pipeline, as with trivy image" },
	              { "oakum scan -o sarif=shop.sarif -o json=shop.json sbom:shop.cdx.json",
	                "two reports from one read" } },
	.run = scan_run_applet,
};
