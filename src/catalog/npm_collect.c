/* SPDX-License-Identifier: Apache-2.0 */
/* Packages first, then who needs whom: by the rule of Node ("Modules: CommonJS modules", section
 * "Loading from node_modules folders"): in the node_modules of the package's own folder, then of
 * each folder above; at last in the folders that Debian's Node adds. */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/npm.h"

#include "base/limits.h"
#include "base/path.h"

static const bytes modules = BYTES_INIT(NPM_MODULES);

bool npm_is_installed(bytes path)
{
	bytes dir = path_dir(path_dir(path));
	bytes name = path_base(dir);

	if (bytes_starts(name, BYTES("@")))
		name = path_base(path_dir(dir));
	return bytes_equal(name, modules);
}

/* -- packages ---------------------------------------------------------------------------------- */

struct collection {
	struct language language;
	struct arena scratch;
	uint32_t *owners;   /* by node of a package's folder: index + 1 */
	uint32_t debian[2]; /* nodes of the folders that Debian adds */
	uint64_t tries;
};

static void collect_installed(struct collection *c, const struct image_item *item,
                              const struct language_item *p)
{
	struct language *l = &c->language;
	uint32_t dir = tree_get(l->image->tree, item->node)->parent;

	(void)language_add(l, item, p);
	if (!l->package)
		return;
	c->owners[dir] = l->package;
	if (npm_is_installed(l->path))
		language_claim(l, dir, l->package, modules);
}

static bool collect_item(struct collection *c, const struct image_item *item)
{
	struct language *l = &c->language;
	const struct tree *tree = l->image->tree;
	bytes payload = item->payload;
	struct language_item p;

	if (!language_take(&payload, &p) || p.kind == LANGUAGE_FILES)
		return false;
	if (p.kind == LANGUAGE_KNOWN || p.kind == LANGUAGE_DECLARED)
		language_mark(l, item->node, 0);
	if (p.kind == LANGUAGE_INSTALLED)
		collect_installed(c, item, &p);
	else if (p.kind == LANGUAGE_DECLARED &&
	         tree_child(tree, tree_get(tree, item->node)->parent, modules) == TREE_NONE)
		(void)language_add(l, item, &p);
	return true;
}

/* -- who needs whom ---------------------------------------------------------------------------- */

/* package_in(c, dir, name): the package NAME or @SCOPE/NAME in a folder of packages. A link leads
 * to another folder (pnpm, workspaces). */
static uint32_t package_in(struct collection *c, uint32_t dir, bytes name)
{
	const struct tree *tree = c->language.image->tree;
	uint32_t node = dir;
	bytes rest = name, part;

	while (bytes_take_until(&rest, '/', &part)) {
		if (node == TREE_NONE)
			return 0;
		node = tree_child(tree, node, part);
	}
	if (node != TREE_NONE && tree_get(tree, node)->type == ENTRY_SYMLINK) {
		node = tree_find(tree, tree_path(tree, node, &c->scratch), true);
		arena_reset(&c->scratch);
	}
	return node == TREE_NONE ? 0 : c->owners[node];
}

/* The folders of packages that Node looks into, nearest first. */
struct chain {
	uint32_t *items;
	size_t len, cap;
};

static void find_chain(struct collection *c, uint32_t dir, struct arena *a, struct chain *out)
{
	const struct tree *tree = c->language.image->tree;

	for (uint32_t node = dir;; node = tree_get(tree, node)->parent) {
		uint32_t child = tree_child(tree, node, modules);

		if (child != TREE_NONE && !bytes_equal(tree_name(tree, node), modules))
			*ARENA_PUSH(a, out) = child;
		if (node == 0)
			break;
	}
	for (size_t i = 0; i < 2; i++)
		if (c->debian[i] != TREE_NONE)
			*ARENA_PUSH(a, out) = c->debian[i];
}

static bool collect_needs(struct collection *c, const struct image_item *item, struct arena *a)
{
	struct language *l = &c->language;
	uint32_t dir = tree_get(l->image->tree, item->node)->parent, from = c->owners[dir];
	bytes pairs = item->payload, name;
	struct language_item front;
	struct chain chain = { 0 };
	enum relation relation;
	int more;

	if (!language_take(&pairs, &front) || front.kind != LANGUAGE_NEEDS || from == 0 ||
	    facts_item_hidden(l->image, item))
		return true; /* what is broken has been said in the first round */
	find_chain(c, dir, a, &chain);
	while ((more = relations_next(&pairs, &relation, &name)) > 0) {
		uint32_t to = 0;

		for (size_t i = 0; i < chain.len && !to && c->tries++ < LIMIT_EDGES; i++)
			to = package_in(c, chain.items[i], name);
		needs_edge(&l->needs, from, to);
	}
	return more == 0;
}

int npm_collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct arena owners = ARENA_INIT, chain = ARENA_INIT;
	const struct image_item *item;
	struct collection c = { 0 };

	(void)e;
	language_init(&c.language, ECO_NPM, image, a, facts);
	c.owners = arena_array(&owners, uint32_t, tree_count(image->tree));
	c.debian[0] = tree_find(image->tree, BYTES("usr/share/nodejs"), true);
	c.debian[1] = tree_find(image->tree, BYTES("usr/lib/nodejs"), true);
	for (size_t at = 0; (item = facts_next_item(image, catalog_npm.inspector.id, &at));)
		if (!collect_item(&c, item))
			language_broken(&c.language, item);
	for (size_t at = 0; (item = facts_next_item(image, catalog_npm.inspector.id, &at));) {
		if (!collect_needs(&c, item, &chain))
			language_broken(&c.language, item);
		arena_reset(&chain);
	}
	arena_done(&owners);
	arena_done(&chain);
	arena_done(&c.scratch);
	if (c.tries > LIMIT_EDGES)
		needs_full(&c.language.needs);
	return 0;
}
