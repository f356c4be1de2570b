/* SPDX-License-Identifier: Apache-2.0 */
/* The search of the dynamic loader: glibc's ld.so(8), "The libraries are searched", and musl's
 * ldso/dynlink.c. Its cache is not read: the folders of ld.so.conf are, from which it is made. */
#include "closure/walk.h"

#include "base/path.h"

static void add_folder(struct walk *w, struct folders *list, bytes dir)
{
	bytes clean = path_join(w->a, BYTES(""), dir);

	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal(list->items[i], clean))
			return;
	if (list->len < LIMIT_CLOSURE_NAMES)
		*ARENA_PUSH(w->a, list) = clean;
}

/* -- folders ----------------------------------------------------------------------------------- */

static void add_words(struct walk *w, struct folders *list, bytes text)
{
	while (text.n > 0) {
		size_t n = 0;

		while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t' && text.p[n] != ':' &&
		       text.p[n] != ',' && text.p[n] != ';')
			n++;
		if (n > 0 && text.p[0] == '/')
			add_folder(w, list, bytes_slice(text, 0, n));
		text = bytes_skip(text, n + 1);
	}
}

/* A list's lines; "include" takes in the files of ld.so.conf.d, which are read in any case. */
static void add_list(struct walk *w, struct folders *list, bytes text)
{
	bytes line;

	while (bytes_line(&text, &line))
		add_words(w, list, bytes_trim(bytes_slice(line, 0, bytes_find(line, '#'))));
}

/* Debian's loader is built with these (Multi-Arch: "lib/x86_64-linux-gnu"); a library for another
 * machine is passed over in any case. */
static void add_triplets(struct walk *w, const char *name)
{
	uint32_t dir = tree_find(w->tree, bytes_str(name), true);

	if (dir == TREE_NONE)
		return;
	for (uint32_t i = tree_get(w->tree, dir)->first_child; i != TREE_NONE;
	     i = tree_get(w->tree, i)->next) {
		const struct tree_node *n = tree_get(w->tree, i);

		if (n->type == ENTRY_DIR && !(n->flags & TREE_HIDDEN) &&
		    bytes_search(tree_name(w->tree, i), BYTES("-linux-")) < n->name_n)
			add_folder(w, &w->search, tree_path(w->tree, i, w->a));
	}
}

void loader_prepare(struct walk *w)
{
	static const char *const defaults[] = { "lib64", "usr/lib64", "lib", "usr/lib" };

	add_words(w, &w->preload, start_environment(w, "LD_LIBRARY_PATH"));
	for (size_t i = 0; i < w->files.len; i++) {
		const struct known_file *f = &w->files.items[i];

		if (f->object.kind == OBJECT_FOLDERS && !bytes_ends(f->path, BYTES(".preload")))
			add_list(w, bytes_starts(f->path, BYTES("etc/ld-musl")) ? &w->musl : &w->search,
			         f->object.text);
	}
	add_triplets(w, "lib");
	add_triplets(w, "usr/lib");
	for (size_t i = 0; i < 4; i++)
		add_folder(w, &w->search, bytes_str(defaults[i]));
	/* musl without a list: /lib:/usr/local/lib:/usr/lib; one that is searched in vain costs
	 * nothing, and one that is not searched could cost a truth */
	add_folder(w, &w->search, BYTES("usr/local/lib"));
}

/* -- one name ---------------------------------------------------------------------------------- */

struct wanted { /* a library for this program */
	bool any, wide;
	uint16_t machine;
};

static struct wanted wanted_by(const struct walk *w, uint32_t by)
{
	const struct object *o = by > 0 ? &w->visits.items[by - 1].file->object : NULL;

	if (!o || o->kind != OBJECT_ELF)
		return (struct wanted){ .any = true };
	return (struct wanted){ .wide = o->wide, .machine = o->machine };
}

static bool fits(const struct walk *w, struct wanted want, uint32_t node)
{
	const struct known_file *f = node == TREE_NONE ? NULL : walk_file(w, node);

	return f && f->object.kind == OBJECT_ELF &&
	       (want.any || (f->object.wide == want.wide && f->object.machine == want.machine));
}

/* Variants for newer processors lie in folders below (ld.so(8), "glibc-hwcaps"); which one is taken
 * the machine decides. */
static void visit_variants(struct walk *w, uint32_t by, bytes dir, bytes name)
{
	uint32_t caps = tree_find(w->tree, path_join(&w->scratch, dir, BYTES("glibc-hwcaps")), true);

	if (caps == TREE_NONE)
		return;
	for (uint32_t i = tree_get(w->tree, caps)->first_child; i != TREE_NONE;
	     i = tree_get(w->tree, i)->next) {
		if (!walk_step(w))
			return;
		bytes path = path_join(&w->scratch, tree_path(w->tree, i, &w->scratch), name);
		uint32_t node = tree_find(w->tree, path, true);

		if (fits(w, wanted_by(w, by), node))
			walk_visit(w, node, by);
	}
}

static bool try_folder(struct walk *w, uint32_t by, bytes dir, bytes name)
{
	if (!walk_step(w))
		return false;
	uint32_t node = tree_find(w->tree, path_join(&w->scratch, dir, name), true);

	visit_variants(w, by, dir, name);
	if (!fits(w, wanted_by(w, by), node))
		return false;
	walk_visit(w, node, by);
	return true;
}

static bool try_folders(struct walk *w, uint32_t by, const struct folders *list, bytes name)
{
	for (size_t i = 0; i < list->len; i++)
		if (try_folder(w, by, list->items[i], name))
			return true;
	return false;
}

/* expand(w, text, origin): $ORIGIN and ${ORIGIN} at the front, where alone linkers put it. Other
 * tokens ($LIB, $PLATFORM) are left: what is then not found is looked for everywhere. */
static bytes expand(struct walk *w, bytes text, bytes origin)
{
	if (bytes_take_prefix(&text, BYTES("$ORIGIN")) || bytes_take_prefix(&text, BYTES("${ORIGIN}")))
		return bytes_str(arena_printf(&w->scratch, "/" PRIb PRIb, BYTESF(origin), BYTESF(text)));
	return text;
}

static bool try_path(struct walk *w, uint32_t by, const struct known_file *of, bytes list,
                     bytes name)
{
	bytes dir;

	while (bytes_take_until(&list, ':', &dir)) {
		bytes at = path_join(&w->scratch, BYTES(""), expand(w, dir, path_dir(of->path)));

		if (dir.n > 0 && try_folder(w, by, at, name))
			return true;
	}
	return false;
}

/* DT_RPATH of the file and of those that led to it, unless the file has a DT_RUNPATH; then that.
 * musl treats both alike and asks all that led to it: which one finds more never hides a file. */
static bool try_run_paths(struct walk *w, uint32_t by, bytes name)
{
	const struct known_file *of = w->visits.items[by - 1].file;

	if (of->object.runpath.n > 0)
		return try_path(w, by, of, of->object.runpath, name);
	for (uint32_t i = by; i > 0; i = w->visits.items[i - 1].by) {
		of = w->visits.items[i - 1].file;
		if (of->object.rpath.n > 0 && try_path(w, by, of, of->object.rpath, name))
			return true;
	}
	return false;
}

/* Nothing finds it where loaders look, so this reading of the search may be wrong: every file of
 * that name counts. */
static bool try_everywhere(struct walk *w, uint32_t by, bytes name)
{
	bytes base = path_base(name);
	bool found = false;

	for (const struct namesake *n = map_get(&w->libraries, base); n && walk_step(w); n = n->next)
		if (fits(w, wanted_by(w, by), n->file->node)) {
			walk_visit(w, n->file->node, by);
			found = true;
		}
	return found;
}

bool loader_find(struct walk *w, uint32_t by, bytes name)
{
	if (bytes_find(name, '/') < name.n) {
		uint32_t node = tree_find(w->tree,
		                          path_join(&w->scratch, w->image->config.working_dir, name), true);

		walk_visit(w, node, by);
		return node != TREE_NONE || try_everywhere(w, by, name);
	}
	if ((by > 0 && try_run_paths(w, by, name)) || try_folders(w, by, &w->preload, name) ||
	    try_folders(w, by, &w->musl, name) || try_folders(w, by, &w->search, name))
		return true;
	return try_everywhere(w, by, name);
}

/* -- many names -------------------------------------------------------------------------------- */

static void visit_library(struct walk *w, uint32_t node)
{
	if (fits(w, (struct wanted){ .any = true }, node))
		walk_visit(w, node, 0);
}

static void each_in(struct walk *w, uint32_t by, bytes dir, bytes front)
{
	uint32_t at = tree_find(w->tree, dir, true);

	if (at == TREE_NONE)
		return;
	for (uint32_t i = tree_get(w->tree, at)->first_child; i != TREE_NONE;
	     i = tree_get(w->tree, i)->next) {
		const struct tree_node *n = tree_get(w->tree, i);

		if (!walk_step(w))
			return;
		if (n->flags & TREE_HIDDEN || !bytes_starts(tree_name(w->tree, i), front))
			continue;
		uint32_t node = n->type == ENTRY_SYMLINK
		                    ? tree_find(w->tree, tree_path(w->tree, i, &w->scratch), true)
		                    : i;

		if (fits(w, wanted_by(w, by), node))
			walk_visit(w, node, by);
	}
}

/* Beside the file that asks, and in the folders of the search. */
static void each_folder(struct walk *w, uint32_t by, bytes dir, bytes pattern)
{
	if (bytes_ends(pattern, BYTES("/"))) {
		uint32_t below = tree_find(w->tree, path_join(&w->scratch, dir, pattern), true);

		if (below != TREE_NONE)
			walk_below(w, below, visit_library);
	} else {
		each_in(w, by, dir, bytes_slice(pattern, 0, pattern.n - 1));
	}
}

void loader_each(struct walk *w, uint32_t by, bytes pattern)
{
	if (!bytes_ends(pattern, BYTES("*")) && !bytes_ends(pattern, BYTES("/"))) {
		if (by == 0 || !try_folder(w, by, path_dir(w->visits.items[by - 1].file->path), pattern))
			(void)loader_find(w, by, pattern); /* not there: it is optional */
		return;
	}
	if (by > 0)
		each_folder(w, by, path_dir(w->visits.items[by - 1].file->path), pattern);
	for (size_t i = 0; i < w->preload.len; i++)
		each_folder(w, by, w->preload.items[i], pattern);
	for (size_t i = 0; i < w->musl.len; i++)
		each_folder(w, by, w->musl.items[i], pattern);
	for (size_t i = 0; i < w->search.len; i++)
		each_folder(w, by, w->search.items[i], pattern);
}
