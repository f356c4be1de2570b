/* SPDX-License-Identifier: Apache-2.0 */
/* image_rules - the table of the rules for images (IM), by number.
 *
 * Their facts come from a read image, so they are judged where those are (flow/weaknesses.c); here
 * they have their ids, reasons and references like all others.
 * Threading: constant. */
#pragma once

#include "rule/rule.h"

enum image_rule {
	IM001, IM002, IM003, IM004, IM005, IM006, IM007, IM008, IM009, IM010,
	IM011, IM012, IM013, IM014, IM015, IM016, IM017, IM018, IM019, IM021,
	IM022, IM023, IM024, IM026, IM027, IM028,
	IMAGE_RULES,
};

extern const struct rule image_rules[IMAGE_RULES];
