/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of objects that are no pods, each alone. */
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/secret_name.h"

#define RULE(id) (&kubernetes_rules[id])

static bool holds(const struct yaml_node *list, const char *word)
{
	for (const struct yaml_node *v = yaml_first(list); v; v = v->next)
		if (yaml_says(v, word))
			return true;
	return false;
}

/* -- namespaces ------------------------------------------------------------------------------- */

static void check_namespace(const struct kube_object *o)
{
	static const char key[] = "pod-security.kubernetes.io/enforce";
	const struct yaml_node *labels = yaml_get(o->metadata, "labels");

	if (!bytes_is(o->kind, "Namespace") || yaml_get(labels, key))
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO003), labels, "metadata.labels");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

	/* Warnings first: enforcing could keep pods from starting that run today. */
	if (yaml_is(labels, YAML_MAPPING))
		yaml_edit_put(&ed, labels, key, "baseline");
	else
		yaml_edit_put(&ed, o->metadata, "labels",
		              "pod-security.kubernetes.io/enforce: baseline\n"
		              "pod-security.kubernetes.io/warn: restricted\n"
		              "pod-security.kubernetes.io/audit: restricted");
}

/* -- rights ----------------------------------------------------------------------------------- */

/* What leads further, by resource: any of the verbs (or all) on it. */
static const struct {
	const char *resource, *verbs[4];
} powers[] = {
	{ "secrets", { "get", "list", "watch" } },
	{ "pods", { "create" } },
	{ "pods/exec", { "create", "get" } },
	{ "pods/attach", { "create", "get" } },
	{ "nodes/proxy", { "get", "create" } },
	{ "users", { "impersonate" } },
	{ "groups", { "impersonate" } },
	{ "serviceaccounts", { "impersonate" } },
	{ "serviceaccounts/token", { "create" } },
	{ "roles", { "escalate", "bind" } },
	{ "clusterroles", { "escalate", "bind" } },
	{ "validatingwebhookconfigurations", { "create", "update", "patch" } },
	{ "mutatingwebhookconfigurations", { "create", "update", "patch" } },
	{ "certificatesigningrequests/approval", { "update", "patch" } },
};

static void check_grant(const struct kube_object *o, const struct yaml_node *grant)
{
	const struct yaml_node *verbs = yaml_get(grant, "verbs");
	const struct yaml_node *resources = yaml_get(grant, "resources");

	if (holds(verbs, "*") || holds(resources, "*")) {
		kube_object_find(o, RULE(KO005), holds(verbs, "*") ? verbs : resources, "rules[*]");
		return;
	}
	if (yaml_get(grant, "resourceNames"))
		return;
	for (size_t i = 0; i < sizeof(powers) / sizeof(*powers); i++)
		for (size_t k = 0; holds(resources, powers[i].resource) && k < 4 && powers[i].verbs[k]; k++)
			if (holds(verbs, powers[i].verbs[k])) {
				kube_object_find(o, RULE(KO007), verbs, "rules[*].verbs")->message = arena_printf(
					o->job->arena, "the role may %s %s", powers[i].verbs[k], powers[i].resource);
				return;
			}
}

static void check_rights(const struct kube_object *o)
{
	const struct yaml_node *role = yaml_path(o->root, "roleRef.name");

	if (bytes_starts(o->name, BYTES("system:")))
		return; /* Kubernetes' own */
	if (bytes_is(o->kind, "Role") || bytes_is(o->kind, "ClusterRole"))
		for (const struct yaml_node *g = yaml_items(yaml_get(o->root, "rules")); g; g = g->next)
			check_grant(o, g);
	if (bytes_ends(o->kind, BYTES("RoleBinding")) && yaml_says(role, "cluster-admin"))
		kube_object_find(o, RULE(KO006), role, "roleRef.name");
}

/* -- the way in ------------------------------------------------------------------------------- */

static bool is_word(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= 'a' && text.p[i] <= 'z') || (text.p[i] >= '0' && text.p[i] <= '9') ||
		      text.p[i] == '-' || text.p[i] == '.'))
			return false;
	return text.n > 0;
}

/* For the hosts of its rules; the certificate lies in a Secret that is called like the Ingress. */
static void want_tls(const struct kube_object *o)
{
	const struct yaml_node *spec = yaml_get(o->root, "spec"), *list = yaml_get(spec, "rules");
	struct job_finding *f = kube_object_find(o, RULE(KO008), spec, "spec.tls");
	const char *hosts = "";

	f->message = "traffic is not encrypted";
	for (const struct yaml_node *r = yaml_items(list); r; r = r->next) {
		bytes host = yaml_text(yaml_get(r, "host"));

		if (is_word(host))
			hosts = arena_printf(o->job->arena, "%s\n    - " PRIb, hosts, BYTESF(host));
	}
	if (!is_word(o->name) || !yaml_is(spec, YAML_MAPPING))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, spec, "tls",
	              *hosts
	                  ? arena_printf(o->job->arena, "- hosts:%s\n  secretName: " PRIb "-tls", hosts,
	                                 BYTESF(o->name))
	                  : arena_printf(o->job->arena, "- secretName: " PRIb "-tls", BYTESF(o->name)));
}

static void check_ingress(const struct kube_object *o)
{
	const struct yaml_node *list = yaml_get(o->metadata, "annotations");

	if (!bytes_is(o->kind, "Ingress"))
		return;
	if (!yaml_path(o->root, "spec.tls"))
		want_tls(o);
	for (const struct yaml_node *v = yaml_first(list); v; v = v->next) {
		if (!bytes_ends(yaml_text(v->key), BYTES("-snippet")))
			continue;
		struct job_finding *f = kube_object_find(o, RULE(KO008), v, "metadata.annotations");
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		f->message = "the snippet runs in the ingress controller";
		yaml_edit_delete(&ed, v);
	}
}

static void check_service(const struct kube_object *o)
{
	const struct yaml_node *spec = yaml_get(o->root, "spec"), *type = yaml_get(spec, "type");

	if (!bytes_is(o->kind, "Service"))
		return;
	if (yaml_get(spec, "externalIPs"))
		kube_object_find(o, RULE(KO009), yaml_get(spec, "externalIPs"), "spec.externalIPs");
	if (!yaml_says(type, "NodePort") && !yaml_says(type, "LoadBalancer"))
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO009), type, "spec.type");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, type, "ClusterIP");
	for (const struct yaml_node *p = yaml_items(yaml_get(spec, "ports")); p; p = p->next) {
		const struct yaml_node *port = yaml_get(p, "nodePort");

		if (port)
			yaml_edit_delete(&ed, port);
	}
}

/* -- versions --------------------------------------------------------------------------------- */

/* Old versions and what came after them; where the fields changed, a person decides. */
static const struct {
	const char *old, *kind, *new;
	bool same;
} versions[] = {
	{ "extensions/v1beta1", "Deployment", "apps/v1", false },
	{ "extensions/v1beta1", "DaemonSet", "apps/v1", false },
	{ "extensions/v1beta1", "ReplicaSet", "apps/v1", false },
	{ "extensions/v1beta1", "NetworkPolicy", "networking.k8s.io/v1", true },
	{ "extensions/v1beta1", "Ingress", "networking.k8s.io/v1", false },
	{ "networking.k8s.io/v1beta1", "Ingress", "networking.k8s.io/v1", false },
	{ "networking.k8s.io/v1beta1", "IngressClass", "networking.k8s.io/v1", true },
	{ "apps/v1beta1", NULL, "apps/v1", false },
	{ "apps/v1beta2", NULL, "apps/v1", true },
	{ "batch/v1beta1", "CronJob", "batch/v1", true },
	{ "policy/v1beta1", "PodDisruptionBudget", "policy/v1", true },
	{ "policy/v1beta1", "PodSecurityPolicy", "Pod Security Standards", false },
	{ "rbac.authorization.k8s.io/v1beta1", NULL, "rbac.authorization.k8s.io/v1", true },
	{ "rbac.authorization.k8s.io/v1alpha1", NULL, "rbac.authorization.k8s.io/v1", true },
	{ "scheduling.k8s.io/v1beta1", "PriorityClass", "scheduling.k8s.io/v1", true },
	{ "storage.k8s.io/v1beta1", "StorageClass", "storage.k8s.io/v1", true },
	{ "autoscaling/v2beta1", "HorizontalPodAutoscaler", "autoscaling/v2", false },
	{ "autoscaling/v2beta2", "HorizontalPodAutoscaler", "autoscaling/v2", true },
	{ "apiextensions.k8s.io/v1beta1", NULL, "apiextensions.k8s.io/v1", false },
	{ "admissionregistration.k8s.io/v1beta1", NULL, "admissionregistration.k8s.io/v1", false },
};

static void check_version(const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->root, "apiVersion");

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		if (!bytes_is(o->api, versions[i].old) ||
		    (versions[i].kind && !bytes_is(o->kind, versions[i].kind)))
			continue;
		struct job_finding *f = kube_object_find(o, RULE(KO011), v, "apiVersion");

		f->message = arena_printf(o->job->arena, "%s took its place", versions[i].new);
		if (versions[i].same) {
			struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

			yaml_edit_scalar(&ed, v, versions[i].new);
		}
		return;
	}
}

/* -- secrets, budgets, webhooks, accounts ----------------------------------------------------- */

static void check_data(const struct kube_object *o)
{
	const struct yaml_node *data = yaml_get(o->root, "data");
	const struct yaml_node *words = yaml_get(o->root, "stringData");

	if (bytes_is(o->kind, "Secret") && (yaml_first(data) || yaml_first(words)))
		kube_object_find(o, RULE(KO012), yaml_first(data) ? data : words, "data");
	if (!bytes_is(o->kind, "ConfigMap"))
		return;
	for (const struct yaml_node *v = yaml_first(data); v; v = v->next) {
		bytes name = yaml_text(v->key), text = yaml_text(v);

		if ((secret_name_is(name) && text.n > 0 && !secret_name_is_harmless(text)) ||
		    secret_name_in(text) || secret_name_setting(text))
			kube_object_find(o, RULE(KP034), v, "data")->message = arena_printf(
				o->job->arena, "%s is in a ConfigMap", SHOW(name));
	}
}

/* What a budget forbids becomes what it must leave. */
static void check_budget(const struct kube_object *o)
{
	const struct yaml_node *spec = yaml_get(o->root, "spec");
	const struct yaml_node *none = yaml_get(spec, "maxUnavailable");
	const struct yaml_node *all = yaml_get(spec, "minAvailable");
	bool never = yaml_says(none, "0") || yaml_says(none, "0%");

	if (!never && !yaml_says(all, "100%"))
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO013), never ? none : all, "spec");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	f->message = "no pod may ever be evicted";
	yaml_edit_scalar(&ed, never ? none : all, never ? "1" : "50%");
}

static void check_numbers(const struct kube_object *o)
{
	const struct yaml_node *spec = yaml_get(o->root, "spec");
	const struct yaml_node *least = yaml_get(spec, "minReplicas");
	const struct yaml_node *most = yaml_get(spec, "maxReplicas");
	int64_t low, high;

	if (bytes_is(o->kind, "PodDisruptionBudget"))
		check_budget(o);
	if (!bytes_is(o->kind, "HorizontalPodAutoscaler") || !yaml_i64(least, &low) ||
	    !yaml_i64(most, &high) || low <= high)
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO013), least, "spec.minReplicas");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	f->message = "the least is more than the most";
	yaml_edit_scalar(&ed, most, arena_printf(o->job->arena, "%lld", (long long)low));
}

/* Its own namespace and the cluster's are not to wait for it. */
static void exempt(const struct kube_object *o, const struct yaml_node *webhook)
{
	struct job_finding *f = kube_object_find(o, RULE(KO015), webhook,
	                                         "webhooks[*].namespaceSelector");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);
	bytes own = yaml_text(yaml_path(webhook, "clientConfig.service.namespace"));
	bool named = is_word(own) && !bytes_is(own, "kube-system");

	f->message = "when it is down, it cannot be started again";
	yaml_edit_put(&ed, webhook, "namespaceSelector",
	              arena_printf(o->job->arena,
	                           "matchExpressions:\n  - key: kubernetes.io/metadata.name\n"
	                           "    operator: NotIn\n    values:\n      - kube-system%s" PRIb,
	                           named ? "\n      - " : "", BYTESF(named ? own : BYTES(""))));
}

static void check_webhooks(const struct kube_object *o)
{
	const struct yaml_node *list = yaml_get(o->root, "webhooks");

	if (!bytes_ends(o->kind, BYTES("WebhookConfiguration")))
		return;
	for (const struct yaml_node *w = yaml_items(list); w; w = w->next) {
		const struct yaml_node *timeout = yaml_get(w, "timeoutSeconds");
		int64_t seconds = 10;

		if (timeout && yaml_i64(timeout, &seconds) && seconds > 10) {
			struct job_finding *f = kube_object_find(o, RULE(KO015), timeout,
			                                         "webhooks[*].timeoutSeconds");
			struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

			f->message = "every request may wait longer than ten seconds";
			yaml_edit_scalar(&ed, timeout, "5");
		}
		if (!yaml_says(yaml_get(w, "failurePolicy"), "Ignore") &&
		    !yaml_get(w, "namespaceSelector") && !yaml_get(w, "objectSelector"))
			exempt(o, w);
	}
}

static void check_service_account(const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->root, "automountServiceAccountToken");
	bool truth;

	if (!bytes_is(o->kind, "ServiceAccount") || (yaml_bool(v, &truth) && !truth))
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO016), v, "automountServiceAccountToken");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, o->root, "automountServiceAccountToken", "false");
}

void kubernetes_object_check(const struct kube_object *o)
{
	check_namespace(o);
	check_rights(o);
	check_ingress(o);
	check_service(o);
	check_version(o);
	check_data(o);
	check_numbers(o);
	check_webhooks(o);
	check_service_account(o);
}
