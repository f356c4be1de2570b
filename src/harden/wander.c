/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/wander.h"

void wander_begin(struct wander *w, const struct tree *tree)
{
	w->tree = tree;
	w->node = 0;
	w->path_n = 0;
}

/* visible(w, node): it, or the next of its siblings that can be seen. */
static uint32_t visible(const struct wander *w, uint32_t node)
{
	while (node != TREE_NONE && tree_get(w->tree, node)->flags & TREE_HIDDEN)
		node = tree_get(w->tree, node)->next;
	return node;
}

static void leave(struct wander *w)
{
	size_t name = tree_get(w->tree, w->node)->name_n;

	w->path_n -= w->path_n > name ? name + 1 : name;
	w->node = tree_get(w->tree, w->node)->parent;
}

static bool enter(struct wander *w, uint32_t node)
{
	bytes name = tree_name(w->tree, node);

	if (w->path_n + name.n + 1 > sizeof(w->text))
		return false; /* a tree has no such paths (LIMIT_PATH) */
	if (w->path_n > 0)
		w->text[w->path_n++] = '/';
	memcpy(w->text + w->path_n, name.p, name.n);
	w->path_n += name.n;
	w->node = node;
	return true;
}

bool wander_next(struct wander *w, bytes *path)
{
	const struct tree_node *n = tree_get(w->tree, w->node);
	uint32_t to = n->type == ENTRY_DIR ? visible(w, n->first_child) : TREE_NONE;

	while (to == TREE_NONE && w->node != 0) {
		to = visible(w, tree_get(w->tree, w->node)->next);
		leave(w);
	}
	if (to == TREE_NONE || !enter(w, to))
		return false;
	*path = bytes_of(w->text, w->path_n);
	return true;
}
