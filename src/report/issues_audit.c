/* SPDX-License-Identifier: Apache-2.0 */
#include "report/issues.h"

#include "report/audit_page.h"
#include "rule/rule.h"

static void add_weakness(struct issues *all, const struct page_weakness *x, struct arena *a)
{
	const struct rule *r = x->rule;
	const struct issue_rule rule = issue_rule_of(r);
	const struct issue issue = {
		.kind = ISSUE_SETTING,
		.severity = r->severity,
		.file = x->path,
		.where = bytes_str(x->layer > 0 ? arena_printf(a, "layer %u", x->layer) : ""),
		.message = bytes_str(x->message),
	};

	issues_add(all, &rule, &issue,
	           bytes_str(arena_printf(a, "%s\n" PRIb "\n%s", r->id, BYTESF(x->path), x->message)));
}

void issues_add_audit(struct issues *all, const struct audit_page *page)
{
	struct arena scratch = ARENA_INIT;

	issues_target(all, bytes_str(page->image->target.text));
	if (page->scan)
		issues_add_scan(all, page->scan);
	else
		issues_note(all, "vulnerabilities were not looked up: there is no database");
	if (page->secrets)
		issues_add_secrets(all, page->secrets);
	for (size_t i = 0; i < page->weaknesses.len; i++)
		add_weakness(all, &page->weaknesses.items[i], &scratch);
	arena_done(&scratch);
}
