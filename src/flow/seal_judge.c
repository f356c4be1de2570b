/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal_judge.h"

#include "base/text.h"
#include "flow/audit.h"
#include "flow/reach.h"
#include "flow/secrets.h"
#include "oci/platform.h"
#include "rule/image_rules.h"
#include "secret/inspector.h"
#include "secret/rules.h"

/* -- one read ---------------------------------------------------------------------------------- */

static int judge(struct seal_judged *j, const struct seal_wishes *w, err *e)
{
	struct image *image = &j->bill.image;
	struct scan_options scan = w->scan;

	if (secrets_collect(image, &image->arena, &j->secrets, e) < 0)
		return -1;
	secrets_choose(&j->secrets,
	               &(struct secrets_choice){ GATE_ALL, w->scan.gate.ignore, w->scan.skip },
	               &image->arena);
	coverage_count(image, &j->bill.facts, &image->arena, &j->coverage);
	reach_judge(image, &j->bill.facts, &image->arena, &j->closure);
	scan.gate.severities = GATE_ALL;
	if (scan_judge(image, &j->bill.facts, &scan, &j->scan, e) < 0)
		return -1;
	bill_show(&j->bill, &(struct bill_options){ .now = w->now, .tool_version = w->tool_version });
	audit_judge(image, &j->bill.facts, &j->coverage, &j->secrets, w->now, &j->page);
	j->scan.page.closure = &j->closure;
	j->page.scan = &j->scan.page;
	return 0;
}

int seal_judge(const struct target *target, const struct seal_wishes *wishes,
               struct seal_judged *out, err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = wishes->image;

	*out = (struct seal_judged){ 0 };
	audit_inspectors(&secret_inspector, inspectors);
	image.inspectors = inspectors;
	if (audit_gather(target, &image, &out->bill.image, &out->bill.facts, e) < 0)
		return -1;
	if (judge(out, wishes, e) == 0)
		return 0;
	image_done(&out->bill.image);
	return -1;
}

void seal_judged_done(struct seal_judged *j)
{
	page_done(&j->page);
	scan_done(&j->scan);
	bill_done(&j->bill);
}

/* -- the gate ---------------------------------------------------------------------------------- */

struct passing {
	const struct seal_judged *j;
	const struct seal_gate *gate;
	struct arena *arena;
	struct seal_image *out;
};

static void stop(struct passing *p, const char *judgement, enum severity severity, const char *text)
{
	*ARENA_PUSH(p->arena, &p->out->reasons) = (struct seal_reason){ judgement, severity, text };
}

/* Whoever breaks in with it somewhere need not wait for a fix. */
static bool is_stopped(const struct seal_gate *gate, const struct finding *f)
{
	if (gate->vulnerabilities == SEAL_NEVER)
		return false;
	if (f->about->kev_added.n > 0)
		return true;
	return f->rating.severity >= gate->vulnerabilities && (gate->unfixed || f->match.fixed.n > 0);
}

static void pass_vulnerabilities(struct passing *p)
{
	const struct scan_page *page = &p->j->scan.page;
	const struct word_list *lacking = &page->matches->uncovered;

	for (size_t i = 0; i < page->gate->found.len; i++) {
		const struct finding *f = &page->gate->found.items[i];
		const struct package *k = f->match.package;

		p->out->vulnerabilities[f->rating.severity]++;
		if (is_stopped(p->gate, f))
			stop(p, "vulnerability", f->rating.severity,
			     arena_printf(p->arena, PRIb " in " PRIb " " PRIb "%s%s%s", BYTESF(f->match.id),
			                  BYTESF(k->name), BYTESF(k->version),
			                  f->match.fixed.n > 0 ? ", fixed in " : ", not fixed",
			                  arena_str(p->arena, f->match.fixed),
			                  f->about->kev_added.n > 0 ? ", known to be exploited" : ""));
	}
	/* Where nothing was looked up nothing was found. */
	for (size_t i = 0; i < lacking->len && p->gate->vulnerabilities != SEAL_NEVER; i++)
		stop(p, "gap", SEVERITY_UNKNOWN,
		     arena_printf(p->arena,
		                  "the database has nothing of " PRIb " ('oakum db update' fetches one)",
		                  BYTESF(lacking->items[i])));
}

static void pass_ends(struct passing *p)
{
	const struct scan_page *page = &p->j->scan.page;

	for (size_t i = 0; i < page->ends.len && p->gate->ended; i++) {
		const struct scan_end *end = &page->ends.items[i];

		if (bytes_is(end->name, ".NET"))
			continue; /* of whose parts the rule IM022 tells more */
		stop(p, "end of life", SEVERITY_HIGH,
		     arena_printf(p->arena, PRIb " " PRIb " had its last supported day on " PRIb,
		                  BYTESF(end->name), BYTESF(end->version), BYTESF(end->date)));
	}
}

static void pass_secrets(struct passing *p)
{
	const struct secrets_page *page = &p->j->secrets;

	p->out->secrets = page->total;
	for (size_t i = 0; i < page->len; i++) {
		const struct secrets_row *row = &page->items[i];
		enum severity severity = secrets_severity(&row->found);
		const char *hidden = row->hidden ? ", deleted by an upper layer and still there" : "";

		if (severity >= p->gate->secrets)
			stop(p, "secret", severity,
			     arena_printf(p->arena, "%s in " PRIb "%s" PRIb "%s",
			                  secret_rules[row->found.rule].title, BYTESF(row->file),
			                  row->where.n > 0 ? ", " : "", BYTESF(row->where), hidden));
	}
	if (page->total > page->len && p->gate->secrets != SEAL_NEVER)
		stop(p, "secret", SEVERITY_UNKNOWN, "more secrets than are named here");
}

/* Rules that say again what the list of secrets says; that has a threshold of its own. */
static bool is_about_secrets(const struct rule *r)
{
	return r == &image_rules[IM005] || r == &image_rules[IM006] || r == &image_rules[IM023];
}

static void pass_settings(struct passing *p)
{
	const struct audit_page *page = &p->j->page;

	for (size_t i = 0; i < page->weaknesses.len; i++) {
		const struct page_weakness *w = &page->weaknesses.items[i];
		bool is_end = w->rule == &image_rules[IM022];

		if (is_about_secrets(w->rule))
			continue;
		p->out->settings++;
		if (is_end ? p->gate->ended : w->rule->severity >= p->gate->settings)
			stop(p, is_end ? "end of life" : "setting", w->rule->severity,
			     arena_printf(p->arena, "%s %s: %s", w->rule->id, w->rule->title, w->message));
	}
}

static void pass_gaps(struct passing *p)
{
	p->out->gaps = p->j->page.gaps + p->j->secrets.gaps;
	if (p->gate->gaps && p->out->gaps > 0)
		stop(p, "gap", SEVERITY_UNKNOWN,
		     arena_printf(p->arena,
		                  "%s gaps: not everything could be read ('oakum audit' names "
		                  "them)",
		                  COUNT_TEXT(p->out->gaps)));
}

void seal_pass(const struct seal_judged *j, const struct seal_wishes *wishes, struct arena *a,
               struct seal_image *out)
{
	struct passing p = { j, &wishes->gate, a, out };
	const struct image *image = &j->bill.image;

	*out = (struct seal_image){ .digest = image->manifest,
		                        .config = image->config_digest,
		                        .platform = platform_text(&image->platform, a),
		                        .base_name = arena_bytes(a, image->base_name),
		                        .base_digest = arena_bytes(a, image->base_digest),
		                        .packages = j->bill.sbom.packages };
	pass_vulnerabilities(&p);
	pass_secrets(&p);
	pass_settings(&p);
	pass_ends(&p);
	pass_gaps(&p);
}
