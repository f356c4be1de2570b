/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "base/map.h"
#include "base/pack.h"
#include "base/text.h"
#include "fmt/json.h"

/* -- parse ----------------------------------------------------------------------------------- */

static enum dotnet_library_type library_type(bytes word)
{
	static const struct {
		const char *word;
		enum dotnet_library_type type;
	} types[] = {
		{ "package", LIBRARY_PACKAGE },
		{ "project", LIBRARY_PROJECT },
		{ "msbuildproject", LIBRARY_PROJECT },
		{ "runtimepack", LIBRARY_RUNTIMEPACK },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (bytes_equal_nocase(word, bytes_str(types[i].word)))
			return types[i].type;
	return LIBRARY_OTHER;
}

/* The names of a library's asset groups (hostpolicy, deps_entry_t::s_known_asset_types); they are
 * also the words of assetType in runtimeTargets. */
static const char *const asset_words[] = {
	[ASSET_RUNTIME] = "runtime", [ASSET_NATIVE] = "native", [ASSET_RESOURCE] = "resources"
};
#define ASSET_WORDS (sizeof(asset_words) / sizeof(*asset_words))

struct parse {
	struct arena *a;
	size_t assets, needs;
	struct map targets; /* json: the members of the chosen target by their key */
	struct map by_name; /* uint32_t: the libraries by their lower-case name */
};

bytes dotnet_folded(bytes name, struct arena *a)
{
	uint8_t *out = arena_alloc(a, name.n);

	for (size_t i = 0; i < name.n; i++)
		out[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (uint8_t)(name.p[i] + 32) : name.p[i];
	return bytes_of(out, name.n);
}

static int add_asset(struct parse *p, struct dotnet_library *l, json v, enum dotnet_asset_type type,
                     bool rid_specific, err *e)
{
	bytes path = json_name(v, p->a);

	/* NuGet's placeholder for "nothing here for this framework" */
	if (bytes_is(path, "_._") || bytes_ends(path, BYTES("/_._")))
		return 0;
	if (++p->assets > LIMIT_DOTNET_ASSETS)
		return err_set(e, ERR_LIMIT, 0, "more than %d assets", LIMIT_DOTNET_ASSETS);
	*ARENA_PUSH(p->a, &l->assets) = (struct dotnet_asset){
		.type = type,
		.rid_specific = rid_specific,
		.path = path,
		.local = json_bytes(json_get(v, "localPath"), p->a),
		.assembly = json_bytes(json_get(v, "assemblyVersion"), p->a),
		.file = json_bytes(json_get(v, "fileVersion"), p->a),
	};
	return 0;
}

static int add_assets(struct parse *p, struct dotnet_library *l, json target, err *e)
{
	for (unsigned t = 0; t < ASSET_WORDS; t++) {
		json group = json_get(target, asset_words[t]);

		for (json v = json_first(group); json_type(v) != JSON_NONE; v = json_next(v))
			if (add_asset(p, l, v, (enum dotnet_asset_type)t, false, e) < 0)
				return -1;
	}
	json group = json_get(target, "runtimeTargets");

	for (json v = json_first(group); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes word = json_bytes(json_get(v, "assetType"), p->a);

		for (unsigned t = 0; t < ASSET_WORDS; t++)
			if (bytes_equal_nocase(word, bytes_str(asset_words[t])) &&
			    add_asset(p, l, v, (enum dotnet_asset_type)t, true, e) < 0)
				return -1;
	}
	return 0;
}

static void index_target(struct parse *p, json root, bytes target)
{
	json chosen = json_first(json_get(root, "targets"));

	while (json_type(chosen) != JSON_NONE && !bytes_equal(json_name(chosen, p->a), target))
		chosen = json_next(chosen);
	for (json v = json_first(chosen); json_type(v) == JSON_OBJECT; v = json_next(v)) {
		json *kept = arena_new(p->a, json);

		*kept = v;
		*map_put(&p->targets, json_name(v, p->a)) = kept;
	}
}

static int add_library(struct parse *p, json v, struct dotnet_deps *out, err *e)
{
	bytes key = json_name(v, p->a);
	const json *target = map_get(&p->targets, key);
	size_t slash = bytes_find(key, '/');

	if (out->libraries.len >= LIMIT_DOTNET_LIBRARIES)
		return err_set(e, ERR_LIMIT, 0, "more than %d libraries", LIMIT_DOTNET_LIBRARIES);
	struct dotnet_library *l = ARENA_PUSH(p->a, &out->libraries);

	l->name = bytes_slice(key, 0, slash);
	l->version = bytes_skip(key, slash + 1);
	l->type = library_type(json_bytes(json_get(v, "type"), p->a));
	l->path = json_bytes(json_get(v, "path"), p->a);
	l->targeted = target != NULL;
	uint32_t *number = arena_new(p->a, uint32_t);

	*number = (uint32_t)out->libraries.len - 1;
	*map_put(&p->by_name, dotnet_folded(l->name, p->a)) = number;
	return target ? add_assets(p, l, *target, e) : 0;
}

/* add_needs(p, v, deps, number, e): what library `number`, the member v of "libraries", depends on.
 * The version that stands there is the one that was chosen for all, so the name says which library
 * is meant. What names none of this document comes from elsewhere: a framework. */
static int add_needs(struct parse *p, json v, struct dotnet_deps *deps, size_t number, err *e)
{
	const json *target = map_get(&p->targets, json_name(v, p->a));
	json need = target ? json_first(json_get(*target, "dependencies")) : (json){ 0 };

	for (; json_type(need) != JSON_NONE; need = json_next(need)) {
		const uint32_t *to = map_get(&p->by_name, dotnet_folded(json_name(need, p->a), p->a));

		if (!to)
			continue;
		if (++p->needs > LIMIT_DOTNET_NEEDS)
			return err_set(e, ERR_LIMIT, 0, "more than %d dependencies", LIMIT_DOTNET_NEEDS);
		*ARENA_PUSH(p->a, &deps->libraries.items[number].needs) = *to;
	}
	return 0;
}

static int add_libraries(struct parse *p, json libraries, struct dotnet_deps *out, err *e)
{
	size_t number = 0;

	for (json v = json_first(libraries); json_type(v) != JSON_NONE; v = json_next(v))
		if (add_library(p, v, out, e) < 0)
			return -1;
	for (json v = json_first(libraries); json_type(v) != JSON_NONE; v = json_next(v))
		if (add_needs(p, v, out, number++, e) < 0)
			return -1;
	return 0;
}

int dotnet_deps_parse(bytes text, struct arena *a, struct dotnet_deps *out, err *e)
{
	struct parse p = { .a = a };
	struct dotnet_deps deps = { 0 };
	struct json_doc doc;

	bytes_take_prefix(&text, DOTNET_BOM);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (json_type(root) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "the document is no object");
	json target = json_get(root, "runtimeTarget");

	/* .NET Core 1.0 wrote the name alone. */
	deps.target = json_bytes(json_type(target) == JSON_STRING ? target : json_get(target, "name"),
	                         a);
	map_init(&p.targets, a);
	map_init(&p.by_name, a);
	index_target(&p, root, deps.target);
	if (add_libraries(&p, json_get(root, "libraries"), &deps, e) < 0)
		return -1;
	*out = deps;
	return 0;
}

bool dotnet_library_is_assetless(const struct dotnet_library *l)
{
	for (size_t i = 0; i < l->assets.len; i++)
		if (l->assets.items[i].type != ASSET_RESOURCE)
			return false;
	return l->targeted;
}

/* -- wire form ------------------------------------------------------------------------------- */

void dotnet_deps_pack(buf *b, const struct dotnet_deps *deps)
{
	pack_bytes(b, deps->target);
	pack_u64(b, deps->libraries.len);
	for (size_t i = 0; i < deps->libraries.len; i++) {
		const struct dotnet_library *l = &deps->libraries.items[i];

		pack_u64(b, l->type);
		pack_bytes(b, l->name);
		pack_bytes(b, l->version);
		pack_bytes(b, l->path);
		pack_u64(b, l->targeted);
		pack_u64(b, l->assets.len);
		for (size_t k = 0; k < l->assets.len; k++) {
			const struct dotnet_asset *asset = &l->assets.items[k];

			pack_u64(b, asset->type);
			pack_u64(b, asset->rid_specific);
			pack_bytes(b, asset->path);
			pack_bytes(b, asset->local);
			pack_bytes(b, asset->assembly);
			pack_bytes(b, asset->file);
		}
		pack_u64(b, l->needs.len);
		for (size_t k = 0; k < l->needs.len; k++)
			pack_u64(b, l->needs.items[k]);
	}
}

static bool take_asset(bytes *in, struct dotnet_asset *asset)
{
	uint64_t type;

	if (!pack_take_u64(in, ASSET_RESOURCE, &type))
		return false;
	asset->type = (enum dotnet_asset_type)type;
	return pack_take_bool(in, &asset->rid_specific) &&
	       pack_take_bytes(in, LIMIT_RECORD, &asset->path) &&
	       pack_take_bytes(in, LIMIT_RECORD, &asset->local) &&
	       pack_take_bytes(in, LIMIT_RECORD, &asset->assembly) &&
	       pack_take_bytes(in, LIMIT_RECORD, &asset->file);
}

/* What one document may still hold, so that an item of small numbers cannot grow without bound. */
struct rest {
	uint32_t libraries;
	size_t assets, needs;
};

static bool take_library(bytes *in, struct arena *a, struct rest *rest, struct dotnet_library *l)
{
	uint64_t type, n;

	if (!pack_take_u64(in, LIBRARY_RUNTIMEPACK, &type))
		return false;
	l->type = (enum dotnet_library_type)type;
	if (!pack_take_bytes(in, LIMIT_RECORD, &l->name) ||
	    !pack_take_bytes(in, LIMIT_RECORD, &l->version) ||
	    !pack_take_bytes(in, LIMIT_RECORD, &l->path) || !pack_take_bool(in, &l->targeted) ||
	    !pack_take_u64(in, rest->assets, &n))
		return false;
	rest->assets -= (size_t)n;
	while (n-- > 0)
		if (!take_asset(in, ARENA_PUSH(a, &l->assets)))
			return false;
	if (!pack_take_u64(in, rest->needs, &n))
		return false;
	rest->needs -= (size_t)n;
	while (n-- > 0)
		if (!pack_take_u32(in, rest->libraries - 1, ARENA_PUSH(a, &l->needs)))
			return false;
	return true;
}

bool dotnet_deps_take(bytes *in, struct arena *a, struct dotnet_deps *out)
{
	struct rest rest = { .assets = LIMIT_DOTNET_ASSETS, .needs = LIMIT_DOTNET_NEEDS };
	uint64_t n;

	*out = (struct dotnet_deps){ 0 };
	if (!pack_take_bytes(in, LIMIT_RECORD, &out->target) ||
	    !pack_take_u64(in, LIMIT_DOTNET_LIBRARIES, &n))
		return false;
	rest.libraries = (uint32_t)n;
	while (n-- > 0)
		if (!take_library(in, a, &rest, ARENA_PUSH(a, &out->libraries)))
			return false;
	return true;
}
