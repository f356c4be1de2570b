/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_collect.h"

#include "base/path.h"

/* -- files ----------------------------------------------------------------------------------- */

/* find_below(c, dir, rel): the visible file; only what lies below dir: a deps.json cannot claim
 * files elsewhere. */
static uint32_t find_below(struct dotnet_collector *c, bytes dir, bytes rel)
{
	bytes path = dotnet_concat(&c->scratch, dir, dir.n > 0 ? BYTES("/") : BYTES(""), rel);

	if (rel.n == 0 || !bytes_equal(path, path_join(&c->scratch, dir, rel)))
		return TREE_NONE;
	uint32_t node = tree_find(c->image->tree, path, true);

	return node != TREE_NONE && tree_get(c->image->tree, node)->type == ENTRY_FILE ? node
	                                                                               : TREE_NONE;
}

/* mark(c, node, package): this file belongs to the package (index + 1), or, with 0, is known. What
 * another package owns stays its. */
static void mark(const struct dotnet_collector *c, uint32_t node, uint32_t package)
{
	if (node == TREE_NONE)
		return;
	struct tree_node *n = tree_edit(c->image->tree, node);

	n->flags |= TREE_IDENTIFIED;
	if (n->package == 0)
		n->package = package;
}

/* place_of(l, asset, a): where an asset lies beside deps.json (hostpolicy,
 * deps_entry_t::to_dir_path and to_rel_path): with its runtime folder, or flat, translations
 * in a folder for their language. */
static bytes place_of(const struct dotnet_library *l, const struct dotnet_asset *asset,
                      struct arena *a)
{
	if (asset->local.n > 0)
		return asset->local;
	if (asset->rid_specific || l->type == LIBRARY_RUNTIMEPACK)
		return asset->path;
	bytes name = path_base(asset->path), language = path_base(path_dir(asset->path));

	if (asset->type != ASSET_RESOURCE || language.n == 0)
		return name;
	return dotnet_concat(a, language, BYTES("/"), name);
}

/* probe(c, config, l, asset): the asset in one of the package folders that a configuration
 * names. */
static bool probe(struct dotnet_collector *c, const struct dotnet_config *config,
                  const struct dotnet_library *l, const struct dotnet_asset *asset)
{
	for (size_t i = 0; config && i < config->probing.len; i++) {
		bytes root = config->probing.items[i], package = l->path;

		if (!bytes_starts(root, BYTES("/")))
			continue;
		if (package.n == 0)
			package = dotnet_concat(&c->scratch, l->name, BYTES("/"), l->version);
		bytes dir = path_join(&c->scratch, path_join(&c->scratch, BYTES(""), root), package);

		if (find_below(c, dir, asset->path) != TREE_NONE)
			return true;
	}
	return false;
}

static bool is_there(struct dotnet_collector *c, const struct dotnet_application *app,
                     const struct dotnet_library *l, const struct dotnet_asset *asset)
{
	bytes place = place_of(l, asset, &c->scratch);

	return map_get(&app->embedded, place) ||
	       find_below(c, path_dir(app->stem), place) != TREE_NONE ||
	       probe(c, app->config, l, asset) || probe(c, app->dev, l, asset);
}

/* is_missing(c, app, l): not one of the files that the package was published with is in the
 * image: it was deleted after publishing, or deps.json was copied alone. Tools that merge
 * assemblies leave the code and take the file, so behind them nothing is called missing. */
static bool is_missing(struct dotnet_collector *c, const struct dotnet_application *app,
                       const struct dotnet_library *l)
{
	bool any = false;

	if (!app->confirmed || app->merged)
		return false;
	for (size_t i = 0; i < l->assets.len; i++) {
		if (l->assets.items[i].type == ASSET_RESOURCE)
			continue;
		if (is_there(c, app, l, &l->assets.items[i]))
			return false;
		any = true;
	}
	return any;
}

/* is_overridden(c, app, l): each assembly of the package is newer in a framework below the
 * application, and nothing native is in it. */
static bool is_overridden(struct dotnet_collector *c, struct dotnet_application *app,
                          const struct dotnet_library *l)
{
	bool any = false;

	for (size_t i = 0; i < l->assets.len; i++) {
		const struct dotnet_asset *asset = &l->assets.items[i];
		bool newer = false;

		if (asset->type == ASSET_RESOURCE)
			continue;
		for (size_t k = 0; asset->type == ASSET_RUNTIME && k < app->frameworks_n && !newer; k++)
			newer = dotnet_folder_overrides(app->frameworks[k], asset, c->a);
		if (!newer)
			return false;
		any = true;
	}
	return any;
}

/* -- facts of one application ---------------------------------------------------------------- */

static void fact_gap(struct dotnet_collector *c, const struct dotnet_application *app,
                     const char *text)
{
	const struct image_item where = { .inspector = DOTNET_INSPECTOR,
		                              .layer = app->layer,
		                              .node = app->node };

	facts_gap(c->facts, c->a, &where, "%s", text);
}

/* add_package(c, app, l): its index + 1, or 0 above LIMIT_PACKAGES. */
static uint32_t add_package(struct dotnet_collector *c, struct dotnet_application *app,
                            const struct dotnet_library *l)
{
	const struct image_item where = { .inspector = DOTNET_INSPECTOR,
		                              .layer = app->layer,
		                              .node = app->node };
	struct dotnet_app *fact = app->fact;
	bool assetless = dotnet_library_is_assetless(l), missing = !assetless && is_missing(c, app, l);
	const struct package package = {
		.ecosystem = ECO_NUGET,
		.name = l->name,
		.version = l->version,
		.source_name = l->name,
		.source_version = l->version,
		.path = app->path,
		.layer = app->layer,
		.hidden = app->hidden,
		.assetless = assetless || missing,
		.overridden = is_overridden(c, app, l),
	};
	uint32_t index = facts_package(c->facts, c->a, &where, &package);

	fact->packages++;
	if (index == 0)
		return 0;
	fact->assetless += assetless || missing;
	fact->missing += missing;
	return index;
}

/* add_carried(c, app, name, version, library): a runtime that the application brings, once. Gives
 * its package (index + 1), 0 when it is known already. */
static uint32_t add_carried(struct dotnet_collector *c, struct dotnet_application *app, bytes name,
                            bytes version, bytes library)
{
	struct dotnet_app *fact = app->fact;

	for (size_t i = 0; i < fact->runtimes.len; i++)
		if (bytes_equal(fact->runtimes.items[i].name, name))
			return 0;
	if (fact->runtimes.len >= LIMIT_DOTNET_REQUESTS) {
		fact_gap(c, app, "more runtimes than one application can carry");
		return 0;
	}
	*ARENA_PUSH(c->a, &fact->runtimes) = (struct dotnet_reference){ .name = name,
		                                                            .version = version };
	*ARENA_PUSH(c->a, &c->facts->runtimes) = (struct dotnet_runtime){ .name = name,
		                                                              .version = version,
		                                                              .path = app->stem,
		                                                              .carried = true,
		                                                              .hidden = app->hidden,
		                                                              .node = app->node,
		                                                              .layer = app->layer };
	return dotnet_add_runtime(c, &(struct dotnet_carried){ name, version, library, app->deps,
	                                                       app->path, app->node, app->layer,
	                                                       app->hidden });
}

/* Names and programs of tools that merge assemblies (syft knows the same problem). */
static bool merges(bytes name)
{
	static const char *const tools[] = { "ILMerge",
		                                 "ILRepack",
		                                 "ILRepack.Lib",
		                                 "Costura.Fody",
		                                 "ILRepack.MSBuild.Task",
		                                 "ILRepack.Lib.MSBuild.Task",
		                                 "ILMerge.MSBuild.Task",
		                                 "dnMerge",
		                                 "ILMerge.Fody" };

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (bytes_equal_nocase(name, bytes_str(tools[i])))
			return true;
	return false;
}

static void mark_assets(struct dotnet_collector *c, const struct dotnet_application *app,
                        const struct dotnet_library *l, uint32_t package)
{
	bytes dir = path_dir(app->stem);

	for (size_t i = 0; i < l->assets.len && !app->hidden; i++) {
		mark(c, find_below(c, dir, place_of(l, &l->assets.items[i], &c->scratch)), package);
		dotnet_claim(c, dir, &l->assets.items[i], package);
	}
}

/* add_library(c, app, l): gives the package that it is (index + 1), or 0. */
static uint32_t add_library(struct dotnet_collector *c, struct dotnet_application *app,
                            const struct dotnet_library *l)
{
	struct dotnet_app *fact = app->fact;
	uint32_t package = 0;
	bytes runtime;

	if (dotnet_runtime_name(l, &runtime)) {
		package = add_carried(c, app, runtime, l->version, l->name);
	} else if (l->type == LIBRARY_PACKAGE) {
		package = add_package(c, app, l);
	} else if (l->type == LIBRARY_PROJECT) {
		if (fact->projects++ == 0) {
			fact->name = l->name;
			fact->version = l->version;
		}
	}
	mark_assets(c, app, l, package);
	return package;
}

/* add_needs(c, deps, packages): who needs whom; packages holds index + 1 by the library's number.
 * Projects are no packages: what they need is theirs. */
static void add_needs(struct dotnet_collector *c, const struct dotnet_deps *deps,
                      const uint32_t *packages)
{
	for (size_t i = 0; i < deps->libraries.len; i++) {
		const struct dotnet_library *l = &deps->libraries.items[i];

		for (size_t k = 0; k < l->needs.len && packages[i] > 0; k++)
			if (packages[l->needs.items[k]] > 0)
				facts_edge(c->facts, c->a, packages[i] - 1, packages[l->needs.items[k]] - 1);
	}
}

static void add_libraries(struct dotnet_collector *c, struct dotnet_application *app)
{
	uint32_t *packages = arena_array(&c->scratch, uint32_t, app->deps->libraries.len);

	for (size_t i = 0; i < app->deps->libraries.len; i++)
		packages[i] = add_library(c, app, &app->deps->libraries.items[i]);
	add_needs(c, app->deps, packages);
}

/* version_given(app, name): of the framework's folder that the host takes; empty when none fits. */
static bytes version_given(const struct dotnet_application *app, bytes name)
{
	for (size_t i = 0; i < app->frameworks_n; i++)
		if (bytes_equal(app->frameworks[i]->name, name))
			return app->frameworks[i]->version_text;
	return BYTES("");
}

static void add_requests(struct dotnet_collector *c, struct dotnet_application *app)
{
	const struct dotnet_config *config = app->config;

	for (size_t i = 0; i < config->frameworks.len; i++) {
		const struct dotnet_request *r = &config->frameworks.items[i];

		*ARENA_PUSH(c->a, &app->fact->frameworks) = (struct dotnet_reference){
			r->name, r->version, bytes_str(dotnet_roll_name(r->roll)), version_given(app, r->name)
		};
	}
	for (size_t i = 0; i < config->included.len; i++)
		(void)add_carried(c, app, config->included.items[i].name, config->included.items[i].version,
		                  BYTES(""));
}

static void mark_app(struct dotnet_collector *c, const struct dotnet_application *app)
{
	static const char *const beside[] = {
		"", ".dll", ".exe", ".pdb", ".deps.json", ".runtimeconfig.json", ".runtimeconfig.dev.json"
	};
	bytes dir = path_dir(app->stem), name = path_base(app->stem);

	for (size_t i = 0; i < sizeof(beside) / sizeof(*beside) && !app->hidden; i++)
		mark(c,
		     find_below(c, dir, dotnet_concat(&c->scratch, name, bytes_str(beside[i]), BYTES(""))),
		     0);
}

/* is_confirmed(c, app): something that deps.json lists lies where it says. A deps.json of
 * which nothing does was not published here, and its files may be anywhere. */
static bool is_confirmed(struct dotnet_collector *c, const struct dotnet_application *app)
{
	for (size_t i = 0; app->deps && i < app->deps->libraries.len; i++) {
		const struct dotnet_library *l = &app->deps->libraries.items[i];

		for (size_t k = 0; k < l->assets.len; k++)
			if (is_there(c, app, l, &l->assets.items[k]))
				return true;
	}
	return false;
}

static void describe(struct dotnet_collector *c, struct dotnet_application *app)
{
	struct dotnet_app *fact = app->fact;

	*fact = (struct dotnet_app){
		.path = app->stem, .node = app->node, .layer = app->layer, .hidden = app->hidden
	};
	if (app->deps)
		fact->target = app->deps->target;
	for (size_t i = 0; app->deps && i < app->deps->libraries.len; i++)
		app->merged |= merges(app->deps->libraries.items[i].name);
	app->confirmed = !app->hidden && is_confirmed(c, app);
	if (!app->bundle)
		return;
	fact->single_file = true;
	fact->bundle_major = app->bundle->major;
	fact->bundle_minor = app->bundle->minor;
	fact->bundle_files = (uint32_t)app->bundle->files.len;
	fact->bundle_compressed = app->bundle->compressed;
	for (size_t i = 0; i < app->bundle->files.len; i++)
		fact->bundle_unpacks |= bytes_ends(app->bundle->files.items[i], BYTES(".so"));
}

void dotnet_add_app(struct dotnet_collector *c, struct dotnet_application *app)
{
	if (!app->deps && !app->config && !app->bundle)
		return; /* a lone runtimeconfig.dev.json is a trace of a build */
	app->fact = ARENA_PUSH(c->a, &c->facts->apps);
	describe(c, app);
	if (app->config && !app->hidden)
		app->frameworks_n = dotnet_resolve(&c->folders, &c->environment, app->config,
		                                   app->frameworks, APP_FRAMEWORKS);
	if (app->deps)
		add_libraries(c, app);
	if (app->config)
		add_requests(c, app);
	mark_app(c, app);
	if (app->fact->runtimes.len > 0)
		app->fact->form = DOTNET_SELF_CONTAINED;
	else if (app->fact->frameworks.len > 0)
		app->fact->form = DOTNET_FRAMEWORK_DEPENDENT;
}

void dotnet_add_native(struct dotnet_collector *c, const struct image_item *item,
                       struct dotnet_release release)
{
	bool hidden = facts_item_hidden(c->image, item);
	struct dotnet_app *fact;

	if (c->facts->apps.len >= LIMIT_DOTNET_APPS) {
		facts_gap(c->facts, c->a, item, "more .NET applications than are looked at from here on");
		return;
	}
	fact = ARENA_PUSH(c->a, &c->facts->apps);
	*fact = (struct dotnet_app){ .path = tree_path(c->image->tree, item->node, c->a),
		                         .form = DOTNET_NATIVE_AOT,
		                         .node = item->node,
		                         .layer = item->layer,
		                         .hidden = hidden };
	if (release.major > 0)
		fact->target = bytes_str(
			arena_printf(c->a, ".NETCoreApp,Version=v%u.%u", release.major, release.minor));
	if (hidden)
		return;
	mark(c, item->node, 0);
	facts_gap(
		c->facts, c->a, item,
		"a program of the NativeAOT compiler%s: which packages and which patch of the runtime "
		"are compiled into it is written nowhere in it",
		release.major > 0 ? "" : ", of an unknown release of .NET");
}

/* -- facts of one framework folder ----------------------------------------------------------- */

static bool is_native(bytes name)
{
	return bytes_ends(name, BYTES(".dll")) || bytes_ends(name, BYTES(".so")) ||
	       bytes_is(name, "createdump");
}

/* Without a deps.json a folder's libraries are what lies in it. */
static void mark_children(const struct dotnet_collector *c, uint32_t dir, uint32_t package)
{
	const struct tree *tree = c->image->tree;

	for (uint32_t n = tree_get(tree, dir)->first_child; n != TREE_NONE; n = tree_get(tree, n)->next)
		if (tree_get(tree, n)->type == ENTRY_FILE && is_native(tree_name(tree, n)))
			mark(c, n, package);
}

/* is_self(folder, l): the library is the framework as a whole. */
static bool is_self(const struct dotnet_folder *folder, const struct dotnet_library *l)
{
	bytes runtime;

	return dotnet_runtime_name(l, &runtime) || bytes_equal_nocase(l->name, folder->name);
}

/* The runtime that a folder is. The host goes by the folder's name, so that names the version; a
 * document that says another one was put there by hand. */
static uint32_t add_self(struct dotnet_collector *c, const struct dotnet_folder *folder,
                         const struct dotnet_application *app)
{
	struct dotnet_carried r = { .name = folder->name,
		                        .version = folder->version_text,
		                        .deps = folder->deps,
		                        .path = app->path,
		                        .node = app->node,
		                        .layer = app->layer };
	bytes runtime;

	for (size_t i = 0; folder->deps && i < folder->deps->libraries.len; i++) {
		const struct dotnet_library *l = &folder->deps->libraries.items[i];

		if (!dotnet_runtime_name(l, &runtime) || !bytes_equal_nocase(runtime, folder->name))
			continue;
		r.library = l->name;
		if (!bytes_equal(l->version, folder->version_text))
			fact_gap(c, app, "the framework's deps.json names another version than its folder");
	}
	return dotnet_add_runtime(c, &r);
}

/* What a shared framework lists beside itself is a package in its own right: .NET Core 2 shipped
 * Newtonsoft.Json that way. */
static void add_framework(struct dotnet_collector *c, const struct dotnet_folder *folder)
{
	const struct tree_node *n = tree_get(c->image->tree, folder->witness);
	struct dotnet_application app = { .stem = dotnet_concat(c->a, folder->path, BYTES("/"),
		                                                    folder->name),
		                              .layer = n->layer,
		                              .node = folder->witness,
		                              .path = tree_path(c->image->tree, folder->witness, c->a) };
	struct dotnet_app fact = { 0 };
	size_t libraries = folder->deps ? folder->deps->libraries.len : 0;
	uint32_t *packages = arena_array(&c->scratch, uint32_t, libraries);

	app.fact = &fact;
	map_init(&app.embedded, c->a);
	uint32_t self = add_self(c, folder, &app);

	for (size_t i = 0; i < libraries; i++) {
		const struct dotnet_library *l = &folder->deps->libraries.items[i];

		if (is_self(folder, l))
			packages[i] = self;
		else if (l->type == LIBRARY_PACKAGE)
			packages[i] = add_package(c, &app, l);
		mark_assets(c, &app, l, packages[i]);
	}
	if (folder->deps)
		add_needs(c, folder->deps, packages);
	else
		mark_children(c, folder->dir, self);
	mark_app(c, &app);
}

/* Advisories name the SDK by its product, and that by this package (vuln/feed_dotnet.c). */
static void add_sdk(struct dotnet_collector *c, const struct dotnet_folder *folder)
{
	(void)dotnet_add_runtime(c, &(struct dotnet_carried){
									.name = folder->name,
									.version = folder->version_text,
									.library = BYTES("Microsoft.NET.Sdk"),
									.path = tree_path(c->image->tree, folder->witness, c->a),
									.node = folder->witness,
									.layer = tree_get(c->image->tree, folder->witness)->layer,
								});
}

void dotnet_add_folder(struct dotnet_collector *c, const struct dotnet_folder *folder)
{
	bytes installation = path_dir(path_dir(path_dir(folder->path))); /* which holds "shared" */

	*ARENA_PUSH(c->a, &c->facts->runtimes) = (struct dotnet_runtime){
		.name = folder->name,
		.version = folder->version_text,
		.path = folder->path,
		.node = folder->witness,
		.layer = tree_get(c->image->tree, folder->witness)->layer
	};
	mark(c, folder->witness, 0);
	if (bytes_is(folder->name, DOTNET_SDK))
		add_sdk(c, folder);
	if (!folder->framework)
		return;
	add_framework(c, folder);
	mark(c, find_below(c, installation, BYTES("dotnet")), 0);
}
