/* SPDX-License-Identifier: Apache-2.0 */
/* Charts and kustomizations: files divided by the octet 0x1e, each with its name on its first line.
 * Spans lie in the texts, no file that is made in a run stays, and mending ends. */
#include "rule/fix.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_findings(const struct rule_job *job)
{
	for (size_t i = 0; i < job->findings.len; i++) {
		const struct job_finding *f = &job->findings.items[i];

		must(f->file < job->files.len && f->fix_file < job->files.len);
		must(f->from <= f->to && f->to <= job->files.items[f->file].text.n);
		for (size_t k = 0; k < f->fix.len && !f->made; k++)
			must(f->fix.items[k].from <= f->fix.items[k].to &&
			     f->fix.items[k].to <= job->files.items[f->fix_file].text.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct job_options options = { .optional = true };
	struct arena a = ARENA_INIT;
	struct rule_job job;
	bytes rest = bytes_of(data, size), file, name;
	size_t fixed;
	err e = { 0 };

	job_init(&job, &a, &options);
	while (bytes_take_until(&rest, 0x1e, &file))
		if (bytes_line(&file, &name) && bytes_find(name, 0) == name.n &&
		    job_add(&job, arena_str(&a, name), file, &e) < 0)
			err_clear(&e); /* what is too large is left out */
	size_t files = job.files.len;

	job_run(&job);
	must(job.files.len == files);
	check_findings(&job);
	if (fix_run(&job, RULE_FIX_REVIEW, &fixed, &e) < 0)
		must(e.kind == ERR_LIMIT || e.kind == ERR_BUG);
	check_findings(&job);
	job_done(&job);
	arena_done(&a);
	return 0;
}
