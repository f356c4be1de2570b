/* SPDX-License-Identifier: Apache-2.0 */
/* docker_rules - the table of the rules for Dockerfiles (DF), by number.
 *
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum docker_rule {
	DF001, DF002, DF003, DF004, DF005, DF006, DF007, DF008, DF009, DF010, DF011,
	DF012, DF013, DF014, DF015, DF016, DF017, DF018, DF019, DF020, DF021,
	DF022, DF023, DF024, DF025, DF026, DF027, DF028, DF029, DF030, DF031,
	DF032, DF033, DF034, DF035, DF036, DF037, DF038, DF039, DF040, DF041,
	DF042, DF043, DF044, DF045, DF046, DF047, DF048, DF049, DF050, DF051,
	DF052, DF053, DF054, DF055, DF056, DF057, DF058, DF059, DF060, DF061,
	DF062, DF063, DF064, DF065, DF066, DF067,
	DOCKER_RULES,
};

extern const struct rule docker_rules[DOCKER_RULES];
