/* SPDX-License-Identifier: Apache-2.0 */
/* A summary in Markdown, for $GITHUB_STEP_SUMMARY and comments: sums, what a reader must know, and
 * a table, worst first. GitHub drops a summary beyond 1 MiB: LIMIT_MARKDOWN. */
#include "report/issues.h"

#include "base/limits.h"
#include "base/text.h"
#include "report/scan_result.h"

/* Character references never stand for structure (CommonMark 0.31, section 2.5): no link, mention,
 * formula or HTML comes of a text; a link of GitHub's needs ":" or "www.". */
static void put(buf *b, bytes text)
{
	buf shown = BUF_INIT(SIZE_MAX / 2);

	text_show(&shown, text);
	for (size_t i = 0; i < shown.n; i++) {
		uint8_t c = shown.p[i];

		if ((c > 0 && strchr("\\`*_{}[]()<>#+!|&~@:$'\"=^", c)) ||
		    bytes_starts(bytes_skip(buf_bytes(&shown), i), BYTES("www.")))
			buf_printf(b, "&#%u;", c);
		else
			buf_putc(b, c);
	}
	buf_done(&shown);
}

static void put_cut(buf *b, bytes text, size_t most)
{
	put(b, issue_cut(text, most));
	if (text.n > most)
		buf_puts(b, "…");
}

static void put_head(buf *b, const struct issues *all, struct arena *a)
{
	static const char *const names[] = { "Vulnerabilities", "Settings", "Secrets", "Findings" };

	buf_printf(b, "## %s\n\n%s\n", names[all->subject], issues_summary(all, a));
	for (size_t i = 0; i < all->targets.len; i++) {
		const struct issue_target *t = &all->targets.items[i];

		if (b->n > LIMIT_MARKDOWN / 2)
			break; /* notes of thousands of files: the table counts more */
		for (size_t k = 0; k < t->notes.len; k++) {
			buf_puts(b, k + i == 0 ? "\n- " : "- ");
			put_cut(b, t->name, 200);
			buf_puts(b, " &#58; ");
			put_cut(b, bytes_str(t->notes.items[k]), 400);
			buf_puts(b, "\n");
		}
	}
}

static void put_row(buf *b, const struct issues *all, const struct issue *i, struct arena *a)
{
	bytes message = i->package.n > 0 ? i->rule->title : i->message;

	buf_printf(b, "| %s | ", result_severity(i->severity));
	put_cut(b, i->rule->id, 100);
	buf_puts(b, " | ");
	if (issues_name_packages(all)) {
		put_cut(b, i->package, 100);
		buf_puts(b, " ");
		put_cut(b, i->version, 100);
		buf_puts(b, " | ");
	}
	put_cut(b, message, 300);
	buf_puts(b, " | ");
	put_cut(b, issue_remedy(i, a), 300);
	buf_puts(b, " | ");
	put_cut(b, issue_place(all, i), 300);
	if (i->region.line > 0)
		buf_printf(b, ", line %u", i->region.line);
	if (i->where.n > 0) {
		buf_puts(b, ", ");
		put_cut(b, i->where, 200);
	}
	buf_puts(b, " |\n");
}

void issues_markdown(const struct issues *all, struct stream *out)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	const struct issue **ranked = issues_ranked(all, &a);
	bool packages = issues_name_packages(all);
	buf b = BUF_INIT(SIZE_MAX / 2);
	size_t n = 0;

	put_head(&b, all, &a);
	if (all->len > 0)
		buf_printf(&b,
		           "\n| Severity | Id | %sWhat | Fix | Place |\n"
		           "| --- | --- | %s--- | --- | --- |\n",
		           packages ? "Package | " : "", packages ? "--- | " : "");
	for (; n < all->len && b.n < LIMIT_MARKDOWN; n++) {
		put_row(&b, all, ranked[n], &scratch);
		arena_reset(&scratch);
	}
	if (all->len - n + all->left_out > 0)
		buf_printf(&b, "\n%llu more findings are left out.\n",
		           (unsigned long long)(all->len - n + all->left_out));
	stream_put(out, buf_bytes(&b));
	buf_done(&b);
	arena_done(&scratch);
	arena_done(&a);
}
