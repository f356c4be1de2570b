/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/kubernetes_parts.h"

void kubernetes_pod_check(const struct kube_object *o)
{
	if (o->pod)
		kubernetes_container_check(o);
}
