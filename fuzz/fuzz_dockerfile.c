/* SPDX-License-Identifier: Apache-2.0 */
/* A Dockerfile is read, told, judged and mended: every span lies in the text. */
#include "base/limits.h"
#include "fmt/dockerfile_vars.h"
#include "rule/fix.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool no_value(const void *context, bytes name, bytes *out)
{
	(void)context;
	(void)name;
	(void)out;
	return false;
}

static void check_words(const struct dockerfile_words *words, size_t from, size_t to)
{
	for (size_t k = 0; k < words->len; k++)
		must(words->items[k].from >= from && words->items[k].from <= words->items[k].to &&
		     words->items[k].to <= to);
}

static void check_instruction(const struct dockerfile_instruction *i, size_t size, struct arena *a)
{
	must(i->from <= i->line_end && i->line_end <= i->to && i->to <= size);
	check_words(&i->flags, i->from, i->line_end);
	check_words(&i->words, i->from, i->line_end);
	for (size_t k = 0; k < i->pairs.len; k++)
		must(i->pairs.items[k].key.to <= i->pairs.items[k].value.from &&
		     i->pairs.items[k].value.to <= i->line_end);
	for (size_t k = 0; k < i->heredocs.len; k++)
		must(i->heredocs.items[k].from <= i->heredocs.items[k].to &&
		     i->heredocs.items[k].to <= i->to);
	(void)dockerfile_expand(i->line, '\\', no_value, NULL, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct job_options options = { .optional = true };
	struct arena a = ARENA_INIT;
	buf dump = BUF_INIT(8 * LIMIT_DOCKERFILE);
	struct rule_job job;
	size_t fixed;
	err e = { 0 };

	job_init(&job, &a, &options);
	if (job_add(&job, "Dockerfile", bytes_of(data, size), &e) == 0) {
		const struct dockerfile *d = job.files.items[0].dockerfile;

		for (size_t k = 0; k < d->instructions.len; k++)
			check_instruction(&d->instructions.items[k], size, &a);
		dockerfile_dump(d, &dump);
		job_run(&job);
		for (size_t k = 0; k < job.findings.len; k++) {
			const struct job_finding *f = &job.findings.items[k];

			must(f->from <= f->to && f->to <= size);
			for (size_t n = 0; n < f->fix.len; n++)
				must(f->fix.items[n].from <= f->fix.items[n].to && f->fix.items[n].to <= size);
		}
		(void)fix_run(&job, RULE_FIX_REVIEW, &fixed, &e); /* a fix that would break is refused */
	}
	job_done(&job);
	buf_done(&dump);
	arena_done(&a);
	return 0;
}
