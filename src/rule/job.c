/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/job.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "rule/suppress.h"

#include <stdlib.h>

void job_init(struct rule_job *job, struct arena *a, const struct job_options *options)
{
	*job = (struct rule_job){ .arena = a, .options = options };
}

enum job_kind job_kind_of(const char *name, bytes text)
{
	static const struct {
		const char *end;
		enum job_kind kind;
	} ends[] = {
		{ ".yaml", JOB_YAML },         { ".yml", JOB_YAML },
		{ ".json", JOB_YAML },         { ".dockerfile", JOB_DOCKERFILE },
		{ ".Dockerfile", JOB_DOCKERFILE }, { ".containerfile", JOB_DOCKERFILE },
		{ ".dockerignore", JOB_IGNORE }, { ".csproj", JOB_PROJECT },
		{ ".fsproj", JOB_PROJECT },    { ".vbproj", JOB_PROJECT },
		{ ".props", JOB_PROJECT },     { ".config", JOB_PROJECT },
		{ ".targets", JOB_PROJECT },
	};
	bytes base = path_base(bytes_str(name));

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (bytes_ends(base, bytes_str(ends[i].end)))
			return ends[i].kind;
	if (bytes_starts(base, BYTES("Dockerfile")) || bytes_starts(base, BYTES("Containerfile")))
		return JOB_DOCKERFILE;
	/* Standard input has no name. */
	if (bytes_is(base, "-"))
		return bytes_search(text, BYTES("\nFROM ")) < text.n || bytes_starts(text, BYTES("FROM "))
		           ? JOB_DOCKERFILE
		           : JOB_YAML;
	return JOB_OTHER;
}

static void note_fault(struct rule_job *job, size_t file, const struct yaml_fault *fault)
{
	*ARENA_PUSH(job->arena, &job->faults) =
		(struct job_fault){ file, fault->at, fault->message };
}

static int read_yaml(struct rule_job *job, struct job_file *file, size_t index, err *e)
{
	struct yaml_file *yaml = arena_new(job->arena, struct yaml_file);

	if (yaml_parse(file->text, job->arena, yaml, e) < 0)
		return -1;
	if (yaml->nodes > LIMIT_CHECK_NODES - job->nodes)
		return err_set(e, ERR_LIMIT, 0, "all files together hold more than %u values",
		               LIMIT_CHECK_NODES);
	job->nodes += yaml->nodes;
	for (size_t i = 0; i < yaml->faults.len; i++)
		note_fault(job, index, &yaml->faults.items[i]);
	file->yaml = yaml;
	return 0;
}

int job_add(struct rule_job *job, const char *name, bytes text, err *e)
{
	struct job_file file = { .text = text, .kind = job_kind_of(name, text) };

	if (text.n > LIMIT_SETTINGS)
		return err_set(e, ERR_LIMIT, 0, "the file has more than %s", SIZE_TEXT(LIMIT_SETTINGS));
	if (text.n > LIMIT_CHECK_TEXT - job->octets)
		return err_set(e, ERR_LIMIT, 0, "all files together have more than %s",
		               SIZE_TEXT(LIMIT_CHECK_TEXT));
	file.name = arena_str(job->arena, bytes_str(name));
	source_init(&file.source, text, job->arena);
	if (file.kind == JOB_YAML && read_yaml(job, &file, job->files.len, e) < 0)
		return -1;
	job->octets += text.n;
	*ARENA_PUSH(job->arena, &job->files) = file;
	return 0;
}

struct job_finding *job_find(struct rule_job *job, const struct rule *rule, size_t file,
                             size_t from, size_t to)
{
	bool wanted = !rule->optional || job->options->optional;
	struct job_finding *f = wanted && job->findings.len < LIMIT_FINDINGS
	                            ? ARENA_PUSH(job->arena, &job->findings)
	                            : arena_new(job->arena, struct job_finding);

	*f = (struct job_finding){ .rule = rule, .file = file, .from = from, .to = to };
	f->object = f->container = f->field = f->check = "";
	f->message = rule->title;
	return f;
}

static int in_order(const void *left, const void *right)
{
	const struct job_finding *x = left, *y = right;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	int c = strcmp(x->rule->id, y->rule->id);

	return c ? c : strcmp(x->field, y->field);
}

/* Findings that say the same of the same place are one: an anchored mapping is seen once for each
 * of its users. */
static void settle(struct rule_job *job)
{
	struct job_finding *items = job->findings.items;
	size_t n = 0;

	if (job->findings.len > 1)
		qsort(items, job->findings.len, sizeof(*items), in_order);
	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *last = n > 0 ? &items[n - 1] : NULL;

		if (last && in_order(last, &items[i]) == 0 && strcmp(last->check, items[i].check) == 0 &&
		    strcmp(last->message, items[i].message) == 0)
			continue;
		items[n++] = items[i];
	}
	job->findings.len = n;
}

void job_run(struct rule_job *job)
{
	for (const struct rule_family *const *f = rule_families; *f; f++)
		(*f)->check(job);
	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->fix.len == 0)
			f->fix_class = RULE_FIX_NONE;
		else if (f->fix_class == RULE_FIX_NONE)
			f->fix.len = 0;
	}
	settle(job);
	suppress_mark(job);
}
