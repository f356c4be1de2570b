/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_collect.h"

#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "catalog/catalogers.h"

bytes dotnet_concat(struct arena *a, bytes x, bytes y, bytes z)
{
	const bytes parts[] = { x, y, z };
	uint8_t *out = arena_alloc(a, x.n + y.n + z.n);
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		if (parts[i].n > 0)
			memcpy(out + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return bytes_of(out, n);
}

/* -- items to applications and frameworks ---------------------------------------------------- */

/* app_for(c, item, stem, kind): the application, made when it is new; hidden ones of different
 * layers are different ones. NULL above LIMIT_DOTNET_APPS. */
static struct dotnet_application *app_for(struct dotnet_collector *c, const struct image_item *item,
                                          bytes stem, char kind)
{
	bool hidden = facts_item_hidden(c->image, item);
	bytes group = bytes_str(arena_printf(c->a, "%c%d:", kind, hidden ? item->layer : -1));
	bytes key = dotnet_concat(c->a, group, stem, BYTES(""));
	struct dotnet_application *known = map_get(&c->by_stem, key);

	if (known)
		return known;
	if (c->by_stem.len >= LIMIT_DOTNET_APPS) {
		if (!c->crowded)
			facts_gap(c->facts, c->a, item,
			          "more .NET applications than are looked at from here on");
		c->crowded = true;
		return NULL;
	}
	struct dotnet_application *app = arena_new(c->a, struct dotnet_application);

	app->stem = stem;
	app->hidden = hidden;
	app->layer = item->layer;
	map_init(&app->embedded, c->a);
	*map_put(&c->by_stem, key) = app;
	return app;
}

static void set_place(struct dotnet_application *app, const struct image_item *item, bytes path)
{
	app->node = item->node;
	app->path = path;
}

static void add_hidden_runtime(struct dotnet_collector *c, const struct image_item *item,
                               bytes path, const struct dotnet_deps *deps)
{
	bytes folder = path_dir(path);
	struct dotnet_carried r = {
		.deps = deps, .path = path, .node = item->node, .layer = item->layer, .hidden = true
	};

	if (!dotnet_folder_of(folder, &r.name, &r.version))
		return;
	*ARENA_PUSH(c->a, &c->facts->runtimes) = (struct dotnet_runtime){ .name = r.name,
		                                                              .version = r.version,
		                                                              .path = folder,
		                                                              .hidden = true,
		                                                              .node = item->node,
		                                                              .layer = item->layer };
	(void)dotnet_add_runtime(c, &r);
}

static bool add_deps(struct dotnet_collector *c, const struct image_item *item, bytes path,
                     bytes in)
{
	static const bytes suffix = BYTES_INIT(".deps.json");
	bytes dir = path_dir(path), stem = bytes_slice(path, 0, path.n - suffix.n);
	bytes name, version;
	struct dotnet_folder *folder = map_get(&c->folders.by_path, dir);
	struct dotnet_deps *deps = arena_new(c->a, struct dotnet_deps);
	bool hidden = facts_item_hidden(c->image, item);

	if (!bytes_ends(path, suffix) || !dotnet_deps_take(&in, c->a, deps) || in.n > 0)
		return false;
	if (dotnet_folder_of(dir, &name, &version) && bytes_equal(path_base(stem), name)) {
		if (hidden && !folder)
			add_hidden_runtime(c, item, path, deps);
		if (!hidden && folder) {
			folder->deps = deps;
			folder->witness = item->node;
		}
		return true;
	}
	struct dotnet_application *app = app_for(c, item, stem, 'a');

	if (!app)
		return true;
	app->deps = deps;
	set_place(app, item, path);
	return true;
}

static bool add_config(struct dotnet_collector *c, const struct image_item *item, bytes path,
                       bytes in)
{
	static const bytes plain = BYTES_INIT(".runtimeconfig.json");
	static const bytes develop = BYTES_INIT(".runtimeconfig.dev.json");
	bool dev = bytes_ends(path, develop);
	bytes stem = bytes_slice(path, 0, path.n - (dev ? develop.n : plain.n));
	struct dotnet_folder *folder = map_get(&c->folders.by_path, path_dir(path));
	struct dotnet_config *config = arena_new(c->a, struct dotnet_config);

	if (!(dev || bytes_ends(path, plain)) || !dotnet_config_take(&in, c->a, config) || in.n > 0)
		return false;
	if (folder && folder->framework && bytes_equal(path_base(stem), folder->name)) {
		if (!dev && !facts_item_hidden(c->image, item))
			folder->config = config;
		return true;
	}
	struct dotnet_application *app = app_for(c, item, stem, 'a');

	if (!app)
		return true;
	if (dev)
		app->dev = config;
	else
		app->config = config;
	if (!dev && !app->deps)
		set_place(app, item, path);
	return true;
}

static bool add_bundle(struct dotnet_collector *c, const struct image_item *item, bytes path,
                       bytes in)
{
	struct dotnet_bundle_item *bundle = arena_new(c->a, struct dotnet_bundle_item);

	if (!dotnet_bundle_take(&in, c->a, bundle) || in.n > 0)
		return false;
	struct dotnet_application *app = app_for(c, item, path, 'b');

	if (!app)
		return true;
	app->bundle = &bundle->bundle;
	app->deps = bundle->has_deps ? &bundle->deps : NULL;
	app->config = bundle->has_config ? &bundle->config : NULL;
	for (size_t i = 0; i < bundle->bundle.files.len; i++)
		*map_put(&app->embedded, bundle->bundle.files.items[i]) = bundle;
	set_place(app, item, path);
	return true;
}

static bool add_assembly(struct dotnet_collector *c, const struct image_item *item, bytes in)
{
	struct dotnet_loose loose = { .item = item };

	if (!dotnet_assembly_take(&in, &loose.identity) || in.n > 0)
		return false;
	*ARENA_PUSH(c->a, &c->loose) = loose;
	return true;
}

static bool add_native(struct dotnet_collector *c, const struct image_item *item, bytes in)
{
	struct dotnet_release release;

	if (!pack_take_u32(&in, UINT16_MAX, &release.major) ||
	    !pack_take_u32(&in, UINT16_MAX, &release.minor) || in.n > 0)
		return false;
	dotnet_add_native(c, item, release);
	return true;
}

static bool add_item(struct dotnet_collector *c, const struct image_item *item)
{
	bytes path = tree_path(c->image->tree, item->node, c->a), in = item->payload;
	uint64_t kind;

	if (!pack_take_u64(&in, DOTNET_ITEM_NATIVE, &kind))
		return false;
	switch ((enum dotnet_item)kind) {
	case DOTNET_ITEM_DEPS: return add_deps(c, item, path, in);
	case DOTNET_ITEM_CONFIG: return add_config(c, item, path, in);
	case DOTNET_ITEM_BUNDLE: return add_bundle(c, item, path, in);
	case DOTNET_ITEM_ASSEMBLY: return add_assembly(c, item, in);
	case DOTNET_ITEM_NATIVE: return add_native(c, item, in);
	case DOTNET_ITEM_NONE: break;
	}
	return false;
}

/* Code that is compared with no advisory: one gap, however much of it there is. */
static void state_loose(struct dotnet_collector *c)
{
	const struct image_item whole = { .inspector = DOTNET_INSPECTOR, .node = TREE_NONE };
	uint64_t n = c->facts->assemblies.len + c->facts->assemblies_more;

	if (n > 0)
		facts_gap(c->facts, c->a, &whole,
		          "%s .NET %s of no known package, '%s'%s: no package's advisories tell about it",
		          COUNT_TEXT(n), n == 1 ? "assembly" : "assemblies",
		          SHOW(c->facts->assemblies.items[0].path), n == 1 ? "" : " the first");
}

int dotnet_collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct dotnet_collector c = { .image = image, .a = a, .scratch = ARENA_INIT, .facts = facts };
	const struct image_item *item;
	size_t at = 0;

	(void)e;
	map_init(&c.by_stem, a);
	map_init(&c.by_file, a);
	c.rid = dotnet_platform_rid(image);
	c.environment = dotnet_environment_of(&image->config.env);
	dotnet_folders_find(image->tree, a, &c.folders);
	while ((item = facts_next_item(image, DOTNET_INSPECTOR, &at)))
		if (!add_item(&c, item))
			facts_gap(facts, a, item, "the evidence of this file cannot be read");
	if (c.folders.full)
		facts_gap(facts, a,
		          &(struct image_item){ .inspector = DOTNET_INSPECTOR, .node = TREE_NONE },
		          "more than %d versions of .NET: the rest is not looked at", LIMIT_DOTNET_FOLDERS);
	for (size_t i = 0; i < c.folders.by_path.len; i++, arena_reset(&c.scratch))
		dotnet_add_folder(&c, c.folders.by_path.items[i].value);
	for (size_t i = 0; i < c.by_stem.len; i++, arena_reset(&c.scratch))
		dotnet_add_app(&c, c.by_stem.items[i].value);
	for (size_t i = 0; i < c.loose.len; i++)
		dotnet_add_loose(&c, &c.loose.items[i]);
	state_loose(&c);
	arena_done(&c.scratch);
	return 0;
}
