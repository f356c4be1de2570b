/* SPDX-License-Identifier: Apache-2.0 */
/* compose_rules - the table of the rules for Compose files (CP), by number.
 *
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum compose_rule {
	CP001, CP002, CP003, CP004, CP005, CP006, CP007, CP008, CP009, CP010,
	CP011, CP012, CP013, CP014, CP015, CP016, CP017, CP018, CP019, CP020,
	CP021, CP022, CP023, CP024, CP025,
	COMPOSE_RULES,
};

extern const struct rule compose_rules[COMPOSE_RULES];
