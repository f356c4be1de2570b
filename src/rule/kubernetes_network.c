/* SPDX-License-Identifier: Apache-2.0 */
/* Network policies and Services: who selects whom, and the policy that a workload lacks. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/link.h"

#define RULE(id) (&kubernetes_rules[id])
#define POLICIES \
	200 /* that a fix adds to one file: beyond them it is a cluster's dump, not a source */

/* -- selectors -------------------------------------------------------------------------------- */

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

/* -- the policy that is missing --------------------------------------------------------------- */

static bool is_label(bytes text)
{
	for (size_t k = 0; k < text.n; k++)
		if (text.p[k] <= ' ' || text.p[k] >= 0x7F || strchr("\"\\:#{}[],&*!|>'%@`", text.p[k]))
			return false;
	return text.n > 0;
}

/* The labels that select these pods: those of the controller's selector, else all of theirs. NULL
 * where one of them is odd. */
static const char *labels_of(const struct kube_object *o)
{
	const struct yaml_node *labels = yaml_path(o->root, "spec.selector.matchLabels");
	const char *text = "";

	if (!o->pod_metadata || !yaml_first(labels))
		labels = yaml_get(o->pod_metadata, "labels");
	for (const struct yaml_node *v = yaml_first(labels); v; v = v->next) {
		if (!is_label(yaml_text(v->key)) || !is_label(yaml_text(v)))
			return NULL;
		text = arena_printf(o->job->arena, "%s      " PRIb ": \"" PRIb "\"\n", text,
		                    BYTESF(yaml_text(v->key)), BYTESF(yaml_text(v)));
	}
	return *text ? arena_printf(o->job->arena, "    matchLabels:\n%s", text) : NULL;
}

static const char *ports_of(const struct kube_object *o)
{
	const char *text = "";

	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		for (const struct yaml_node *p = yaml_items(yaml_get(c.node, "ports")); p; p = p->next) {
			bool udp = yaml_says(yaml_get(p, "protocol"), "UDP");
			int64_t port;

			if (yaml_i64(yaml_get(p, "containerPort"), &port) && port > 0 && port < 65536)
				text = arena_printf(o->job->arena, "%s        - port: %u\n%s", text, (unsigned)port,
				                    udp ? "          protocol: UDP\n" : "");
		}
	return text;
}

/* A port of the pod with this number or name; *out_only: the number of the only one there is. */
static bool has_port(const struct kube_object *o, bytes target, bytes *out_only)
{
	size_t len = 0;

	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		for (const struct yaml_node *p = yaml_items(yaml_get(c.node, "ports")); p; p = p->next) {
			if (bytes_equal(yaml_text(yaml_get(p, "containerPort")), target) ||
			    bytes_equal(yaml_text(yaml_get(p, "name")), target))
				return true;
			*out_only = yaml_text(yaml_get(p, "containerPort"));
			len++;
		}
	if (len != 1)
		*out_only = (bytes){ 0 };
	return len == 0; /* nothing is declared: anything may be open */
}

static bool sends_well(const struct kube_object *s, const struct kube_object *o)
{
	for (const struct yaml_node *p = yaml_items(yaml_path(s->root, "spec.ports")); p; p = p->next) {
		const struct yaml_node *target = yaml_get(p, "targetPort");
		bytes only = { 0 };

		if (!has_port(o, yaml_text(target ? target : yaml_get(p, "port")), &only))
			return false;
	}
	return true;
}

/* declares_well(o, c): the ports that it declares are those that its program opens. */
static bool declares_well(const struct kube_object *o, const struct kube_container *c)
{
	struct program p = link_program(o->links, o, c);
	const struct yaml_node *first = yaml_items(yaml_get(c->node, "ports"));
	unsigned port = p.dotnet ? link_port(&p, c) : 0;
	const char *text = arena_printf(o->job->arena, "%u", port);

	if (!first || (port == 0 && (p.major == 0 || p.major >= 8)))
		return true;
	for (const struct yaml_node *v = first; v && port >= 1024; v = v->next)
		if (yaml_says(yaml_get(v, "containerPort"), text))
			return true;
	return false;
}

/* Now and when the rules about ports have mended them: a policy for another port would cut the
 * workload off. */
static bool is_settled(const struct kube_objects *all, const struct kube_object *o)
{
	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		if (!declares_well(o, &c))
			return false;
	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *s = &all->items[i];
		const struct yaml_node *selector = yaml_path(s->root, "spec.selector");

		if (bytes_is(s->kind, "Service") && yaml_first(selector) && same_space(s, o) &&
		    has_labels(o, selector) && !sends_well(s, o))
			return false;
	}
	return true;
}

/* It lets in what the containers declare and closes the rest; "" where nothing selects the pods. */
static const char *policy_for(const struct kube_object *o)
{
	struct arena *a = o->job->arena;
	const char *labels = labels_of(o), *ports = ports_of(o);
	const char *space = o->space.n > 0 ? arena_printf(a, "  namespace: %s\n", SHOW(o->space)) : "";

	if (!labels || !is_label(o->name) || (o->space.n > 0 && !is_label(o->space)))
		return "";
	return arena_printf(
		a,
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
		"  name: " PRIb "\n%sspec:\n  podSelector:\n%s  policyTypes:\n    - Ingress\n"
		"  ingress:%s%s",
		BYTESF(o->name), space, labels, *ports ? "\n    - ports:\n" : " []\n", ports);
}

static bool is_lonely(const struct kube_objects *policies, const struct kube_object *o)
{
	for (size_t i = 0; i < policies->len; i++) {
		const struct kube_object *p = &policies->items[i];

		if (same_space(p, o) && selects(yaml_path(p->root, "spec.podSelector"), o))
			return false;
	}
	return o->pod != NULL;
}

/* A program that declares no port may still have one open; a job has none. */
static bool is_sure(const struct kube_object *o)
{
	return *ports_of(o) || bytes_is(o->kind, "Job") || bytes_is(o->kind, "CronJob");
}

/* The policies of the file of all->items[first], as documents. Several fixes at the end of one file
 * would wait for each other, pass after pass; the same edit counts once. */
static const char *texts_of(const struct kube_objects *all, const struct kube_objects *policies,
                            size_t first, enum rule_fix *out_class)
{
	buf texts = BUF_INIT(LIMIT_SETTINGS);
	const char *copy;
	size_t len = 0;

	*out_class = RULE_FIX_SAFE;
	for (size_t i = first; i < all->len && all->items[i].file == all->items[first].file; i++) {
		const char *text = is_lonely(policies, &all->items[i]) && is_settled(all, &all->items[i])
		                       ? policy_for(&all->items[i])
		                       : "";

		if (!*text)
			continue;
		if (++len > POLICIES) {
			buf_clear(&texts);
			break;
		}
		buf_printf(&texts, "---\n%s", text);
		if (!is_sure(&all->items[i]))
			*out_class = RULE_FIX_REVIEW;
	}
	copy = arena_str(all->items[first].job->arena, buf_bytes(&texts));
	buf_done(&texts);
	return copy;
}

void kubernetes_network_check(const struct kube_objects *all, const struct kube_objects *policies)
{
	enum rule_fix class = RULE_FIX_SAFE;
	const char *texts = "";

	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		if (i == 0 || o->file != all->items[i - 1].file)
			texts = texts_of(all, policies, i, &class);
		if (!is_lonely(policies, o))
			continue;
		struct job_finding *f = kube_object_find(o, RULE(KO001), NULL, "kind");

		f->message = "no network policy among these files selects it";
		if (*texts && is_settled(all, o) && *policy_for(o))
			kube_append(o, f, class, texts);
	}
}

void kubernetes_policy_check(const struct kube_objects *all, const struct kube_object *p)
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

/* -- Services --------------------------------------------------------------------------------- */

/* A Service that sends to a port which the pod does not have. */
static void check_target(const struct kube_object *s, const struct kube_object *o)
{
	const struct yaml_node *list = yaml_path(s->root, "spec.ports");

	for (const struct yaml_node *p = yaml_items(list); p; p = p->next) {
		const struct yaml_node *target = yaml_get(p, "targetPort"), *port = yaml_get(p, "port");
		const struct yaml_node *named = target ? target : port;
		bytes only = { 0 };
		int64_t number;

		if (!yaml_is(named, YAML_SCALAR) || has_port(o, yaml_text(named), &only))
			continue;
		struct job_finding *f = kube_object_find(s, RULE(KO010), named, "spec.ports[*].targetPort");

		f->message = arena_printf(s->job->arena, "%s has no port %s", o->label,
		                          SHOW(yaml_text(named)));
		if (!text_take_u64(only, 10, 65535, &(uint64_t){ 0 }) || !yaml_i64(port, &number))
			continue;
		struct yaml_editor ed = kube_fix(s, f, RULE_FIX_REVIEW);

		yaml_edit_put(&ed, p, "targetPort", arena_str(s->job->arena, only));
	}
}

void kubernetes_service_check(const struct kube_objects *all, const struct kube_object *s)
{
	const struct yaml_node *selector = yaml_path(s->root, "spec.selector");
	bool pods = false;

	if (!yaml_first(selector))
		return; /* its endpoints are written by hand */
	for (size_t i = 0; i < all->len; i++) {
		const struct kube_object *o = &all->items[i];

		pods |= o->pod != NULL;
		if (o->pod && same_space(s, o) && has_labels(o, selector)) {
			check_target(s, o);
			return;
		}
	}
	if (pods)
		kube_object_find(s, RULE(KO010), selector, "spec.selector")->message =
			"no pod among these files has these labels";
}
