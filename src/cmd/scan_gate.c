/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choice.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "flow/bill.h"
#include "flow/scan_papers.h"
#include "sys/file.h"
#include "transfer/attached.h"
#include "vuln/distribution.h"
#include "vuln/shipped.h"

#include <inttypes.h>
#include <sys/stat.h>

#define FIELD(name) offsetof(struct judging_flags, name)
static const struct flag table[] = {
	{ 's', "severity", "WORDS", FLAG_WORDS, FIELD(severity), "only these: HIGH,CRITICAL" },
	{ 0, "ignore-unfixed", NULL, FLAG_SWITCH, FIELD(ignore_unfixed), "only what has a fix" },
	{ 0, "scanners", "vuln,secret", FLAG_WORDS, FIELD(scanners),
	  "what is looked for (vuln); secrets on the same read" },
	{ 0, "skip-files", "GLOB", FLAG_LIST, FIELD(skip_files), "not what these name" },
	{ 0, "vex", "FILE|oci", FLAG_LIST, FIELD(vex),
	  "OpenVEX, CSAF, CycloneDX; oci: attached to the image" },
	{ 0, "pkg-types", "os,library", FLAG_WORDS, FIELD(pkg_types), "whose packages (both)" },
	{ 0, "skip-dirs", "GLOB", FLAG_LIST, FIELD(skip_dirs), "not what lies below" },
	{ 0, "ignorefile", "FILE", FLAG_TEXT, FIELD(ignorefile),
	  "ids not to be told (.trivyignore, also *.yaml)" },
	{ 0, "ignore-status", "WORDS", FLAG_WORDS, FIELD(ignore_status),
	  "not these: will_not_fix,end_of_life, ..." },
	{ 0, "ledger", "FILE", FLAG_TEXT, FIELD(ledger),
	  "keep what is open; fail on what nobody accepted" },
	{ 0, "only-new", "BASELINE", FLAG_TEXT, FIELD(only_new),
	  "fail only on what this report, bill or image lacks" },
	{ 0, "fail-on", "RULES", FLAG_WORDS, FIELD(fail_on),
	  "exit with 1 (or N) at: kev,epss:0.5,fixable,high,eol" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N when there are findings" },
	{ 0, "exit-on-eol", "N", FLAG_STATUS, FIELD(exit_on_eol), "exit with N past an end of life" },
	{ 0, "fail-on-gap", NULL, FLAG_SWITCH, FIELD(fail_on_gap),
	  "exit with 6 when not all could be judged" },
	{ 0, "show-suppressed", NULL, FLAG_SWITCH, FIELD(show_suppressed), "what was ignored, too" },
	{ 0, "list-all-pkgs", NULL, FLAG_SWITCH, FIELD(list_all_pkgs), "every package, too (json)" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "this database and no other" },
	{ 0, "skip-db-update", NULL, FLAG_SWITCH, FIELD(skip_update), "as always; accepted" },
	{ 0, "offline-scan", NULL, FLAG_SWITCH, FIELD(offline), "as always; accepted" },
	{ 0 },
};

const struct flag_group judging_flag_group = { "judging", "What counts", table };

/* -- words of the command line ----------------------------------------------------------------- */

static int choose_kinds(struct judging *j, err *e)
{
	bytes rest = bytes_str(j->flags->pkg_types ? j->flags->pkg_types : "os,library"), word;

	j->options.no_system = j->options.no_languages = true;
	while (bytes_take_until(&rest, ',', &word)) {
		word = bytes_trim(word);
		if (bytes_is(word, "os"))
			j->options.no_system = false;
		else if (bytes_is(word, "library"))
			j->options.no_languages = false;
		else
			return err_set(e, ERR_USAGE, 0, "--pkg-types: '%s' is neither 'os' nor 'library'",
			               SHOW(word));
	}
	return 0;
}

/* Settings are no matter of packages; they have a command of their own. */
static int choose_scanners(struct judging *j, err *e)
{
	bytes rest = bytes_str(j->flags->scanners ? j->flags->scanners : "vuln"), word;
	bool vulnerabilities = false;

	while (bytes_take_until(&rest, ',', &word)) {
		word = bytes_trim(word);
		if (bytes_is(word, "vuln"))
			vulnerabilities = true;
		else if (bytes_is(word, "secret"))
			j->options.secrets = true;
		else
			return err_set(e, ERR_USAGE, 0,
			               "--scanners: '%s' is neither 'vuln' nor 'secret' ('oakum check' judges "
			               "settings)",
			               SHOW(word));
	}
	if (!vulnerabilities)
		return err_set(e, ERR_USAGE, 0, "--scanners without 'vuln': use 'oakum secrets'");
	return 0;
}

static int take_words(struct judging *j, err *e)
{
	const struct judging_flags *f = j->flags;
	struct gate_options *gate = &j->options.gate;

	gate->severities = GATE_ALL;
	if (f->severity && gate_severities(bytes_str(f->severity), &gate->severities, e) < 0)
		return err_wrap(e, "--severity");
	if (f->ignore_status &&
	    gate_statuses(bytes_str(f->ignore_status), &gate->ignored_status, e) < 0)
		return err_wrap(e, "--ignore-status");
	if (f->ignore_unfixed)
		gate->ignored_status |= GATE_NOT_FIXED;
	if (gate_rule_parse(bytes_str(f->fail_on), &j->rule, e) < 0)
		return err_wrap(e, "--fail-on");
	if (choose_scanners(j, e) < 0)
		return -1;
	if (j->rule.settings != SEVERITY_UNKNOWN ||
	    (j->rule.secrets != SEVERITY_UNKNOWN && !j->options.secrets))
		return err_set(e, ERR_USAGE, 0,
		               "--fail-on: settings are looked at by 'oakum audit', secrets with "
		               "--scanners vuln,secret");
	if (!f->fail_on)
		j->rule.any = f->exit_code.status > 0 || f->only_new || f->ledger;
	j->options.skip.dirs = choice_words(j->job, &f->skip_dirs);
	j->options.skip.files = choice_words(j->job, &f->skip_files);
	return choose_kinds(j, e);
}

/* -- what people handed in --------------------------------------------------------------------- */

static int add_vex(struct judging *j, struct paper_pile *pile, err *e)
{
	struct skip_words list = choice_words(j->job, &j->flags->vex);

	if (j->flags->vex.len > 0 && list.len == 0)
		return err_set(e, ERR_USAGE, 0, "--vex is empty: it names no document");
	for (size_t i = 0; i < list.len; i++) {
		const char *name = list.items[i];

		if (strcmp(name, "oci") == 0 || strcmp(name, "attached") == 0)
			j->attached = true;
		else if (strcmp(name, "repo") == 0 || strcmp(name, "repository") == 0)
			return err_set(e, ERR_USAGE, 0,
			               "--vex %s: no VEX repository is kept here; name the file in it", name);
		else if (choice_add(j->job, pile, PAPER_VEX, name, true, e) < 0)
			return -1;
	}
	return 0;
}

static int read_papers(struct judging *j, err *e)
{
	struct paper_pile pile = { 0 };

	if (choice_add_ignores(j->job, &pile, j->flags->ignorefile, e) < 0 || add_vex(j, &pile, e) < 0)
		return -1;
	if (j->flags->ledger &&
	    choice_add(j->job, &pile, PAPER_LEDGER, j->flags->ledger, false, e) < 0)
		return -1;
	if (scan_papers_read(pile.items, pile.len, j->job->now, &j->job->arena, &j->papers, e) < 0)
		return -1;
	choice_tell(j->job, j->flags->ignorefile, &j->papers.ignore);
	j->options.gate.ignore = &j->papers.ignore;
	j->options.gate.vex = &j->papers.vex;
	return 0;
}

/* -- the database ------------------------------------------------------------------------------ */

/* A machine that has no database yet, or one without .NET, is helped out with what came with the
 * program. What cannot be judged even so, judge() says. */
static int open_shipped(struct judging *j, const char *path, err *e)
{
	const char *dir = arena_str(&j->job->arena, path_dir(bytes_str(path)));
	struct database *shipped, *own = j->options.db;

	if (shipped_open(dir, &shipped, e) < 0) {
		if (!own)
			return err_wrap(e, "database");
		message_note(j->job, NULL, e->text);
		err_clear(e); /* .NET stands among what the database does not cover */
		return 0;
	}
	if (own)
		database_back(own, shipped);
	else
		j->options.db = shipped;
	message_note(j->job, NULL,
	             own ? "the database has no .NET, so the record that came with the program is used "
	                   "for it ('oakum db update' fetches a newer one)"
	                 : "there is no vulnerability database yet, so only the .NET record that came "
	                   "with the program is used ('oakum db update' fetches one, --db names "
	                   "another)");
	return 0;
}

static bool has_feed(const struct database_info *info, enum feed_kind kind)
{
	for (size_t i = 0; i < info->feeds.len; i++)
		if (info->feeds.items[i].kind == kind)
			return true;
	return false;
}

/* A gate that asks for what nobody told the database would be green for ever. Grype's database has
 * both lists. */
int judging_lists(const struct gate_rule *rule, const struct database *db, err *e)
{
	const struct database_info *info = database_info(db);
	bool both = has_feed(info, FEED_GRYPE_DB);
	const char *lacks = NULL;

	if (rule->kev && !both && !has_feed(info, FEED_KEV))
		lacks = "KEV";
	else if (rule->epss != UINT32_MAX && !both && !has_feed(info, FEED_EPSS))
		lacks = "EPSS";
	return lacks ? err_set(e, ERR_ABSENT, 0,
	                       "--fail-on: the database has no %s list ('oakum db update' fetches it)",
	                       lacks)
	             : 0;
}

static int open_database(struct judging *j, err *e)
{
	const char *path = db_path(j->job, j->flags->db);

	if (!path)
		return err_set(e, ERR_USAGE, 0, "no place for the database is known (set HOME, or --db)");
	if (database_open(path, &j->options.db, e) < 0) {
		if (e->kind != ERR_ABSENT || j->flags->db)
			return err_wrap(e, "database");
		err_clear(e); /* there is another */
	}
	if (!j->flags->db && (!j->options.db || !database_covers(j->options.db, BYTES(".net"))) &&
	    open_shipped(j, path, e) < 0)
		return -1;
	return judging_lists(&j->rule, j->options.db, e);
}

/* -- the baseline ------------------------------------------------------------------------------ */

static void remember(struct judging *j, bytes key)
{
	*map_put(&j->before, key) = j;
}

/* What an earlier image or bill has, by today's database and without any filter: what a change
 * brought is what it lacks. */
static int scan_baseline(struct judging *j, const struct target *target, err *e)
{
	struct scan_options options = j->options;
	struct scan scan;

	options.gate = (struct gate_options){ .severities = GATE_ALL };
	options.secrets = false;
	if (scan_run(target, &options, &scan, e) < 0)
		return -1;
	for (size_t i = 0; i < scan.matches.found.len; i++) {
		const struct match *m = &scan.matches.found.items[i];

		remember(j, gate_key(m->id, m->package->name, &j->job->arena));
	}
	scan_done(&scan);
	return 0;
}

/* A file that begins like a document is a report of ours, else a bill. */
static int read_baseline(struct judging *j, err *e)
{
	const char *name = j->flags->only_new;
	struct papers papers = { 0 };
	struct paper_pile pile = { 0 };
	struct target target;

	map_init(&j->before, &j->job->arena);
	j->options.gate.before = &j->before;
	if (bill_target(name, &j->job->arena, &target, e) < 0)
		return -1;
	if (target.kind != TARGET_SBOM || bytes_starts(bytes_str(name), BYTES("sbom:")))
		return scan_baseline(j, &target, e);
	if (choice_add(j->job, &pile, PAPER_REPORT, name, true, e) < 0)
		return -1;
	if (scan_papers_read(pile.items, pile.len, j->job->now, &j->job->arena, &papers, e) < 0) {
		if (e->kind != ERR_FORMAT)
			return -1;
		err_clear(e); /* no report: perhaps a bill, which says so itself */
		return scan_baseline(j, &target, e);
	}
	for (size_t i = 0; i < papers.before.len; i++)
		remember(j, papers.before.items[i]);
	return 0;
}

int judging_prepare(struct judging *j, struct job *job, const struct judging_flags *flags,
                    const struct reading *reading, err *e)
{
	*j = (struct judging){ .job = job, .flags = flags, .reading = reading };
	j->options.image = reading->options;
	j->options.now = job->now;
	if (take_words(j, e) < 0 || read_papers(j, e) < 0 || open_database(j, e) < 0)
		return -1;
	if (flags->only_new && read_baseline(j, e) < 0)
		return err_wrap(e, "--only-new");
	return 0;
}

void judging_done(struct judging *j)
{
	database_close(j->options.db);
	j->options.db = NULL;
}

/* -- one target -------------------------------------------------------------------------------- */

/* What is attached counts for its image alone, after what people handed in. */
static int read_attached(struct judging *j, const struct target *target, struct papers *out, err *e)
{
	const struct attached_options options = { j->reading->options.platform,
		                                      j->reading->options.network->registry,
		                                      j->reading->options.tmp_dir };
	struct arena *a = &j->job->arena;
	struct attached_texts list;
	struct paper_pile pile = { 0 };

	for (size_t i = 0; i < j->papers.vex.len; i++)
		*ARENA_PUSH(a, &out->vex) = j->papers.vex.items[i];
	if (attached_vex(target, &options, a, &list, e) < 0) {
		if (e->kind != ERR_UNSIGNED)
			return err_wrap(e, "--vex oci");
		message_note(j->job, target->text, e->text);
		err_clear(e); /* nothing is said of it: nothing is taken away */
		return 0;
	}
	for (size_t i = 0; i < list.len; i++)
		*ARENA_PUSH(a, &pile) = (struct paper){ PAPER_VEX, list.items[i].name,
			                                         list.items[i].text, list.image };
	message_note(j->job, target->text,
	             "statements attached to the image are believed without a signature");
	return scan_papers_read(pile.items, pile.len, j->job->now, a, out, e);
}

static void fail(struct judging *j, enum status status)
{
	j->status = status_worse(j->status, status);
}

/* A baseline knows of no secrets: what is there may have been there before. */
static bool has_secrets(const struct judging *j, const struct scan_page *page)
{
	if (!page->secrets)
		return false;
	return (j->rule.any && !page->has_baseline && page->secrets->len > 0) ||
	       (j->rule.secrets != SEVERITY_UNKNOWN &&
	        secrets_at_least(page->secrets, j->rule.secrets) > 0);
}

/* Nor is an end that nobody told. */
enum status judging_no_end(struct job *job, const char *target, bytes id, bytes version)
{
	err e = { 0 };

	(void)err_set(&e, ERR_ABSENT, 0,
	              "neither the database nor the table of " DISTRIBUTION_DATE
	              " in the program says until when %s%s%s is mended, so its end of life cannot be "
	              "gated on",
	              id.n > 0 ? SHOW(id) : "this system", version.n > 0 ? " " : "",
	              SHOW(gate_text(version)));
	message_error(job, target, &e);
	return STATUS_FAILED;
}

/* Nothing found where nothing was looked up is no pass. */
enum status judging_uncovered(struct job *job, const struct gate_rule *rule,
                              const struct scan_page *page)
{
	const struct word_list *list = &page->matches->uncovered;
	buf names = BUF_INIT(LIMIT_SETTINGS);
	err e = { 0 };

	if (list->len == 0 || !gate_needs_database(rule))
		return rule->ended && page->end_unknown
		           ? judging_no_end(job, SHOW(page->target), page->os_id, page->os_version)
		           : STATUS_DONE;
	for (size_t i = 0; i < list->len; i++)
		buf_printf(&names, "%s" PRIb, i > 0 ? ", " : "", BYTESF(list->items[i]));
	(void)err_set(&e, ERR_ABSENT, 0,
	              "the database has nothing of %s, so nothing can be gated on ('oakum db update' "
	              "fetches one, 'oakum db feeds' lists what there is)",
	              SHOW(buf_bytes(&names)));
	buf_done(&names);
	message_error(job, SHOW(page->target), &e);
	return STATUS_FAILED;
}

static void judge(struct judging *j, const struct scan_page *page)
{
	const struct matches *m = page->matches;
	bool gap = page->gaps > 0 || m->doubts.len > 0 || m->without > 0, ended = page->ends.len > 0;
	bool asks_end = j->flags->exit_on_eol.status > 0;
	struct gate_rule rule = j->rule;
	bool fails = has_secrets(j, page) || (j->rule.ended && ended) || (j->rule.gaps && gap);

	for (size_t i = 0; i < page->gate->found.len; i++)
		fails |= gate_fails(&j->rule, &page->gate->found.items[i]);
	if (fails)
		fail(j, STATUS_FINDINGS);
	if (j->flags->fail_on_gap && gap)
		fail(j, STATUS_GAP);
	rule.ended |= asks_end;
	if (asks_end && ended)
		fail(j, STATUS_END_OF_LIFE); /* as with Trivy: whatever else there is to say */
	else
		fail(j, judging_uncovered(j->job, &rule, page));
}

/* An image keeps its entries when it gets another tag. */
static bytes ledger_name(const struct target *target)
{
	bytes name = bytes_str(target->text);

	if (target->kind != TARGET_REGISTRY && target->kind != TARGET_DAEMON)
		return name;
	name = bytes_slice(name, 0, bytes_find(name, '@'));
	bytes base = path_base(name);

	return bytes_slice(name, 0, name.n - base.n + bytes_find(base, ':'));
}

int judging_scan(struct judging *j, const char *text, struct scan *out, err *e)
{
	struct scan_options options = j->options;
	struct papers papers = { 0 };
	struct target target;

	if (bill_target(text, &j->job->arena, &target, e) < 0)
		return -1;
	if (j->attached) {
		if (read_attached(j, &target, &papers, e) < 0)
			return -1;
		options.gate.vex = &papers.vex;
	}
	if (scan_run(&target, &options, out, e) < 0)
		return -1;
	const struct ledger_run run = { ledger_name(&target), &out->matches, &out->gate, j->job->now };

	if (j->flags->ledger)
		ledger_update(&j->papers.ledger, &run, &j->job->arena, &j->change);
	judge(j, &out->page);
	return 0;
}

/* -- the end ----------------------------------------------------------------------------------- */

int judging_finish(struct judging *j, err *e)
{
	const struct ledger_change *c = &j->change;
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream out;

	if (!j->flags->ledger)
		return 0;
	stream_init(&out, stream_to_buf, &text);
	ledger_write(&j->papers.ledger, &out);
	int result = stream_finish(&out, e);
	struct stat st;

	if (result == 0)
		result = file_write_atomic(j->flags->ledger, buf_bytes(&text),
		                           stat(j->flags->ledger, &st) == 0 ? st.st_mode & 0777 : 0644, e);
	buf_done(&text);
	if (result == 0)
		message_note(j->job, j->flags->ledger,
		             arena_printf(&j->job->arena,
		                          "%" PRIu64 " new, %" PRIu64 " became fixable, %" PRIu64
		                          " closed; %" PRIu64 " accepted, %" PRIu64 " expired",
		                          c->added, c->fixable, c->closed, c->accepted, c->expired));
	return result;
}

int judging_exit(const struct judging *j)
{
	return j->status == STATUS_END_OF_LIFE ? (int)j->flags->exit_on_eol.status
	                                       : status_exit(j->status, &j->flags->exit_code);
}
