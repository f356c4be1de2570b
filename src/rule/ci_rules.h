/* SPDX-License-Identifier: Apache-2.0 */
/* ci_rules - the table of the rules for workflows and pipelines (CI), by number.
 *
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum ci_rule {
	CI001, CI002, CI003, CI004, CI005, CI006, CI007,
	CI_RULES,
};

extern const struct rule ci_rules[CI_RULES];
