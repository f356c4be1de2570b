/* SPDX-License-Identifier: Apache-2.0 */
#include "report/issues.h"

#include "base/text.h"
#include "report/scan_page.h"
#include "report/scan_result.h"

static void add_age(struct issues *all, const struct scan_page *page, struct arena *a)
{
	struct scan_part parts[SCAN_PARTS_MOST];
	size_t n = scan_parts(page, parts);
	int64_t age = scan_age(page);

	if (age < 0)
		issues_note(all, "the age of the database is not known");
	else if (age >= SCAN_STALE_DAYS)
		issues_note(all, arena_printf(a, "the database is %lld days old", (long long)age));
	for (size_t i = 0; i < n; i++) {
		const struct scan_part *p = &parts[i];

		if (p->days == age)
			continue;
		if (p->days < 0)
			issues_note(all, arena_printf(a, "the age of the database's %s is not known", p->name));
		else if (p->old)
			issues_note(all, arena_printf(a, "the database's %s is %lld days old", p->name,
			                              (long long)p->days));
	}
}

static void add_notes(struct issues *all, const struct scan_page *page, struct arena *a)
{
	const struct matches *m = page->matches;

	add_age(all, page, a);
	for (size_t i = 0; i < page->ends.len; i++)
		issues_note(all, arena_printf(a, PRIb " " PRIb " is no longer mended since " PRIb,
		                              BYTESF(gate_text(page->ends.items[i].name)),
		                              BYTESF(gate_text(page->ends.items[i].version)),
		                              BYTESF(gate_text(page->ends.items[i].date))));
	if (m->without > 0)
		issues_note(all, arena_printf(a, "%s packages could not be looked up",
		                              COUNT_TEXT(m->without)));
	if (scan_is_unread(page))
		issues_note(all, arena_printf(a, "no packages of " PRIb " were found, so none was judged",
		                              BYTESF(page->os_id)));
	if (m->doubts.len > 0)
		issues_note(all, arena_printf(a, "%s versions could not be compared",
		                              COUNT_TEXT(m->doubts.len)));
	if (page->gaps > 0)
		issues_note(all, arena_printf(a, "%s things could not be read", COUNT_TEXT(page->gaps)));
}

static void add_target(struct issues *all, const struct scan_page *page, struct arena *a)
{
	struct issue_target *t = issues_target(all, page->target);

	if (page->os_id.n > 0)
		t->system = bytes_str(arena_printf(&all->arena, PRIb " " PRIb,
		                                   BYTESF(scan_family(page->os_id)),
		                                   BYTESF(gate_text(page->os_version))));
	if (page->image) {
		t->reference = arena_bytes(&all->arena, page->image->reference);
		t->config = page->image->config_digest;
		t->manifest = page->image->manifest;
	}
	add_notes(all, page, a);
}

/* What tells one image from another and stays the same from build to build: "shop" of
 * "registry.example/team/shop:1.2@sha256:…" and of "out/shop.tar". */
static bytes short_name(bytes target)
{
	bytes name = bytes_slice(target, 0, bytes_find(target, '@'));
	size_t slash = bytes_rfind(name, '/');

	name = slash < name.n ? bytes_skip(name, slash + 1) : name;
	return bytes_slice(name, 0, bytes_find(name, ':'));
}

/* The layer and the tag change with each build. */
static bytes key_of(const struct scan_page *page, const struct finding *f, struct arena *a)
{
	return bytes_str(arena_printf(a, PRIb "\n%s\n" PRIb "\n" PRIb, BYTESF(f->match.id),
	                              f->purl_text, BYTESF(gate_text(f->match.package->path)),
	                              BYTESF(gate_text(short_name(page->target)))));
}

static struct issue_score score_of(const struct vulnerability_score *s)
{
	if (!s)
		return (struct issue_score){ 0 };
	return (struct issue_score){ s->v2_vector, s->v3_vector, s->v4_vector,
		                         s->v2_score,  s->v3_score,  s->v4_score };
}

/* A system's package lies in no file that a person edits: the image itself is named, or the line
 * of the Dockerfile that brought it. */
static void place(const struct scan_page *page, struct issue *i, const struct package *p,
                  struct arena *a)
{
	bool in_folder = page->image && page->image->kind == TARGET_ROOTFS;
	const struct scan_origin *from =
		page->origins && p->layer < page->image->layers.len ? &page->origins[p->layer] : NULL;

	if (!scan_is_system(p))
		i->file = in_folder ? issue_path(page->image->target.path, p->path, a) : p->path;
	i->in_sources = in_folder && i->file.n > 0;
	if (!from)
		return;
	i->where = i->file;
	i->file = bytes_str(page->dockerfile);
	i->in_sources = true;
	i->region = (struct issue_region){ from->line, 1, from->end_line, from->end_column };
}

static const char *status_of(const struct finding *f)
{
	enum advisory_status s = f->match.status;
	bool says_more = s == ADVISORY_WILL_NOT_FIX || s == ADVISORY_FIX_DEFERRED ||
	                 s == ADVISORY_END_OF_LIFE || s == ADVISORY_UNDER_INVESTIGATION;

	return says_more ? gate_status_name(s) : NULL;
}

static void add_finding(struct issues *all, const struct scan_page *page, const struct finding *f,
                        struct arena *a)
{
	const struct package *p = f->match.package;
	const struct issue_rule rule = { .id = f->match.id,
		                             .title = scan_title(f),
		                             .about = f->about->description,
		                             .link = bytes_str(scan_link(f->match.id, a)) };
	struct issue issue = { .kind = scan_is_system(p) ? ISSUE_SYSTEM_PACKAGE
		                                             : ISSUE_LANGUAGE_PACKAGE,
		                   .severity = f->rating.severity,
		                   .package = p->name,
		                   .version = p->version,
		                   .fixed = f->match.fixed,
		                   .purl = bytes_str(f->purl_text),
		                   .score = score_of(f->rating.score),
		                   .status = status_of(f),
		                   .exploited = f->about->kev_added.n > 0,
		                   .can_be_fixed = f->match.fixed.n > 0 };

	place(page, &issue, p, a);
	issues_add(all, &rule, &issue, key_of(page, f, a));
}

void issues_add_scan(struct issues *all, const struct scan_page *page)
{
	struct arena scratch = ARENA_INIT;

	add_target(all, page, &scratch);
	for (size_t i = 0; i < page->gate->found.len; i++) {
		add_finding(all, page, &page->gate->found.items[i], &scratch);
		arena_reset(&scratch);
	}
	arena_done(&scratch);
}
