/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_rules - the table of the rules for pods (KP) and other objects (KO), by number.
 *
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum kubernetes_rule {
	KP001, KP002, KP003, KP004, KP005, KP006, KP007, KP008, KP009, KP010,
	KP011, KP012, KP013, KP014, KP015, KP016, KP017, KP018, KP019, KP020,
	KP021, KP022, KP023, KP024, KP025, KP026, KP027, KP028, KP029, KP030,
	KP031, KP032, KP033, KP034, KP035, KP036, KP037, KP038, KP039, KP040,
	KP041, KP042, KP044, KP045, KP046, KP048,
	KO001, KO002, KO003, KO004, KO005, KO006, KO007, KO008, KO009, KO010,
	KO011, KO012, KO013, KO014, KO015, KO016,
	KUBERNETES_RULES,
};

extern const struct rule kubernetes_rules[KUBERNETES_RULES];
