/* SPDX-License-Identifier: Apache-2.0 */
/* again - which files nobody looked at because of a link. What inspectors want was asked by the
 * names in the archives; what counts is the name a container sees. */
#include "base/limits.h"
#include "base/path.h"
#include "image/merge.h"

#include <stdlib.h>

static bool wants(const struct inspector *inspector, const struct tree_node *file, bytes path)
{
	struct entry entry = {
		.type = ENTRY_FILE, .path = path, .mode = file->mode, .size = file->size, .kind = file->kind
	};

	return inspector->want(&entry).what != WANT_NO;
}

/* looked_at(inspector, file, path, as): the file was read by its own path, as what `as` says. */
static bool looked_at(const struct inspector *inspector, const struct tree_node *file, bytes path,
                      bytes as)
{
	if ((file->flags & TREE_RESPELLED) || !wants(inspector, file, path))
		return false;
	return !inspector->role || inspector->role(path) == inspector->role(as);
}

static bool is_needed(const struct merge *m, const struct tree_node *file, bytes path, bytes as)
{
	for (size_t i = 0; m->inspectors[i]; i++)
		if (wants(m->inspectors[i], file, as) && !looked_at(m->inspectors[i], file, path, as))
			return true;
	return false;
}

/* -- names that must not be missed ----------------------------------------------------------- */

static void add_candidate(struct merge *m, uint32_t node, bytes as)
{
	if (tree_is_path(m->image->tree, node, as))
		return;
	struct candidate *c = ARENA_PUSH(&m->arena, &m->candidates);

	c->node = node;
	c->as = arena_bytes(&m->arena, as);
}

static void add_folder(struct merge *m, bytes path)
{
	const struct tree *tree = m->image->tree;
	uint32_t dir = tree_find(tree, path, true);

	if (dir == TREE_NONE || tree_is_path(tree, dir, path))
		return;
	const struct tree_node *folder = tree_get(tree, dir);

	for (uint32_t c = folder->type == ENTRY_DIR ? folder->first_child : TREE_NONE; c != TREE_NONE;
	     c = tree_get(tree, c)->next)
		if (!(tree_get(tree, c)->flags & TREE_HIDDEN))
			add_candidate(m, c, path_join(&m->scratch, path, tree_name(tree, c)));
}

static void add_paths(struct merge *m, const struct inspector *inspector)
{
	for (const char *const *p = inspector->paths; p && *p; p++) {
		bytes path = bytes_str(*p);

		if (bytes_ends(path, BYTES("/"))) {
			add_folder(m, bytes_slice(path, 0, path.n - 1));
			continue;
		}
		uint32_t node = tree_find(m->image->tree, path, true);

		if (node != TREE_NONE)
			add_candidate(m, node, path);
	}
}

void merge_fixed_paths(struct merge *m)
{
	for (size_t i = 0; m->inspectors[i]; i++)
		add_paths(m, m->inspectors[i]);
	arena_reset(&m->scratch);
}

/* -- rounds ---------------------------------------------------------------------------------- */

static int by_entry(const void *a, const void *b)
{
	const struct alias *x = a, *y = b;

	return (x->entry > y->entry) - (x->entry < y->entry);
}

static uint32_t ordinal_of(const struct merge *m, uint32_t node)
{
	uint32_t ordinal = UINT32_MAX;

	if (((size_t)node + 1) * sizeof(ordinal) <= m->ordinals.n)
		memcpy(&ordinal, m->ordinals.p + node * sizeof(ordinal), sizeof(ordinal));
	return ordinal;
}

/* take(m, c, by_layer): put the candidate on a layer's list if it must be read. False: the list has
 * the file already, or is full; it waits for the next round. */
static bool take(struct merge *m, const struct candidate *c, struct aliases *by_layer)
{
	const struct tree *tree = m->image->tree;
	bytes as = c->as.n ? c->as : tree_path(tree, c->node, &m->scratch);
	uint32_t seen = tree_find(tree, as, true);
	uint32_t target = seen == TREE_NONE ? TREE_NONE : tree_content(tree, seen);

	if (target == TREE_NONE || tree_get(tree, target)->type != ENTRY_FILE)
		return true;
	const struct tree_node *file = tree_get(tree, target);
	struct aliases *list = &by_layer[file->layer];
	uint32_t ordinal = ordinal_of(m, target);

	if (!is_needed(m, file, tree_path(tree, target, &m->scratch), as))
		return true;
	if (list->len == LIMIT_ALIASES)
		return false;
	for (size_t i = 0; i < list->len; i++)
		if (list->items[i].entry == ordinal)
			return false;
	*ARENA_PUSH(&m->arena, list) = (struct alias){ ordinal, arena_bytes(&m->arena, as) };
	return true;
}

bool merge_second_reads(struct merge *m, struct aliases *by_layer)
{
	size_t kept = 0;
	bool any = false;

	for (size_t i = 0; i < m->candidates.len; i++) {
		struct candidate c = m->candidates.items[i];

		if (tree_seen(m->image->tree, c.node) && !take(m, &c, by_layer))
			m->candidates.items[kept++] = c;
		arena_reset(&m->scratch);
	}
	m->candidates.len = kept;
	for (size_t i = 0; i < m->image->layers.len; i++) {
		any |= by_layer[i].len > 0;
		if (by_layer[i].len > 1)
			qsort(by_layer[i].items, by_layer[i].len, sizeof(struct alias), by_entry);
	}
	return any;
}
