/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/passing.h"

#include "base/text.h"
#include "rule/image_rules.h"
#include "secret/rules.h"

struct passing {
	const struct audit_page *page;
	const struct gate_rule *rule;
	struct arena *arena;
	struct reasons *out;
};

static void stop(struct passing *p, const char *judgement, enum severity severity, const char *text)
{
	*ARENA_PUSH(p->arena, p->out) = (struct reason){ judgement, severity, text };
}

static bool is_at_least(enum severity severity, enum severity threshold)
{
	return threshold != SEVERITY_UNKNOWN && severity >= threshold;
}

static void pass_vulnerabilities(struct passing *p)
{
	const struct scan_page *scan = p->page->scan;
	const struct word_list *lacking = &scan->matches->uncovered;

	for (size_t i = 0; i < scan->gate->found.len; i++) {
		const struct finding *f = &scan->gate->found.items[i];
		const struct package *k = f->match.package;

		if (gate_fails(p->rule, f))
			stop(p, "vulnerability", f->rating.severity,
			     arena_printf(p->arena, PRIb " in " PRIb " " PRIb "%s%s%s", BYTESF(f->match.id),
			                  BYTESF(k->name), BYTESF(k->version),
			                  f->match.fixed.n > 0 ? ", fixed in " : ", not fixed",
			                  arena_str(p->arena, f->match.fixed),
			                  f->about->kev_added.n > 0 ? ", known to be exploited" : ""));
	}
	/* Where nothing was looked up nothing was found. */
	for (size_t i = 0; i < lacking->len && gate_needs_database(p->rule); i++)
		stop(p, "vulnerability", SEVERITY_UNKNOWN,
		     arena_printf(p->arena,
		                  "unknown: the database has nothing of " PRIb
		                  " ('oakum db update' fetches one)",
		                  BYTESF(lacking->items[i])));
}

static void pass_ends(struct passing *p)
{
	const struct scan_page *scan = p->page->scan;

	if (p->rule->ended && scan->end_unknown)
		stop(p, "end of life", SEVERITY_UNKNOWN,
		     arena_printf(p->arena, "unknown: until when " PRIb " " PRIb " is mended",
		                  BYTESF(scan->os_id.n > 0 ? scan->os_id : BYTES("this system")),
		                  BYTESF(gate_text(scan->os_version))));
	for (size_t i = 0; i < scan->ends.len && p->rule->ended; i++) {
		const struct scan_end *end = &scan->ends.items[i];

		if (bytes_is(end->name, ".NET"))
			continue; /* of whose parts the rule IM022 tells more */
		stop(p, "end of life", SEVERITY_HIGH,
		     arena_printf(p->arena, PRIb " " PRIb " had its last supported day on " PRIb,
		                  BYTESF(end->name), BYTESF(end->version), BYTESF(end->date)));
	}
}

static void pass_secrets(struct passing *p)
{
	const struct secrets_page *secrets = p->page->secrets;

	for (size_t i = 0; i < secrets->len; i++) {
		const struct secrets_row *row = &secrets->items[i];
		enum severity severity = secrets_severity(&row->found);
		const char *hidden = row->hidden ? ", deleted by an upper layer and still there" : "";

		if (is_at_least(severity, p->rule->secrets))
			stop(p, "secret", severity,
			     arena_printf(p->arena, "%s in " PRIb "%s" PRIb "%s",
			                  secret_rules[row->found.rule].title, BYTESF(row->file),
			                  row->where.n > 0 ? ", " : "", BYTESF(row->where), hidden));
	}
	if (secrets->total > secrets->len && p->rule->secrets != SEVERITY_UNKNOWN)
		stop(p, "secret", SEVERITY_UNKNOWN, "more secrets than are named here");
}

bool passing_is_secret(const struct rule *rule)
{
	return rule == &image_rules[IM005] || rule == &image_rules[IM006] ||
	       rule == &image_rules[IM023];
}

/* What the list of secrets says, too, has a threshold of its own. */
static void pass_settings(struct passing *p)
{
	const struct audit_page *page = p->page;

	for (size_t i = 0; i < page->weaknesses.len; i++) {
		const struct page_weakness *w = &page->weaknesses.items[i];
		bool is_end = w->rule == &image_rules[IM022];

		if (passing_is_secret(w->rule))
			continue;
		if (is_end ? p->rule->ended : is_at_least(w->rule->severity, p->rule->settings))
			stop(p, is_end ? "end of life" : "setting", w->rule->severity,
			     arena_printf(p->arena, "%s %s: %s", w->rule->id, w->rule->title, w->message));
	}
}

static void pass_gaps(struct passing *p)
{
	uint64_t gaps = p->page->gaps + (p->page->secrets ? p->page->secrets->gaps : 0);

	if (p->rule->gaps && gaps > 0)
		stop(p, "gap", SEVERITY_UNKNOWN,
		     arena_printf(p->arena,
		                  "%s gaps: not everything could be read ('oakum audit' names "
		                  "them)",
		                  COUNT_TEXT(gaps)));
}

void passing_judge(const struct audit_page *page, const struct gate_rule *rule, struct arena *a,
                   struct reasons *out)
{
	struct passing p = { page, rule, a, out };

	if (page->scan)
		pass_vulnerabilities(&p);
	if (page->secrets)
		pass_secrets(&p);
	pass_settings(&p);
	if (page->scan)
		pass_ends(&p);
	pass_gaps(&p);
}
