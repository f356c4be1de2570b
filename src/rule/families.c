/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rule.h"

extern const struct rule_family rule_family_docker;
extern const struct rule_family rule_family_dotnet;
extern const struct rule_family rule_family_kubernetes;

/* The only list of families. */
const struct rule_family *const rule_families[] = {
	&rule_family_kubernetes,
	&rule_family_docker,
	&rule_family_dotnet,
	NULL,
};
