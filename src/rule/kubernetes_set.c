/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of objects among each other: who selects, binds and names whom. */
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"

#define RULE(id) (&kubernetes_rules[id])

/* Those whose kind ends so: pods are many, what they are compared with is seldom. */
static struct kube_objects of_kind(const struct kube_objects *all, bytes ending)
{
	struct kube_objects some = { 0 };

	for (size_t i = 0; i < all->len; i++)
		if (bytes_ends(all->items[i].kind, ending))
			*ARENA_PUSH(all->items[i].job->arena, &some) = all->items[i];
	return some;
}

/* -- namespaces ------------------------------------------------------------------------------- */

static bool is_shared(bytes space)
{
	return bytes_is(space, "default") || bytes_is(space, "kube-system");
}

/* Where the files make exactly one namespace, that is where their objects belong. */
static void check_space(const struct kube_objects *spaces, const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->metadata, "namespace");
	bytes own = spaces->len == 1 ? spaces->items[0].name : (bytes){ 0 };

	if (!is_shared(o->space))
		return;
	struct job_finding *f = kube_object_find(o, RULE(KO004), v, "metadata.namespace");

	if (own.n == 0 || is_shared(own) ||
	    !yaml_is_string(yaml_get(spaces->items[0].metadata, "name")) || !yaml_is(v, YAML_SCALAR) ||
	    bytes_is(o->space, "kube-system"))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, arena_str(o->job->arena, own));
}

/* -- tokens ----------------------------------------------------------------------------------- */

static bool is_bound(const struct kube_objects *bindings, bytes account)
{
	for (size_t i = 0; i < bindings->len; i++) {
		const struct yaml_node *subjects = yaml_get(bindings->items[i].root, "subjects");

		for (const struct yaml_node *s = yaml_items(subjects); s; s = s->next)
			if (yaml_says(yaml_get(s, "kind"), "ServiceAccount") &&
			    bytes_equal(yaml_text(yaml_get(s, "name")), account))
				return true;
	}
	return false;
}

static bool account_refuses(const struct kube_objects *accounts, bytes account)
{
	for (size_t i = 0; i < accounts->len; i++) {
		const struct kube_object *a = &accounts->items[i];
		bool truth;

		if (bytes_equal(a->name, account) &&
		    yaml_bool(yaml_get(a->root, "automountServiceAccountToken"), &truth))
			return !truth;
	}
	return false;
}

static void check_token(const struct kube_objects *accounts, const struct kube_objects *bindings,
                        const struct kube_object *o)
{
	const struct yaml_node *v = yaml_get(o->pod, "automountServiceAccountToken");
	bytes account = yaml_text(yaml_get(o->pod, "serviceAccountName"));
	bool truth;

	if (yaml_bool(v, &truth)
	        ? !truth
	        : account.n > 0 && (account_refuses(accounts, account) || is_bound(bindings, account)))
		return;
	struct job_finding *f = kube_find(o, RULE(KP022), NULL, v, "automountServiceAccountToken");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put(&ed, o->pod, "automountServiceAccountToken", "false");
}

/* -- keys that stand twice -------------------------------------------------------------------- */

static void check_duplicates(struct rule_job *job)
{
	for (size_t i = 0; i < job->files.len; i++) {
		const struct yaml_file *yaml = job->files.items[i].yaml;

		for (size_t k = 0; yaml && k < yaml->duplicates.len; k++) {
			const struct yaml_fault *d = &yaml->duplicates.items[k];

			job_find(job, RULE(KP041), i, d->at, d->at)->message = d->message;
		}
	}
}

void kubernetes_set_check(const struct kube_objects *all)
{
	struct kube_objects policies = of_kind(all, BYTES("NetworkPolicy"));
	struct kube_objects bindings = of_kind(all, BYTES("RoleBinding"));
	struct kube_objects accounts = of_kind(all, BYTES("ServiceAccount"));
	struct kube_objects spaces = of_kind(all, BYTES("Namespace"));

	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		check_space(&spaces, o);
		if (o->pod)
			check_token(&accounts, &bindings, o);
		if (bytes_is(o->kind, "NetworkPolicy"))
			kubernetes_policy_check(all, o);
		if (bytes_is(o->kind, "Service"))
			kubernetes_service_check(all, o);
	}
	kubernetes_network_check(all, &policies);
	if (all->len > 0)
		check_duplicates(all->items[0].job);
}
