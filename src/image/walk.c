/* SPDX-License-Identifier: Apache-2.0 */
#include "image/walk.h"

#include "base/path.h"

/* Puts the text of a link before what is still to be walked. */
static bool walk_link(struct walk *w, bytes text)
{
	size_t need = text.n + 1 + w->rest.n;

	if (++w->links > LIMIT_LINKS || need > sizeof(w->unfolded))
		return false;
	uint8_t *p = w->unfolded + sizeof(w->unfolded) - need;

	memmove(p + text.n + 1, w->rest.p, w->rest.n);
	memcpy(p, text.p, text.n);
	p[text.n] = '/';
	w->rest = bytes_of(p, need);
	return true;
}

static void walk_up(const struct table *t, struct walk *w)
{
	if (w->missing_n > 0) {
		w->missing_n = path_dir(bytes_of(w->missing, w->missing_n)).n;
	} else if (w->dir != TABLE_ROOT) {
		const struct tree_node *n = table_node(t, w->dir);

		w->path_n -= n->name_n + (n->parent == TABLE_ROOT ? 0U : 1U);
		w->dir = n->parent;
	}
}

static bool walk_missing(struct walk *w, bytes name)
{
	if (w->missing_n + 1 + name.n > sizeof(w->missing))
		return false;
	if (w->missing_n > 0)
		w->missing[w->missing_n++] = '/';
	memcpy(w->missing + w->missing_n, name.p, name.n);
	w->missing_n += name.n;
	return true;
}

/* One part of the path. False when the walk cannot go on: a loop, a file in the way, too long. */
static bool walk_step(const struct table *t, struct walk *w, bytes name, bool follow)
{
	if (name.n == 0 || bytes_equal(name, BYTES(".")))
		return true;
	w->steps++;
	if (bytes_equal(name, BYTES(".."))) {
		walk_up(t, w);
		return true;
	}
	uint32_t child = w->missing_n ? TREE_NONE : table_find(t, w->dir, name);

	if (child == TREE_NONE)
		return walk_missing(w, name);
	const struct tree_node *n = table_node(t, child);

	if (n->type == ENTRY_DIR) {
		w->path_n += n->name_n + (w->dir == TABLE_ROOT ? 0U : 1U);
		w->dir = child;
		return true;
	}
	if (n->type == ENTRY_SYMLINK && (follow || w->rest.n > 0)) {
		bytes text = table_link(t, child);

		if (n->layer < w->oldest_link)
			w->oldest_link = n->layer;

		if (text.p[0] == '/') {
			w->dir = TABLE_ROOT;
			w->path_n = 0;
		}
		return walk_link(w, text);
	}
	w->leaf = child;
	return w->rest.n == 0;
}

bool walk_path(const struct table *t, bytes path, bool follow, struct walk *w)
{
	bytes name;

	w->rest = path;
	w->dir = TABLE_ROOT;
	w->leaf = TREE_NONE;
	w->path_n = w->missing_n = 0;
	w->links = w->steps = 0;
	w->oldest_link = UINT16_MAX;
	while (bytes_take_until(&w->rest, '/', &name))
		if (!walk_step(t, w, name, follow))
			return false;
	return true;
}
