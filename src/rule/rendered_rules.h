/* SPDX-License-Identifier: Apache-2.0 */
/* rendered_rules - the table of the rules about charts and kustomizations themselves (HK).
 *
 * What they render is judged by the rules for Kubernetes (KP, KO). Threading: constant. */
#pragma once

#include "rule/rule.h"

enum rendered_rule { HK005, HK006, RENDERED_RULES };

extern const struct rule rendered_rules[RENDERED_RULES];
