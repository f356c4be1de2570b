/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/select.h"

#include "base/path.h"
#include "harden/purpose.h"
#include "harden/select_own.h"

const char *select_why_text(enum select_why why)
{
	static const char *const texts[SELECT_WHYS] = {
		[SELECT_UNREACHED] = "nothing that the program loads leads to it",
		[SELECT_SHELL] = "a shell",
		[SELECT_MANAGER] = "it installs packages",
		[SELECT_DOCUMENT] = "it is for people",
		[SELECT_PASSING] = "a cache, a log or somebody's own folder",
		[SELECT_PRIVILEGED] = "without the rights that it gives it is of no use",
		[SELECT_SECRET] = "it holds a secret",
		[SELECT_DEVICE] = "it is no file",
		[SELECT_RECORD] = "it tells of packages that are gone",
		[SELECT_ASKED] = "--keep names it",
		[SELECT_LOADED] = "the program loads it",
		[SELECT_FOLDER] = "it is in the program's own folder",
		[SELECT_NAMED] = "the program's words or its environment name it",
		[SELECT_NEEDED] = "every program reads it",
		[SELECT_PACKAGE] = "the program loads something of its package",
		[SELECT_OWN] = "it is data that no package owns",
		[SELECT_LINK] = "it leads to what stays",
		[SELECT_PARENT] = "it holds what stays",
		[SELECT_LICENCE] = "a licence of what stays",
		[SELECT_DATABASE] = "it tells which packages are there",
	};

	return texts[why];
}

/* -- what is named ----------------------------------------------------------------------------- */

static void add_folder(struct selecting *s, bytes folder)
{
	if (!purpose_is_shared(folder) && s->out->folders.len < LIMIT_HARDEN_NAMED)
		*ARENA_PUSH(s->arena, &s->out->folders) = folder;
}

/* name_path(s, text): a file is kept, its folder too where it is the program's own; a folder is
 * kept unless it is shared. */
static void name_path(struct selecting *s, bytes text)
{
	uint32_t node;
	bytes path;

	if (text.n == 0 || text.n > LIMIT_PATH || memchr(text.p, 0, text.n))
		return;
	path = path_join(s->arena, s->image->config.working_dir, text);
	node = tree_find(s->tree, path, true);
	if (path.n == 0 || node == TREE_NONE)
		return;
	path = tree_path(s->tree, node, s->arena);
	if (tree_get(s->tree, node)->type == ENTRY_FILE)
		add_folder(s, path_dir(path));
	else if (purpose_is_shared(path) && !(purpose_is_settings(path) && path.n > strlen("etc/")))
		return;
	if (s->named.len < LIMIT_HARDEN_NAMED)
		*ARENA_PUSH(s->arena, &s->named) = path;
}

/* "--config=/etc/shop.json", "/srv/data": what stands behind the first "=", or the whole. */
static void name_word(struct selecting *s, bytes word)
{
	size_t equals = bytes_find(word, '=');

	if (equals < word.n)
		name_path(s, bytes_skip(word, equals + 1));
	if (bytes_find(word, '/') < word.n || bytes_find(word, '.') < word.n)
		name_path(s, word);
}

static void name_all(struct selecting *s)
{
	const struct oci_config *c = &s->image->config;
	bytes cwd = path_join(s->arena, BYTES(""), c->working_dir);

	add_folder(s, path_dir(tree_path(s->tree, s->closure->program, s->arena)));
	if (tree_find(s->tree, cwd, true) != TREE_NONE)
		add_folder(s, tree_path(s->tree, tree_find(s->tree, cwd, true), s->arena));
	for (size_t i = 0; i < s->wish->words->len; i++)
		name_word(s, s->wish->words->items[i]);
	for (size_t i = 0; i < c->env.len; i++) {
		bytes value = bytes_skip(c->env.items[i], bytes_find(c->env.items[i], '=') + 1);

		if (bytes_starts(value, BYTES("/")))
			name_path(s, value); /* lists of folders, as PATH, name no file */
	}
	for (size_t i = 0; i < c->volumes.len; i++)
		name_path(s, c->volumes.items[i]);
}

static bool is_below(bytes path, const struct strings *folders)
{
	for (size_t i = 0; i < folders->len; i++)
		if (path_within(path, folders->items[i]))
			return true;
	return false;
}

/* -- packages of which something is loaded ----------------------------------------------------- */

uint32_t select_owner(const struct selecting *s, uint32_t node)
{
	uint32_t package = tree_get(s->tree, node)->package;

	if (package == 0 || package > s->facts->packages.len ||
	    !select_is_system(&s->facts->packages.items[package - 1]))
		return 0;
	return package;
}

/* -- each file --------------------------------------------------------------------------------- */

static bool is_asked(const struct selecting *s, bytes path)
{
	for (size_t i = 0; i < s->wish->keep.len; i++)
		if (path_fits_above(s->wish->keep.items[i], path))
			return true;
	return false;
}

static bool is_executable(const struct tree_node *n)
{
	return n->mode & 0111 && (n->kind == KIND_ELF || n->kind == KIND_SCRIPT);
}

/* of_package(s, node, path): whether it stays for its package's sake. Libraries may be executable,
 * programs never lie in a file named *.so. */
static bool of_package(const struct selecting *s, uint32_t node, bytes path)
{
	uint32_t owner = select_owner(s, node);
	bool is_library = bytes_search(path_base(path), BYTES(".so")) < path_base(path).n;

	if (purpose_is_document(path) || purpose_is_passing(path))
		return false;
	if (owner == 0)
		return s->out->is_wide && !purpose_is_password(path);
	switch (s->loaded[owner - 1]) {
	case LOADED_NOT: return false;
	case LOADED_MODULE:
	case LOADED_SOME:
		return is_library || !(purpose_is_program(path) ||
		                       is_executable(tree_get(s->tree, tree_content(s->tree, node))));
	default: return true;
	}
}

static bool is_of_user(const struct selecting *s, uint32_t node)
{
	uint32_t uid, gid;

	tree_ids(s->tree, tree_content(s->tree, node), &uid, &gid);
	return s->wish->uid != 0 && uid == s->wish->uid;
}

/* is_own_data(s, node, path): a file or a folder that somebody put there for the program: no
 * reading of names can see that it opens it. Programs and libraries that nothing loads are none,
 * nor is what lies about at the top. */
static bool is_own_data(const struct selecting *s, uint32_t node, bytes path)
{
	const struct tree_node *n = tree_get(s->tree, tree_content(s->tree, node));

	if (n->type == ENTRY_FILE && (n->kind == KIND_ELF || n->kind == KIND_PE || is_executable(n) ||
	                              bytes_find(path, '/') == path.n))
		return false;
	return !select_owner(s, node) && !purpose_is_document(path) && !purpose_is_passing(path) &&
	       (purpose_is_own(path) || is_of_user(s, node));
}

bool select_is_privileged(const struct selecting *s, uint32_t node, bytes path)
{
	const struct tree_node *n = tree_get(s->tree, tree_content(s->tree, node));

	if (!purpose_is_program(path))
		return false;
	return n->mode & 06000 || n->flags & TREE_CAPABILITY;
}

static enum select_why why_dropped(bytes path)
{
	enum purpose_tool tool = purpose_is_program(path) ? purpose_tool_of(path_base(path))
	                                                  : PURPOSE_NO_TOOL;

	if (tool != PURPOSE_NO_TOOL)
		return tool == PURPOSE_SHELL ? SELECT_SHELL : SELECT_MANAGER;
	if (purpose_is_document(path))
		return SELECT_DOCUMENT;
	return purpose_is_passing(path) ? SELECT_PASSING : SELECT_UNREACHED;
}

bool select_is_tool(const struct selecting *s, bytes path)
{
	enum purpose_tool tool = purpose_is_program(path) ? purpose_tool_of(path_base(path))
	                                                  : PURPOSE_NO_TOOL;

	return tool == PURPOSE_MANAGER || (tool == PURPOSE_SHELL && !s->wish->shell);
}

/* A shell or an installer that somebody put beside the program, which loads it as little. */
static bool is_own_tool(const struct selecting *s, uint32_t node, bytes path)
{
	enum purpose_tool tool = purpose_tool_of(path_base(path));

	return is_executable(tree_get(s->tree, tree_content(s->tree, node))) &&
	       (tool == PURPOSE_MANAGER || (tool == PURPOSE_SHELL && !s->wish->shell));
}

/* By the path alone: what the program has to itself, what somebody names, what all read. */
static enum select_why judge_path(const struct selecting *s, bytes path)
{
	if (is_below(path, &s->out->folders))
		return SELECT_FOLDER;
	if (is_below(path, &s->named))
		return SELECT_NAMED;
	if (purpose_is_needed(path))
		return SELECT_NEEDED;
	return purpose_database_of(path) != PURPOSE_NO_DATABASE ? SELECT_DATABASE : SELECT_UNREACHED;
}

static enum select_why judge_file(const struct selecting *s, uint32_t node, bytes path)
{
	bool is_tool = select_is_tool(s, path);
	enum select_why why;

	if (s->wish->secrets[tree_content(s->tree, node)])
		return SELECT_SECRET;
	if (is_asked(s, path))
		return SELECT_ASKED;
	if (select_is_loaded(s, node) && (!is_tool || node == s->closure->program))
		return SELECT_LOADED;
	why = judge_path(s, path);
	if (why == SELECT_FOLDER && is_own_tool(s, node, path))
		return purpose_tool_of(path_base(path)) == PURPOSE_SHELL ? SELECT_SHELL : SELECT_MANAGER;
	if (why != SELECT_UNREACHED)
		return why;
	if (!is_tool && is_own_data(s, node, path))
		return SELECT_OWN;
	if (is_tool || !of_package(s, node, path))
		return why_dropped(path);
	return select_is_privileged(s, node, path) ? SELECT_PRIVILEGED : SELECT_PACKAGE;
}

/* Folders stay for what is in them, or because a program may want to have them. */
static enum select_why judge_folder(const struct selecting *s, uint32_t node, bytes path)
{
	if (is_asked(s, path))
		return SELECT_ASKED;
	if (is_below(path, &s->out->folders))
		return SELECT_FOLDER;
	if (is_below(path, &s->named))
		return SELECT_NAMED;
	if (is_own_data(s, node, path))
		return SELECT_OWN;
	return purpose_is_folder(path) ? SELECT_NEEDED : why_dropped(path);
}

static enum select_why judge_link(const struct selecting *s, uint32_t node, bytes path)
{
	if (is_asked(s, path))
		return SELECT_ASKED;
	if (select_is_loaded(s, node))
		return SELECT_LOADED;
	if (is_below(path, &s->out->folders))
		return SELECT_FOLDER;
	return purpose_is_needed(path) ? SELECT_NEEDED : why_dropped(path);
}

static void judge_all(struct selecting *s)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		enum select_why why = SELECT_DEVICE;

		switch ((enum entry_type)tree_get(s->tree, w->node)->type) {
		case ENTRY_FILE:
		case ENTRY_HARDLINK: why = judge_file(s, w->node, path); break;
		case ENTRY_DIR: why = judge_folder(s, w->node, path); break;
		case ENTRY_SYMLINK: why = judge_link(s, w->node, path); break;
		case ENTRY_NONE:
		case ENTRY_CHAR:
		case ENTRY_BLOCK:
		case ENTRY_FIFO: break;
		}
		s->out->why[w->node] = (uint8_t)why;
	}
}

void select_files(const struct image *image, const struct facts *facts,
                  const struct closure *closure, const struct select_wish *wish, struct arena *a,
                  struct selection *out)
{
	struct selecting s = { .image = image,
		                   .tree = image->tree,
		                   .facts = facts,
		                   .closure = closure,
		                   .wish = wish,
		                   .arena = a,
		                   .out = out };

	*out = (struct selection){ .why = arena_zero(a, tree_count(image->tree)),
		                       .fates = arena_zero(a, facts->packages.len),
		                       .is_wide = closure->unbound };
	out->why[0] = SELECT_PARENT;
	name_all(&s);
	select_loaded(&s);
	judge_all(&s);
	select_links(&s);
	select_packages(&s);
}
