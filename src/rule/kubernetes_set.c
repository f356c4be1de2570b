/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of objects among each other: who selects, binds and names whom. */
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"

#define RULE(id) (&kubernetes_rules[id])

/* Without one an object lies in the namespace that kubectl is told. */
static bool same_space(const struct kube_object *x, const struct kube_object *y)
{
	return bytes_equal(x->space, y->space) || x->space.n == 0 || y->space.n == 0;
}

static bool has_labels(const struct kube_object *o, const struct yaml_node *wanted)
{
	const struct yaml_node *labels = yaml_get(o->pod_metadata, "labels");

	for (const struct yaml_node *v = yaml_first(wanted); v; v = v->next) {
		bool found = false;

		for (const struct yaml_node *l = yaml_first(labels); l && !found; l = l->next)
			found = bytes_equal(yaml_text(l->key), yaml_text(v->key)) &&
			        bytes_equal(yaml_text(l), yaml_text(v));
		if (!found)
			return false;
	}
	return true;
}

/* An expression may select anything: what cannot be decided is taken for a match. */
static bool selects(const struct yaml_node *selector, const struct kube_object *o)
{
	return yaml_get(selector, "matchExpressions") ||
	       has_labels(o, yaml_get(selector, "matchLabels"));
}

/* Those whose kind ends so: pods are many, what they are compared with is seldom. */
static struct kube_objects of_kind(const struct kube_objects *all, bytes ending)
{
	struct kube_objects some = { 0 };

	for (size_t i = 0; i < all->len; i++)
		if (bytes_ends(all->items[i].kind, ending))
			*ARENA_PUSH(all->items[i].job->arena, &some) = all->items[i];
	return some;
}

/* -- network policies ------------------------------------------------------------------------- */

static void check_isolation(const struct kube_objects *policies, const struct kube_object *o)
{
	for (size_t i = 0; i < policies->len; i++) {
		const struct kube_object *p = &policies->items[i];

		if (same_space(p, o) && selects(yaml_path(p->root, "spec.podSelector"), o))
			return;
	}
	kube_object_find(o, RULE(KO001), NULL, "kind")->message =
		"no network policy among these files selects it";
}

static void check_policy(const struct kube_objects *all, const struct kube_object *p)
{
	const struct yaml_node *selector = yaml_path(p->root, "spec.podSelector");
	bool pods = false;

	if (!yaml_first(selector))
		return; /* it selects every pod */
	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		pods |= o->pod != NULL;
		if (o->pod && same_space(p, o) && selects(selector, o))
			return;
	}
	if (pods)
		kube_object_find(p, RULE(KO002), selector, "spec.podSelector");
}

static void check_backend(const struct kube_objects *all, const struct kube_object *s)
{
	const struct yaml_node *selector = yaml_path(s->root, "spec.selector");
	bool pods = false;

	if (!yaml_first(selector))
		return; /* its endpoints are written by hand */
	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		pods |= o->pod != NULL;
		if (o->pod && same_space(s, o) && has_labels(o, selector))
			return;
	}
	if (pods)
		kube_object_find(s, RULE(KO010), selector, "spec.selector")->message =
			"no pod among these files has these labels";
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

	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		if (o->pod) {
			check_token(&accounts, &bindings, o);
			check_isolation(&policies, o);
		}
		if (bytes_is(o->kind, "NetworkPolicy"))
			check_policy(all, o);
		if (bytes_is(o->kind, "Service"))
			check_backend(all, o);
	}
	if (all->len > 0)
		check_duplicates(all->items[0].job);
}
