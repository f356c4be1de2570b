/* SPDX-License-Identifier: Apache-2.0 */
/* Assemblies on their own: what they say they are, and to which package a copy of a known one
 * belongs. An assembly's version is no package's version, so one that nothing claims is no
 * package. */
#include "catalog/dotnet_collect.h"

#include "base/pack.h"
#include "base/path.h"
#include "fmt/pe.h"

/* Applications of one image that list a file of the same name; beyond, a copy stays unclaimed. */
#define CLAIMS_COMPARED 256

/* -- in the worker ---------------------------------------------------------------------------- */

void dotnet_assembly_inspect(struct inspection *in, bytes body, err *e)
{
	buf b = BUF_INIT(16 * KIB); /* three identifiers of at most a KiB each */
	struct pe pe;

	if (pe_read(body, &pe, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
		return;
	}
	if (pe.kind != PE_ASSEMBLY)
		return;
	pack_u64(&b, DOTNET_ITEM_ASSEMBLY);
	pack_bytes(&b, pe.assembly.name);
	pack_bytes(&b, pe.assembly.culture);
	for (size_t i = 0; i < 4; i++)
		pack_u64(&b, pe.assembly.version[i]);
	pack_bytes(&b, pe.target);
	pack_u64(&b, pe.ready_to_run);
	inspection_item(in, buf_bytes(&b));
	buf_done(&b);
}

bool dotnet_assembly_take(bytes *in, struct dotnet_identity *out)
{
	if (!pack_take_bytes(in, LIMIT_PACKAGE_FIELD, &out->name) ||
	    !pack_take_bytes(in, LIMIT_PACKAGE_FIELD, &out->culture))
		return false;
	for (size_t i = 0; i < 4; i++) {
		uint64_t v;

		if (!pack_take_u64(in, UINT16_MAX, &v))
			return false;
		out->version[i] = (uint16_t)v;
	}
	return pack_take_bytes(in, LIMIT_PACKAGE_FIELD, &out->target) &&
	       pack_take_bool(in, &out->ready_to_run) && out->name.n > 0;
}

/* -- who lists it ----------------------------------------------------------------------------- */

void dotnet_claim(struct dotnet_collector *c, bytes dir, const struct dotnet_asset *asset,
                  uint32_t package)
{
	struct dotnet_claim *claim;
	void **first;

	if (asset->type == ASSET_NATIVE || c->claims >= LIMIT_DOTNET_ASSETS)
		return;
	c->claims++;
	claim = arena_new(c->a, struct dotnet_claim);
	first = map_put(&c->by_file, path_base(asset->path));
	*claim = (struct dotnet_claim){ dir, asset->assembly, package, *first };
	*first = claim;
}

/* find_claim(c, path, version): a copy of an assembly that deps.json of an application above lists,
 * of the same version (where it says one), lies in a folder for plug-ins or tools. */
static const struct dotnet_claim *find_claim(const struct dotnet_collector *c, bytes path,
                                             bytes version)
{
	const struct dotnet_claim *claim = map_get(&c->by_file, path_base(path));

	for (int i = 0; claim && i < CLAIMS_COMPARED; i++, claim = claim->next)
		if (path_within(path, claim->dir) &&
		    (claim->version.n == 0 || bytes_equal(claim->version, version)))
			return claim;
	return NULL;
}

/* owner_of_code(c, loose): translations, "de/Shop.resources.dll", are what the code above them is.
 * */
static const struct tree_node *owner_of_code(const struct dotnet_collector *c,
                                             const struct dotnet_loose *loose)
{
	static const bytes suffix = BYTES_INIT(".resources.dll");
	const struct tree *tree = c->image->tree;
	bytes name = tree_name(tree, loose->item->node);
	uint32_t dir = tree_get(tree, loose->item->node)->parent;
	uint32_t above = dir == TREE_NONE ? TREE_NONE : tree_get(tree, dir)->parent;

	if (loose->identity.culture.n == 0 || above == TREE_NONE || !bytes_ends(name, suffix))
		return NULL;
	bytes stem = bytes_slice(name, 0, name.n - suffix.n);
	uint32_t node = tree_child(tree, above, dotnet_concat(c->a, stem, BYTES(".dll"), BYTES("")));

	return node == TREE_NONE || !(tree_get(tree, node)->flags & TREE_IDENTIFIED)
	           ? NULL
	           : tree_get(tree, node);
}

/* is_of_sdk(c, path): the SDK is known as a whole. */
static bool is_of_sdk(const struct dotnet_collector *c, bytes path)
{
	for (size_t i = 0; i < c->folders.by_path.len; i++) {
		const struct dotnet_folder *f = c->folders.by_path.items[i].value;

		if (!f->framework && path_within(path, f->path))
			return true;
	}
	return false;
}

static void add_fact(struct dotnet_collector *c, const struct dotnet_loose *loose, bytes path,
                     bytes version)
{
	if (c->facts->assemblies.len >= LIMIT_PACKAGES) {
		if (c->facts->assemblies_more++ == 0)
			facts_gap(c->facts, c->a, loose->item,
			          "more assemblies of no known package than are kept from here on");
		return;
	}
	*ARENA_PUSH(c->a, &c->facts->assemblies) = (struct dotnet_assembly){
		.name = loose->identity.name,
		.version = version,
		.culture = loose->identity.culture,
		.target = loose->identity.target,
		.ready_to_run = loose->identity.ready_to_run,
		.path = path,
		.node = loose->item->node,
		.layer = loose->item->layer,
	};
}

void dotnet_add_loose(struct dotnet_collector *c, const struct dotnet_loose *loose)
{
	const uint16_t *v = loose->identity.version;
	struct tree_node *n = tree_edit(c->image->tree, loose->item->node);

	if (n->flags & (TREE_HIDDEN | TREE_IDENTIFIED) || n->package > 0)
		return;
	bytes path = tree_path(c->image->tree, loose->item->node, c->a);
	bytes version = bytes_str(arena_printf(c->a, "%u.%u.%u.%u", v[0], v[1], v[2], v[3]));
	const struct dotnet_claim *claim = find_claim(c, path, version);
	const struct tree_node *code = owner_of_code(c, loose);

	n->flags |= TREE_IDENTIFIED;
	if (claim)
		n->package = claim->package;
	else if (code)
		n->package = code->package;
	else if (!is_of_sdk(c, path))
		add_fact(c, loose, path, version);
}
