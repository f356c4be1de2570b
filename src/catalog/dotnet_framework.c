/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_framework.h"

#include "base/path.h"
#include "base/text.h"

/* Rounds until references that change each other settle; hosts give up after 100. */
#define ROUNDS 8
#define FRAMEWORKS 8

/* -- versions -------------------------------------------------------------------------------- */

/* take_number(in, out): digits without a leading zero, as SemVer §2 asks. */
static bool take_number(bytes *in, uint32_t *out)
{
	size_t n = 0;
	uint64_t v;

	while (n < in->n && in->p[n] >= '0' && in->p[n] <= '9')
		n++;
	if ((n > 1 && in->p[0] == '0') || !text_take_u64(bytes_slice(*in, 0, n), 10, INT32_MAX, &v))
		return false;
	*out = (uint32_t)v;
	*in = bytes_skip(*in, n);
	return true;
}

bool dotnet_version_parse(bytes text, struct dotnet_version *out)
{
	struct dotnet_version v = { 0 };

	if (!take_number(&text, &v.major) || !bytes_take_prefix(&text, BYTES(".")) ||
	    !take_number(&text, &v.minor) || !bytes_take_prefix(&text, BYTES(".")) ||
	    !take_number(&text, &v.patch))
		return false;
	text = bytes_slice(text, 0, bytes_find(text, '+'));
	if (text.n == 1 || (text.n > 0 && text.p[0] != '-'))
		return false;
	v.pre = bytes_skip(text, 1);
	*out = v;
	return true;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Identifiers of a pre-release: numbers by value and below words (SemVer §11.4). */
static int compare_identifiers(bytes a, bytes b)
{
	uint64_t x, y;
	bool number_a = text_take_u64(a, 10, UINT64_MAX, &x),
		 number_b = text_take_u64(b, 10, UINT64_MAX, &y);

	if (number_a && number_b)
		return compare_u64(x, y);
	if (number_a != number_b)
		return number_a ? -1 : 1;
	return bytes_compare(a, b);
}

static int compare_pre(bytes a, bytes b)
{
	bytes x = { 0 }, y = { 0 };

	if (a.n == 0 || b.n == 0)
		return (a.n == 0) - (b.n == 0);
	while (a.n > 0 && b.n > 0 && bytes_take_until(&a, '.', &x) && bytes_take_until(&b, '.', &y)) {
		int c = compare_identifiers(x, y);

		if (c != 0)
			return c;
	}
	return compare_u64(a.n, b.n); /* the longer list is the later one */
}

int dotnet_version_compare(const struct dotnet_version *a, const struct dotnet_version *b)
{
	int c = compare_u64(a->major, b->major);

	c = c ? c : compare_u64(a->minor, b->minor);
	c = c ? c : compare_u64(a->patch, b->patch);
	return c ? c : compare_pre(a->pre, b->pre);
}

struct dotnet_assembly_version dotnet_assembly_version(bytes text)
{
	struct dotnet_assembly_version v = { { -1, -1, -1, -1 } };
	bytes part;
	uint64_t n;

	for (size_t i = 0; i < 4 && bytes_take_until(&text, '.', &part); i++) {
		if (!text_take_u64(part, 10, INT32_MAX, &n))
			return (struct dotnet_assembly_version){ { -1, -1, -1, -1 } };
		v.part[i] = (int64_t)n;
	}
	return v;
}

static int compare_assemblies(bytes a, bytes b)
{
	struct dotnet_assembly_version x = dotnet_assembly_version(a), y = dotnet_assembly_version(b);

	for (size_t i = 0; i < 4; i++)
		if (x.part[i] != y.part[i])
			return x.part[i] > y.part[i] ? 1 : -1;
	return 0;
}

/* -- rolling forward ------------------------------------------------------------------------- */

/* is_compatible(r, wanted, v): hostfxr's is_compatible_with_higher_version. */
static bool is_compatible(const struct dotnet_roll *r, const struct dotnet_version *wanted,
                          const struct dotnet_version *v)
{
	int c = dotnet_version_compare(v, wanted);

	if (c <= 0)
		return c == 0;
	if ((v->major != wanted->major && r->range < RANGE_MAJOR) ||
	    (v->minor != wanted->minor && r->range < RANGE_MINOR))
		return false;
	return r->range != RANGE_EXACT;
}

/* to_latest_patch(r, list, n, best, releases): a release that matched rolls to the last patch. */
static size_t to_latest_patch(const struct dotnet_roll *r, const struct dotnet_version *list,
                              size_t n, size_t best, bool releases)
{
	const struct dotnet_version from = list[best];

	if ((from.pre.n > 0 && !r->prereleases) || r->range == RANGE_EXACT)
		return best;
	for (size_t i = 0; i < n; i++)
		if (list[i].major == from.major && list[i].minor == from.minor &&
		    (!releases || list[i].pre.n == 0) && (!r->no_patches || list[i].patch == from.patch) &&
		    dotnet_version_compare(&list[i], &list[best]) > 0)
			best = i;
	return best;
}

static size_t best_match(const struct dotnet_roll *r, const struct dotnet_version *wanted,
                         const struct dotnet_version *list, size_t n, bool releases)
{
	bool highest = r->highest && r->range != RANGE_PATCH;
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if ((releases && list[i].pre.n > 0) || !is_compatible(r, wanted, &list[i]))
			continue;
		int c = best < n ? dotnet_version_compare(&list[i], &list[best]) : 0;

		if (best == n || (highest ? c > 0 : c < 0))
			best = i;
	}
	return best == n ? n : to_latest_patch(r, list, n, best, releases);
}

size_t dotnet_roll_forward(const struct dotnet_request *request,
                           const struct dotnet_version *versions, size_t n)
{
	struct dotnet_roll roll = request->roll;
	struct dotnet_version wanted;
	size_t best = n;

	if (!dotnet_version_parse(request->version, &wanted))
		return n;
	if (roll.range == RANGE_PATCH && roll.no_patches && wanted.pre.n == 0)
		roll.range = RANGE_EXACT;
	/* A release prefers releases; a pre-release takes whatever is nearest. */
	if (wanted.pre.n == 0 && !roll.prereleases)
		best = best_match(&roll, &wanted, versions, n, true);
	return best < n ? best : best_match(&roll, &wanted, versions, n, false);
}

/* -- folders --------------------------------------------------------------------------------- */

bool dotnet_folder_of(bytes path, bytes *out_name, bytes *out_version)
{
	bytes parent = path_dir(path);
	struct dotnet_version ignored;

	*out_version = path_base(path);
	*out_name = path_base(parent);
	return bytes_is(path_base(path_dir(parent)), "shared") && out_name->n > 0 &&
	       dotnet_version_parse(*out_version, &ignored);
}

/* find_witness(tree, dir): the file of a framework folder that says it is one. */
static uint32_t find_witness(const struct tree *tree, uint32_t dir)
{
	for (uint32_t c = tree_get(tree, dir)->first_child; c != TREE_NONE;
	     c = tree_get(tree, c)->next) {
		bytes name = tree_name(tree, c);

		if (!(tree_get(tree, c)->flags & TREE_HIDDEN) &&
		    (bytes_ends(name, BYTES(".dll")) || bytes_ends(name, BYTES(".deps.json"))))
			return c;
	}
	return TREE_NONE;
}

/* recognise(tree, dir, out): what a folder with a version for its name is. */
static bool recognise(const struct tree *tree, uint32_t dir, struct dotnet_folder *out)
{
	uint32_t parent = tree_get(tree, dir)->parent;
	uint32_t above = parent == TREE_NONE ? TREE_NONE : tree_get(tree, parent)->parent;

	if (above == TREE_NONE)
		return false;
	bytes name = tree_name(tree, parent), group = tree_name(tree, above);

	if (bytes_is(group, "shared")) {
		out->framework = true;
		out->name = name;
		out->witness = find_witness(tree, dir);
	} else if (bytes_is(group, "host") && bytes_is(name, "fxr")) {
		out->name = BYTES("hostfxr");
		out->witness = tree_child(tree, dir, BYTES("libhostfxr.so"));
	} else if (bytes_is(name, "sdk")) {
		out->name = BYTES(DOTNET_SDK);
		out->witness = tree_child(tree, dir, BYTES("dotnet.dll"));
	} else {
		return false;
	}
	return out->witness != TREE_NONE;
}

void dotnet_folders_find(const struct tree *tree, struct arena *a, struct dotnet_folders *out)
{
	*out = (struct dotnet_folders){ 0 };
	map_init(&out->by_path, a);
	for (uint32_t i = 0; i < tree_count(tree); i++) {
		const struct tree_node *n = tree_get(tree, i);
		struct dotnet_folder folder = { .dir = i, .version_text = tree_name(tree, i) };

		if (n->type != ENTRY_DIR || n->flags & TREE_HIDDEN || folder.version_text.n == 0 ||
		    !dotnet_version_parse(folder.version_text, &folder.version) ||
		    !recognise(tree, i, &folder))
			continue;
		struct dotnet_folder *kept = arena_new(a, struct dotnet_folder);

		*kept = folder;
		kept->path = tree_path(tree, i, a);
		out->full = out->by_path.len == LIMIT_DOTNET_FOLDERS;
		if (out->full)
			return;
		*map_put(&out->by_path, kept->path) = kept;
	}
}

/* -- which folders an application gets ------------------------------------------------------- */

static struct dotnet_folder *resolve_one(const struct dotnet_folders *folders,
                                         const struct dotnet_request *request)
{
	struct dotnet_version versions[LIMIT_DOTNET_FOLDERS] = { 0 };
	struct dotnet_folder *candidates[LIMIT_DOTNET_FOLDERS];
	size_t n = 0;

	for (size_t i = 0; i < folders->by_path.len; i++) {
		struct dotnet_folder *f = folders->by_path.items[i].value;

		if (f->framework && bytes_equal(f->name, request->name)) {
			versions[n] = f->version;
			candidates[n++] = f;
		}
	}
	size_t best = dotnet_roll_forward(request, versions, n);

	return best < n ? candidates[best] : NULL;
}

struct dotnet_environment dotnet_environment_of(const struct strings *env)
{
	static const bytes policy = BYTES_INIT("DOTNET_ROLL_FORWARD="),
					   prereleases = BYTES_INIT("DOTNET_ROLL_FORWARD_TO_PRERELEASE=");
	struct dotnet_environment found = { 0 };

	for (size_t i = 0; i < env->len; i++) {
		bytes word = env->items[i];

		if (bytes_take_prefix(&word, policy))
			found.policy = dotnet_roll_named(word, &found.roll);
		else if (bytes_take_prefix(&word, prereleases))
			found.roll.prereleases = bytes_is(word, "1");
	}
	return found;
}

struct references {
	const struct dotnet_environment *env;
	struct dotnet_request items[FRAMEWORKS];
	size_t len;
};

/* in_environment(env, request): the request as the host reads it there. */
static struct dotnet_request in_environment(const struct dotnet_environment *env,
                                            const struct dotnet_request *request)
{
	struct dotnet_request r = *request;

	r.roll.prereleases = env->roll.prereleases;
	if (env->policy) {
		r.roll.range = env->roll.range;
		r.roll.highest = env->roll.highest;
	}
	return r;
}

/* reconcile(list, asked): one reference for each framework: the higher version, the narrower
 * range, the direction of whoever wants the highest (fx_resolver, reconcile_fx_references).
 * Returns whether something changed. */
static bool reconcile(struct references *list, const struct dotnet_request *asked)
{
	struct dotnet_request new = in_environment(list->env, asked);
	struct dotnet_version a, b;

	for (size_t i = 0; i < list->len; i++) {
		struct dotnet_request *held = &list->items[i], before = *held;

		if (!bytes_equal(held->name, new.name))
			continue;
		if (dotnet_version_parse(held->version, &a) && dotnet_version_parse(new.version, &b) &&
		    dotnet_version_compare(&b, &a) > 0)
			*held = new;
		held->roll.highest = before.roll.highest || new.roll.highest;
		held->roll.range = before.roll.range < new.roll.range ? before.roll.range : new.roll.range;
		return !bytes_equal(before.version, held->version) ||
		       before.roll.range != held->roll.range || before.roll.highest != held->roll.highest;
	}
	if (list->len == FRAMEWORKS)
		return false;
	list->items[list->len++] = new;
	return true;
}

size_t dotnet_resolve(const struct dotnet_folders *folders, const struct dotnet_environment *env,
                      const struct dotnet_config *config, struct dotnet_folder **out, size_t n)
{
	struct references wanted = { .env = env };
	bool changed = true;
	size_t found = 0;

	for (size_t i = 0; i < config->frameworks.len; i++)
		(void)reconcile(&wanted, &config->frameworks.items[i]);
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		found = 0;
		for (size_t i = 0; i < wanted.len; i++) {
			struct dotnet_folder *f = resolve_one(folders, &wanted.items[i]);

			if (!f || found == n)
				continue;
			out[found++] = f;
			for (size_t k = 0; f->config && k < f->config->frameworks.len; k++)
				changed |= reconcile(&wanted, &f->config->frameworks.items[k]);
		}
	}
	return found;
}

/* -- overriding ------------------------------------------------------------------------------ */

/* simple_name(path): "lib/net8.0/Azure.Core.dll" holds the assembly Azure.Core. */
static bytes simple_name(bytes path)
{
	bytes name = path_base(path);

	return bytes_slice(name, 0, bytes_rfind(name, '.'));
}

static void index_assemblies(struct dotnet_folder *folder, struct arena *a)
{
	folder->assemblies = arena_new(a, struct map);
	map_init(folder->assemblies, a);
	for (size_t i = 0; folder->deps && i < folder->deps->libraries.len; i++) {
		const struct dotnet_library *l = &folder->deps->libraries.items[i];

		for (size_t k = 0; k < l->assets.len; k++)
			if (l->assets.items[k].type == ASSET_RUNTIME)
				*map_put(folder->assemblies,
				         simple_name(l->assets.items[k].path)) = &l->assets.items[k];
	}
}

bool dotnet_folder_overrides(struct dotnet_folder *folder, const struct dotnet_asset *asset,
                             struct arena *a)
{
	if (!folder->assemblies)
		index_assemblies(folder, a);
	const struct dotnet_asset *theirs = map_get(folder->assemblies, simple_name(asset->path));

	if (!theirs)
		return false;
	int c = compare_assemblies(theirs->assembly, asset->assembly);

	return c > 0 || (c == 0 && compare_assemblies(theirs->file, asset->file) > 0);
}

/* -- libraries that are a runtime ------------------------------------------------------------ */

bool dotnet_runtime_name(const struct dotnet_library *library, bytes *out)
{
	static const bytes before_3 = BYTES_INIT(".Microsoft.NETCore.App");
	bool pack = library->type == LIBRARY_RUNTIMEPACK;
	bytes name = library->name,
		  whole = bytes_slice(name, 0, bytes_search(name, BYTES(".Runtime.")));

	if (!pack && library->type != LIBRARY_PACKAGE)
		return false;
	if (pack || (whole.n < name.n && bytes_ends(whole, BYTES(".App")))) {
		(void)bytes_take_prefix(&whole, BYTES("runtimepack.")); /* only packs begin with it */
		*out = whole;
		return true;
	}
	if (!bytes_starts(name, BYTES("runtime.")) || !bytes_ends(name, before_3))
		return false;
	*out = bytes_skip(name, name.n - before_3.n + 1);
	return true;
}
