/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML as CI systems read it: a suite a target, a failed test a finding. */
#include "report/issues.h"

#include "base/text.h"
#include "report/markup.h"
#include "report/scan_result.h"

/* A report without a test is an error to some readers (Jenkins): nothing found is one that passed,
 * and what could not be judged one that broke. */
static void put_counts(struct stream *out, size_t n, bool failed)
{
	stream_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"0\" time=\"0\"",
	              n + failed > 0 ? n + failed : 1, n, failed);
}

static void put_property(struct stream *out, const char *name, bytes value)
{
	stream_puts(out, "      <property");
	markup_attribute(out, "name", bytes_str(name));
	markup_attribute(out, "value", value);
	stream_puts(out, "/>\n");
}

static void put_properties(struct stream *out, const struct issue_target *t)
{
	if (t->system.n == 0 && t->notes.len == 0)
		return;
	stream_puts(out, "    <properties>\n");
	if (t->system.n > 0)
		put_property(out, "type", t->system);
	for (size_t i = 0; i < t->notes.len; i++)
		put_property(out, "note", bytes_str(t->notes.items[i]));
	stream_puts(out, "    </properties>\n");
}

static void put_class(struct stream *out, const struct issues *all, const struct issue *i,
                      struct arena *a)
{
	bytes class = i->package.n == 0
	                  ? issue_place(all, i)
	                  : bytes_str(arena_printf(a, PRIb "-" PRIb, BYTESF(i->package),
	                                           BYTESF(i->version)));

	markup_attribute(out, "classname", class);
}

/* Readers take two tests of one name for the same. */
static void put_name(struct stream *out, const struct issue *i, struct arena *a)
{
	bytes more = i->package.n > 0 ? i->file : i->message;

	markup_attribute(out, "name",
	                 bytes_str(arena_printf(a, "[%s] " PRIb "%s" PRIb "%s" PRIb,
	                                        result_severity(i->severity), BYTESF(i->rule->id),
	                                        i->where.n > 0 ? " " : "", BYTESF(i->where),
	                                        more.n > 0 ? ": " : "", BYTESF(more))));
}

static void put_line(struct stream *out, const char *name, bytes text)
{
	if (text.n == 0)
		return;
	stream_puts(out, name);
	markup_put(out, text);
	stream_puts(out, "\n");
}

static void put_case(struct stream *out, const struct issues *all, const struct issue *i,
                     struct arena *a)
{
	stream_puts(out, "    <testcase");
	put_class(out, all, i, a);
	put_name(out, i, a);
	if (i->in_sources)
		markup_attribute(out, "file", i->file);
	if (i->region.line > 0)
		stream_printf(out, " line=\"%u\"", i->region.line);
	stream_puts(out, " time=\"0\">\n      <failure");
	markup_attribute(out, "message", issue_message(i, a));
	markup_attribute(out, "type", bytes_str(result_severity(i->severity)));
	stream_puts(out, ">");
	put_line(out, "", i->rule->about);
	put_line(out, "Place: ", issue_place(all, i));
	put_line(out, "Fix: ", issue_remedy(i, a));
	put_line(out, "See: ", i->rule->link);
	stream_puts(out, "</failure>\n    </testcase>\n");
}

/* put_suite(out, all, target, from): its issues are those from `from` on; gives the next one's. */
static size_t put_suite(struct stream *out, const struct issues *all, size_t target, size_t from)
{
	const struct issue_target *t = &all->targets.items[target];
	struct arena scratch = ARENA_INIT;
	size_t n = 0;

	while (from + n < all->len && all->items[from + n].target == target)
		n++;
	stream_puts(out, "  <testsuite");
	markup_attribute(out, "name", t->name);
	put_counts(out, n, t->failed);
	stream_puts(out, ">\n");
	put_properties(out, t);
	for (size_t i = from; i < from + n; i++) {
		put_case(out, all, &all->items[i], &scratch);
		arena_reset(&scratch);
	}
	if (t->failed)
		stream_puts(out, "    <testcase classname=\"oakum\" name=\"judged whole\" time=\"0\">"
		                 "<error message=\"see the notes above\"/></testcase>\n");
	else if (n == 0)
		stream_puts(out, "    <testcase classname=\"oakum\" name=\"nothing found\" time=\"0\"/>\n");
	stream_puts(out, "  </testsuite>\n");
	arena_done(&scratch);
	return from + n;
}

void issues_junit(const struct issues *all, struct stream *out)
{
	stream_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"oakum\">\n");
	for (size_t i = 0, at = 0; i < all->targets.len; i++)
		at = put_suite(out, all, i, at);
	stream_puts(out, "</testsuites>\n");
}
