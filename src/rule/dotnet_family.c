/* SPDX-License-Identifier: Apache-2.0 */
/* The family of .NET across files. */
#include "rule/dotnet.h"

static void check(struct rule_job *job)
{
	struct dotnet_scope s, near;
	struct docker_file f;

	if (job->options->pss && !job->options->harden)
		return;
	dotnet_open(job, &s);
	dotnet_check_projects(&s);
	for (size_t k = 0; k < job->files.len; k++) {
		if (!job->files.items[k].dockerfile)
			continue;
		docker_open(job, k, &f);
		dotnet_near(&s, bytes_str(job->files.items[k].name), &near);
		dotnet_check_images(&near, &f);
		dotnet_check_build(&near, &f);
	}
	dotnet_check_pods(job);
	docker_obey_skips(job);
}

const struct rule_family rule_family_dotnet = {
	.name = "dotnet",
	.rules = dotnet_rules,
	.len = DOTNET_RULES,
	.check = check,
};
