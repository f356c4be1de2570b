/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_source.h"

#include "base/map.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "catalog/catalogers.h"
#include "catalog/dotnet_collect.h"
#include "catalog/language.h"

/* A property's value may name properties; a chain of more is a loop. */
#define PROPERTIES_DEEP 8
/* Properties replaced in one text: values that name values that name values would not end. */
#define PROPERTIES_MOST 256
/* Folders above a project in which the files for whole trees are looked for. */
#define FOLDERS_UP 64
#define PACKED_MAX (2 * LIMIT_KEEP)

/* -- which files ------------------------------------------------------------------------------ */

enum source {
	SOURCE_NONE,
	SOURCE_LOCK,
	SOURCE_ASSETS,
	SOURCE_CONFIG,
	SOURCE_TOOLS,
	SOURCE_SDKS,
	SOURCE_PROJECT
};

/* Lock files of several projects in one folder are packages.NAME.lock.json. */
static bool is_lock(bytes base)
{
	return bytes_starts(base, BYTES("packages.")) && bytes_ends(base, BYTES(".lock.json"));
}

static enum source source_of(bytes path)
{
	static const struct {
		const char *name;
		enum source source;
	} whole[] = {
		{ "packages.lock.json", SOURCE_LOCK },
		{ "project.assets.json", SOURCE_ASSETS },
		{ "packages.config", SOURCE_CONFIG },
		{ "dotnet-tools.json", SOURCE_TOOLS },
		{ "global.json", SOURCE_SDKS },
		{ "Directory.Packages.props", SOURCE_PROJECT },
		{ "Directory.Build.props", SOURCE_PROJECT },
		{ "packages.props", SOURCE_PROJECT },
	};
	bytes base = path_base(path);

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (bytes_equal_nocase(base, bytes_str(whole[i].name)))
			return whole[i].source;
	if (bytes_ends(base, BYTES(".csproj")) || bytes_ends(base, BYTES(".fsproj")) ||
	    bytes_ends(base, BYTES(".vbproj")))
		return SOURCE_PROJECT;
	return is_lock(base) ? SOURCE_LOCK : SOURCE_NONE;
}

static struct want want(const struct entry *entry)
{
	bool wanted = source_of(entry->path) != SOURCE_NONE;

	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

static unsigned role(bytes path)
{
	return source_of(path);
}

/* -- in the worker ---------------------------------------------------------------------------- */

static int read_listing(struct inspection *in, enum source source, buf *b, err *e)
{
	static int (*const readers[])(bytes, struct arena *, struct dotnet_listing *, err *) = {
		[SOURCE_LOCK] = dotnet_listing_lock,     [SOURCE_ASSETS] = dotnet_listing_assets,
		[SOURCE_CONFIG] = dotnet_listing_config, [SOURCE_TOOLS] = dotnet_listing_tools,
		[SOURCE_SDKS] = dotnet_listing_sdks,
	};
	struct dotnet_listing listing;

	if (readers[source](in->body, in->scratch, &listing, e) < 0)
		return -1;
	pack_u64(b, SOURCE_ITEM_LISTING);
	dotnet_listing_pack(b, &listing);
	return 0;
}

static int read_project(struct inspection *in, buf *b, err *e)
{
	struct dotnet_project project;

	if (dotnet_project_parse(in->body, in->scratch, &project, e) < 0)
		return -1;
	pack_u64(b, SOURCE_ITEM_PROJECT);
	dotnet_project_pack(b, &project);
	return 0;
}

/* is_another(source, body): other programs have a global.json of their own. */
static bool is_another(enum source source, bytes body)
{
	return source == SOURCE_SDKS && bytes_search(body, BYTES("\"sdk\"")) == body.n &&
	       bytes_search(body, BYTES("\"msbuild-sdks\"")) == body.n;
}

static int inspect(struct inspection *in, err *e)
{
	enum source source = source_of(in->entry->path);
	buf b = BUF_INIT(PACKED_MAX);

	if (is_another(source, in->body))
		return 0;
	int status = source == SOURCE_PROJECT ? read_project(in, &b, e)
	                                      : read_listing(in, source, &b, e);

	if (status == 0) {
		inspection_item(in, buf_bytes(&b));
	} else {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
	}
	buf_done(&b);
	return 0;
}

/* -- in the parent: lists --------------------------------------------------------------------- */

/* A project file with what may say more about it. */
struct project {
	const struct image_item *item;
	struct dotnet_project said;
	bytes path;
	struct map properties; /* struct dotnet_property, by lower-case name */
	struct map central;    /* struct dotnet_mentioned, by lower-case name */
};

struct collector {
	struct language language;
	struct arena *a, scratch; /* scratch: one mention */
	struct map by_path;       /* struct project, visible ones */
	struct {
		struct project **items;
		size_t len, cap;
	} projects;
	const struct image_item *path_of; /* whose path was asked for last */
	bytes path;
};

/* path_of(c, item): one copy for all packages of a file. */
static bytes path_of(struct collector *c, const struct image_item *item)
{
	if (c->path_of != item)
		c->path = tree_path(c->language.image->tree, item->node, c->a);
	c->path_of = item;
	return c->path;
}

/* add_package(c, item, p): index + 1, or 0 above LIMIT_PACKAGES. Also in an image, where deps.json
 * may name it as well: what was restored there is there. */
static uint32_t add_package(struct collector *c, const struct image_item *item,
                            const struct dotnet_listed *p)
{
	const struct package package = {
		.ecosystem = ECO_NUGET,
		.name = p->name,
		.version = p->version,
		.source_name = p->name,
		.source_version = p->version,
		.path = path_of(c, item),
		.layer = item->layer,
		.hidden = facts_item_hidden(c->language.image, item),
		.assetless = p->development,
	};

	return facts_package(c->language.facts, c->a, item, &package);
}

static bool add_listing(struct collector *c, const struct image_item *item, bytes in)
{
	struct dotnet_listing listing;

	if (!dotnet_listing_take(&in, c->a, &listing) || in.n > 0)
		return false;
	uint32_t *packages = arena_array(c->a, uint32_t, listing.packages.len);

	language_mark(&c->language, item->node, 0);
	for (size_t i = 0; i < listing.packages.len; i++)
		packages[i] = add_package(c, item, &listing.packages.items[i]);
	for (size_t i = 0; i < listing.packages.len; i++)
		for (size_t k = 0; k < listing.packages.items[i].needs.len; k++) {
			uint32_t to = packages[listing.packages.items[i].needs.items[k]];

			if (packages[i] > 0 && to > 0)
				facts_edge(c->language.facts, c->a, packages[i] - 1, to - 1);
		}
	return true;
}

/* -- projects --------------------------------------------------------------------------------- */

static bool add_project(struct collector *c, const struct image_item *item, bytes in)
{
	struct project *p = arena_new(c->a, struct project);

	if (!dotnet_project_take(&in, c->a, &p->said) || in.n > 0)
		return false;
	p->item = item;
	p->path = path_of(c, item);
	map_init(&p->properties, c->a);
	map_init(&p->central, c->a);
	for (size_t i = 0; i < p->said.properties.len; i++)
		*map_put(&p->properties, dotnet_folded(p->said.properties.items[i].name,
		                                       c->a)) = &p->said.properties.items[i];
	for (size_t i = 0; i < p->said.mentions.len; i++)
		if (p->said.mentions.items[i].how == MENTION_CENTRAL)
			*map_put(&p->central, dotnet_folded(p->said.mentions.items[i].name,
			                                    c->a)) = &p->said.mentions.items[i];
	language_mark(&c->language, item->node, 0);
	*ARENA_PUSH(c->a, &c->projects) = p;
	if (!facts_item_hidden(c->language.image, item))
		*map_put(&c->by_path, p->path) = p;
	return true;
}

/* nearest(c, path, name): the file of this name in the folder of path or the nearest above: the one
 * that MSBuild imports ("Customize your build by folder"). */
static const struct project *nearest(struct collector *c, bytes path, const char *name)
{
	bytes dir = path_dir(path);

	for (int i = 0; i < FOLDERS_UP; i++, dir = path_dir(dir)) {
		bytes candidate = dotnet_concat(&c->scratch, dir, dir.n > 0 ? BYTES("/") : BYTES(""),
		                                bytes_str(name));
		const struct project *found = map_get(&c->by_path, candidate);

		if (found || dir.n == 0)
			return found;
	}
	return NULL;
}

/* Where a property of a project may be set: in itself and in what it imports by itself. */
struct scope {
	const struct project *files[3];
	unsigned replaced; /* in the text in hand */
};

static const bytes *property_of(const struct scope *scope, bytes name, struct arena *a)
{
	bytes key = dotnet_folded(name, a);

	for (size_t i = 0; i < 3; i++) {
		const struct dotnet_property *p = scope->files[i]
		                                      ? map_get(&scope->files[i]->properties, key)
		                                      : NULL;

		if (p)
			return &p->value;
	}
	return NULL;
}

/* resolve(scope, text, depth, a, out): text with each $(Name) replaced; false when one is not set
 * in these files, is a function, or leads to itself. */
static bool resolve(struct scope *scope, bytes text, int depth, struct arena *a, bytes *out)
{
	buf b = BUF_INIT(LIMIT_PACKAGE_FIELD);
	bool whole = depth < PROPERTIES_DEEP;
	err e = { 0 }; /* too long: not whole */

	while (whole && text.n > 0) {
		size_t at = bytes_search(text, BYTES("$(")), end = bytes_find(text, ')');
		bytes value = BYTES("");

		whole = buf_append(&b, bytes_slice(text, 0, at), &e) == 0;
		if (at == text.n)
			break;
		const bytes *named = end > at
		                         ? property_of(scope, bytes_slice(text, at + 2, end - at - 2), a)
		                         : NULL;

		whole = whole && named && scope->replaced++ < PROPERTIES_MOST &&
		        resolve(scope, *named, depth + 1, a, &value) && buf_append(&b, value, &e) == 0;
		text = bytes_skip(text, end + 1);
	}
	*out = arena_bytes(a, buf_bytes(&b));
	buf_done(&b);
	return whole;
}

/* version_of(m, scope, a, out): what the mention says, else what is said centrally; false when
 * that is no single version. */
static bool version_of(const struct dotnet_mentioned *m, struct scope *scope, struct arena *a,
                       bytes *out)
{
	const struct dotnet_mentioned *central = NULL;
	bytes text = m->version, resolved;

	for (size_t i = 0; text.n == 0 && !central && i < 3; i++)
		if (scope->files[i])
			central = map_get(&scope->files[i]->central, dotnet_folded(m->name, a));
	if (central)
		text = central->version;
	scope->replaced = 0;
	return resolve(scope, text, 0, a, &resolved) && dotnet_version_named(resolved, out);
}

/* What a project mentions and no version is known for. */
struct unknown {
	bytes first;
	size_t count;
};

static void add_mention(struct collector *c, const struct project *p, struct scope *scope,
                        const struct dotnet_mentioned *m, struct unknown *unknown)
{
	bytes version = BYTES(""), name;
	bool known = version_of(m, scope, &c->scratch, &version);

	if (m->how == MENTION_UPDATED && !known)
		return;
	scope->replaced = 0;
	bool named = resolve(scope, m->name, 0, &c->scratch, &name) && name.n > 0 &&
	             bytes_find(name, '@') == name.n;

	if (!known || !named)
		unknown->first = unknown->count++ == 0 ? m->name : unknown->first;
	if (named)
		(void)add_package(
			c, p->item,
			&(struct dotnet_listed){ .name = arena_bytes(c->a, name),
		                             .version = known ? arena_bytes(c->a, version) : BYTES(""),
		                             .development = m->development });
}

static void add_mentions(struct collector *c, const struct project *p)
{
	struct unknown unknown = { .count = 0 };
	struct scope scope = { { p, nearest(c, p->path, "Directory.Packages.props"),
		                     nearest(c, p->path, "Directory.Build.props") },
		                   0 };

	for (size_t i = 0; i < p->said.mentions.len; i++, arena_reset(&c->scratch))
		add_mention(c, p, &scope, &p->said.mentions.items[i], &unknown);
	if (unknown.count > 0)
		facts_gap(c->language.facts, c->a, p->item,
		          "%zu package%s without one version that these files say: '%s'%s", unknown.count,
		          unknown.count == 1 ? "" : "s", SHOW(unknown.first),
		          unknown.count == 1 ? "" : " the first");
}

static bool add_item(struct collector *c, const struct image_item *item)
{
	bytes in = item->payload;
	uint64_t kind;

	if (!pack_take_u64(&in, SOURCE_ITEM_PROJECT, &kind))
		return false;
	switch ((enum dotnet_source_item)kind) {
	case SOURCE_ITEM_LISTING: return add_listing(c, item, in);
	case SOURCE_ITEM_PROJECT: return add_project(c, item, in);
	case SOURCE_ITEM_NONE: break;
	}
	return false;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct collector c = { .a = a, .scratch = ARENA_INIT };
	const struct image_item *item;
	size_t at = 0;

	(void)e;
	language_init(&c.language, ECO_NUGET, image, a, facts);
	map_init(&c.by_path, a);
	while ((item = facts_next_item(image, DOTNET_SOURCE_INSPECTOR, &at)))
		if (!add_item(&c, item))
			language_broken(&c.language, item);
	for (size_t i = 0; i < c.projects.len; i++)
		add_mentions(&c, c.projects.items[i]);
	arena_done(&c.scratch);
	return 0;
}

const struct cataloger catalog_dotnet_source = {
	.inspector = { .name = "dotnet-source",
	               .id = DOTNET_SOURCE_INSPECTOR,
	               .version = 1,
	               .want = want,
	               .inspect = inspect,
	               .role = role },
	.collect = collect,
};
