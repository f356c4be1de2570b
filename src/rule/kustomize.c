/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/kustomize.h"

#include "base/path.h"
#include "base/text.h"
#include "rule/rendered_rules.h"

#define DEPTH 16 /* overlays on overlays; three is many */

struct resolver {
	struct rendering *r;
	bool *reached, *open; /* kustomizations; open: it is being resolved */
};

/* One kustomization. */
struct layer {
	struct resolver *k;
	size_t file;
	bytes dir;
	const struct origin *origin;
	const struct yaml_node *root;
	struct kustomize_objects *objects;
};

/* -- files ------------------------------------------------------------------------------------ */

static bool is_kustomization(const char *name)
{
	bytes base = path_base(bytes_str(name));

	return bytes_is(base, "kustomization.yaml") || bytes_is(base, "kustomization.yml") ||
	       bytes_is(base, "Kustomization");
}

static bytes dir_of(const struct resolver *k, size_t file)
{
	bytes name = bytes_str(k->r->job->files.items[file].name);

	return path_dir(path_join(k->r->arena, (bytes){ 0 }, name));
}

static const struct yaml_node *root_of(const struct resolver *k, size_t file)
{
	const struct yaml_file *yaml = k->r->job->files.items[file].yaml;

	return yaml && yaml->documents.len > 0 ? yaml->documents.items[0].root : NULL;
}

/* What a line of resources, bases or components names: index + 1 of a kustomization or a file. */
static size_t target_of(const struct resolver *k, bytes dir, bytes entry)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
		                                 "Kustomization" };
	bytes path = path_join(k->r->arena, dir, entry);
	size_t found = rendered_file(k->r, path);

	for (size_t i = 0; i < 3 && !found; i++)
		found = rendered_file(k->r, path_join(k->r->arena, path, bytes_str(names[i])));
	return found;
}

/* As kustomize sees it: a URL, or what git clones. */
static bool is_remote(bytes entry)
{
	return bytes_search(entry, BYTES("://")) < entry.n || bytes_starts(entry, BYTES("git@")) ||
	       bytes_starts(entry, BYTES("github.com/")) || bytes_starts(entry, BYTES("gitlab.com/")) ||
	       bytes_starts(entry, BYTES("bitbucket.org/")) ||
	       bytes_search(entry, BYTES("?ref=")) < entry.n;
}

/* A commit, not a branch or tag. */
static bool is_pinned(bytes entry)
{
	bytes ref = bytes_skip(entry, bytes_search(entry, BYTES("ref=")));
	uint8_t octets[20];

	return bytes_take_prefix(&ref, BYTES("ref=")) &&
	       text_from_hex(bytes_slice(ref, 0, bytes_find(ref, '&')), octets, sizeof(octets));
}

/* -- resources -------------------------------------------------------------------------------- */

static bool is_known(const struct kustomize_objects *all, const struct kustomize_object *o)
{
	for (size_t i = 0; i < all->len; i++)
		if (bytes_equal(all->items[i].kind, o->kind) && bytes_equal(all->items[i].name, o->name) &&
		    bytes_equal(all->items[i].space, o->space) && bytes_equal(all->items[i].api, o->api))
			return true;
	return false;
}

static void add_object(struct layer *l, const struct origin *o, const struct yaml_node *root)
{
	struct kustomize_object object = { .kind = yaml_text(yaml_get(root, "kind")),
		                               .api = yaml_text(yaml_get(root, "apiVersion")) };
	const struct yaml_node *items = yaml_get(root, "items");

	if (bytes_ends(object.kind, BYTES("List")) && yaml_is(items, YAML_SEQUENCE)) {
		for (const struct yaml_node *v = yaml_items(items); v; v = v->next)
			if (!bytes_ends(yaml_text(yaml_get(v, "kind")), BYTES("List")))
				add_object(l, o, v);
		return;
	}
	if (object.kind.n == 0)
		return;
	object.name = yaml_text(yaml_path(root, "metadata.name"));
	object.space = yaml_text(yaml_path(root, "metadata.namespace"));
	if (is_known(l->objects, &object)) {
		rendered_gap(l->k->r, o->file, root, "this object comes twice: kustomize refuses that");
		return;
	}
	object.root = part_copy(l->k->r, o, root);
	if (object.root)
		*ARENA_PUSH(l->k->r->arena, l->objects) = object;
	else
		rendered_gap(l->k->r, o->file, root, "too much to render: this object is left out");
}

static void resolve(struct resolver *k, size_t file, struct kustomize_objects *out, unsigned depth);

static void add_resource(struct layer *l, const struct yaml_node *entry, unsigned depth)
{
	struct rendering *r = l->k->r;
	bytes name = yaml_text(entry);
	size_t file = r->nodes_left > 0 ? target_of(l->k, l->dir, name) : 0;

	/* What names itself over and over takes of the bound, too. */
	if (r->nodes_left == 0) {
		rendered_gap(r, l->file, entry, "too much to render: this is left out");
		return;
	}
	r->nodes_left--;
	if (!file && is_remote(name)) {
		if (!is_pinned(name))
			job_find(r->job, &rendered_rules[HK005], l->file, entry->from, entry->to);
		rendered_gap(r, l->file, entry, "a remote base is not fetched, so not judged");
	} else if (!file) {
		rendered_gap(r, l->file, entry, "this is not among the files that were given");
	} else if (is_kustomization(r->job->files.items[file - 1].name)) {
		if (l->k->open[file - 1] || depth == 0)
			rendered_gap(r, l->file, entry, "kustomizations that use each other in a circle");
		else
			resolve(l->k, file - 1, l->objects, depth - 1);
	} else if (r->job->files.items[file - 1].yaml) {
		const struct yaml_file *yaml = r->job->files.items[file - 1].yaml;

		r->job->files.items[file - 1].part = true;
		for (size_t i = 0; i < yaml->documents.len; i++)
			add_object(l, rendered_origin(l->k->r, file - 1), yaml->documents.items[i].root);
	}
}

static void add_resources(struct layer *l, const char *key, unsigned depth)
{
	const struct yaml_node *list = yaml_get(l->root, key);

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		add_resource(l, v, depth);
}

/* -- patches ---------------------------------------------------------------------------------- */

struct patch {
	const struct origin *origin;
	const struct yaml_node *root;   /* one document of it */
	const struct yaml_node *target; /* who is meant; NULL: whom it names itself */
	const struct yaml_node *entry;  /* in the kustomization */
};

/* A text that stands in a scalar of the kustomization. */
static const struct origin *inner(struct layer *l, const struct yaml_node *scalar)
{
	struct rendering *r = l->k->r;
	struct origin *o = arena_new(r->arena, struct origin);
	struct yaml_file *yaml = arena_new(r->arena, struct yaml_file);
	const struct yaml_node *n = yaml_real(scalar);
	const struct source *file = &r->job->files.items[l->file].source;
	err e = { 0 };

	if (yaml_parse(n->text, r->arena, yaml, &e) < 0)
		return NULL;
	*o = (struct origin){ .file = l->file, .yaml = yaml };
	source_init(&o->source, n->text, r->arena);
	if (n->style != YAML_LITERAL) {
		o->within = n;
		return o;
	}
	o->block_line = source_position(file, n->from).line + 1;
	/* How far its first line that is not empty is indented, here and there. */
	for (size_t i = 1; i <= o->source.len; i++) {
		bytes inside = source_line(&o->source, i);
		bytes outside = source_line(file, o->block_line + i - 1);

		if (bytes_trim(inside).n == 0)
			continue;
		o->indent = bytes_search(outside, bytes_trim(inside)) -
		            bytes_search(inside, bytes_trim(inside));
		return o;
	}
	return o;
}

/* A name of a target is an anchored regular expression; those that are plain words, or end in ".*",
 * are understood. */
static bool selects(const struct yaml_node *pattern, bytes name, bool *out_unknown)
{
	bytes p = yaml_text(pattern);

	if (!pattern || bytes_equal(p, name))
		return true;
	bool open = bytes_ends(p, BYTES(".*"));

	if (open)
		p.n -= 2;
	for (size_t i = 0; i < p.n; i++)
		if (strchr("[](){}*+?|^$\\", p.p[i]))
			*out_unknown = true;
	return open && bytes_starts(name, p);
}

static bool is_meant(struct layer *l, const struct patch *p, const struct kustomize_object *o)
{
	const struct yaml_node *t = p->target;
	bytes group = bytes_slice(o->api, 0, bytes_find(o->api, '/'));
	bool unknown = false, found;

	if (!t)
		return bytes_equal(o->kind, yaml_text(yaml_get(p->root, "kind"))) &&
		       bytes_equal(o->name, yaml_text(yaml_path(p->root, "metadata.name")));
	found = selects(yaml_get(t, "kind"), o->kind, &unknown) &&
	        selects(yaml_get(t, "name"), o->name, &unknown) &&
	        selects(yaml_get(t, "group"), group, &unknown) &&
	        (o->space.n == 0 || selects(yaml_get(t, "namespace"), o->space, &unknown));
	if (unknown || yaml_get(t, "labelSelector") || yaml_get(t, "annotationSelector")) {
		rendered_gap(l->k->r, l->file, t, "whom this patch means is not understood");
		return false;
	}
	return found;
}

static void apply(struct layer *l, const struct patch *p)
{
	bool json = yaml_is(p->root, YAML_SEQUENCE);
	const char *wrong = NULL;

	for (size_t i = 0; i < l->objects->len && !wrong; i++) {
		struct kustomize_object *o = &l->objects->items[i];

		if (!o->root || !is_meant(l, p, o))
			continue;
		if (json)
			wrong = kustomize_json(l->k->r, o->root, p->origin, p->root);
		else if (yaml_says(yaml_get(p->root, "$patch"), "delete"))
			o->root = NULL;
		else if (!kustomize_merge(l->k->r, o->root, p->origin, p->root))
			wrong = "too much to render: this patch is left out";
	}
	if (wrong)
		rendered_gap(l->k->r, l->file, p->entry, wrong);
}

/* Every document of a patch: of a file that the text names, or of the text itself. */
static void apply_source(struct layer *l, const struct yaml_node *entry,
                         const struct yaml_node *scalar, bool is_path,
                         const struct yaml_node *target)
{
	bytes text = yaml_text(scalar);
	struct patch p = { .target = target, .entry = entry };

	if (is_path) {
		size_t file = rendered_file(l->k->r, path_join(l->k->r->arena, l->dir, text));

		if (!file || !l->k->r->job->files.items[file - 1].yaml) {
			rendered_gap(l->k->r, l->file, scalar,
			             "this patch is not among the files that were given");
			return;
		}
		l->k->r->job->files.items[file - 1].part = true;
		p.origin = rendered_origin(l->k->r, file - 1);
	} else {
		p.origin = inner(l, scalar);
	}
	for (size_t i = 0; p.origin && i < p.origin->yaml->documents.len; i++) {
		p.root = p.origin->yaml->documents.items[i].root;
		apply(l, &p);
	}
	if (!p.origin || p.origin->yaml->faults.len > 0)
		rendered_gap(l->k->r, l->file, scalar, "this patch cannot be read");
}

static void apply_patches(struct layer *l)
{
	static const char *const lists[] = { "patches", "patchesJson6902" };
	const struct yaml_node *v = yaml_get(l->root, "patchesStrategicMerge");

	for (v = yaml_items(v); v; v = v->next)
		apply_source(l, v, v, bytes_find(yaml_text(v), '\n') == yaml_text(v).n, NULL);
	for (size_t i = 0; i < 2; i++)
		for (v = yaml_items(yaml_get(l->root, lists[i])); v; v = v->next) {
			const struct yaml_node *path = yaml_get(v, "path"), *text = yaml_get(v, "patch");

			if (path || text)
				apply_source(l, v, path ? path : text, path != NULL, yaml_get(v, "target"));
		}
}

/* -- fields that are set everywhere ----------------------------------------------------------- */

static void set_text(struct layer *l, struct part *up, const char *key, bytes text,
                     const struct yaml_node *near)
{
	struct part *old = part_get(up, bytes_str(key)), *new = part_new(l->k->r, YAML_SCALAR);

	if (!new)
		return;
	new->text = text;
	new->quoted = old && old->quoted;
	new->origin = l->origin;
	new->near = near;
	if (old) {
		part_replace(old, new);
	} else {
		new->key = bytes_str(key);
		part_append(up, new);
	}
}

static bool is_of_cluster(bytes kind)
{
	static const char *const kinds[] = { "Namespace",          "ClusterRole",
		                                 "ClusterRoleBinding", "CustomResourceDefinition",
		                                 "PersistentVolume",   "StorageClass",
		                                 "PriorityClass",      "IngressClass",
		                                 "RuntimeClass",       "APIService" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (bytes_is(kind, kinds[i]))
			return true;
	return bytes_search(kind, BYTES("Webhook")) < kind.n ||
	       bytes_search(kind, BYTES("AdmissionPolicy")) < kind.n;
}

/* "registry:5000/shop:1@sha256:...": what stands before tag and digest. */
static bytes image_name(bytes image)
{
	size_t digest = bytes_find(image, '@'), tag;

	image = bytes_slice(image, 0, digest);
	tag = bytes_rfind(image, ':');
	return tag < image.n && bytes_find(bytes_skip(image, tag), '/') == image.n - tag
	           ? bytes_slice(image, 0, tag)
	           : image;
}

static void set_image(struct layer *l, struct part *container, const struct yaml_node *entry)
{
	struct arena *a = l->k->r->arena;
	const struct part *image = part_get(container, BYTES("image"));
	const struct yaml_node *name = yaml_get(entry, "newName"), *tag = yaml_get(entry, "newTag"),
						   *digest = yaml_get(entry, "digest");
	bytes old = image ? image_name(image->text) : (bytes){ 0 };

	if (!image || !bytes_equal(old, yaml_text(yaml_get(entry, "name"))))
		return;
	bytes end = digest || tag ? (bytes){ 0 } : bytes_skip(image->text, old.n);
	bytes base = name ? yaml_text(name) : old;
	const char *text = arena_printf(a, "%s%s%s%s%s%s", arena_str(a, base), arena_str(a, end),
	                                tag ? ":" : "", arena_str(a, yaml_text(tag)), digest ? "@" : "",
	                                arena_str(a, yaml_text(digest)));

	set_text(l, container, "image", bytes_str(text), digest ? digest : tag ? tag : name);
}

/* Below any path, as kustomize does it. Parts nest as deep as YAML may. */
static void set_images(struct layer *l, struct part *p, const struct yaml_node *entry)
{
	for (struct part *v = p->first; v; v = v->next) {
		bool list = v->kind == YAML_SEQUENCE &&
		            (bytes_is(v->key, "containers") || bytes_is(v->key, "initContainers") ||
		             bytes_is(v->key, "ephemeralContainers"));

		for (struct part *c = list ? v->first : NULL; c; c = c->next)
			set_image(l, c, entry);
		set_images(l, v, entry);
	}
}

static void set_fields(struct layer *l)
{
	const struct yaml_node *space = yaml_get(l->root, "namespace"), *v;

	for (size_t i = 0; i < l->objects->len; i++) {
		struct kustomize_object *o = &l->objects->items[i];
		struct part *spec = o->root ? part_get(o->root, BYTES("spec")) : NULL;
		struct part *metadata = o->root ? part_get(o->root, BYTES("metadata")) : NULL;

		if (space && metadata && metadata->kind == YAML_MAPPING && !is_of_cluster(o->kind))
			set_text(l, metadata, "namespace", yaml_text(space), space);
		v = yaml_items(yaml_get(l->root, "replicas"));
		for (; v && spec && part_get(spec, BYTES("replicas")); v = v->next)
			if (bytes_equal(yaml_text(yaml_get(v, "name")), o->name))
				set_text(l, spec, "replicas", yaml_text(yaml_get(v, "count")),
				         yaml_get(v, "count"));
		v = yaml_items(yaml_get(l->root, "images"));
		for (; v && o->root; v = v->next)
			set_images(l, o->root, v);
	}
}

/* -- the whole -------------------------------------------------------------------------------- */

static void tell_gaps(struct layer *l)
{
	static const char *const keys[] = { "generators",
		                                "transformers",
		                                "validators",
		                                "replacements",
		                                "vars",
		                                "helmCharts",
		                                "helmChartInflationGenerator",
		                                "configurations" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct yaml_node *v = yaml_get(l->root, keys[i]);

		if (v)
			rendered_gap(l->k->r, l->file, v, "what this does to the objects is not judged");
	}
}

static void resolve(struct resolver *k, size_t file, struct kustomize_objects *out, unsigned depth)
{
	struct layer l = { .k = k, .file = file, .objects = out };

	l.dir = dir_of(k, file);
	l.origin = rendered_origin(k->r, file);
	l.root = root_of(k, file);
	k->reached[file] = k->open[file] = true;
	k->r->job->files.items[file].part = true;
	add_resources(&l, "resources", depth);
	add_resources(&l, "bases", depth);
	add_resources(&l, "components", depth);
	apply_patches(&l);
	set_fields(&l);
	tell_gaps(&l);
	k->open[file] = false;
}

static void render(struct resolver *k, size_t file)
{
	struct kustomize_objects objects = { 0 };

	resolve(k, file, &objects, DEPTH);
	for (size_t i = 0; i < objects.len; i++)
		if (objects.items[i].root)
			rendered_add(k->r, objects.items[i].root, file);
}

/* Used by another one, so judged with it. */
static void mark_used(const struct resolver *k, size_t file, bool *used)
{
	static const char *const lists[] = { "resources", "bases", "components" };

	for (size_t i = 0; i < 3; i++) {
		const struct yaml_node *v = yaml_items(yaml_get(root_of(k, file), lists[i]));

		for (; v; v = v->next) {
			size_t target = target_of(k, dir_of(k, file), yaml_text(v));

			if (target && target - 1 != file)
				used[target - 1] = true;
		}
	}
}

void kustomize_render(struct rendering *r)
{
	struct resolver k = { .r = r };
	bool *used = arena_array(r->arena, bool, r->first);

	k.reached = arena_array(r->arena, bool, r->first);
	k.open = arena_array(r->arena, bool, r->first);
	for (size_t i = 0; i < r->first; i++)
		if (is_kustomization(r->job->files.items[i].name))
			mark_used(&k, i, used);
	/* Those that nobody uses; then what is left: circles, which have no beginning. */
	for (int circles = 0; circles < 2; circles++)
		for (size_t i = 0; i < r->first; i++)
			if (is_kustomization(r->job->files.items[i].name) && !k.reached[i] &&
			    (circles || !used[i]) && !yaml_says(yaml_get(root_of(&k, i), "kind"), "Component"))
				render(&k, i);
}
