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

/* Who selects whom: workloads without a network policy, policies and Services without a pod. */
void kubernetes_network_check(const struct kube_objects *all, const struct kube_objects *policies);
void kubernetes_policy_check(const struct kube_objects *all, const struct kube_object *policy);
void kubernetes_service_check(const struct kube_objects *all, const struct kube_object *service);
/* kubernetes_variable_check(o, c, v): a variable that holds or names a secret. */
void kubernetes_variable_check(const struct kube_object *o, const struct kube_container *c,
                               const struct yaml_node *v);

/* kubernetes_command_check(o, c): a password in command or args. */
void kubernetes_command_check(const struct kube_object *o, const struct kube_container *c);

/* kubernetes_add(ed, mapping, key, item): one more item of a list that may not be there.
 * kubernetes_named(list, name): the item of this name, or NULL. */
void kubernetes_add(const struct yaml_editor *ed, const struct yaml_node *mapping, const char *key,
                    const char *item);
const struct yaml_node *kubernetes_named(const struct yaml_node *list, bytes name);
