/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_parts - the rules of the catalogue that are no Pod Security Standards, by what they
 * look at. For rule/kubernetes_family.c.
 *
 * Threading: constant. */
#pragma once

#include "rule/kubernetes.h"

/* kubernetes_pod_check(o): what is asked of a pod, beyond the standards. */
void kubernetes_pod_check(const struct kube_object *o);
void kubernetes_container_check(const struct kube_object *o);
/* kubernetes_set_check(job, all): what is asked of other objects, alone and among each other. */
void kubernetes_set_check(struct rule_job *job, const struct kube_objects *all);
