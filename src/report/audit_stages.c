/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_stages.h"

#include "report/layout.h"

#include <stdio.h>

static const char *const names[PAGE_STAGES] = {
	[PAGE_SOURCE] = "source",
	[PAGE_SBOM] = "SBOM",
	[PAGE_SCAN] = "scan",
	[PAGE_SIGNATURE] = "signature",
	[PAGE_PROVENANCE] = "provenance",
	[PAGE_REGISTRY] = "registry",
	[PAGE_VERIFICATION] = "verification",
	[PAGE_HARDENED_RUN] = "hardened run",
};

static const struct {
	const char *mark, *name;
	enum style style;
} answers[] = {
	[PAGE_UNTOLD] = { "?", "untold", STYLE_FAINT },
	[PAGE_HOLDS] = { "yes", "holds", STYLE_GOOD },
	[PAGE_LACKS] = { "no", "lacks", STYLE_BAD },
};

void audit_stages_text(const struct audit_page *page, struct layout *l)
{
	if (!page->stages[0].why)
		return;
	layout_label(l, "stages");
	for (size_t i = 0; i < PAGE_STAGES; i++) {
		unsigned answer = page->stages[i].answer;
		char text[32];

		snprintf(text, sizeof(text), "%s %s", names[i], answers[answer].mark);
		layout_word(l, answers[answer].style, bytes_str(text), i + 1 < PAGE_STAGES ? "," : "");
	}
	/* What would turn the answer into another one. */
	if (page->stages[PAGE_SIGNATURE].answer == PAGE_UNTOLD)
		layout_printf(l, STYLE_FAINT, "(signature: %s)", page->stages[PAGE_SIGNATURE].why);
	layout_end(l);
}

void audit_stages_json(const struct audit_page *page, struct json_writer *w)
{
	if (!page->stages[0].why)
		return;
	json_write_array(w, "stages");
	for (size_t i = 0; i < PAGE_STAGES; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "stage", names[i]);
		json_write_text(w, "answer", answers[page->stages[i].answer].name);
		json_write_octets(w, "why", bytes_str(page->stages[i].why));
		json_write_end(w);
	}
	json_write_end(w);
}
