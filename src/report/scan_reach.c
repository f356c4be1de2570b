/* SPDX-License-Identifier: Apache-2.0 */
/* What scan reports say of what the image's program can load: a hint beside each finding, never a
 * reason to leave one out. */
#include "report/scan_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/layout.h"

#define DOUBTS_SHOWN 5

struct tally {
	uint64_t of[REACH_YES + 1];
};

static struct tally count(const struct scan_page *page)
{
	const struct findings *found = &page->gate->found;
	struct tally t = { { 0 } };

	for (size_t i = 0; i < found->len; i++)
		t.of[found->items[i].match.package->reach]++;
	return t;
}

static bool is_told(const struct scan_page *page)
{
	return page->closure && !page->closure->unsaid;
}

/* -- for people -------------------------------------------------------------------------------- */

void scan_reach_summary(const struct scan_page *page, struct layout *l)
{
	struct tally t = count(page);

	if (!is_told(page) || page->gate->found.len == 0)
		return;
	layout_indent(l, 2);
	layout_printf(l, STYLE_PLAIN, "%s in files this process can load,",
	              COUNT_TEXT(t.of[REACH_YES]));
	if (t.of[REACH_UNCLEAR] > 0)
		layout_printf(l, STYLE_PLAIN, "%s where that cannot be told,",
		              COUNT_TEXT(t.of[REACH_UNCLEAR]));
	layout_printf(l, STYLE_PLAIN, "%s in none", COUNT_TEXT(t.of[REACH_NO]));
	layout_end(l);
}

void scan_reach_basis(const struct scan_page *page, struct layout *l)
{
	if (!page->closure || !page->image || !page->image->has_config)
		return;
	if (page->closure->unsaid) {
		layout_label(l, "loads");
		layout_printf(l, STYLE_PLAIN, "unknown: %s", page->closure->unsaid);
		layout_end(l);
		return;
	}
	for (size_t i = 0; i < page->closure->doubts.len && i < DOUBTS_SHOWN; i++) {
		layout_label(l, i == 0 ? "loads" : "");
		layout_printf(l, STYLE_PLAIN, "unclear: %s", page->closure->doubts.items[i]);
		layout_end(l);
	}
	if (page->closure->doubts.len > DOUBTS_SHOWN) {
		layout_label(l, "");
		layout_printf(l, STYLE_FAINT, "and %zu more reasons",
		              page->closure->doubts.len - DOUBTS_SHOWN);
		layout_end(l);
	}
}

/* -- for programs ------------------------------------------------------------------------------ */

void scan_reach_write_finding(const struct finding *f, struct json_writer *w)
{
	const struct package *p = f->match.package;

	json_write_text(w, "Loadable", reach_name(p->reach));
	if (p->reach != REACH_NO)
		return;
	/* OpenVEX 0.2.0, "Status Justifications". A candidate: a person decides. */
	json_write_object(w, "VEXCandidate");
	json_write_text(w, "Status", "not_affected");
	json_write_text(w, "Justification", "vulnerable_code_not_in_execute_path");
	json_write_text(w, "ImpactStatement",
	                "The program that the image starts cannot load any file of this package: no "
	                "name leads from its entry point to one.");
	json_write_end(w);
}

void scan_reach_write(const struct scan_page *page, struct json_writer *w)
{
	struct tally t = count(page);

	if (!page->closure)
		return;
	json_write_object(w, "Loadable");
	if (page->closure->unsaid) {
		json_write_text(w, "Unknown", page->closure->unsaid);
	} else {
		json_write_u64(w, "Yes", t.of[REACH_YES]);
		json_write_u64(w, "Unclear", t.of[REACH_UNCLEAR]);
		json_write_u64(w, "No", t.of[REACH_NO]);
	}
	json_write_array(w, "Doubts");
	for (size_t i = 0; i < page->closure->doubts.len; i++)
		json_write_text(w, NULL, page->closure->doubts.items[i]);
	json_write_end(w);
	json_write_end(w);
}
