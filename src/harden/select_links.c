/* SPDX-License-Identifier: Apache-2.0 */
/* Links that lead to what stays, and the folders on the way to it. */
#include "base/path.h"
#include "harden/purpose.h"
#include "harden/select_own.h"

/* A link to a folder that holds only links, which lead to others again: each needs one. */
#define ROUNDS 8

static void keep_parents(struct selecting *s, uint32_t node)
{
	for (node = tree_get(s->tree, node)->parent; node != TREE_NONE && node != 0;
	     node = tree_get(s->tree, node)->parent) {
		if (select_stays(s->out->why[node]))
			return;
		s->out->why[node] = SELECT_PARENT;
	}
}

/* Names beside a package's own: of those who compile against it, or wish another to stand in. */
static bool is_foreign(const struct selecting *s, uint32_t link, uint32_t target)
{
	uint32_t owner = select_owner(s, link);

	return owner && owner != select_owner(s, target) && s->loaded[owner - 1] == LOADED_NOT;
}

static bool leads_to_staying(const struct selecting *s, uint32_t node, bytes path)
{
	uint32_t target = tree_find(s->tree, path, true);

	if (target == TREE_NONE || !select_stays(s->out->why[target]))
		return false;
	if (tree_get(s->tree, target)->type != ENTRY_DIR && is_foreign(s, node, target))
		return false;
	return !select_is_tool(s, path); /* one of the many names of a program */
}

/* Each round finds links that lead to what the round before kept. */
static bool keep_round(struct selecting *s, struct wander *w)
{
	bool more = false;
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		uint8_t *why = &s->out->why[w->node];

		if (tree_get(s->tree, w->node)->type != ENTRY_SYMLINK || select_stays(*why) ||
		    purpose_is_document(path) || !leads_to_staying(s, w->node, path))
			continue;
		*why = SELECT_LINK;
		keep_parents(s, w->node);
		more = true;
	}
	return more;
}

/* What a link that stays means stays, too: etc/localtime, the certificates. */
static void keep_targets(struct selecting *s)
{
	for (uint32_t i = 0; i < tree_count(s->tree); i++) {
		const struct tree_node *n = tree_get(s->tree, i);
		uint8_t why = s->out->why[i];

		if (n->type != ENTRY_SYMLINK || n->flags & TREE_HIDDEN || !select_stays(why))
			continue;
		uint32_t target = tree_find(s->tree, tree_path(s->tree, i, s->arena), true);

		if (target != TREE_NONE && tree_get(s->tree, target)->type == ENTRY_FILE &&
		    !select_stays(s->out->why[target]) && s->out->why[target] == SELECT_UNREACHED)
			s->out->why[target] = why;
	}
}

void select_links(struct selecting *s)
{
	struct wander *w = arena_new(s->arena, struct wander);

	keep_targets(s);
	for (uint32_t i = 0; i < tree_count(s->tree); i++)
		if (!(tree_get(s->tree, i)->flags & TREE_HIDDEN) && select_stays(s->out->why[i]))
			keep_parents(s, i);
	for (unsigned round = 0; round < ROUNDS && keep_round(s, w); round++)
		;
}
