/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum scan TARGET...` - known vulnerabilities of what is in an image or a bill, what removes
 * them, and an exit status that a pipeline can trust. */
#include "flow/scan.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/scan.h"
#include "cmd/status.h"
#include "flow/bill.h"
#include "sys/file.h"
#include "vuln/shipped.h"

#include <limits.h>

#define FORMATS "table|json|sarif"

struct scan_flags {
	const char *format, *severity, *ignore_status, *fail_on, *only_new, *ignorefile, *pkg_types;
	const char *db, *scanners;
	struct texts output, vex, skip_dirs, skip_files;
	uint64_t exit_code, exit_on_eol;
	bool ignore_unfixed, fail_on_gap, list_all_pkgs, show_suppressed, offline, skip_update;
	struct reading_flags reading;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct scan_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "the page, or a document for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output),
	  "where it goes; repeat for several" },
	{ 0 },
};

static const struct flag judging[] = {
	{ 's', "severity", "WORDS", FLAG_TEXT, FIELD(severity), "only these: HIGH,CRITICAL" },
	{ 0, "ignore-unfixed", NULL, FLAG_SWITCH, FIELD(ignore_unfixed), "only what has a fix" },
	{ 0, "ignore-status", "WORDS", FLAG_TEXT, FIELD(ignore_status),
	  "not these: will_not_fix,end_of_life, ..." },
	{ 0, "ignorefile", "FILE", FLAG_TEXT, FIELD(ignorefile),
	  "ids not to be told (.trivyignore, also *.yaml)" },
	{ 0, "vex", "FILE", FLAG_LIST, FIELD(vex), "statements: OpenVEX, CSAF, CycloneDX" },
	{ 0, "pkg-types", "os,library", FLAG_TEXT, FIELD(pkg_types), "whose packages (both)" },
	{ 0, "skip-dirs", "GLOB", FLAG_LIST, FIELD(skip_dirs), "not what lies below" },
	{ 0, "skip-files", "GLOB", FLAG_LIST, FIELD(skip_files), "not what these name" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N when there are findings" },
	{ 0, "fail-on", "RULES", FLAG_TEXT, FIELD(fail_on),
	  "exit with 1 (or N) at: kev,epss:0.5,fixable,high" },
	{ 0, "only-new", "BASELINE", FLAG_TEXT, FIELD(only_new),
	  "fail only on what this JSON report lacks" },
	{ 0, "exit-on-eol", "N", FLAG_STATUS, FIELD(exit_on_eol), "exit with N past an end of life" },
	{ 0, "fail-on-gap", NULL, FLAG_SWITCH, FIELD(fail_on_gap),
	  "exit with 6 when not all could be judged" },
	{ 0, "list-all-pkgs", NULL, FLAG_SWITCH, FIELD(list_all_pkgs), "every package, too (json)" },
	{ 0, "show-suppressed", NULL, FLAG_SWITCH, FIELD(show_suppressed), "what was ignored, too" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "this database and no other" },
	{ 0, "offline-scan", NULL, FLAG_SWITCH, FIELD(offline), "as always; accepted" },
	{ 0, "skip-db-update", NULL, FLAG_SWITCH, FIELD(skip_update), "as always; accepted" },
	{ 0, "scanners", "vuln", FLAG_CHOICE, FIELD(scanners), "accepted" },
	{ 0 },
};

const struct flag_group judging_flag_group = { "judging", "What counts", judging };

/* One run over all targets. */
struct run {
	struct job *job;
	const struct scan_flags *flags;
	struct scan_options options;
	struct gate_rule rule;
	struct ignore_list ignore;
	struct vex_list vex;
	struct map before;
	struct outputs outputs;
	struct reading reading;
	enum status status;
	size_t done; /* targets that were reported */
};

/* -- what was asked for ------------------------------------------------------------------------ */

/* "a,b" and repeated flags: Trivy takes both. */
static struct scan_words words_of(struct job *job, const struct texts *list)
{
	struct texts all = { 0 };

	for (size_t i = 0; i < list->len; i++) {
		bytes rest = bytes_str(list->items[i]), word;

		while (bytes_take_until(&rest, ',', &word))
			if (word.n > 0)
				*ARENA_PUSH(&job->arena, &all) = arena_str(&job->arena, word);
	}
	return (struct scan_words){ all.items, all.len };
}

static int read_ignores(struct run *r, err *e)
{
	static const char *const usual[] = { ".trivyignore", ".trivyignore.yaml" };
	const char *path = r->flags->ignorefile;
	bytes text;

	for (size_t i = 0; i < 2; i++) {
		const char *name = path ? path : usual[i];
		bytes n = bytes_str(name);
		bool is_yaml = bytes_ends(n, BYTES(".yaml")) || bytes_ends(n, BYTES(".yml"));

		if (file_read_all(name, LIMIT_SETTINGS, &r->job->arena, &text, e) < 0) {
			if (path || e->kind != ERR_ABSENT)
				return -1;
			err_clear(e); /* nobody asked for it */
		} else if (ignore_read(text, is_yaml, r->job->now, &r->job->arena, &r->ignore, e) < 0) {
			return err_wrap(e, "%s", SHOW(n));
		}
		if (path)
			break;
	}
	for (size_t i = 0; i < r->ignore.notes.len; i++)
		message_note(r->job, path ? path : usual[0], r->ignore.notes.items[i]);
	r->options.gate.ignore = &r->ignore;
	return 0;
}

static int read_vex(struct run *r, err *e)
{
	for (size_t i = 0; i < r->flags->vex.len; i++) {
		const char *path = r->flags->vex.items[i];
		bytes text;

		if (file_read_all(path, LIMIT_SETTINGS, &r->job->arena, &text, e) < 0)
			return -1;
		if (vex_read(text, &r->job->arena, &r->vex, e) < 0)
			return err_wrap(e, "%s", SHOW(bytes_str(path)));
	}
	r->options.gate.vex = &r->vex;
	return 0;
}

static int read_baseline(struct run *r, err *e)
{
	const char *path = r->flags->only_new;
	bytes text;

	if (!path)
		return 0;
	if (file_read_all(path, LIMIT_SETTINGS, &r->job->arena, &text, e) < 0)
		return -1;
	if (gate_baseline(text, &r->job->arena, &r->before, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(path)));
	r->options.gate.before = &r->before;
	return 0;
}

static int choose_kinds(struct run *r, err *e)
{
	bytes rest = bytes_str(r->flags->pkg_types ? r->flags->pkg_types : "os,library"), word;

	r->options.no_system = r->options.no_languages = true;
	while (bytes_take_until(&rest, ',', &word)) {
		if (bytes_is(word, "os"))
			r->options.no_system = false;
		else if (bytes_is(word, "library"))
			r->options.no_languages = false;
		else
			return err_set(e, ERR_USAGE, 0, "--pkg-types: '%s' is neither 'os' nor 'library'",
			               SHOW(word));
	}
	return 0;
}

static int prepare_gate(struct run *r, err *e)
{
	const struct scan_flags *f = r->flags;
	struct gate_options *gate = &r->options.gate;

	gate->severities = GATE_ALL;
	if (f->severity && gate_severities(bytes_str(f->severity), &gate->severities, e) < 0)
		return err_wrap(e, "--severity");
	if (f->ignore_status &&
	    gate_statuses(bytes_str(f->ignore_status), &gate->ignored_status, e) < 0)
		return err_wrap(e, "--ignore-status");
	if (f->ignore_unfixed)
		gate->ignored_status |= GATE_NOT_FIXED;
	if (gate_rule_parse(bytes_str(f->fail_on), &r->rule, e) < 0)
		return err_wrap(e, "--fail-on");
	if (!f->fail_on)
		r->rule.any = f->exit_code > 0 || f->only_new;
	r->options.skip_dirs = words_of(r->job, &f->skip_dirs);
	r->options.skip_files = words_of(r->job, &f->skip_files);
	if (choose_kinds(r, e) < 0 || read_ignores(r, e) < 0 || read_vex(r, e) < 0)
		return -1;
	return read_baseline(r, e);
}

/* A machine that has none yet is helped out with what came with the program: .NET alone. */
static int open_shipped(struct run *r, const char *path, err *e)
{
	bytes dir = path_dir(bytes_str(path));

	if (shipped_open(arena_str(&r->job->arena, dir), &r->options.db, e) < 0)
		return err_wrap(e, "database");
	message_note(r->job, NULL,
	             "there is no vulnerability database yet, so only the .NET record that came with "
	             "the program is used ('oakum db build' makes one, --db names another)");
	return 0;
}

static int open_database(struct run *r, err *e)
{
	const char *path = db_path(r->job, r->flags->db);

	if (!path)
		return err_set(e, ERR_USAGE, 0, "no place for the database is known (set HOME, or --db)");
	if (database_open(path, &r->options.db, e) == 0)
		return 0;
	if (e->kind != ERR_ABSENT || r->flags->db)
		return err_wrap(e, "database");
	err_clear(e); /* there is another */
	return open_shipped(r, path, e);
}

static int prepare(struct run *r, const struct texts *targets, err *e)
{
	struct job *job = r->job;
	const struct scan_flags *f = r->flags;

	if (reading_prepare(&r->reading, job, &f->reading, &f->network, targets->items[0], e) < 0)
		return -1;
	r->options.image = r->reading.options;
	r->options.now = job->now;
	if (outputs_open(job, f->format ? f->format : "table", &f->output, FORMATS, &r->outputs, e) < 0)
		return -1;
	for (size_t i = 0; i < r->outputs.len; i++)
		if (targets->len > 1 && strcmp(output_format(&r->outputs, i), "sarif") == 0)
			return err_set(e, ERR_USAGE, 0, "--format sarif: one target at a time");
	if (prepare_gate(r, e) < 0)
		return -1;
	return open_database(r, e);
}

/* -- one target -------------------------------------------------------------------------------- */

static void report(struct run *r, struct scan_page *page)
{
	static const struct terminal paper = { .width = 80 };

	page->list_packages = r->flags->list_all_pkgs;
	page->show_suppressed = r->flags->show_suppressed;
	for (size_t i = 0; i < r->outputs.len; i++) {
		struct stream *out = output_stream(&r->outputs, i);
		const char *format = output_format(&r->outputs, i);

		if (strcmp(format, "json") == 0)
			scan_json(page, out);
		else if (strcmp(format, "sarif") == 0)
			scan_sarif(page, out);
		else {
			stream_puts(out, r->done > 0 ? "\n" : "");
			scan_text(page, r->flags->output.len > 0 ? &paper : &r->job->out, out);
		}
	}
	r->done++;
}

static void judge_status(struct run *r, const struct scan_page *page)
{
	const struct matches *m = page->matches;

	for (size_t i = 0; i < page->gate->found.len; i++)
		if (gate_fails(&r->rule, &page->gate->found.items[i]))
			r->status = status_worse(r->status, STATUS_FINDINGS);
	if (r->flags->exit_on_eol > 0 && page->ends.len > 0)
		r->status = status_worse(r->status, STATUS_END_OF_LIFE);
	if (r->flags->fail_on_gap && (page->gaps > 0 || m->doubts.len > 0 || m->without > 0))
		r->status = status_worse(r->status, STATUS_GAP);
}

static int scan_one(void *ctx, const char *text, err *e)
{
	struct run *r = ctx;
	struct target target;
	struct scan scan;

	if (bill_target(text, &r->job->arena, &target, e) < 0)
		return -1;
	int done = scan_run(&target, &r->options, &scan, e);

	progress_end(&r->reading.progress);
	if (done < 0)
		return -1;
	report(r, &scan.page);
	judge_status(r, &scan.page);
	scan_done(&scan);
	return 0;
}

static int exit_status(const struct run *r)
{
	if (r->status == STATUS_FINDINGS && r->flags->exit_code > 0)
		return (int)r->flags->exit_code;
	return r->status == STATUS_END_OF_LIFE ? (int)r->flags->exit_on_eol : (int)r->status;
}

static int scan_run_applet(struct job *job, const void *options, const struct texts *targets,
                           err *e)
{
	struct run r = { .job = job, .flags = options };
	int result = prepare(&r, targets, e);

	if (result == 0) {
		enum status failed = reading_each(&r.reading, targets, scan_one, &r);

		r.status = status_worse(r.status, failed);
	}
	if (result == 0 && r.done > 0)
		result = outputs_commit(&r.outputs, e);
	outputs_close(&r.outputs);
	database_close(r.options.db);
	return result < 0 ? -1 : exit_status(&r);
}

const struct applet applet_scan = {
	.name = "scan",
	.brief = "known vulnerabilities, and what removes them",
	.operands = "TARGET...",
	.about = "Looks up the packages of images, folders and bills; which update removes most.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &judging_flag_group, 0 },
	            { &reading_flag_group, FIELD(reading) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct scan_flags),
	.examples = { { "oakum scan --severity HIGH,CRITICAL --exit-code 1 shop.tar",
	                "fail a pipeline, as with trivy image" },
	              { "oakum scan -o sarif=shop.sarif -o json=shop.json sbom:shop.cdx.json",
	                "two reports from one read" } },
	.run = scan_run_applet,
};
