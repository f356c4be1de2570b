/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "report/issues.h"
#include "report/prove_page.h"

#define MEND "Start it as 'oakum run' does, or give the pod the settings of 'oakum run --print'."

static void add_item(struct issues *all, const struct prove_page *page,
                     const struct prove_container *c, const struct prove_item *item)
{
	const struct probe *p = item->probe;
	struct arena a = ARENA_INIT;
	const struct issue_rule rule = {
		.id = bytes_str(arena_printf(&a, "probe-%s", p->name)),
		.title = bytes_str(p->tries),
		.about = bytes_str(
			arena_printf(&a, "Nothing kept an attacker from it, who can then %s.", p->gain)),
		.mend = BYTES(MEND)
	};
	const struct issue issue = {
		.kind = ISSUE_SETTING,
		.severity = p->severity,
		.file = *c->name ? bytes_str(page->target) : (bytes){ 0 },
		.in_sources = *c->name != '\0',
		.where = bytes_str(c->name),
		.message = bytes_str(arena_printf(&a, "%s: an attacker can %s%s%s", p->name, p->gain,
		                                  *item->what ? ": " : "", item->what)),
	};

	issues_add(all, &rule, &issue, bytes_str(arena_printf(&a, "%s\n%s", p->name, c->name)));
	arena_done(&a);
}

void issues_add_prove(struct issues *all, const struct prove_page *page)
{
	struct arena a = ARENA_INIT;

	issues_target(all, bytes_str(page->target));
	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		for (size_t k = 0; k < c->skipped.len; k++)
			issues_note(all,
			            arena_printf(&a, "%s was not tried: %s", c->skipped.items[k].probe->name,
			                         c->skipped.items[k].why));
		for (size_t k = 0; k < c->notes.len; k++)
			issues_note(all, c->notes.items[k]);
		for (size_t k = 0; k < c->probes.len; k++) {
			const struct prove_item *item = &c->probes.items[k];

			if (prove_fell(item))
				add_item(all, page, c, item);
			else if (item->beyond)
				issues_note(all, arena_printf(&a, "%s was not held (%s): " PROVE_BEYOND,
				                              item->probe->name, item->what));
		}
	}
	for (size_t i = 0; i < page->unproven.len; i++)
		issues_note(all, arena_printf(&a, "%s was not attacked: %s", page->unproven.items[i].name,
		                              page->unproven.items[i].why));
	arena_done(&a);
}
