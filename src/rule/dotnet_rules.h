/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet_rules - the table of the rules for .NET across files (DN), by number.
 *
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum dotnet_rule {
	DN001, DN002, DN003, DN004, DN005, DN006, DN007, DN008, DN009, DN010,
	DN011, DN012, DN013, DN014, DN015, DN016, DN017, DN018, DN019, DN020,
	DN021, DN022, DN023, DN024, DN025, DN026, DN027, DN028, DN029, DN030,
	DN031,
	DOTNET_RULES,
};

extern const struct rule dotnet_rules[DOTNET_RULES];
