/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/facts.h"

#include "base/limits.h"

#include <stdio.h>

const struct image_item *facts_next_item(const struct image *image, uint16_t inspector, size_t *at)
{
	while (*at < image->items.len) {
		const struct image_item *item = &image->items.items[(*at)++];

		if (item->inspector == inspector)
			return item;
	}
	return NULL;
}

bool facts_item_hidden(const struct image *image, const struct image_item *item)
{
	return !tree_seen(image->tree, item->node);
}

uint32_t facts_package(struct facts *facts, struct arena *a, const struct image_item *item,
                       const struct package *p)
{
	if (facts->packages.len >= LIMIT_PACKAGES) {
		if (!facts->packages_full)
			facts_gap(facts, a, item, "more than %u packages: further ones are not listed",
			          (unsigned)LIMIT_PACKAGES);
		facts->packages_full = true;
		return 0;
	}
	*ARENA_PUSH(a, &facts->packages) = *p;

	return (uint32_t)facts->packages.len;
}

void facts_edge(struct facts *facts, struct arena *a, uint32_t from, uint32_t to)
{
	if (facts->edges.len == LIMIT_EDGES)
		facts_gap(facts, a, &(struct image_item){ .node = TREE_NONE },
		          "more than %u dependencies between packages: the rest is left out",
		          (unsigned)LIMIT_EDGES);
	if (facts->edges.len <= LIMIT_EDGES)
		*ARENA_PUSH(a, &facts->edges) = (struct package_edge){ from, to };
}

void facts_gap(struct facts *facts, struct arena *a, const struct image_item *item, const char *fmt,
               ...)
{
	char text[400];
	va_list ap;

	if (facts->gaps_total++ >= LIMIT_GAPS_NAMED)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*ARENA_PUSH(a, &facts->gaps) = (struct image_gap){ item->inspector, item->layer, item->node,
		                                               arena_bytes(a, bytes_str(text)) };
}
