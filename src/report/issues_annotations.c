/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's workflow commands: a line a finding that the log's reader sees at its place in a pull
 * request ("::error file=app.yaml,line=3::..."). GitHub shows LIMIT_ANNOTATIONS of each level and
 * step: the worst come first, the rest is counted. */
#include "report/issues.h"

#include "base/limits.h"
#include "base/text.h"

enum { ERROR, WARNING, NOTICE, LEVELS };

static const char *const names[LEVELS] = { "error", "warning", "notice" };

/* Of the printable form, so that no text can end its line; '%' begins an escape in a command, ','
 * and ':' end a property (@actions/core, command.ts). */
static void put(struct stream *out, bytes text, bool is_property, struct arena *a)
{
	bytes shown = bytes_str(text_shown(a, text));

	for (size_t i = 0; i < shown.n; i++) {
		uint8_t c = shown.p[i];

		if (c == '%' || (is_property && (c == ':' || c == ',')))
			stream_printf(out, "%%%02X", c);
		else
			stream_put(out, bytes_slice(shown, i, 1));
	}
}

static int level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? ERROR : s == SEVERITY_MEDIUM ? WARNING : NOTICE;
}

static void put_place(struct stream *out, const struct issue *i, struct arena *a)
{
	const struct issue_region *r = &i->region;

	if (!i->in_sources)
		return;
	bytes file = i->file;

	(void)bytes_take_prefix(&file, BYTES("./"));
	stream_puts(out, "file=");
	put(out, file, true, a);
	if (r->line > 0)
		stream_printf(out, ",line=%u,endLine=%u", r->line, r->end_line);
	if (r->line > 0 && r->line == r->end_line && r->column > 0) /* columns are of one line */
		stream_printf(out, ",col=%u,endColumn=%u", r->column, r->end_column);
	stream_puts(out, ",");
}

static void put_issue(struct stream *out, const struct issues *all, const struct issue *i,
                      struct arena *a)
{
	bytes remedy = issue_remedy(i, a);

	stream_printf(out, "::%s ", names[level_of(i->severity)]);
	put_place(out, i, a);
	stream_puts(out, "title=");
	put(out, i->rule->id, true, a);
	stream_puts(out, "::");
	put(out, issue_message(i, a), false, a);
	if (remedy.n > 0) {
		stream_puts(out, ". ");
		put(out, remedy, false, a);
	}
	if (!i->in_sources) {
		stream_puts(out, " (");
		put(out, issue_place(all, i), false, a);
		stream_puts(out, ")");
	}
	stream_puts(out, "\n");
}

/* put_target(out, t, a): why it could not be judged, or what to know of it. */
static void put_target(struct stream *out, const struct issue_target *t, struct arena *a)
{
	if (!t->failed && t->notes.len == 0)
		return;
	stream_printf(out, "::%s title=oakum::", names[t->failed ? ERROR : NOTICE]);
	put(out, t->name, false, a);
	for (size_t i = 0; i < t->notes.len && i < LIMIT_ANNOTATIONS; i++) {
		stream_puts(out, i == 0 ? ": " : "; ");
		put(out, bytes_str(t->notes.items[i]), false, a);
	}
	stream_puts(out, "\n");
}

void issues_annotations(const struct issues *all, struct stream *out)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	const struct issue **ranked = issues_ranked(all, &a);
	uint64_t shown[LEVELS] = { 0 }, left_out = all->left_out;

	for (size_t i = 0; i < all->len; i++) {
		int level = level_of(ranked[i]->severity);

		if (shown[level] == LIMIT_ANNOTATIONS) {
			left_out++;
			continue;
		}
		shown[level]++;
		put_issue(out, all, ranked[i], &scratch);
		arena_reset(&scratch);
	}
	for (size_t i = 0; i < all->targets.len; i++)
		put_target(out, &all->targets.items[i], &a);
	stream_printf(out, "%s", issues_summary(all, &a));
	if (left_out > 0)
		stream_printf(out, "; %llu are not shown here", (unsigned long long)left_out);
	stream_puts(out, "\n");
	arena_done(&scratch);
	arena_done(&a);
}
