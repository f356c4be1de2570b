/* SPDX-License-Identifier: Apache-2.0 */
/* The family of Kubernetes: which of its parts look at which object. */
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/link.h"
#include "rule/pss.h"

/* -- annotations that suppress ---------------------------------------------------------------- */

static void mark(struct rule_job *job, const struct kube_object *o, bytes id, bytes reason)
{
	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->file == o->file && f->from >= o->root->from && f->from < o->root->to &&
		    (id.n == 0 || rule_is_called(f->rule, id)))
			f->suppressed_by = text_shown(job->arena, reason);
	}
}

/* What other tools' annotations mean; without an id all findings of the object are meant. */
static void obey_linter(struct rule_job *job, const struct kube_object *o, bytes key, bytes value)
{
	bytes reason = value.n > 0 ? value : BYTES("an annotation says so"), id, name;

	if (bytes_is(key, "kube-linter.io/ignore-all"))
		mark(job, o, (bytes){ 0 }, reason);
	else if (bytes_take_prefix(&key, BYTES("ignore-check.kube-linter.io/")) && key.n > 0)
		mark(job, o, key, reason);
	else if (bytes_take_prefix(&key, BYTES("polaris.fairwinds.com/")) && bytes_is(value, "true"))
		mark(job, o,
		     bytes_is(key, "exempt") ? (bytes){ 0 }
		                             : bytes_slice(key, 0, bytes_search(key, BYTES("-exempt"))),
		     BYTES("an annotation of Polaris"));
	while (bytes_is(key, "kube-score/ignore") && bytes_take_until(&value, ',', &id)) {
		name = bytes_trim(id);
		if (name.n > 0)
			mark(job, o, name, BYTES("an annotation of kube-score"));
	}
}

/* "ignore-check.kube-linter.io/NAME: reason", "checkov.io/skip1: ID=reason", "oakum.dev/ignore: ID
 * reason", one a line. */
static void obey_annotations(struct rule_job *job, const struct kube_object *o)
{
	const struct yaml_node *list = yaml_get(o->metadata, "annotations");

	for (const struct yaml_node *v = yaml_first(list); v; v = v->next) {
		bytes key = yaml_text(v->key), rest = yaml_text(v), line;
		bool checkov = bytes_starts(key, BYTES("checkov.io/skip"));

		obey_linter(job, o, key, rest);
		while ((checkov || bytes_is(key, "oakum.dev/ignore")) && bytes_line(&rest, &line)) {
			size_t end = bytes_find(line, checkov ? '=' : ' ');
			bytes reason = bytes_trim(bytes_skip(line, end + 1));

			if (reason.n > 0)
				mark(job, o, bytes_slice(line, 0, end), reason);
		}
	}
}

/* -- the family ------------------------------------------------------------------------------- */

static void misshapen(const struct kube_object *o, const struct yaml_node *v, const char *list)
{
	struct job_finding *f = kube_find(o, &kubernetes_rules[KO014], NULL, v, list);

	f->check = "schema";
	f->message = "this is no list of containers";
}

/* The API server refuses a pod like this; to pass over it would look as if it were clean. */
static void check_shape(const struct kube_object *o)
{
	static const char *const lists[] = { "initContainers", "containers", "ephemeralContainers" };

	for (size_t i = 0; i < 3 && o->pod; i++) {
		const struct yaml_node *list = yaml_get(o->pod, lists[i]);

		if (list && !yaml_is(list, YAML_SEQUENCE))
			misshapen(o, list, lists[i]);
		for (const struct yaml_node *c = yaml_items(list); c; c = c->next)
			if (!yaml_is(c, YAML_MAPPING))
				misshapen(o, c, lists[i]);
	}
}

static void check_object(const struct kube_object *o)
{
	const struct job_options *options = o->job->options;
	enum pss_level level = PSS_RESTRICTED;

	if (options->pss)
		(void)pss_level_from(bytes_str(options->pss), &level); /* cmd/ has looked */
	check_shape(o);
	if (options->pss && !(options->harden && level == PSS_RESTRICTED))
		pss_check(o, level, options->pss_version);
	else
		pss_check_all(o);
	if (!options->pss || options->harden) {
		kubernetes_pod_check(o);
		kubernetes_object_check(o);
	}
}

static void check(struct rule_job *job)
{
	struct kube_objects objects = kube_objects(job);
	const struct link_set *links = objects.len > 0 ? link_open(job) : NULL;

	for (size_t i = 0; i < objects.len; i++) {
		objects.items[i].links = links;
		check_object(&objects.items[i]);
	}
	if (!job->options->pss || job->options->harden)
		kubernetes_set_check(&objects);
	for (size_t i = 0; i < objects.len; i++)
		obey_annotations(job, &objects.items[i]);
}

const struct rule_family rule_family_kubernetes = {
	.name = "kubernetes",
	.rules = kubernetes_rules,
	.len = KUBERNETES_RULES,
	.check = check,
};
