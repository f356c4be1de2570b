/* SPDX-License-Identifier: Apache-2.0 */
/* Packages by ecosystem, and the .NET runtimes with what the support table says of them. */
#include "flow/judge.h"

static struct page_ecosystem *ecosystem_of(struct audit_page *page, enum ecosystem ecosystem)
{
	for (size_t i = 0; i < page->ecosystems.len; i++)
		if (page->ecosystems.items[i].ecosystem == ecosystem)
			return &page->ecosystems.items[i];
	struct page_ecosystem *made = ARENA_PUSH(&page->arena, &page->ecosystems);

	made->ecosystem = ecosystem;
	return made;
}

void judge_packages(struct audit_page *page)
{
	for (size_t i = 0; i < page->facts->packages.len; i++) {
		const struct package *p = &page->facts->packages.items[i];
		struct page_ecosystem *of = ecosystem_of(page, p->ecosystem);

		if (p->hidden)
			of->hidden++;
		else if (p->assetless)
			of->assetless++;
		else if (p->overridden)
			of->overridden++;
		else
			of->packages++;
	}
	for (size_t i = 0; i < page->facts->runtimes.len; i++) {
		const struct dotnet_runtime *runtime = &page->facts->runtimes.items[i];

		if (runtime->hidden)
			continue;
		struct page_runtime *r = ARENA_PUSH(&page->arena, &page->runtimes);

		r->runtime = runtime;
		r->support = support_of(runtime->version, page->now);
	}
}
