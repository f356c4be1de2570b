/* SPDX-License-Identifier: Apache-2.0 */
/* Of which packages something is loaded, and which those need by their own word. */
#include "harden/purpose.h"
#include "harden/select_own.h"

bool select_is_loaded(const struct selecting *s, uint32_t node)
{
	uint8_t type = tree_get(s->tree, node)->type;

	return (type == ENTRY_FILE || type == ENTRY_SYMLINK) &&
	       closure_of(s->closure, s->tree, node) == REACH_YES;
}

/* -- packages without a program ---------------------------------------------------------------- */

enum { HAS_DATA = 1, HAS_CODE = 2 };

static void note_file(const struct selecting *s, uint32_t node, bytes path, uint8_t *holds)
{
	const struct tree_node *n = tree_get(s->tree, tree_content(s->tree, node));
	uint32_t owner = select_owner(s, node);

	if (!owner || n->type != ENTRY_FILE || purpose_is_document(path))
		return;
	holds[owner - 1] |= n->kind == KIND_ELF || purpose_is_program(path) ? HAS_CODE : HAS_DATA;
}

static void note_files(struct selecting *s, uint8_t *holds)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path))
		note_file(s, w->node, path, holds);
}

/* -- needs ------------------------------------------------------------------------------------- */

struct following {
	struct selecting *s;
	uint8_t least, mark;  /* LOADED_...: whose needs are followed, what those then are */
	const uint8_t *holds; /* only packages of data alone, which a library or a program reads; NULL:
	                       * any */
	uint32_t *first;      /* of each package: its first edge; edges are sorted */
	uint32_t *queue;      /* packages whose needs are to be followed */
	size_t queued;
};

static void follow_one(struct following *f, uint32_t package)
{
	const struct facts *facts = f->s->facts;
	uint8_t most = f->least < f->mark ? f->least : f->mark; /* who has it is followed already */

	for (size_t i = f->first[package]; i < facts->edges.len; i++) {
		const struct package_edge *edge = &facts->edges.items[i];

		if (edge->from != package)
			return;
		if (f->s->loaded[edge->to] >= most || (f->holds && f->holds[edge->to] != HAS_DATA))
			continue;
		f->s->loaded[edge->to] = f->mark;
		f->queue[f->queued++] = edge->to;
	}
}

/* follow(s, least, mark, holds): what packages that are loaded at least so much need, and what
 * those need in turn. Each package is followed once. */
static void follow(struct selecting *s, uint8_t least, uint8_t mark, const uint8_t *holds)
{
	size_t packages = s->facts->packages.len;
	struct following f = {
		s, least, mark, holds, arena_array(s->arena, uint32_t, packages),
		arena_array(s->arena, uint32_t, packages), 0
	};

	for (size_t i = 0; i < packages; i++) {
		f.first[i] = UINT32_MAX;
		if (s->loaded[i] >= least)
			f.queue[f.queued++] = (uint32_t)i;
	}
	for (size_t i = s->facts->edges.len; i-- > 0;)
		f.first[s->facts->edges.items[i].from] = (uint32_t)i;
	for (size_t i = 0; i < f.queued; i++)
		follow_one(&f, f.queue[i]);
}

void select_loaded(struct selecting *s)
{
	size_t packages = s->facts->packages.len;
	uint32_t own = select_owner(s, s->closure->program);
	uint8_t *holds = arena_zero(s->arena, packages);
	uint8_t *how = arena_alloc(s->arena, tree_count(s->tree)); /* each file, if it is loaded */

	s->loaded = arena_zero(s->arena, packages);
	memset(how, LOADED_SOME, tree_count(s->tree));
	for (size_t i = 0; i < s->wish->modules->len; i++)
		how[s->wish->modules->items[i]] = LOADED_MODULE;
	for (uint32_t i = 0; i < tree_count(s->tree); i++) {
		uint32_t owner = select_owner(s, i);

		if (owner && !(tree_get(s->tree, i)->flags & TREE_HIDDEN) && select_is_loaded(s, i) &&
		    s->loaded[owner - 1] < how[i])
			s->loaded[owner - 1] = how[i];
	}
	if (own)
		s->loaded[own - 1] = LOADED_OWN;
	if (s->out->is_wide && s->wish->shell && packages > 0)
		memset(s->loaded, LOADED_NEEDED, packages); /* a script starts programs of any package */
	note_files(s, holds);
	if (!s->out->is_wide) {
		follow(s, LOADED_SOME, LOADED_NEEDED, holds);
		return;
	}
	follow(s, LOADED_OWN, LOADED_NEEDED, NULL);
	follow(s, LOADED_MODULE, LOADED_MODULE, NULL);
}
