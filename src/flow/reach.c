/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/reach.h"

static enum reach worse(enum reach a, enum reach b)
{
	return a > b ? a : b;
}

/* What a package is called by its own file when no other file is known to be its. */
static enum reach by_path(const struct image *image, const struct closure *c, bytes path)
{
	uint32_t node = tree_find(image->tree, path, true);

	if (node == TREE_NONE)
		return REACH_UNCLEAR;
	switch ((enum file_kind)tree_get(image->tree, node)->kind) {
	case KIND_ELF:
	case KIND_PE:
	case KIND_ARCHIVE: return closure_of(c, image->tree, node);
	case KIND_DATA:
	case KIND_EMPTY:
	case KIND_SCRIPT: break;
	}
	return REACH_UNCLEAR;
}

static void take_owned(const struct image *image, struct facts *facts, const struct closure *c)
{
	for (uint32_t i = 0; i < tree_count(image->tree); i++) {
		const struct tree_node *n = tree_get(image->tree, i);

		if (n->package == 0 || n->package > facts->packages.len || n->flags & TREE_HIDDEN)
			continue;
		struct package *p = &facts->packages.items[n->package - 1];

		p->reach = worse(p->reach, closure_of(c, image->tree, i));
	}
}

void reach_closure(const struct image *image, const struct facts *facts,
                   const struct closure_options *more, struct arena *a, struct closure *out)
{
	uint32_t *bundles = arena_array(a, uint32_t, facts->apps.len);
	struct closure_options options = *more;

	options.bundles = bundles;
	options.bundles_len = 0;
	for (size_t i = 0; i < facts->apps.len; i++)
		if (facts->apps.items[i].single_file && !facts->apps.items[i].hidden)
			bundles[options.bundles_len++] = tree_content(image->tree, facts->apps.items[i].node);
	closure_find(image, &options, a, out);
}

void reach_judge(const struct image *image, struct facts *facts, struct arena *a,
                 struct closure *out)
{
	const struct closure_options nothing = { 0 };

	reach_closure(image, facts, &nothing, a, out);
	if (out->unsaid)
		return;
	take_owned(image, facts, out);
	for (size_t i = 0; i < facts->packages.len; i++) {
		struct package *p = &facts->packages.items[i];

		if (p->reach == REACH_UNSAID)
			p->reach = by_path(image, out, p->path);
	}
}
