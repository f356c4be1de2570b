/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a pod as a whole, beyond the Pod Security Standards. */
#include "base/path.h"
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"

#define RULE(id) (&kubernetes_rules[id])
#define SECURITY "securityContext"

/* -- users and groups ------------------------------------------------------------------------- */

/* 1654 is the user of the official .NET images, which no distribution gives to an account. */
static bool is_low(int64_t id)
{
	return id > 0 && id < 10000 && id != 1654;
}

static bool all_have_user(const struct kube_object *o)
{
	int64_t id;

	if (yaml_i64(yaml_path(o->pod, "securityContext.runAsUser"), &id))
		return true;
	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		if (!yaml_i64(yaml_get(c.security, "runAsUser"), &id))
			return false;
	return true;
}

static void fill_users(const struct kube_object *o, const struct yaml_editor *ed)
{
	static const char *const fields[] = { "runAsUser", "runAsGroup", "fsGroup" };
	const char *user = kube_user_of(o);
	const struct yaml_node *security = yaml_get(o->pod, SECURITY);

	if (!yaml_is(security, YAML_MAPPING)) {
		yaml_edit_put(ed, o->pod, SECURITY,
		              arena_printf(ed->arena, "runAsUser: %s\nrunAsGroup: %s\nfsGroup: %s", user,
		                           user, user));
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (!yaml_get(security, fields[i]))
			yaml_edit_put(ed, security, fields[i], user);
}

static void low_user(const struct kube_object *o, const struct kube_container *c,
                     const struct yaml_node *security)
{
	const struct yaml_node *v = yaml_get(security, "runAsUser");
	int64_t id;

	if (yaml_i64(v, &id) && is_low(id))
		kube_find(o, RULE(KP020), c, v, SECURITY ".runAsUser");
}

static void check_users(const struct kube_object *o)
{
	const struct yaml_node *security = yaml_get(o->pod, SECURITY);

	low_user(o, NULL, security);
	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		low_user(o, &c, c.security);
	if (kube_is_windows(o) || (all_have_user(o) && yaml_get(security, "runAsGroup")))
		return;
	struct job_finding *f = kube_find(o, RULE(KP020), NULL, security, SECURITY ".runAsUser");

	f->message = "the image decides which user and group run";
	if (kube_needs_root(o))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	fill_users(o, &ed);
}

static void root_group(const struct kube_object *o, const struct kube_container *c,
                       const struct yaml_node *v, const char *field)
{
	int64_t id;

	if (!yaml_i64(v, &id) || id != 0)
		return;
	struct job_finding *f = kube_find(o, RULE(KP021), c, v, field);

	if (kube_needs_root(o))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, kube_user_of(o));
}

static void check_groups(const struct kube_object *o)
{
	const struct yaml_node *security = yaml_get(o->pod, SECURITY);
	const struct yaml_node *more = yaml_get(security, "supplementalGroups");

	root_group(o, NULL, yaml_get(security, "runAsGroup"), SECURITY ".runAsGroup");
	root_group(o, NULL, yaml_get(security, "fsGroup"), SECURITY ".fsGroup");
	for (const struct yaml_node *v = yaml_first(more); v; v = v->next)
		root_group(o, NULL, v, SECURITY ".supplementalGroups");
	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		root_group(o, &c, yaml_get(c.security, "runAsGroup"), SECURITY ".runAsGroup");
}

/* -- the service account ---------------------------------------------------------------------- */

static bool is_plain_name(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') ||
		      name.p[i] == '-' || name.p[i] == '.'))
			return false;
	return name.n > 0 && name.n < 254;
}

/* An account called like the workload, which nobody has given a right to. */
static void own_account(const struct kube_object *o, const struct yaml_node *name)
{
	struct job_finding *f = kube_find(o, RULE(KP023), NULL, name, "serviceAccountName");
	struct arena *a = o->job->arena;
	bool space = is_plain_name(o->space);

	if (!is_plain_name(o->name) || o->job->files.items[o->file].yaml->is_json)
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, o->pod, "serviceAccountName", arena_str(a, o->name));
	kube_append(o, f, RULE_FIX_REVIEW,
	            arena_printf(a,
	                         "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: " PRIb
	                         "\n%s" PRIb "%sautomountServiceAccountToken: false\n",
	                         BYTESF(o->name), space ? "  namespace: " : "",
	                         BYTESF(space ? o->space : bytes_slice(o->space, 0, 0)),
	                         space ? "\n" : ""));
}

static void check_account(const struct kube_object *o)
{
	const struct yaml_node *old = yaml_get(o->pod, "serviceAccount");
	const struct yaml_node *name = yaml_get(o->pod, "serviceAccountName");

	if (old) {
		struct job_finding *f = kube_find(o, RULE(KP024), NULL, old, "serviceAccount");
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

		if (name)
			yaml_edit_delete(&ed, old);
		else
			yaml_edit_rename(&ed, old, "serviceAccountName");
	}
	name = name ? name : old;
	if (!name || yaml_says(name, "default"))
		own_account(o, name);
}

/* -- volumes and namespaces ------------------------------------------------------------------- */

static bool is_runtime_socket(bytes path)
{
	static const char *const names[] = { "docker.sock", "containerd.sock", "crio.sock",
		                                 "cri-dockerd.sock", "podman.sock" };
	bytes base = path_base(path);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(base, names[i]))
			return true;
	return false;
}

static void check_sockets(const struct kube_object *o)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(o->pod, "volumes")); v; v = v->next) {
		const struct yaml_node *path = yaml_path(v, "hostPath.path");
		bytes name = yaml_text(yaml_get(v, "name"));

		if (!is_runtime_socket(yaml_text(path)))
			continue;
		struct job_finding *f = kube_find(o, RULE(KP035), NULL, path, "volumes[*].hostPath.path");
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		f->message = arena_printf(o->job->arena, "%s is mounted", SHOW(yaml_text(path)));
		yaml_edit_delete(&ed, v);
		for (struct kube_container c = { 0 }; kube_next(o, &c);)
			for (const struct yaml_node *m = yaml_items(yaml_get(c.node, "volumeMounts")); m;
			     m = m->next)
				if (bytes_equal(yaml_text(yaml_get(m, "name")), name))
					yaml_edit_delete(&ed, m);
	}
}

/* A user namespace of its own (stable since Kubernetes 1.33) where nothing of the host is used. */
static void check_user_namespace(const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->pod, "hostUsers");
	bool truth, host = kube_is_true(yaml_get(o->pod, "hostNetwork")) ||
	                   kube_is_true(yaml_get(o->pod, "hostPID")) ||
	                   kube_is_true(yaml_get(o->pod, "hostIPC"));

	if (kube_is_windows(o) || (yaml_bool(v, &truth) && !truth))
		return;
	for (const struct yaml_node *n = yaml_items(yaml_get(o->pod, "volumes")); n; n = n->next)
		host = host || yaml_get(n, "hostPath");
	struct job_finding *f = kube_find(o, RULE(KP040), NULL, v, "hostUsers");

	f->message = "users of the container are users of the node";
	if (host)
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, o->pod, "hostUsers", "false");
}

static void check_sharing(const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->pod, "shareProcessNamespace");
	const struct yaml_node *aliases = yaml_get(o->pod, "hostAliases");

	if (kube_is_true(v)) {
		struct job_finding *f = kube_find(o, RULE(KP037), NULL, v, "shareProcessNamespace");
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		yaml_edit_delete(&ed, v);
	}
	if (aliases)
		kube_find(o, RULE(KP040), NULL, aliases, "hostAliases");
	check_user_namespace(o);
	if (!yaml_get(o->pod, "priorityClassName"))
		kube_find(o, RULE(KP045), NULL, NULL, "priorityClassName");
}

/* -- the controller --------------------------------------------------------------------------- */

static void check_selector(const struct kube_object *o)
{
	/* Before apps/v1 a selector was the labels themselves. */
	bool plain_map = bytes_is(o->kind, "ReplicationController") ||
	                 bytes_is(o->kind, "DeploymentConfig");
	const struct yaml_node *wanted = yaml_path(o->root, plain_map ? "spec.selector"
	                                                              : "spec.selector.matchLabels");
	const struct yaml_node *labels = yaml_get(o->pod_metadata, "labels");

	for (const struct yaml_node *v = yaml_first(wanted); v; v = v->next) {
		const char *key = arena_str(o->job->arena, yaml_text(v->key));

		if (bytes_equal(yaml_text(yaml_get(labels, key)), yaml_text(v)))
			continue;
		struct job_finding *f = kube_object_find(o, RULE(KP046), v, "spec.selector.matchLabels");
		bool plain = v->style == YAML_PLAIN && v->kind == YAML_SCALAR &&
		             v->key->style == YAML_PLAIN;

		f->message = arena_printf(o->job->arena, "label %s of the template is another one",
		                          SHOW(yaml_text(v->key)));
		if (!plain || !yaml_is(labels, YAML_MAPPING))
			continue;
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		yaml_edit_put(&ed, labels, key, arena_str(o->job->arena, yaml_text(v)));
	}
}

static void one_replica(const struct kube_object *o, const struct yaml_node *v)
{
	const struct yaml_node *spec = yaml_get(o->root, "spec");
	struct job_finding *f = kube_object_find(o, RULE(KP044), v, "spec.replicas");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	f->message = "there is one replica";
	yaml_edit_put(&ed, spec, "replicas", "2");
}

static void check_replicas(const struct kube_object *o)
{
	const struct yaml_node *v = yaml_path(o->root, "spec.replicas");
	int64_t n = 1;

	if (bytes_is(o->kind, "Pod") && !yaml_get(o->metadata, "ownerReferences"))
		kube_object_find(o, RULE(KP044), NULL, "kind")->message =
			"nothing starts the pod again on another node";
	if (bytes_is(o->kind, "Deployment") && (!v || (yaml_i64(v, &n) && n == 1)))
		one_replica(o, v);
}

void kubernetes_pod_check(const struct kube_object *o)
{
	if (!o->pod)
		return;
	check_users(o);
	check_groups(o);
	check_account(o);
	check_sockets(o);
	check_sharing(o);
	check_selector(o);
	check_replicas(o);
	kubernetes_container_check(o);
}
