/* SPDX-License-Identifier: Apache-2.0 */
/* The table of `oakum scan`: one row an update, with what it takes away; then what has no fix, what
 * its maker no longer mends, and what nobody looked at. */
#include "report/scan_page.h"

#include "base/map.h"
#include "base/text.h"
#include "report/layout.h"
#include "version/version.h"
#include "vuln/distribution.h"

#include <stdlib.h>

#define SEVERITIES (SEVERITY_CRITICAL + 1)
#define IDS_SHOWN 12
#define SHORT_GROUPS 5

/* Findings that one update takes away: those of one package, a distribution's by its source. */
struct group {
	bytes name, installed, fix;
	enum version_ordering ordering;
	uint64_t count[SEVERITIES], all;
	enum severity worst;
	struct map ids;
	struct {
		const struct finding **items; /* each vulnerability once */
		size_t len, cap;
	} findings;
};

struct groups {
	struct group **items;
	size_t len, cap;
};

static enum style style_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? STYLE_BAD : s == SEVERITY_MEDIUM ? STYLE_WARN : STYLE_PLAIN;
}

static void put_counts(struct layout *l, const uint64_t count[SEVERITIES])
{
	uint64_t left = 0;

	for (enum severity s = SEVERITY_UNKNOWN; s < SEVERITIES; s++)
		left += count[s] > 0;
	for (enum severity s = SEVERITIES; s-- > SEVERITY_UNKNOWN;)
		if (count[s] > 0)
			layout_printf(l, style_of(s), "%s %s%s", COUNT_TEXT(count[s]), severity_name(s),
			              --left > 0 ? "," : "");
}

/* -- grouping ---------------------------------------------------------------------------------- */

/* The first of "1.2.3, 2.0.1" is the nearest. */
static bytes nearest_fix(const struct finding *f)
{
	return bytes_slice(f->match.fixed, 0, bytes_find(f->match.fixed, ','));
}

static void add(struct group *g, const struct finding *f, struct arena *a)
{
	bytes fix = nearest_fix(f);
	int c;

	if (g->fix.n == 0 || (version_compare(g->ordering, g->fix, fix, &c) && c < 0))
		g->fix = fix;
	g->all++;
	g->count[f->rating.severity]++;
	if (f->rating.severity > g->worst)
		g->worst = f->rating.severity;
	void **known = map_put(&g->ids, f->match.id);

	if (*known)
		return;
	*known = g;
	*ARENA_PUSH(a, &g->findings) = f;
}

static int compare(const void *left, const void *right)
{
	const struct group *l = *(const struct group *const *)left,
					   *r = *(const struct group *const *)right;
	int c = (l->all < r->all) - (l->all > r->all);

	c = c ? c : (int)r->worst - (int)l->worst;
	c = c ? c : bytes_compare(l->name, r->name);
	return c ? c : bytes_compare(l->installed, r->installed);
}

static void make_groups(const struct findings *list, bool fixable, struct arena *a,
                        struct groups *out)
{
	struct map known;

	map_init(&known, a);
	for (size_t i = 0; i < list->len; i++) {
		const struct finding *f = &list->items[i];
		const struct space *s = f->match.space;
		bytes name = scan_is_system(f->match.package) ? s->package : f->match.package->name;

		if ((f->match.fixed.n > 0) != fixable)
			continue;
		void **place = map_put(&known,
		                       bytes_str(arena_printf(a, PRIb "\t" PRIb "\t" PRIb, BYTESF(s->name),
		                                              BYTESF(name),
		                                              BYTESF(gate_text(s->version)))));

		if (!*place) {
			struct group *made = arena_new(a, struct group);

			*made = (struct group){ name, s->version, .ordering = s->ordering };
			map_init(&made->ids, a);
			*place = *ARENA_PUSH(a, out) = made;
		}
		add(*place, f, a);
	}
	if (out->len > 1)
		qsort(out->items, out->len, sizeof(*out->items), compare);
}

/* -- rows -------------------------------------------------------------------------------------- */

static void put_ids(struct layout *l, const struct group *g)
{
	layout_indent(l, LAYOUT_LABEL + 2);
	for (size_t i = 0; i < g->findings.len && i < IDS_SHOWN; i++) {
		const struct finding *f = g->findings.items[i];
		const char *tail = i + 1 < g->findings.len ? "," : "";

		layout_word(l, style_of(f->rating.severity), f->match.id,
		            f->about->kev_added.n > 0 ? "" : tail);
		if (f->about->kev_added.n > 0)
			layout_word(l, STYLE_BAD, BYTES("(exploited)"), tail);
	}
	if (g->findings.len > IDS_SHOWN)
		layout_printf(l, STYLE_FAINT, "and %zu more", g->findings.len - IDS_SHOWN);
	layout_end(l);
}

static void put_group(struct layout *l, const struct group *g)
{
	layout_label(l, COUNT_TEXT(g->all));
	layout_word(l, STYLE_TITLE, g->name, "");
	layout_word(l, STYLE_PLAIN, g->installed, g->fix.n > 0 ? "" : ":");
	if (g->fix.n > 0) {
		layout_text(l, STYLE_FAINT, "→");
		layout_word(l, STYLE_GOOD, g->fix, ":");
	}
	put_counts(l, g->count);
	layout_end(l);
}

static void put_groups(struct layout *l, const struct scan_page *page, const char *heading,
                       bool fixable)
{
	struct arena a = ARENA_INIT;
	struct groups groups = { 0 };

	make_groups(&page->gate->found, fixable, &a, &groups);
	if (groups.len > 0)
		layout_heading(l, heading);
	for (size_t i = 0; i < groups.len; i++) {
		put_group(l, groups.items[i]);
		put_ids(l, groups.items[i]);
	}
	arena_done(&a);
}

static void put_suppressed(struct layout *l, const struct scan_page *page)
{
	const struct findings *list = &page->gate->suppressed;

	if (!page->show_suppressed || list->len == 0)
		return;
	layout_heading(l, "Suppressed");
	for (size_t i = 0; i < list->len; i++) {
		const struct finding *f = &list->items[i];

		layout_label(l, f->by);
		layout_word(l, STYLE_PLAIN, f->match.id, "");
		layout_word(l, STYLE_PLAIN, f->match.package->name, f->why.n > 0 ? ":" : "");
		if (f->why.n > 0)
			layout_word(l, STYLE_FAINT, f->why, "");
		layout_end(l);
	}
}

static void put_ends(struct layout *l, const struct scan_page *page)
{
	if (page->ends.len > 0)
		layout_heading(l, "No longer mended by its maker");
	for (size_t i = 0; i < page->ends.len; i++) {
		const struct scan_end *x = &page->ends.items[i];

		layout_label(l, "ended");
		layout_word(l, STYLE_BAD, x->name, "");
		layout_word(l, STYLE_BAD, x->version, ":");
		layout_text(l, STYLE_PLAIN, "since");
		layout_word(l, STYLE_PLAIN, x->date, "");
		if (x->shipped)
			layout_text(l, STYLE_FAINT, "(by the program's own table of " DISTRIBUTION_DATE ")");
		layout_end(l);
	}
}

/* -- what stands behind it --------------------------------------------------------------------- */

static void put_count(struct layout *l, uint64_t n, const char *what)
{
	if (n == 0)
		return;
	layout_label(l, COUNT_TEXT(n));
	layout_text(l, STYLE_PLAIN, what);
	layout_end(l);
}

static void put_doubts(struct layout *l, const struct scan_page *page)
{
	for (size_t i = 0; i < page->matches->doubts.len; i++) {
		const struct match_doubt *d = &page->matches->doubts.items[i];

		layout_label(l, "unclear");
		layout_word(l, STYLE_WARN, d->package->name, "");
		layout_word(l, STYLE_WARN, d->package->version, "");
		if (d->id.n > 0)
			layout_word(l, STYLE_WARN, d->id, "");
		layout_printf(l, STYLE_PLAIN, "(%s cannot be read)", d->what);
		layout_end(l);
	}
}

static void put_uncovered(struct layout *l, const struct scan_page *page)
{
	const struct word_list *list = &page->matches->uncovered;

	if (list->len == 0)
		return;
	layout_label(l, "no data");
	for (size_t i = 0; i < list->len; i++)
		layout_word(l, STYLE_WARN, list->items[i], i + 1 < list->len ? "," : ":");
	layout_text(l, STYLE_PLAIN, "not in the database ('oakum db update')");
	layout_end(l);
}

/* A package manager whose records nobody here reads: that nothing was found there means nothing. */
static void put_unread_system(struct layout *l, const struct scan_page *page)
{
	if (!scan_is_unread(page))
		return;
	layout_label(l, "no data");
	layout_word(l, STYLE_WARN, page->os_id, ":");
	layout_text(l, STYLE_WARN, "no packages of the system were found, so none was judged");
	layout_end(l);
}

static bool is_shipped(const struct database_info *info)
{
	return info->feeds.len == 1 && info->feeds.items[0].kind == FEED_DOTNET;
}

/* Parts that are old, or of which it is not known, and not as old as the whole. */
static void put_parts(struct layout *l, const struct scan_page *page)
{
	struct scan_part parts[SCAN_PARTS_MOST];
	size_t n = scan_parts(page, parts);

	for (size_t i = 0; i < n; i++) {
		const struct scan_part *p = &parts[i];

		if (p->days == scan_age(page) || (p->days >= 0 && !p->old))
			continue;
		layout_label(l, "of it");
		if (p->days < 0)
			layout_printf(l, STYLE_WARN, "%s of unknown age", p->name);
		else
			layout_printf(l, STYLE_WARN,
			              "%s of %s, %lld days old: what was published since is not in it", p->name,
			              SHOW(p->date), (long long)p->days);
		layout_end(l);
	}
}

static void put_age(struct layout *l, const struct scan_page *page)
{
	int64_t age = scan_age(page);
	bool old = age >= SCAN_STALE_DAYS;

	layout_label(l, "database");
	if (is_shipped(page->database))
		layout_text(l, STYLE_WARN, "only the .NET record that came with the program,");
	if (age < 0)
		layout_text(l, STYLE_WARN, "of unknown age");
	else
		layout_printf(l, old ? STYLE_WARN : STYLE_PLAIN, "of %s, %lld days old%s",
		              DATE_TEXT(page->database->built), (long long)age,
		              old ? ": what was published since is not in it" : "");
	layout_end(l);
	put_parts(l, page);
}

static void put_basis(struct layout *l, const struct scan_page *page)
{
	const struct matches *m = page->matches;

	layout_heading(l, "What this rests on");
	put_age(l, page);
	put_count(l, m->looked_at, "packages looked up");
	scan_reach_basis(page, l);
	put_count(l, m->without,
	          "packages that nobody publishes for, or that the database does not cover");
	put_uncovered(l, page);
	put_unread_system(l, page);
	put_count(l, page->unnamed, "packages of the bill without a purl of a known type");
	put_doubts(l, page);
	put_count(l, m->elsewhere, "findings for Windows or macOS left out");
	put_count(l, page->assetless, "NuGet packages without a file not looked up");
	put_count(l, page->overridden, "NuGet packages that the shared framework replaces");
	put_count(l, page->owned, "packages of languages that belong to the distribution's");
	put_count(l, page->unwanted, "packages left out by flags");
	put_count(l, page->gate->by_severity, "findings of other severities");
	put_count(l, page->gate->unrated, "of them of unknown severity, which were not counted");
	put_count(l, page->gate->by_status, "findings whose status is ignored");
	put_count(l, page->gate->suppressed.len, "findings suppressed (--show-suppressed names them)");
	put_count(l, page->gaps, "gaps: what could not be read ('oakum audit' names them)");
}

static void put_summary(struct layout *l, const struct scan_page *page)
{
	uint64_t count[SEVERITIES] = { 0 }, before = 0;
	const struct findings *list = &page->gate->found;

	for (size_t i = 0; i < list->len; i++) {
		count[list->items[i].rating.severity]++;
		before += list->items[i].known_before;
	}
	layout_indent(l, 2);
	if (list->len == 0) {
		layout_printf(l, page->matches->looked_at > 0 ? STYLE_GOOD : STYLE_WARN,
		              "0 vulnerabilities in the %s packages that were looked up",
		              COUNT_TEXT(page->matches->looked_at));
	} else {
		layout_printf(l, STYLE_PLAIN, list->len == 1 ? "%s finding:" : "%s findings:",
		              COUNT_TEXT(list->len));
		put_counts(l, count);
	}
	if (page->has_baseline && list->len > 0)
		layout_printf(l, STYLE_PLAIN, "(%s of them new)", COUNT_TEXT(list->len - before));
	layout_end(l);
}

void scan_text(const struct scan_page *page, const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	stream_puts(out, terminal_style(terminal, STYLE_TITLE));
	stream_show(out, page->target);
	stream_puts(out, terminal_plain(terminal));
	if (page->os_id.n > 0) {
		stream_puts(out, " (");
		stream_show(out, page->os_id);
		stream_puts(out, page->os_version.n > 0 ? " " : "");
		stream_show(out, page->os_version);
		stream_puts(out, ")");
	}
	stream_puts(out, "\n");
	put_summary(&l, page);
	scan_reach_summary(page, &l);
	put_groups(&l, page, "Updates, the one that removes most first", true);
	put_groups(&l, page, "Without a fix", false);
	put_suppressed(&l, page);
	put_ends(&l, page);
	put_basis(&l, page);
}

void scan_short(const struct scan_page *page, struct layout *l)
{
	struct arena a = ARENA_INIT;
	struct groups groups = { 0 };

	layout_heading(l, "KNOWN VULNERABILITIES");
	put_summary(l, page);
	make_groups(&page->gate->found, true, &a, &groups);
	for (size_t i = 0; i < groups.len && i < SHORT_GROUPS; i++)
		put_group(l, groups.items[i]);
	if (page->gate->found.len > 0) {
		layout_label(l, "");
		layout_text(l, STYLE_PLAIN, "which they are: oakum scan");
		layout_end(l);
	}
	put_count(l, page->matches->without, "packages could not be looked up");
	put_uncovered(l, page);
	put_unread_system(l, page);
	put_age(l, page);
	arena_done(&a);
}
