/* SPDX-License-Identifier: Apache-2.0 */
/* The family of images: its rules are known here and judged by flow/weaknesses.c. */
#include "rule/image_rules.h"

static void check(struct rule_job *job)
{
	(void)job; /* no file of settings is an image */
}

const struct rule_family rule_family_image = {
	.name = "image",
	.rules = image_rules,
	.len = IMAGE_RULES,
	.check = check,
};
