/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/running.h"

#include "base/map.h"
#include "fmt/yaml_items.h"

/* -- lists that are too long to be kept ------------------------------------------------------- */

struct owners {
	struct map seen;
	struct arena arena; /* of the map and its keys */
};

static json controller_of(json item)
{
	json list = json_get(json_get(item, "metadata"), "ownerReferences");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		bool controller;

		if (json_bool(json_get(v, "controller"), &controller) && controller)
			return v;
	}
	return (json){ 0 };
}

/* Namespace, kind and name, parted by what no name has. */
static bytes key_of(struct arena *a, bytes space, bytes kind, bytes name)
{
	uint8_t *text = arena_alloc(a, space.n + kind.n + name.n + 2);
	size_t n = 0;
	bytes parts[] = { space, kind, name };

	for (size_t i = 0; i < 3; i++) {
		if (i > 0)
			text[n++] = '/';
		if (parts[i].n > 0)
			memcpy(text + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return bytes_of(text, n);
}

static bool keep(void *ctx, json item)
{
	struct owners *o = ctx;
	struct arena *a = &o->arena;
	json owner = controller_of(item);

	if (!bytes_is(json_bytes(json_get(item, "kind"), a), "Pod") || json_type(owner) == JSON_NONE)
		return true;
	bytes space = json_bytes(json_get(json_get(item, "metadata"), "namespace"), a);
	void **place = map_put(&o->seen, key_of(a, space, json_bytes(json_get(owner, "kind"), a),
	                                        json_bytes(json_get(owner, "name"), a)));
	bool known = *place != NULL;

	*place = o;
	return !known;
}

int running_read(bytes text, struct arena *a, struct yaml_file *out, err *e)
{
	static const char *const passed_over[] = { "status", "managedFields", NULL };
	struct owners owners = { .arena = ARENA_INIT };
	struct yaml_sieve sieve = { keep, &owners, passed_over };

	map_init(&owners.seen, &owners.arena);
	int result = yaml_parse_items(text, &sieve, a, out, e);

	arena_done(&owners.arena);
	return result;
}

/* -- objects that were read ------------------------------------------------------------------- */

static const struct yaml_node *owner_of(const struct kube_object *o)
{
	const struct yaml_node *list = yaml_get(o->metadata, "ownerReferences");

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		if (kube_is_true(yaml_get(v, "controller")))
			return v;
	return NULL;
}

void running_reduce(struct kube_objects *objects, struct arena *a)
{
	struct map there, seen;
	size_t n = 0, owned = 0;

	for (size_t i = 0; i < objects->len; i++)
		owned += owner_of(&objects->items[i]) != NULL;
	if (owned == 0)
		return; /* as in every repository */
	map_init(&there, a);
	map_init(&seen, a);
	for (size_t i = 0; i < objects->len; i++) {
		struct kube_object *o = &objects->items[i];

		*map_put(&there, key_of(a, o->space, o->kind, o->name)) = a;
	}
	for (size_t i = 0; i < objects->len; i++) {
		struct kube_object *o = &objects->items[i];
		const struct yaml_node *owner = owner_of(o);
		bytes key = key_of(a, o->space, yaml_text(yaml_get(owner, "kind")),
		                   yaml_text(yaml_get(owner, "name")));
		bool pod = bytes_is(o->kind, "Pod");

		if (owner && (map_get(&there, key) || (pod && map_get(&seen, key))))
			continue;
		if (owner && pod)
			*map_put(&seen, key) = a;
		objects->items[n++] = *o;
	}
	objects->len = n;
}
