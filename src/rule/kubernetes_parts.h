/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_parts - the rules of the catalogue that are no Pod Security Standards, by what they
 * look at. For rule/kubernetes_family.c.
 *
 * Threading: constant. */
#pragma once

#include "rule/kubernetes.h"

/* kubernetes_pod_check(o): what is asked of one pod; kubernetes_container_check(o): of each of its
 * containers. Objects without a pod are passed over. */
void kubernetes_pod_check(const struct kube_object *o);
void kubernetes_container_check(const struct kube_object *o);
/* kubernetes_object_check(o): what is asked of other objects, each alone. */
void kubernetes_object_check(const struct kube_object *o);
/* kubernetes_set_check(all): what is asked of objects among each other. */
void kubernetes_set_check(const struct kube_objects *all);

/* kubernetes_is_secret_name(name): a variable or key of this name holds a secret. */
bool kubernetes_is_secret_name(bytes name);
