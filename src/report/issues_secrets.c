/* SPDX-License-Identifier: Apache-2.0 */
#include "report/issues.h"

#include "base/text.h"
#include "report/secrets_page.h"

/* No rule of ours has a page: what helps is the same for all. */
#define MEND "Withdraw the secret where it was issued, then hand a new one over at run time."

#define WHERE_MOST 400 /* the name of a variable is an enemy's */

/* Lines are those of the member: its archive has none. */
static bytes member_of(const struct secret_finding *f, struct arena *a)
{
	const char *name = arena_printf(a, "%s", SHOW(f->member));
	bytes clipped = bytes_slice(bytes_str(name), 0, WHERE_MOST);

	if (f->member.n == 0)
		return BYTES("");
	if (f->line == 0)
		return bytes_str(arena_printf(a, "in " PRIb, BYTESF(clipped)));
	return bytes_str(arena_printf(a, "in " PRIb ", line %u", BYTESF(clipped), f->line));
}

static bytes where_of(const struct secrets_page *page, const struct secrets_row *row, bytes member,
                      struct arena *a)
{
	if ((page->folder || row->layer == 0) && member.n > 0)
		return member;
	if (member.n > 0)
		return bytes_str(arena_printf(a, "layer %u%s, " PRIb, row->layer,
		                              row->hidden ? ", hidden by an upper one, not gone" : "",
		                              BYTESF(member)));
	if (page->folder || row->layer == 0)
		return bytes_slice(row->where, 0, WHERE_MOST);
	return bytes_str(arena_printf(a, "layer %u%s", row->layer,
	                              row->hidden ? ", hidden by an upper one, not gone" : ""));
}

static void add_row(struct issues *all, const struct secrets_page *page,
                    const struct secrets_row *row, struct arena *a)
{
	const struct secret_finding *f = &row->found;
	const struct secret_rule *r = &secret_rules[f->rule];
	const struct issue_rule rule = { .id = bytes_str(r->id),
		                             .title = bytes_str(r->title),
		                             .mend = BYTES(MEND) };
	bytes member = member_of(f, a);
	buf hex = BUF_INIT(2 * SECRET_FINGERPRINT);

	text_hex(&hex, bytes_of(f->fingerprint, SECRET_FINGERPRINT));
	struct issue issue = {
		.kind = ISSUE_SECRET,
		.severity = secrets_severity(f),
		.file = page->folder ? issue_path(page->folder, row->file, a) : row->file,
		.in_sources = page->folder != NULL,
		.where = where_of(page, row, member, a),
		.message = bytes_str(arena_printf(a, "%s: %s", r->title,
		                                  secrets_redacted(f, a))),
	};

	if (member.n == 0)
		issue.region = (struct issue_region){ f->line, f->column, f->end_line, f->end_column };
	issues_add(all, &rule, &issue,
	           bytes_str(arena_printf(a, "%s\n" PRIb "\n" PRIb "\n" PRIb, r->id, BYTESF(row->file),
	                                  BYTESF(member.n > 0 ? member
	                                                      : bytes_slice(row->where, 0, WHERE_MOST)),
	                                  BYTESF(buf_bytes(&hex)))));
	buf_done(&hex);
}

void issues_add_secrets(struct issues *all, const struct secrets_page *page)
{
	struct arena scratch = ARENA_INIT;

	issues_target(all, bytes_str(page->target));
	if (page->total > page->len)
		issues_note(all, arena_printf(&scratch, "%s more secrets are not named",
		                              COUNT_TEXT(page->total - page->len)));
	if (page->gaps > 0)
		issues_note(all, arena_printf(&scratch, "%s things could not be searched; the first: " PRIb,
		                              COUNT_TEXT(page->gaps),
		                              BYTESF(bytes_slice(page->gap, 0, 400))));
	for (size_t i = 0; i < page->len; i++) {
		add_row(all, page, &page->items[i], &scratch);
		arena_reset(&scratch);
	}
	arena_done(&scratch);
}
