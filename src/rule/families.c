/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rule.h"

extern const struct rule_family rule_family_ci;
extern const struct rule_family rule_family_compose;
extern const struct rule_family rule_family_docker;
extern const struct rule_family rule_family_dotnet;
extern const struct rule_family rule_family_image;
extern const struct rule_family rule_family_kubernetes;
extern const struct rule_family rule_family_rendered;
extern const struct rule_family rule_family_update;

/* The only list of families. */
const struct rule_family *const rule_families[] = {
	&rule_family_kubernetes,
	&rule_family_docker,
	&rule_family_dotnet,
	&rule_family_compose,
	&rule_family_ci,
	&rule_family_image,
	&rule_family_rendered,
	&rule_family_update,
	NULL,
};
