/* SPDX-License-Identifier: Apache-2.0 */
/* .NET: what a managed program has around it and what its assemblies refer to.
 *
 * A shared framework, its hosts included, counts as a whole, whatever of it a program uses; that it
 * loads by name what a program or its settings ask it to is charged to those who ask. An assembly
 * that is referred to is looked for below the program's folder (deps.json names places there), and
 * where it is not there, everywhere. */
#include "closure/walk.h"

#include "base/path.h"

static const char *const hosts[] = { "libhostfxr.so", "libhostpolicy.so", "libcoreclr.so", NULL };

void managed_prepare(struct walk *w)
{
	map_init(&w->assemblies, w->a);
	for (size_t i = 0; i < w->files.len; i++)
		if (w->files.items[i].object.kind == OBJECT_ASSEMBLY)
			walk_name(w, &w->assemblies, path_base(w->files.items[i].path), &w->files.items[i]);
}

/* -- around the program ------------------------------------------------------------------------ */

static void visit_one(struct walk *w, uint32_t node)
{
	walk_visit(w, node, 0);
}

/* An installation: hosts and frameworks, not the SDK beside them. */
static void visit_root(struct walk *w, bytes root)
{
	static const char *const parts[] = { "host", "shared" };

	for (size_t i = 0; i < 2; i++) {
		uint32_t dir = tree_find(w->tree, path_join(&w->scratch, root, bytes_str(parts[i])), true);

		if (dir != TREE_NONE && tree_get(w->tree, dir)->type == ENTRY_DIR)
			walk_below(w, dir, visit_one);
	}
}

static void visit_roots(struct walk *w)
{
	static const char *const roots[] = { "usr/share/dotnet", "usr/lib/dotnet", "usr/lib64/dotnet",
		                                 "opt/dotnet", "dotnet" };
	uint32_t muxer = tree_find(w->tree, BYTES("usr/bin/dotnet"), true);

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		visit_root(w, bytes_str(roots[i]));
	visit_root(w, start_environment(w, "DOTNET_ROOT"));
	if (muxer != TREE_NONE)
		visit_root(w, path_dir(tree_path(w->tree, muxer, w->a)));
}

/* Their maker's words, which somebody sets to have more loaded. */
static void heed_environment(struct walk *w)
{
	static const char *const hooks[] = { "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS",
		                                 "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES" };

	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		if (start_environment(w, hooks[i]).n > 0)
			walk_doubt(w, bytes_str(hooks[i]), FREE_ASSEMBLIES, "names assemblies to be loaded");
	static const char *const profilers[] = { "CORECLR_PROFILER_PATH", "CORECLR_PROFILER_PATH_64" };

	for (size_t i = 0; i < 2; i++)
		if (start_environment(w, profilers[i]).n > 0)
			(void)loader_find(w, 0, start_environment(w, profilers[i]));
}

void managed_start(struct walk *w, uint32_t dll)
{
	if (!w->is_managed)
		heed_environment(w);
	w->is_managed = true;
	if (dll == TREE_NONE)
		return;
	w->application = tree_get(w->tree, dll)->parent;
	w->carries_runtime = tree_child(w->tree, w->application, BYTES("libcoreclr.so")) != TREE_NONE;
	for (size_t i = 0; hosts[i]; i++)
		walk_visit(w, tree_child(w->tree, w->application, bytes_str(hosts[i])), 0);
	if (!w->carries_runtime)
		visit_roots(w);
	walk_visit(w, dll, 0);
}

/* -- references -------------------------------------------------------------------------------- */

static bool is_below(const struct walk *w, uint32_t node)
{
	while (node != TREE_NONE && node != w->application && node != 0)
		node = tree_get(w->tree, node)->parent;
	return w->application != TREE_NONE && node == w->application;
}

static bool visit_named(struct walk *w, bytes file, bool anywhere, uint32_t by)
{
	bool found = false;

	for (const struct namesake *n = map_get(&w->assemblies, file); n && walk_step(w); n = n->next)
		if (anywhere || is_below(w, n->file->node)) {
			walk_visit(w, n->file->node, by);
			found = true;
		}
	return found;
}

/* Translations lie beside: they are data, of the package that the code is. */
static void visit_assembly(struct walk *w, bytes name, uint32_t by)
{
	bytes code = bytes_str(arena_printf(&w->scratch, PRIb ".dll", BYTESF(name)));
	bytes texts = bytes_str(arena_printf(&w->scratch, PRIb ".resources.dll", BYTESF(name)));

	if (!visit_named(w, code, false, by))
		(void)visit_named(w, code, true, by); /* nowhere: the framework's, or not there */
	(void)visit_named(w, texts, false, by);
}

/* The runtime tries a name as it is, with ".so" and with "lib" before it, beside the assemblies
 * first (NativeLibrary, "probing"). */
static void visit_native(struct walk *w, bytes name, uint32_t by)
{
	const char *const forms[] = {
		arena_printf(&w->scratch, PRIb, BYTESF(name)),
		arena_printf(&w->scratch, PRIb ".so", BYTESF(name)),
		arena_printf(&w->scratch, "lib" PRIb ".so", BYTESF(name)),
		arena_printf(&w->scratch, "lib" PRIb, BYTESF(name)),
	};

	for (size_t i = 0; i < 4; i++) {
		bytes form = path_base(bytes_str(forms[i]));
		bool found = false;

		for (const struct namesake *n = map_get(&w->libraries, form); n && walk_step(w);
		     n = n->next)
			if (is_below(w, n->file->node)) {
				walk_visit(w, n->file->node, by);
				found = true;
			}
		if (!found)
			(void)loader_find(w, 0, form); /* most forms are not there */
	}
}

/* The frameworks' own assemblies in the folder of a program that carries them. */
static bool is_frameworks(const struct walk *w, bytes name)
{
	static const char *const fronts[] = {
		"System.",          "Microsoft.Extensions.", "Microsoft.AspNetCore.",
		"Microsoft.Win32.", "Microsoft.VisualBasic", "Microsoft.CSharp"
	};
	bool found = bytes_is(name, "System") || bytes_is(name, "mscorlib") ||
	             bytes_is(name, "netstandard") || bytes_is(name, "WindowsBase");

	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		found |= bytes_starts(name, bytes_str(fronts[i]));
	return found && w->carries_runtime;
}

void managed_follow(struct walk *w, const struct known_file *f, uint32_t by)
{
	const struct object *o = &f->object;
	uint32_t freedom = is_frameworks(w, o->text) ? o->freedom & FREE_UNREAD : o->freedom;

	for (size_t i = 0; i < o->needs.len; i++)
		visit_assembly(w, o->needs.items[i], by);
	for (size_t i = 0; i < o->natives.len; i++)
		visit_native(w, o->natives.items[i], by);
	walk_freedom(w, f, freedom);
}
