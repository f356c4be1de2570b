/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/fix.h"

/* RULE_FIX_INPUT asks for what was fetched and nothing else; the others include what is safer. */
static bool is_wanted(const struct job_finding *f, enum rule_fix most)
{
	if (f->fix.len == 0 || f->suppressed_by || f->fix_class == RULE_FIX_NONE)
		return false;
	return most == RULE_FIX_INPUT ? f->fix_class == most : f->fix_class <= most;
}

/* The fixes of each file that do not meet, in the order of the findings. Arena of the run. */
static struct edits *join(struct rule_job *job, enum rule_fix most)
{
	struct edits *joined = arena_array(job->arena, struct edits, job->files.len);

	for (size_t i = 0; i < job->findings.len; i++) {
		const struct job_finding *f = &job->findings.items[i];

		if (!is_wanted(f, most) || f->made || edits_meet(&joined[f->fix_file], &f->fix))
			continue;
		for (size_t k = 0; k < f->fix.len; k++)
			edits_add(&joined[f->fix_file], job->arena, f->fix.items[k].from, f->fix.items[k].to,
			          f->fix.items[k].text);
	}
	return joined;
}

/* Files that are not there yet. Beside standard input there is no place. */
static int make(struct rule_job *job, enum rule_fix most, bool *out_changed, err *e)
{
	for (size_t i = 0; i < job->findings.len; i++) {
		const struct job_finding *f = &job->findings.items[i];
		size_t before = job->files.len;

		if (!is_wanted(f, most) || !f->made || strcmp(job->files.items[f->file].name, "-") == 0)
			continue;
		bytes text = edits_apply((bytes){ 0 }, &f->fix, job->keep);

		if (job_make(job, f->file, f->made, text, e) < 0)
			return err_wrap(e, "what is to lie beside %s", job->files.items[f->file].name);
		*out_changed = *out_changed || job->files.len > before;
	}
	return 0;
}

static size_t faults_of(const struct rule_job *job, size_t file)
{
	size_t n = 0;

	for (size_t i = 0; i < job->faults.len; i++)
		n += job->faults.items[i].file == file;
	return n;
}

/* A file that reads worse than before has been broken by us. */
static int splice(struct rule_job *job, size_t file, const struct edits *edits, bool *out_changed,
                  err *e)
{
	struct job_file *f = &job->files.items[file];
	size_t faults = faults_of(job, file);
	bytes before = f->text, after = edits_apply(before, edits, job->keep);

	if (bytes_equal(before, after))
		return 0;
	if (job_replace(job, file, after, e) < 0)
		return err_wrap(e, "%s after its fixes", f->name);
	if (faults_of(job, file) > faults) {
		err ignored = { 0 };

		(void)job_replace(job, file, before, &ignored); /* it was read before */
		return err_set(e, ERR_BUG, 0, "%s: a fix would break it; it stays as it is", f->name);
	}
	*out_changed = true;
	return 0;
}

static int pass(struct rule_job *job, enum rule_fix most, bool *out_changed, err *e)
{
	struct edits *joined = join(job, most);
	size_t len = job->files.len;

	*out_changed = false;
	for (size_t i = 0; i < len; i++)
		if (joined[i].len > 0 && splice(job, i, &joined[i], out_changed, e) < 0)
			return -1;
	return make(job, most, out_changed, e);
}

static size_t open_findings(const struct rule_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->findings.len; i++)
		n += !job->findings.items[i].suppressed_by;
	return n;
}

int fix_run(struct rule_job *job, enum rule_fix most, size_t *out_fixed, err *e)
{
	size_t before = open_findings(job);
	bool changed = true;
	int result = 0;

	for (unsigned i = 0; i < FIX_PASSES && changed && result == 0; i++) {
		result = pass(job, most, &changed, e);
		job_run(job);
	}
	size_t after = open_findings(job);

	*out_fixed = before > after ? before - after : 0;
	return result;
}
