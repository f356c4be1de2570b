/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/running.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/pack.h"
#include "fmt/yaml_items.h"

/* -- what makes two pods the same ------------------------------------------------------------- */

/* Members of pods, labels and annotations that differ among the pods of one controller, or that a
 * cluster adds to each of them. No rule judges them. */
static bool is_added_name(bytes name)
{
	static const char *const names[] = {
		"apps.kubernetes.io/pod-index",
		"claimName",
		"controller-revision-hash",
		"controller-uid",
		"enableServiceLinks",
		"hostname",
		"job-name",
		"matchFields",
		"nodeName",
		"pod-template-generation",
		"pod-template-hash",
		"preemptionPolicy",
		"priority",
		"serviceAccount",
		"statefulset.kubernetes.io/pod-name",
		"tolerations",
	};
	static const bytes groups[] = {
		BYTES_INIT("batch.kubernetes.io/"), /* of the pods of a Job */
		BYTES_INIT("cni.projectcalico.org/"),
		BYTES_INIT("k8s.ovn.org/"),
		BYTES_INIT("k8s.v1.cni.cncf.io/network-status"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(name, names[i]))
			return true;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (bytes_starts(name, groups[i]))
			return true;
	return false;
}

/* The volume with the pod's token, or where a container mounts it. */
static bool is_token(const struct yaml_node *item)
{
	return bytes_starts(yaml_text(yaml_get(item, "name")), BYTES("kube-api-access-")) &&
	       (yaml_says(yaml_get(item, "mountPath"),
	                  "/var/run/secrets/kubernetes.io/serviceaccount") ||
	        (yaml_get(item, "projected") && yaml_real(item)->count == 2));
}

static bool is_added(const struct yaml_node *member)
{
	bytes name = yaml_text(member->key);
	const struct yaml_node *item = yaml_items(member);

	if (bytes_is(name, "serviceAccountName") && yaml_says(member, "default"))
		return true;
	while (item && is_token(item))
		item = item->next;
	return is_added_name(name) || (yaml_items(member) && !item);
}

/* False: it is longer than LIMIT_POD. Depth: that of the file's tree and its aliases. */
static bool put_value(buf *out, const struct yaml_node *n, unsigned depth)
{
	bool mapping = yaml_is(n, YAML_MAPPING), scalar = yaml_is(n, YAML_SCALAR);
	bytes text = yaml_text(n);

	if (depth == 0 || out->max - out->n < text.n + 32)
		return false;
	buf_putc(out, scalar ? yaml_is_string(n) ? 's' : 'v' : mapping ? '{' : '[');
	pack_bytes(out, text);
	for (const struct yaml_node *v = yaml_first(n); v; v = v->next) {
		if (mapping ? is_added(v) : is_token(v))
			continue;
		if ((mapping && !put_value(out, v->key, depth - 1)) || !put_value(out, v, depth - 1))
			return false;
	}
	buf_putc(out, '.');
	return out->max - out->n > 32;
}

static bool put_name(buf *out, bytes name)
{
	if (out->max - out->n < name.n + 32)
		return false;
	pack_bytes(out, name);
	return true;
}

/* The controller and what its pod is, as the key of a map; empty when they are too long. The hash
 * is keyed, so nobody can make two pods that look alike. */
static bytes key_of(struct arena *a, bytes space, bytes kind, bytes name,
                    const struct yaml_node *metadata, const struct yaml_node *spec)
{
	buf pod = BUF_INIT(LIMIT_POD);
	bytes key = { 0 };

	if (put_name(&pod, space) && put_name(&pod, kind) && put_name(&pod, name) &&
	    put_value(&pod, yaml_get(metadata, "labels"), LIMIT_YAML_DEPTH) &&
	    put_value(&pod, yaml_get(metadata, "annotations"), LIMIT_YAML_DEPTH) &&
	    put_value(&pod, spec, LIMIT_YAML_DEPTH)) {
		uint64_t hash = hash_bytes(buf_bytes(&pod));

		key = arena_bytes(a, bytes_of((const uint8_t *)&hash, sizeof(hash)));
	}
	buf_done(&pod);
	return key;
}

static const struct yaml_node *controller_of(const struct yaml_node *metadata)
{
	const struct yaml_node *list = yaml_get(metadata, "ownerReferences");

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		if (kube_is_true(yaml_get(v, "controller")))
			return v;
	return NULL;
}

/* Empty without a controller. */
static bytes key_of_owner(struct arena *a, bytes space, const struct yaml_node *metadata,
                          const struct yaml_node *pod_metadata, const struct yaml_node *spec)
{
	const struct yaml_node *owner = controller_of(metadata);

	return owner ? key_of(a, space, yaml_text(yaml_get(owner, "kind")),
	                      yaml_text(yaml_get(owner, "name")), pod_metadata, spec)
	             : (bytes){ 0 };
}

/* -- lists that are too long to be kept ------------------------------------------------------- */

struct owners {
	struct map seen;
	struct arena arena; /* of the map and its keys */
	size_t folded;
};

static bool keep(void *ctx, const struct yaml_node *item)
{
	struct owners *o = ctx;
	const struct yaml_node *metadata = yaml_get(item, "metadata");

	if (!yaml_says(yaml_get(item, "kind"), "Pod"))
		return true;
	bytes key = key_of_owner(&o->arena, yaml_text(yaml_get(metadata, "namespace")), metadata,
	                         metadata, yaml_get(item, "spec"));
	bool known = key.n > 0 && map_get(&o->seen, key);

	if (key.n > 0)
		*map_put(&o->seen, key) = o;
	o->folded += known;
	return !known;
}

int running_read(bytes text, struct arena *a, struct yaml_file *out, size_t *out_folded, err *e)
{
	static const char *const passed_over[] = { "status", "managedFields", NULL };
	struct owners owners = { .arena = ARENA_INIT };
	struct yaml_sieve sieve = { keep, &owners, passed_over };

	map_init(&owners.seen, &owners.arena);
	int result = yaml_parse_items(text, &sieve, a, out, e);

	*out_folded = owners.folded;
	arena_done(&owners.arena);
	return result;
}

/* -- objects that were read ------------------------------------------------------------------- */

struct keys {
	bytes own, owner; /* empty: it is no controller, it has none */
};

static struct keys *keys_of(const struct kube_objects *objects, struct arena *a)
{
	struct keys *keys = arena_array(a, struct keys, objects->len);

	for (size_t i = 0; i < objects->len; i++) {
		const struct kube_object *o = &objects->items[i];

		if (!o->pod)
			continue;
		keys[i].owner = key_of_owner(a, o->space, o->metadata, o->pod_metadata, o->pod);
		if (!bytes_is(o->kind, "Pod"))
			keys[i].own = key_of(a, o->space, o->kind, o->name, o->pod_metadata, o->pod);
	}
	return keys;
}

static bool has(const struct map *m, bytes key)
{
	return key.n > 0 && map_get(m, key);
}

static void put(struct map *m, bytes key)
{
	if (key.n > 0)
		*map_put(m, key) = m;
}

size_t running_reduce(struct kube_objects *objects, struct arena *a)
{
	struct map all, roots; /* controllers; those whose own controller is not among them */
	size_t n = 0, owned = 0, len = objects->len;

	for (size_t i = 0; i < len; i++)
		owned += controller_of(objects->items[i].metadata) != NULL;
	if (owned == 0)
		return 0; /* as in every repository */
	map_init(&all, a);
	map_init(&roots, a);
	struct keys *keys = keys_of(objects, a);

	for (size_t i = 0; i < len; i++)
		put(&all, keys[i].own);
	for (size_t i = 0; i < len; i++)
		if (!has(&all, keys[i].owner))
			put(&roots, keys[i].own);
	for (size_t i = 0; i < len; i++) {
		bool pod = bytes_is(objects->items[i].kind, "Pod");

		/* Of controllers in a ring none is a root, so that all are judged. */
		if (has(pod ? &all : &roots, keys[i].owner))
			continue;
		if (pod)
			put(&all, keys[i].owner);
		objects->items[n++] = objects->items[i];
	}
	objects->len = n;
	return len - n;
}
