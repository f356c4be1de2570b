/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_source.h"

#include "base/map.h"
#include "base/pack.h"
#include "catalog/dotnet_collect.h"
#include "fmt/json.h"
#include "fmt/xml.h"

/* -- one list --------------------------------------------------------------------------------- */

struct listing {
	struct arena *a;
	struct dotnet_listing *out;
	struct map by_key; /* uint32_t: number + 1, by "name/version" */
	size_t needs;
};

static struct listing listing_of(struct arena *a, struct dotnet_listing *out)
{
	struct listing l = { .a = a, .out = out };

	*out = (struct dotnet_listing){ 0 };
	map_init(&l.by_key, a);
	return l;
}

/* add(l, name, version, development, e): its number + 1; the same package once, for development
 * only when it is so each time. 0 with ERR_LIMIT. */
static uint32_t add(struct listing *l, bytes name, bytes version, bool development, err *e)
{
	bytes key = dotnet_folded(dotnet_concat(l->a, name, BYTES("/"), version), l->a);
	uint32_t *known = map_get(&l->by_key, key);

	if (known) {
		l->out->packages.items[*known - 1].development &= development;
		return *known;
	}
	if (l->out->packages.len >= LIMIT_DOTNET_LIBRARIES) {
		(void)err_set(e, ERR_LIMIT, 0, "more than %d packages", LIMIT_DOTNET_LIBRARIES);
		return 0;
	}
	struct dotnet_listed *p = ARENA_PUSH(l->a, &l->out->packages);

	p->name = name;
	p->version = version;
	p->development = development;
	known = arena_new(l->a, uint32_t);
	*known = (uint32_t)l->out->packages.len;
	*map_put(&l->by_key, key) = known;
	return *known;
}

/* open_json(text, a, doc, e): these files may begin with a mark; their root is an object. */
static int open_json(bytes text, struct arena *a, struct json_doc *doc, err *e)
{
	bytes_take_prefix(&text, DOTNET_BOM);
	if (json_parse(text, a, doc, e) < 0)
		return -1;
	if (json_type(json_root(doc)) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "the document is no object");
	return 0;
}

/* -- resolved graphs: one section a framework ------------------------------------------------- */

/* gives_runtime(v): a group of files for the runtime with more in it than NuGet's placeholder. */
static bool gives_runtime(json v, struct arena *a)
{
	static const char *const groups[] = { "runtime", "native", "runtimeTargets" };

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		json file = json_first(json_get(v, groups[i]));

		for (; json_type(file) != JSON_NONE; file = json_next(file))
			if (!bytes_ends(json_name(file, a), BYTES("/_._")))
				return true;
	}
	return false;
}

/* How the two files write a member of a section. */
struct graph {
	bool assets; /* project.assets.json: "Name/1.2.3" and files; else "Name" and "resolved" */
};

/* add_member(l, v, graph, out_name, e): number + 1 of the package, 0 for what is none. */
static int add_member(struct listing *l, json v, struct graph graph, bytes *out_name, uint32_t *out,
                      err *e)
{
	bytes key = json_name(v, l->a), type = json_bytes(json_get(v, "type"), l->a), version;
	size_t slash = graph.assets ? bytes_find(key, '/') : key.n;

	*out = 0;
	*out_name = bytes_slice(key, 0, slash);
	version = graph.assets ? bytes_skip(key, slash + 1) : json_bytes(json_get(v, "resolved"), l->a);
	if (out_name->n == 0 || bytes_equal_nocase(type, BYTES("project")) ||
	    (graph.assets && !bytes_equal_nocase(type, BYTES("package"))))
		return 0;
	*out = add(l, *out_name, version, graph.assets && !gives_runtime(v, l->a), e);
	return *out > 0 ? 0 : -1;
}

static int add_needs(struct listing *l, json v, const struct map *names, uint32_t number, err *e)
{
	json need = json_first(json_get(v, "dependencies"));

	for (; number > 0 && json_type(need) != JSON_NONE; need = json_next(need)) {
		const uint32_t *to = map_get(names, dotnet_folded(json_name(need, l->a), l->a));

		if (!to || *to == 0)
			continue;
		if (++l->needs > LIMIT_DOTNET_NEEDS)
			return err_set(e, ERR_LIMIT, 0, "more than %d dependencies", LIMIT_DOTNET_NEEDS);
		*ARENA_PUSH(l->a, &l->out->packages.items[number - 1].needs) = *to - 1;
	}
	return 0;
}

static int add_section(struct listing *l, json section, struct graph graph, err *e)
{
	uint32_t *numbers = arena_array(l->a, uint32_t, json_count(section));
	struct map names;
	size_t i = 0;

	map_init(&names, l->a);
	for (json v = json_first(section); json_type(v) != JSON_NONE; v = json_next(v), i++) {
		bytes name;

		if (add_member(l, v, graph, &name, &numbers[i], e) < 0)
			return -1;
		*map_put(&names, dotnet_folded(name, l->a)) = &numbers[i];
	}
	i = 0;
	for (json v = json_first(section); json_type(v) != JSON_NONE; v = json_next(v), i++)
		if (add_needs(l, v, &names, numbers[i], e) < 0)
			return -1;
	return 0;
}

static int read_graph(bytes text, struct graph graph, struct arena *a, struct dotnet_listing *out,
                      err *e)
{
	struct listing l = listing_of(a, out);
	struct json_doc doc;

	if (open_json(text, a, &doc, e) < 0)
		return -1;
	json section = json_first(json_get(json_root(&doc), graph.assets ? "targets" : "dependencies"));

	for (; json_type(section) != JSON_NONE; section = json_next(section))
		if (add_section(&l, section, graph, e) < 0)
			return -1;
	return 0;
}

int dotnet_listing_lock(bytes text, struct arena *a, struct dotnet_listing *out, err *e)
{
	return read_graph(text, (struct graph){ .assets = false }, a, out, e);
}

int dotnet_listing_assets(bytes text, struct arena *a, struct dotnet_listing *out, err *e)
{
	return read_graph(text, (struct graph){ .assets = true }, a, out, e);
}

/* -- plain lists ------------------------------------------------------------------------------ */

int dotnet_listing_config(bytes text, struct arena *a, struct dotnet_listing *out, err *e)
{
	struct listing l = listing_of(a, out);
	const struct xml_element *root;

	if (xml_parse(text, a, &root, e) < 0)
		return -1;
	if (!bytes_is(root->name, "packages"))
		return err_set(e, ERR_FORMAT, 0, "the document is no list of packages");
	for (const struct xml_element *v = root->first; v; v = v->next) {
		const struct xml_attribute *id = xml_attribute(v, "id");
		const struct xml_attribute *version = xml_attribute(v, "version");
		const struct xml_attribute *only = xml_attribute(v, "developmentDependency");

		if (!bytes_is(v->name, "package") || !id || id->value.n == 0)
			continue;
		if (add(&l, id->value, version ? version->value : BYTES(""),
		        only && bytes_equal_nocase(only->value, BYTES("true")), e) == 0)
			return -1;
	}
	return 0;
}

int dotnet_listing_tools(bytes text, struct arena *a, struct dotnet_listing *out, err *e)
{
	struct listing l = listing_of(a, out);
	struct json_doc doc;

	if (open_json(text, a, &doc, e) < 0)
		return -1;
	json v = json_first(json_get(json_root(&doc), "tools"));

	for (; json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, a);

		if (name.n > 0 && add(&l, name, json_bytes(json_get(v, "version"), a), false, e) == 0)
			return -1;
	}
	return 0;
}

int dotnet_listing_sdks(bytes text, struct arena *a, struct dotnet_listing *out, err *e)
{
	struct listing l = listing_of(a, out);
	struct json_doc doc;

	if (open_json(text, a, &doc, e) < 0)
		return -1;
	json v = json_first(json_get(json_root(&doc), "msbuild-sdks"));

	for (; json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, a);

		if (name.n > 0 && add(&l, name, json_bytes(v, a), true, e) == 0)
			return -1;
	}
	return 0;
}

/* -- wire form -------------------------------------------------------------------------------- */

void dotnet_listing_pack(buf *b, const struct dotnet_listing *listing)
{
	pack_u64(b, listing->packages.len);
	for (size_t i = 0; i < listing->packages.len; i++) {
		const struct dotnet_listed *p = &listing->packages.items[i];

		pack_bytes(b, p->name);
		pack_bytes(b, p->version);
		pack_u64(b, p->development);
		pack_u64(b, p->needs.len);
		for (size_t k = 0; k < p->needs.len; k++)
			pack_u64(b, p->needs.items[k]);
	}
}

bool dotnet_listing_take(bytes *in, struct arena *a, struct dotnet_listing *out)
{
	uint64_t packages, needs, left = LIMIT_DOTNET_NEEDS;

	*out = (struct dotnet_listing){ 0 };
	if (!pack_take_u64(in, LIMIT_DOTNET_LIBRARIES, &packages))
		return false;
	for (uint64_t i = 0; i < packages; i++) {
		struct dotnet_listed *p = ARENA_PUSH(a, &out->packages);

		if (!pack_take_bytes(in, LIMIT_RECORD, &p->name) ||
		    !pack_take_bytes(in, LIMIT_RECORD, &p->version) ||
		    !pack_take_bool(in, &p->development) || !pack_take_u64(in, left, &needs))
			return false;
		left -= needs;
		while (needs-- > 0)
			if (!pack_take_u32(in, (uint32_t)packages - 1, ARENA_PUSH(a, &p->needs)))
				return false;
	}
	return true;
}
