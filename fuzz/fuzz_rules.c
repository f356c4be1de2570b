/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest is judged and mended: spans lie in the text, a fix breaks no file, and mending what
 * was mended changes nothing. */
#include "base/limits.h"
#include "rule/fix.h"
#include "rule/pss.h"
#include "rule/running.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_node(const struct yaml_node *n, size_t size, unsigned depth)
{
	must(depth <= LIMIT_YAML_DEPTH && n->from <= n->to && n->to <= size);
	for (const struct yaml_node *v = n->first; v; v = v->next) {
		must(v->parent == n);
		if (v->key)
			must(v->key->from <= v->key->to && v->key->to <= size);
		check_node(v, size, depth + 1);
	}
}

static void check_findings(const struct rule_job *job)
{
	for (size_t i = 0; i < job->findings.len; i++) {
		const struct job_finding *f = &job->findings.items[i];
		bytes text = job->files.items[f->file].text;

		must(f->from <= f->to && f->to <= text.n);
		text = f->made ? (bytes){ 0 } : job->files.items[f->fix_file].text;
		for (size_t k = 0; k < f->fix.len; k++)
			must(f->fix.items[k].from <= f->fix.items[k].to && f->fix.items[k].to <= text.n);
	}
}

/* A list of objects, read as one that is too long to be kept. */
static void check_list(bytes text)
{
	struct arena a = ARENA_INIT;
	struct yaml_file file;
	size_t folded;
	err e = { 0 };

	if (running_read(text, &a, &file, &folded, &e) == 0)
		for (size_t i = 0; i < file.documents.len; i++)
			check_node(file.documents.items[i].root, text.n, 0);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct job_options options = { .optional = true };
	struct arena a = ARENA_INIT;
	struct rule_job job;
	size_t fixed;
	err e = { 0 };

	check_list(bytes_of(data, size));
	job_init(&job, &a, &options);
	if (job_add(&job, "a.yaml", bytes_of(data, size), &e) == 0) {
		const struct yaml_file *yaml = job.files.items[0].yaml;

		for (size_t i = 0; i < yaml->documents.len; i++)
			check_node(yaml->documents.items[i].root, size, 0);
		job_run(&job);
		check_findings(&job);
		if (fix_run(&job, RULE_FIX_REVIEW, &fixed, &e) == 0)
			check_findings(&job);
	}
	job_done(&job);
	arena_done(&a);
	return 0;
}
