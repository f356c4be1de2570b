/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes - the objects of a job and their pods, and how a rule speaks of them.
 *
 * An object is a mapping with apiVersion and kind; the items of any count, and those of a PodList
 * are Pods though they do not say it. A pod is the spec of a Pod
 * or of whatever has a pod template: template.spec of a PodTemplate, spec.jobTemplate.spec.template
 * of a CronJob, spec.template of all others (Deployment, Job, Rollout, ...).
 * Threading: constant. */
#pragma once

#include "fmt/yaml_edit.h"
#include "rule/job.h"

struct link_set;

struct kube_object {
	struct rule_job *job;
	size_t file;
	const struct yaml_node *root, *metadata;
	bytes api, kind, name, space; /* apiVersion, kind, name or generateName, namespace */
	const char *label;            /* "Deployment/shop" */
	/* Of objects with a pod: its spec, its metadata (may be NULL), and where the spec lies, as
	 * "spec.template.spec". Else NULL and "". */
	const struct yaml_node *pod, *pod_metadata;
	const char *pod_path;
	const struct link_set *links; /* rule/link.h; NULL: nothing is known */
};

struct kube_objects {
	struct kube_object *items;
	size_t len, cap;
};

/* A container of a pod and where it lies: "spec.containers[0]". */
struct kube_container {
	const struct yaml_node *node, *security; /* security: its securityContext or NULL */
	bytes name, image;
	const char *list; /* "initContainers", "containers", "ephemeralContainers" */
	size_t index;
};

/* kube_objects(job): all objects of its YAML files, in their order. Arena. */
struct kube_objects kube_objects(struct rule_job *job);

/* kube_next(o, c): c becomes the first container of the pod (c->node NULL) or the one behind it, in
 * the order of the reference: init, normal, ephemeral. False behind the last. */
bool kube_next(const struct kube_object *o, struct kube_container *c);

/* kube_find(o, rule, c, node, field): a finding at the node (where it is NULL: at the container, or
 * at the object); field is a path below the container (below the pod's spec without one), shown in
 * full. c may be NULL. Static or arena strings. */
struct job_finding *kube_find(const struct kube_object *o, const struct rule *rule,
                              const struct kube_container *c, const struct yaml_node *node,
                              const char *field) __attribute__((returns_nonnull));
/* kube_object_find(o, rule, node, field): the same for a field of an object without a pod. */
struct job_finding *kube_object_find(const struct kube_object *o, const struct rule *rule,
                                     const struct yaml_node *node, const char *field)
	__attribute__((returns_nonnull));

/* kube_fix(o, finding, class): an editor whose edits are the finding's fix. */
struct yaml_editor kube_fix(const struct kube_object *o, struct job_finding *finding,
                            enum rule_fix class);

/* kube_append(o, finding, class, documents): the fix adds these ("---\n...") at the end of o's
 * file, unless it is JSON. Borrows. */
void kube_append(const struct kube_object *o, struct job_finding *finding, enum rule_fix class,
                 const char *documents);

/* kube_is_true(n): it is written and true; kube_is_windows(o): spec.os.name says so. */
bool kube_is_true(const struct yaml_node *n);
bool kube_is_windows(const struct kube_object *o);

/* kube_user_of(o): the number of the user that the pod's first program is to have (link_user). */
const char *kube_user_of(const struct kube_object *o);
/* kube_needs_root(o): one of its programs is known not to run as another, and nobody asked to
 * harden the workload whatever it is. */
bool kube_needs_root(const struct kube_object *o);
