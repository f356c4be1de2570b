/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/kubernetes.h"

#include "base/limits.h"
#include "rule/link.h"
#include "rule/running.h"

/* -- objects ---------------------------------------------------------------------------------- */

static void find_pod(struct kube_object *o)
{
	static const struct {
		const char *kind, *template;
	} kinds[] = {
		{ "Pod", "" },
		{ "PodTemplate", "template" },
		{ "CronJob", "spec.jobTemplate.spec.template" },
		{ "DaemonSet", "spec.template" },
		{ "Deployment", "spec.template" },
		{ "DeploymentConfig", "spec.template" },
		{ "Job", "spec.template" },
		{ "ReplicaSet", "spec.template" },
		{ "ReplicationController", "spec.template" },
		{ "StatefulSet", "spec.template" },
		{ NULL, "spec.template" }, /* of all others, when it has containers */
	};
	size_t i = 0;

	while (kinds[i].kind && !bytes_is(o->kind, kinds[i].kind))
		i++;
	const struct yaml_node *template = *kinds[i].template ? yaml_path(o->root, kinds[i].template)
	                                                      : o->root;
	const struct yaml_node *spec = yaml_get(template, "spec");

	if (!yaml_is(spec, YAML_MAPPING) || (!kinds[i].kind && !yaml_get(spec, "containers")))
		return;
	o->pod = yaml_real(spec);
	o->pod_metadata = yaml_real(yaml_get(template, "metadata"));
	o->pod_path = *kinds[i].template ? arena_printf(o->job->arena, "%s.spec", kinds[i].template)
	                                 : "spec";
}

/* A list and what its items are when they do not say it themselves: a PodList holds Pods. */
struct list {
	struct rule_job *job;
	size_t file;
	struct kube_objects *out;
	bytes api, kind;
};

static bytes kind_of_items(bytes kind)
{
	return bytes_ends(kind, BYTES("List")) ? bytes_slice(kind, 0, kind.n - 4) : (bytes){ 0 };
}

/* Whatever has items is looked into, and is judged itself unless it is a list and no more. */
static void add_object(const struct list *in, const struct yaml_node *root, unsigned depth)
{
	struct rule_job *job = in->job;
	struct kube_object o = { .job = job, .file = in->file, .root = yaml_real(root) };

	o.pod_path = "";
	o.api = yaml_text(yaml_get(root, "apiVersion"));
	o.kind = yaml_text(yaml_get(root, "kind"));
	o.api = o.api.n > 0 ? o.api : in->api;
	o.kind = o.kind.n > 0 ? o.kind : in->kind;
	struct list list = { job, in->file, in->out, o.api, kind_of_items(o.kind) };
	const struct yaml_node *items = yaml_get(root, "items");

	if (yaml_items(items) && depth == 0)
		job_unjudged(job, in->file, o.root->from, "lists nest too deep: items are left out");
	for (const struct yaml_node *v = yaml_items(items); v && depth > 0; v = v->next)
		add_object(&list, v, depth - 1);
	if (o.api.n == 0 || o.kind.n == 0 ||
	    (bytes_ends(o.kind, BYTES("List")) && yaml_is(items, YAML_SEQUENCE)))
		return;
	o.metadata = yaml_real(yaml_get(root, "metadata"));
	o.name = yaml_text(yaml_get(o.metadata, "name"));
	if (o.name.n == 0)
		o.name = yaml_text(yaml_get(o.metadata, "generateName"));
	o.space = yaml_text(yaml_get(o.metadata, "namespace"));
	o.label = arena_printf(job->arena, "%s/%s", arena_str(job->arena, o.kind),
	                       arena_str(job->arena, o.name));
	find_pod(&o);
	*ARENA_PUSH(job->arena, in->out) = o;
}

struct kube_objects kube_objects(struct rule_job *job)
{
	struct kube_objects out = { 0 };
	size_t folded = 0;

	for (size_t i = 0; i < job->files.len; i++) {
		const struct job_file *file = &job->files.items[i];

		if (file->part || !file->yaml)
			continue;
		const struct yaml_file *yaml = file->yaml;
		struct list list = { job, i, &out, yaml->list_api, kind_of_items(yaml->list_kind) };

		folded += file->folded;
		for (size_t k = 0; k < yaml->documents.len; k++)
			add_object(&list, yaml->documents.items[k].root, LIMIT_YAML_DEPTH);
	}
	job->folded = folded + running_reduce(&out, job->arena);
	return out;
}

bool kube_next(const struct kube_object *o, struct kube_container *c)
{
	static const char *const lists[] = { "initContainers", "containers", "ephemeralContainers" };
	const struct yaml_node *next = c->node ? c->node->next : NULL;
	size_t list = 0, index = c->index + 1;

	while (c->node && list < 3 && strcmp(lists[list], c->list) != 0)
		list++;
	if (!c->node)
		index = 0;
	if (!next) {
		for (list += c->node != NULL, index = 0; list < 3 && !next; list += !next)
			next = yaml_items(yaml_get(o->pod, lists[list]));
	}
	if (!next)
		return false;
	*c = (struct kube_container){ .node = next, .list = lists[list], .index = index };
	c->security = yaml_get(next, "securityContext");
	c->name = yaml_text(yaml_get(next, "name"));
	c->image = yaml_text(yaml_get(next, "image"));
	return true;
}

bool kube_is_true(const struct yaml_node *n)
{
	bool truth;

	return yaml_bool(n, &truth) && truth;
}

bool kube_is_windows(const struct kube_object *o)
{
	return yaml_says(yaml_path(o->pod, "os.name"), "windows");
}

const char *kube_user_of(const struct kube_object *o)
{
	const char *user = "10001";

	for (struct kube_container c = { 0 }; o->links && kube_next(o, &c);) {
		struct program p = link_program(o->links, o, &c);

		if (p.dotnet || link_is_known(&p))
			return link_user(&p, o->job->arena);
	}
	return user;
}

bool kube_needs_root(const struct kube_object *o)
{
	for (struct kube_container c = { 0 }; o->links && kube_next(o, &c);) {
		struct program p = link_program(o->links, o, &c);

		if (link_needs_root(&p))
			return !o->job->options->harden;
	}
	return false;
}

/* -- findings --------------------------------------------------------------------------------- */

/* A container is named by the line of its name, an object by that of its kind. */
static const struct yaml_node *place_of(const struct yaml_node *container, const char *key)
{
	const struct yaml_node *v = yaml_get(container, key);

	return v ? v : container;
}

struct job_finding *kube_object_find(const struct kube_object *o, const struct rule *rule,
                                     const struct yaml_node *node, const char *field)
{
	if (!node)
		node = place_of(o->root, "kind");
	size_t from = node->key ? node->key->from : node->from;
	struct job_finding *f = job_find(o->job, rule, o->file, from, node->to);

	f->object = o->label;
	f->field = field;
	return f;
}

struct job_finding *kube_find(const struct kube_object *o, const struct rule *rule,
                              const struct kube_container *c, const struct yaml_node *node,
                              const char *field)
{
	struct arena *a = o->job->arena;

	if (!node && c)
		node = place_of(c->node, "name");
	if (c)
		field = arena_printf(a, "%s.%s[%zu].%s", o->pod_path, c->list, c->index, field);
	else
		field = arena_printf(a, "%s.%s", o->pod_path, field);
	struct job_finding *f = kube_object_find(o, rule, node, field);

	if (c)
		f->container = arena_str(a, c->name);
	return f;
}

struct yaml_editor kube_fix(const struct kube_object *o, struct job_finding *finding,
                            enum rule_fix class)
{
	const struct job_file *file = &o->job->files.items[o->file];

	finding->fix_class = class;
	return (struct yaml_editor){ file->yaml, &file->source, o->job->arena, &finding->fix };
}

void kube_append(const struct kube_object *o, struct job_finding *finding, enum rule_fix class,
                 const char *documents)
{
	const struct job_file *file = &o->job->files.items[o->file];
	bytes text = file->text;
	bool open = text.n > 0 && text.p[text.n - 1] != '\n';

	if (file->yaml->is_json)
		return;
	finding->fix_class = class;
	if (open)
		edits_add(&finding->fix, o->job->arena, text.n, text.n, BYTES("\n"));
	edits_add(&finding->fix, o->job->arena, text.n, text.n, bytes_str(documents));
}
