/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rendered_rules.h"

const struct rule rendered_rules[RENDERED_RULES] = {
	[HK005] = { .id = "HK005",
	            .title = "Remote base or chart that is not pinned",
	            .why = "Whoever can move its branch or tag changes what is deployed, unseen.",
	            .how = "Name a commit (?ref=) or keep a copy in the repository.",
	            .refs = "SLSA, OWASP-K8S K02",
	            .severity = SEVERITY_MEDIUM },
	[HK006] = { .id = "HK006",
	            .title = "Part of a chart or kustomization that was not judged",
	            .why = "What nobody has looked at may be as weak as it likes.",
	            .how = "Judge what your own tool renders as well: kustomize build, helm template.",
	            .refs = "OWASP-K8S K01",
	            .severity = SEVERITY_MEDIUM,
	            .gap = true },
};

/* What they find is found while the rendering is made (rule/rendered.h). */
static void check(struct rule_job *job)
{
	(void)job;
}

const struct rule_family rule_family_rendered = {
	.name = "rendered",
	.rules = rendered_rules,
	.len = RENDERED_RULES,
	.check = check,
};
