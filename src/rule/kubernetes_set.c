/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/kubernetes_parts.h"

void kubernetes_set_check(struct rule_job *job, const struct kube_objects *all)
{
	(void)job;
	(void)all;
}
