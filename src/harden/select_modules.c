/* SPDX-License-Identifier: Apache-2.0 */
/* What an interpreter may load: its modules, and what no package owns. */
#include "base/path.h"
#include "harden/purpose.h"
#include "harden/select_own.h"

/* python3 for a script of the distribution's beside the program's own, perl, ... */
#define INTERPRETERS_MOST 16

struct interpreters {
	struct {
		const char *const *modules; /* how the folders of its modules begin */
		uint8_t digit;              /* of its version; 0: none stands in its name */
	} items[INTERPRETERS_MOST];
	size_t len;
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t first_digit(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (is_digit(name.p[i]))
			return name.p[i];
	return 0;
}

/* One that a package brings looks into the folders of packages; the modules of others are nobody's
 * either. */
static void find_interpreters(const struct selecting *s, struct interpreters *out)
{
	for (uint32_t i = 0; i < tree_count(s->tree) && out->len < INTERPRETERS_MOST; i++) {
		bytes name = tree_name(s->tree, i);
		const char *const *modules = closure_interpreter(name);

		if (!modules || tree_get(s->tree, i)->flags & TREE_HIDDEN || !select_owner(s, i) ||
		    !select_is_loaded(s, i))
			continue;
		out->items[out->len].modules = modules;
		out->items[out->len++].digit = first_digit(name);
	}
}

/* "python3" and "python3.11" are folders of python3.11, "python2.7" is not. */
static bool is_of(bytes folder, const struct interpreters *list)
{
	for (size_t i = 0; i < list->len; i++)
		for (const char *const *name = list->items[i].modules; *name; name++) {
			bytes rest = folder;

			if (bytes_take_prefix(&rest, bytes_str(*name)) &&
			    (list->items[i].digit == 0 || rest.n == 0 || !is_digit(rest.p[0]) ||
			     rest.p[0] == list->items[i].digit))
				return true;
		}
	return false;
}

/* Package managers are modules, too: dist-packages/pip, pip-23.0.dist-info, nodejs/npm. */
static bool is_manager(bytes below)
{
	bytes part;

	for (unsigned i = 0; i < 3 && bytes_find(below, '/') < below.n; i++) {
		(void)bytes_take_until(&below, '/', &part);
		if (purpose_tool_of(bytes_slice(part, 0, bytes_find(part, '-'))) == PURPOSE_MANAGER)
			return true;
	}
	return false;
}

/* usr/lib/python3/..., usr/lib/x86_64-linux-gnu/perl5/..., etc/php/... */
static bool is_module(bytes path, const struct interpreters *list)
{
	static const char *const places[] = { "usr/lib/", "usr/lib64/", "usr/share/", "etc/", NULL };
	bytes folder = { 0 };

	for (const char *const *place = places; *place; place++) {
		if (!bytes_take_prefix(&path, bytes_str(*place)))
			continue;
		(void)bytes_take_until(&path, '/', &folder);
		if (bytes_search(folder, BYTES("-linux-")) < folder.n)
			(void)bytes_take_until(&path, '/', &folder);
		return path.n > 0 && is_of(folder, list) && !is_manager(path);
	}
	return false;
}

/* A program or a library that is nobody's stays, so that what it loads must. */
static bool is_own(const struct selecting *s, uint32_t node, bytes path)
{
	return select_owner(s, node) == 0 && !purpose_is_passing(path) && !select_is_tool(s, path) &&
	       !select_is_privileged(s, node, path) &&
	       tree_get(s->tree, tree_content(s->tree, node))->kind == KIND_ELF;
}

void select_modules(const struct image *image, const struct facts *facts,
                    const struct closure *closure, const struct select_wish *wish, struct arena *a,
                    struct select_modules *out)
{
	const struct selecting s = { .image = image,
		                         .tree = image->tree,
		                         .facts = facts,
		                         .closure = closure,
		                         .wish = wish,
		                         .arena = a };
	struct interpreters list = { .len = 0 };
	struct wander *w = arena_new(a, struct wander);
	bytes path;

	*out = (struct select_modules){ 0 };
	if (!closure->unbound)
		return;
	find_interpreters(&s, &list);
	wander_begin(w, s.tree);
	while (wander_next(w, &path))
		if (tree_get(s.tree, w->node)->type == ENTRY_FILE && !purpose_is_document(path) &&
		    (is_module(path, &list) || is_own(&s, w->node, path)))
			*ARENA_PUSH(a, out) = w->node;
}
