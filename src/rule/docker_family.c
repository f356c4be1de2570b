/* SPDX-License-Identifier: Apache-2.0 */
/* The family of Dockerfiles, and BuildKit's own way to skip a check:
 * "# check=skip=Name,Name;experimental=..." at the top of the file, or right above an instruction.
 */
#include "base/text.h"
#include "rule/docker.h"

static bool skips(bytes check, const struct rule *rule)
{
	bytes option, name;

	while (bytes_take_until(&check, ';', &option)) {
		if (!bytes_take_prefix(&option, BYTES("skip=")))
			continue;
		while (bytes_take_until(&option, ',', &name)) {
			name = bytes_trim(name);
			if (bytes_is(name, "all") || rule_is_called(rule, name))
				return true;
		}
	}
	return false;
}

static bool comment_skips(const struct dockerfile_instruction *i, const struct rule *rule)
{
	for (size_t k = 0; k < i->comments.len; k++) {
		bytes text = i->comments.items[k].text;

		if (bytes_take_prefix(&text, BYTES("check=")) && skips(text, rule))
			return true;
	}
	return false;
}

static const struct dockerfile_instruction *around(const struct dockerfile *d, size_t at)
{
	size_t low = 0, high = d->instructions.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->instructions.items[middle].from <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &d->instructions.items[low - 1] : NULL;
}

void docker_obey_skips(struct rule_job *job)
{
	for (size_t k = 0; k < job->findings.len; k++) {
		struct job_finding *f = &job->findings.items[k];
		const struct dockerfile *d = job->files.items[f->file].dockerfile;

		if (!d)
			continue;
		const struct dockerfile_instruction *i = around(d, f->from);

		if (skips(d->check, f->rule) || (i && comment_skips(i, f->rule)))
			f->suppressed_by = "check=skip";
	}
}

static void check(struct rule_job *job)
{
	struct docker_file f;

	if (job->options->pss && !job->options->harden)
		return;
	for (size_t k = 0; k < job->files.len; k++) {
		if (!job->files.items[k].dockerfile)
			continue;
		docker_open(job, k, &f);
		docker_check_stages(&f);
		docker_check_instructions(&f);
		docker_check_copies(&f);
		docker_check_ignored(&f);
		docker_check_secrets(&f);
		docker_check_runs(&f);
		docker_check_style(&f);
	}
	docker_obey_skips(job);
}

const struct rule_family rule_family_docker = {
	.name = "docker",
	.rules = docker_rules,
	.len = DOCKER_RULES,
	.check = check,
};
