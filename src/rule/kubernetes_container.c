/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/kubernetes_parts.h"

void kubernetes_container_check(const struct kube_object *o)
{
	(void)o;
}
