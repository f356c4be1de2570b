/* SPDX-License-Identifier: Apache-2.0 */
#include "closure/walk.h"

#include "base/path.h"
#include "base/text.h"

#include <stdlib.h>

/* -- files ------------------------------------------------------------------------------------- */

static int compare_nodes(const void *left, const void *right)
{
	const struct known_file *l = left, *r = right;

	return (l->node > r->node) - (l->node < r->node);
}

const struct known_file *walk_file(const struct walk *w, uint32_t node)
{
	const struct known_file key = { .node = tree_content(w->tree, node) };

	return w->files.len == 0
	           ? NULL
	           : bsearch(&key, w->files.items, w->files.len, sizeof(key), compare_nodes);
}

void walk_name(struct walk *w, struct map *map, bytes name, const struct known_file *file)
{
	struct namesake *n = arena_new(w->a, struct namesake);
	void **first = map_put(map, name);

	*n = (struct namesake){ file, *first };
	*first = n;
}

static void take_files(struct walk *w)
{
	const struct image *image = w->image;

	for (size_t i = 0; i < image->items.len; i++) {
		const struct image_item *item = &image->items.items[i];
		struct known_file f = { .node = item->node };

		if (item->inspector != closure_inspector.id || item->node == TREE_NONE ||
		    !tree_seen(w->tree, item->node))
			continue;
		if (!object_unpack(item->payload, w->a, &f.object))
			f.object = (struct object){ .kind = OBJECT_ELF, .freedom = FREE_UNREAD };
		f.path = tree_path(w->tree, item->node, w->a);
		f.node = tree_content(w->tree, item->node);
		*ARENA_PUSH(w->a, &w->files) = f;
	}
	if (w->files.len > 1)
		qsort(w->files.items, w->files.len, sizeof(*w->files.items), compare_nodes);
	map_init(&w->libraries, w->a);
	for (size_t i = 0; i < w->files.len; i++) {
		const struct known_file *f = &w->files.items[i];

		if (f->object.kind != OBJECT_ELF)
			continue;
		walk_name(w, &w->libraries, path_base(f->path), f);
		if (f->object.soname.n > 0 && !bytes_equal(f->object.soname, path_base(f->path)))
			walk_name(w, &w->libraries, f->object.soname, f);
	}
}

/* -- reaching ---------------------------------------------------------------------------------- */

void walk_doubt(struct walk *w, bytes path, uint32_t freedom, const char *why)
{
	const char *text = arena_printf(w->a, "%s %s", SHOW(path), why);

	if (w->out->everything)
		return; /* nothing can add to that */
	w->freedom |= freedom;
	w->out->everything = freedom & FREE_UNREAD;
	for (size_t i = 0; i < w->out->doubts.len; i++)
		if (strcmp(w->out->doubts.items[i], text) == 0)
			return;
	if (w->out->doubts.len < CLOSURE_DOUBTS)
		*ARENA_PUSH(w->a, &w->out->doubts) = text;
}

bool walk_step(struct walk *w)
{
	if (w->steps < LIMIT_CLOSURE_STEPS) {
		w->steps++;
		return true;
	}
	walk_doubt(w, BYTES("this image"), FREE_UNREAD, "names more files than are followed");
	return false;
}

void walk_mark(struct walk *w, uint32_t node)
{
	node = tree_content(w->tree, node);
	if (w->reach[node] < (uint8_t)w->level)
		w->reach[node] = (uint8_t)w->level;
}

void walk_visit(struct walk *w, uint32_t node, uint32_t by)
{
	if (node == TREE_NONE || w->reach[tree_content(w->tree, node)] >= (uint8_t)w->level)
		return;
	const struct known_file *file = walk_file(w, node);

	walk_mark(w, node);
	if (file)
		*ARENA_PUSH(w->a, &w->visits) = (struct visit){ .file = file, .by = by };
}

void walk_below(struct walk *w, uint32_t dir, void (*each)(struct walk *, uint32_t node))
{
	uint32_t at = tree_get(w->tree, dir)->first_child;

	/* Down to children first, then on to the next, or to the parent's next. */
	while (at != TREE_NONE && walk_step(w)) {
		const struct tree_node *n = tree_get(w->tree, at);
		bool seen = !(n->flags & TREE_HIDDEN);

		if (seen && n->type == ENTRY_FILE)
			each(w, at);
		if (seen && n->type == ENTRY_DIR && n->first_child != TREE_NONE) {
			at = n->first_child;
			continue;
		}
		while (at != dir && tree_get(w->tree, at)->next == TREE_NONE)
			at = tree_get(w->tree, at)->parent;
		at = at == dir ? TREE_NONE : tree_get(w->tree, at)->next;
	}
}

/* -- following --------------------------------------------------------------------------------- */

void walk_freedom(struct walk *w, const struct known_file *f, uint32_t freedom)
{
	if (freedom & FREE_UNREAD)
		walk_doubt(w, f->path, FREE_UNREAD, "could not be read");
	if (freedom & FREE_PROGRAMS)
		walk_doubt(w, f->path, FREE_PROGRAMS, "may start other programs");
	if (freedom & FREE_LIBRARIES)
		walk_doubt(w, f->path, FREE_LIBRARIES, "may load libraries by any name");
	if (freedom & FREE_ASSEMBLIES)
		walk_doubt(w, f->path, FREE_ASSEMBLIES, "may load assemblies by any name");
}

static bool is_bundle(const struct walk *w, uint32_t node)
{
	for (size_t i = 0; i < w->options->bundles_len; i++)
		if (w->options->bundles[i] == node)
			return true;
	return false;
}

static void follow_known(struct walk *w, const struct known_names *known, uint32_t by)
{
	for (const char *const *name = known->names; *name; name++)
		loader_each(w, by, bytes_str(*name));
}

static void follow_elf(struct walk *w, const struct known_file *f, uint32_t by)
{
	bool is_quiet = w->visits.items[by - 1].is_quiet;
	const struct object *o = &f->object;
	bytes name = o->soname.n > 0 ? o->soname : path_base(f->path);
	const struct known_names *known = known_names(name);

	if (o->loader.n > 0)
		walk_visit(w, tree_find(w->tree, path_join(&w->scratch, BYTES(""), o->loader), true), by);
	for (size_t i = 0; i < o->needs.len; i++)
		(void)loader_find(w, by, o->needs.items[i]); /* absent: it cannot be loaded */
	if (known)
		follow_known(w, known, by);
	if (is_bundle(w, f->node)) {
		follow_known(w, &known_bundle, by);
		managed_start(w, TREE_NONE);
		walk_doubt(w, f->path, FREE_LIBRARIES | FREE_PROGRAMS,
		           "is a single file, whose assemblies may load libraries and start programs");
	} else {
		walk_freedom(w, f,
		             o->freedom & ~(known ? known->explained : 0) &
		                 ~(is_quiet ? FREE_LIBRARIES | FREE_PROGRAMS : UINT32_C(0)));
	}
}

static void follow(struct walk *w, uint32_t by)
{
	const struct known_file *f = w->visits.items[by - 1].file;

	switch (f->object.kind) {
	case OBJECT_ELF:
		if (start_is_free(path_base(f->path)) && !w->visits.items[by - 1].is_quiet)
			walk_doubt(w, f->path, FREE_UNREAD, "runs whatever it is told");
		follow_elf(w, f, by);
		break;
	case OBJECT_SCRIPT: start_script(w, f); break;
	case OBJECT_ASSEMBLY: managed_follow(w, f, by); break;
	case OBJECT_NONE:
	case OBJECT_FOLDERS: break;
	}
}

void walk_run(struct walk *w)
{
	while (w->next < w->visits.len && (w->level == REACH_YES || !w->out->everything)) {
		follow(w, (uint32_t)++w->next);
		arena_reset(&w->scratch);
	}
}

/* -- what is unclear --------------------------------------------------------------------------- */

static bool can_start(const struct walk *w, const struct known_file *f)
{
	const struct object *o = &f->object;

	if (!(tree_get(w->tree, f->node)->mode & 0111))
		return false;
	return o->kind == OBJECT_SCRIPT ||
	       (o->kind == OBJECT_ELF && (o->form == ELF_STATIC || o->form == ELF_PROGRAM));
}

static bool is_meant(const struct walk *w, const struct known_file *f, uint32_t freedom)
{
	if (freedom & FREE_PROGRAMS && can_start(w, f))
		return true;
	if (freedom & FREE_LIBRARIES && f->object.kind == OBJECT_ELF && f->object.form == ELF_LIBRARY)
		return true;
	return freedom & FREE_ASSEMBLIES && f->object.kind == OBJECT_ASSEMBLY;
}

/* Whatever may be loaded by any name is visited in turn, until that brings no further freedom. */
static void spread(struct walk *w)
{
	w->level = REACH_UNCLEAR;
	while (!w->out->everything && (w->freedom & ~w->expanded)) {
		uint32_t fresh = w->freedom & ~w->expanded;

		w->expanded |= fresh;
		for (size_t i = 0; i < w->files.len; i++)
			if (is_meant(w, &w->files.items[i], fresh))
				walk_visit(w, w->files.items[i].node, 0);
		walk_run(w);
	}
}

/* ld.so(8): libraries that are put before all others. */
static void preload(struct walk *w, bytes names)
{
	bytes rest = names, line, name;

	while (bytes_line(&rest, &line))
		while (bytes_take_until(&line, ' ', &name))
			for (bytes one; bytes_take_until(&name, ':', &one);)
				if (one.n > 0)
					(void)loader_find(w, 0, one); /* absent: passed over with a warning */
}

static void heed_environment(struct walk *w)
{
	preload(w, start_environment(w, "LD_PRELOAD"));
	for (size_t i = 0; i < w->files.len; i++)
		if (bytes_is(w->files.items[i].path, "etc/ld.so.preload"))
			preload(w, w->files.items[i].object.text);
}

static void start(struct walk *w)
{
	const struct oci_config *c = &w->image->config;
	const struct strings *parts[] = { &c->entrypoint, &c->cmd };
	struct words words = { 0 };

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < parts[i]->len; k++)
			*ARENA_PUSH(w->a, &words) = parts[i]->items[k];
	heed_environment(w);
	if (words.len == 0)
		w->out->unsaid = "the image names no program that it starts";
	else if (!start_program(w, c->working_dir, &words, 0))
		w->out->unsaid = "the program that the image starts is not in it";
	else
		w->out->program = start_find(w, c->working_dir, words.items[0]);
}

static void start_besides(struct walk *w)
{
	const struct strings *besides = w->options->besides;
	bytes cwd = w->image->config.working_dir;

	for (size_t i = 0; i < w->options->modules_len; i++)
		start_quietly(w, w->options->modules[i]);
	if (!besides)
		return;
	struct words words = { besides->items, besides->len, besides->len };

	if (start_program(w, cwd, &words, 0))
		w->out->besides = start_find(w, cwd, words.items[0]);
}

void closure_find(const struct image *image, const struct closure_options *options, struct arena *a,
                  struct closure *out)
{
	struct walk w = { .image = image,
		              .tree = image->tree,
		              .options = options,
		              .a = a,
		              .out = out,
		              .level = REACH_YES,
		              .application = TREE_NONE };

	*out = (struct closure){ .unsaid = image->has_config ? NULL : "it is no image",
		                     .program = TREE_NONE,
		                     .besides = TREE_NONE };
	if (out->unsaid)
		return;
	out->reach = w.reach = arena_zero(a, tree_count(image->tree));
	take_files(&w);
	managed_prepare(&w);
	loader_prepare(&w);
	start(&w);
	start_besides(&w);
	walk_run(&w);
	out->unbound = out->everything;
	spread(&w);
	arena_done(&w.scratch);
}

enum reach closure_of(const struct closure *c, const struct tree *tree, uint32_t node)
{
	if (c->unsaid || node == TREE_NONE)
		return REACH_UNSAID;
	enum reach reach = (enum reach)c->reach[tree_content(tree, node)];

	if (reach >= REACH_UNCLEAR)
		return reach;
	return c->everything ? REACH_UNCLEAR : REACH_NO;
}
