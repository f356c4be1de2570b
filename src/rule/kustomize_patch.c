/* SPDX-License-Identifier: Apache-2.0 */
/* Patches of an object: strategic merge, and RFC 6902. */
#include "base/text.h"
#include "rule/kustomize.h"

#define DEPTH 64

/* -- strategic merge -------------------------------------------------------------------------- */

/* Lists whose items are known by a key (Kubernetes' API types, "patchMergeKey"). */
static const char *merge_key(bytes list, const struct yaml_node *items)
{
	static const struct {
		const char *list, *key;
	} keys[] = {
		{ "containers", "name" },
		{ "initContainers", "name" },
		{ "ephemeralContainers", "name" },
		{ "volumes", "name" },
		{ "env", "name" },
		{ "volumeMounts", "mountPath" },
		{ "volumeDevices", "devicePath" },
		{ "imagePullSecrets", "name" },
		{ "secrets", "name" },
		{ "hostAliases", "ip" },
		{ "topologySpreadConstraints", "topologyKey" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (bytes_is(list, keys[i].list))
			return keys[i].key;
	if (!bytes_is(list, "ports"))
		return NULL;
	return yaml_get(yaml_first(items), "containerPort") ? "containerPort" : "port";
}

static struct part *item_with(const struct part *list, const char *key, bytes value)
{
	for (struct part *p = list->first; p; p = p->next) {
		const struct part *v = part_get(p, bytes_str(key));

		if (v && bytes_equal(v->text, value))
			return p;
	}
	return NULL;
}

static bool merge(struct rendering *r, struct part *target, const struct origin *o,
                  const struct yaml_node *patch, unsigned depth);

static void put_behind(struct part *list, struct part *behind, struct part *p)
{
	struct part *next = behind ? behind->next : list->first;

	p->up = list;
	p->next = next;
	if (behind)
		behind->next = p;
	else
		list->first = p;
	if (!next)
		list->last = p;
}

/* The patch's items come first, in its order, as kustomize has it; the others follow. */
static bool merge_items(struct rendering *r, struct part *list, const struct origin *o,
                        const struct yaml_node *items, unsigned depth)
{
	const char *key = merge_key(list->key, items);
	struct part *behind = NULL;

	for (const struct yaml_node *v = yaml_items(items); v; v = v->next) {
		const struct yaml_node *directive = yaml_get(v, "$patch");
		struct part *old = item_with(list, key, yaml_text(yaml_get(v, key))), *now = old;

		if (old)
			part_remove(old);
		if (yaml_says(directive, "delete"))
			continue;
		if (!old || yaml_says(directive, "replace"))
			now = part_copy(r, o, v);
		else if (depth == 0 || !merge(r, old, o, v, depth - 1))
			return false;
		if (!now)
			return false;
		put_behind(list, behind, now);
		behind = now;
	}
	return true;
}

static bool set_member(struct rendering *r, struct part *target, const struct origin *o,
                       const struct yaml_node *v)
{
	struct part *old = part_get(target, yaml_text(v->key)), *new = part_copy(r, o, v);

	if (!new)
		return false;
	/* Who says the same again, as a patch does with kind and name, is not where it comes from. */
	if (old && old->kind == YAML_SCALAR &&
	    new->kind == YAML_SCALAR &&bytes_equal(old->text, new->text))
		return true;
	new->key = yaml_text(v->key);
	new->key_quoted = yaml_real(v->key)->style != YAML_PLAIN;
	if (old)
		part_replace(old, new);
	else
		part_append(target, new);
	return true;
}

static bool merge_member(struct rendering *r, struct part *target, const struct origin *o,
                         const struct yaml_node *v, unsigned depth)
{
	bytes key = yaml_text(v->key);
	struct part *old = part_get(target, key);
	bool same = old && yaml_is(v, (enum yaml_kind)old->kind);

	if (bytes_starts(key, BYTES("$")))
		return true;
	if (yaml_is_null(v) || yaml_says(yaml_get(v, "$patch"), "delete")) {
		if (old)
			part_remove(old);
		return true;
	}
	if (same && old->kind == YAML_MAPPING)
		return merge(r, old, o, v, depth);
	if (same && old->kind == YAML_SEQUENCE && merge_key(key, v))
		return merge_items(r, old, o, v, depth);
	return set_member(r, target, o, v);
}

static bool merge(struct rendering *r, struct part *target, const struct origin *o,
                  const struct yaml_node *patch, unsigned depth)
{
	if (depth == 0)
		return false;
	if (yaml_says(yaml_get(patch, "$patch"), "replace"))
		while (target->first)
			part_remove(target->first);
	for (const struct yaml_node *v = yaml_first(patch); v; v = v->next)
		if (!merge_member(r, target, o, v, depth - 1))
			return false;
	return true;
}

bool kustomize_merge(struct rendering *r, struct part *target, const struct origin *o,
                     const struct yaml_node *patch)
{
	return merge(r, target, o, patch, DEPTH);
}

/* -- RFC 6902 --------------------------------------------------------------------------------- */

/* RFC 6901: "~1" is "/", "~0" is "~". */
static bytes token(struct arena *a, bytes raw)
{
	uint8_t *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		bool escape = raw.p[i] == '~' && i + 1 < raw.n;

		out[n++] = escape ? (raw.p[i + 1] == '1' ? '/' : '~') : raw.p[i];
		i += escape;
	}
	return bytes_of(out, n);
}

static struct part *child(const struct part *p, bytes name)
{
	uint64_t index;

	if (p->kind == YAML_MAPPING)
		return part_get(p, name);
	if (p->kind != YAML_SEQUENCE || !text_take_u64(name, 10, 1000000, &index))
		return NULL;
	struct part *v = p->first;

	for (; v && index > 0; index--)
		v = v->next;
	return v;
}

/* What the path leads to, and what holds it. */
struct place {
	struct part *up, *value;
	bytes name;
};

static bool find(struct rendering *r, struct part *root, bytes path, struct place *out)
{
	bytes name;

	if (!bytes_take_prefix(&path, BYTES("/")))
		return false;
	*out = (struct place){ .value = root };
	do {
		if (!bytes_take_until(&path, '/', &name))
			name = (bytes){ 0 };
		out->up = out->value;
		if (!out->up || (out->up->kind != YAML_MAPPING && out->up->kind != YAML_SEQUENCE))
			return false;
		out->name = token(r->arena, name);
		out->value = child(out->up, out->name);
	} while (path.n > 0);
	return true;
}

static const char *put_at(struct place *at, struct part *new, bool add)
{
	if (at->value && (!add || at->up->kind == YAML_MAPPING)) {
		part_replace(at->value, new);
	} else if (!add) {
		return "a JSON patch replaces what is not there";
	} else if (at->up->kind == YAML_MAPPING) {
		new->key = at->name;
		part_append(at->up, new);
	} else if (at->value) {
		put_behind(at->up, part_before(at->value), new);
	} else {
		part_append(at->up, new);
	}
	return NULL;
}

/* What "add", "replace", "move" and "copy" put there; NULL when there is nothing. A moved value
 * leaves its old place. */
static struct part *new_value(struct rendering *r, struct part *root, const struct origin *o,
                              const struct yaml_node *v, bytes op)
{
	const struct yaml_node *value = yaml_find(v, "value");
	struct place source;
	struct part *new;

	if (bytes_is(op, "add") || bytes_is(op, "replace"))
		return value ? part_copy(r, o, value) : NULL;
	if ((!bytes_is(op, "move") && !bytes_is(op, "copy")) ||
	    !find(r, root, yaml_text(yaml_get(v, "from")), &source) || !source.value)
		return NULL;
	new = part_clone(r, source.value);
	if (bytes_is(op, "move"))
		part_remove(source.value);
	return new;
}

static const char *operate(struct rendering *r, struct part *root, const struct origin *o,
                           const struct yaml_node *v)
{
	bytes op = yaml_text(yaml_get(v, "op")), path = yaml_text(yaml_get(v, "path"));
	struct place at;

	if (bytes_is(op, "test"))
		return NULL;
	if (bytes_is(op, "remove")) {
		if (!find(r, root, path, &at) || !at.value)
			return "a JSON patch removes what is not there";
		part_remove(at.value);
		return NULL;
	}
	struct part *new = new_value(r, root, o, v, op);

	if (!new)
		return "a JSON patch that is none, or takes from nowhere";
	if (!find(r, root, path, &at))
		return "a JSON patch leads nowhere";
	return put_at(&at, new, !bytes_is(op, "replace"));
}

const char *kustomize_json(struct rendering *r, struct part *target, const struct origin *o,
                           const struct yaml_node *patch)
{
	const char *wrong = NULL;

	for (const struct yaml_node *v = yaml_items(patch); v && !wrong; v = v->next)
		wrong = operate(r, target, o, v);
	return wrong;
}
