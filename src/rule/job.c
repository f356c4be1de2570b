/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/job.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "rule/rendered.h"
#include "rule/running.h"
#include "rule/suppress.h"

#include <stdlib.h>

void job_init(struct rule_job *job, struct arena *a, const struct job_options *options)
{
	*job = (struct rule_job){ .keep = a, .options = options };
	job->arena = &job->run;
}

void job_done(struct rule_job *job)
{
	for (size_t i = 0; i < job->files.len; i++)
		arena_done(&job->files.items[i].memory);
	arena_done(&job->run);
}

/* "shop.env" and ".env.local"; ".env.example" is there to be filled in. */
static bool is_env(bytes base)
{
	static const char *const shown[] = { "example", "sample", "template", "dist" };

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (bytes_search(base, bytes_str(shown[i])) < base.n)
			return false;
	return bytes_ends(base, BYTES(".env")) || bytes_starts(base, BYTES(".env."));
}

static bool ends_nocase(bytes name, bytes end)
{
	return name.n >= end.n && bytes_equal_nocase(bytes_skip(name, name.n - end.n), end);
}

/* Helm's actions in a folder of templates; "${{ }}" is what pipelines write. */
static bool is_template(const char *name, bytes text)
{
	if (bytes_search(bytes_str(name), BYTES("templates/")) >= strlen(name))
		return false;
	for (size_t at = 0; at < text.n; at += 2) {
		at += bytes_search(bytes_skip(text, at), BYTES("{{"));
		if (at < text.n && (at == 0 || text.p[at - 1] != '$'))
			return true;
	}
	return false;
}

enum job_kind job_kind_of(const char *name, bytes text)
{
	static const struct {
		const char *end;
		enum job_kind kind;
	} ends[] = {
		{ ".yaml", JOB_YAML },
		{ ".yml", JOB_YAML },
		{ ".json", JOB_YAML },
		{ ".tpl", JOB_TEMPLATE },
		{ ".dockerfile", JOB_DOCKERFILE },
		{ ".containerfile", JOB_DOCKERFILE },
		{ ".dockerignore", JOB_IGNORE },
		{ ".csproj", JOB_PROJECT },
		{ ".fsproj", JOB_PROJECT },
		{ ".vbproj", JOB_PROJECT },
		{ ".props", JOB_PROJECT },
		{ ".config", JOB_PROJECT },
		{ ".targets", JOB_PROJECT },
		{ "Program.cs", JOB_PROGRAM },
	};
	bytes base = path_base(bytes_str(name));

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (ends_nocase(base, bytes_str(ends[i].end)))
			return ends[i].kind == JOB_YAML && is_template(name, text) ? JOB_TEMPLATE
			                                                           : ends[i].kind;
	if (bytes_starts(base, BYTES("Dockerfile")) || bytes_starts(base, BYTES("Containerfile")) ||
	    bytes_equal_nocase(base, BYTES("dockerfile")) ||
	    bytes_equal_nocase(base, BYTES("containerfile")))
		return JOB_DOCKERFILE;
	if (bytes_is(base, "Kustomization"))
		return JOB_YAML;
	if (is_env(base))
		return JOB_ENV;
	/* Standard input has no name. */
	if (bytes_is(base, "-"))
		return bytes_search(text, BYTES("\nFROM ")) < text.n || bytes_starts(text, BYTES("FROM "))
		           ? JOB_DOCKERFILE
		           : JOB_YAML;
	return JOB_OTHER;
}

/* -- files ------------------------------------------------------------------------------------ */

static int read_yaml(const struct rule_job *job, struct job_file *file, err *e)
{
	struct yaml_file *yaml = arena_new(&file->memory, struct yaml_file);
	int result = 1;

	if (file->text.n > LIMIT_LIST_WHOLE)
		result = running_read(file->text, &file->memory, yaml, &file->folded, e);
	if (result < 0 && e->kind == ERR_FORMAT && file->text.n <= LIMIT_SETTINGS) {
		err_clear(e); /* no JSON: it may be YAML */
		result = 1;
	}
	if (result > 0)
		result = yaml_parse(file->text, &file->memory, yaml, e);
	if (result < 0)
		return -1;
	if (yaml->nodes > LIMIT_CHECK_NODES - job->nodes)
		return err_set(e, ERR_LIMIT, 0, "all files together hold more than %u values",
		               LIMIT_CHECK_NODES);
	file->yaml = yaml;
	return 0;
}

/* The bounds of the whole job leave out what is not in it yet. */
static int read_file(struct rule_job *job, struct job_file *file, err *e)
{
	int result = 0;

	if (file->text.n > (file->kind == JOB_YAML ? LIMIT_LIST : LIMIT_SETTINGS))
		result = err_set(e, ERR_LIMIT, 0, "the file has more than %s", SIZE_TEXT(LIMIT_SETTINGS));
	else if (file->text.n > LIMIT_CHECK_TEXT - job->octets)
		result = err_set(e, ERR_LIMIT, 0, "all files together have more than %s",
		                 SIZE_TEXT(LIMIT_CHECK_TEXT));
	if (result == 0)
		source_init(&file->source, file->text, &file->memory);
	if (result == 0 && file->kind == JOB_YAML)
		result = read_yaml(job, file, e);
	if (result == 0 && file->kind == JOB_DOCKERFILE && file->text.n > LIMIT_DOCKERFILE)
		result = err_set(e, ERR_LIMIT, 0, "a Dockerfile of more than %s",
		                 SIZE_TEXT(LIMIT_DOCKERFILE));
	if (result == 0 && file->kind == JOB_DOCKERFILE) {
		file->dockerfile = arena_new(&file->memory, struct dockerfile);
		dockerfile_parse(file->text, &file->memory, file->dockerfile);
	}
	if (result < 0)
		arena_done(&file->memory);
	return result;
}

/* What a file takes of the bounds, and its faults: `add` puts them in, else they go. */
static void account(struct rule_job *job, size_t index, bool add)
{
	const struct job_file *file = &job->files.items[index];
	size_t nodes = file->yaml ? file->yaml->nodes : 0, n = 0;

	job->octets = add ? job->octets + file->text.n : job->octets - file->text.n;
	job->nodes = add ? job->nodes + nodes : job->nodes - nodes;
	for (size_t i = 0; i < job->faults.len; i++)
		if (add || job->faults.items[i].file != index)
			job->faults.items[n++] = job->faults.items[i];
	job->faults.len = n;
	for (size_t i = 0; add && file->yaml && i < file->yaml->faults.len; i++) {
		const struct yaml_fault *fault = &file->yaml->faults.items[i];

		*ARENA_PUSH(job->keep, &job->faults) = (struct job_fault){
			.file = index, .at = fault->at, .message = fault->message
		};
	}
	for (size_t i = 0; add && file->dockerfile && i < file->dockerfile->faults.len; i++) {
		const struct dockerfile_fault *fault = &file->dockerfile->faults.items[i];

		*ARENA_PUSH(job->keep, &job->faults) = (struct job_fault){
			.file = index, .at = fault->at, .message = fault->message
		};
	}
}

int job_add(struct rule_job *job, const char *name, bytes text, err *e)
{
	struct job_file file = { .text = text, .kind = job_kind_of(name, text) };

	if (read_file(job, &file, e) < 0)
		return -1;
	file.name = arena_str(job->keep, bytes_str(name));
	*ARENA_PUSH(job->keep, &job->files) = file;
	account(job, job->files.len - 1, true);
	return 0;
}

int job_replace(struct rule_job *job, size_t file, bytes text, err *e)
{
	struct job_file *old = &job->files.items[file];
	struct job_file new = {
		.name = old->name, .text = text, .kind = old->kind, .made = old->made, .beside = old->beside
	};

	account(job, file, false);
	int result = read_file(job, &new, e);

	if (result == 0) {
		arena_done(&old->memory);
		*old = new;
	}
	account(job, file, true);
	return result;
}

const char *job_made_name(const char *beside, enum job_made made, struct arena *a)
{
	static const char *const names[] = { "", ".dockerignore", "trustpolicy.json" };
	bytes base = path_base(bytes_str(beside));
	bytes dir = bytes_slice(bytes_str(beside), 0, strlen(beside) - base.n);

	return arena_printf(a, PRIb "%s", BYTESF(dir), names[made]);
}

int job_make(struct rule_job *job, size_t beside, enum job_made made, bytes text, err *e)
{
	const char *name = job_made_name(job->files.items[beside].name, made, job->keep);

	for (size_t i = 0; i < job->files.len; i++)
		if (strcmp(job->files.items[i].name, name) == 0)
			return 0;
	if (job_add(job, name, text, e) < 0)
		return -1;
	job->files.items[job->files.len - 1].made = made;
	job->files.items[job->files.len - 1].beside = beside;
	return 0;
}

/* -- findings --------------------------------------------------------------------------------- */

bool job_wants(const struct job_options *options, const struct rule *rule)
{
	bytes rest = bytes_str(options->only), id;

	if (rule->gap)
		return true;
	if (!options->only)
		return !rule->optional || options->optional ||
		       (options->input && rule->fix == RULE_FIX_INPUT);
	while (bytes_take_until(&rest, ',', &id))
		if (rule_is_called(rule, id))
			return true;
	return false;
}

struct job_finding *job_find(struct rule_job *job, const struct rule *rule, size_t file,
                             size_t from, size_t to)
{
	struct job_finding *f = job_wants(job->options, rule) && job->findings.len < LIMIT_FINDINGS
	                            ? ARENA_PUSH(job->arena, &job->findings)
	                            : arena_new(job->arena, struct job_finding);

	*f = (struct job_finding){ .rule = rule, .file = file, .from = from, .to = to };
	f->fix_file = file;
	f->object = f->container = f->field = f->check = f->asks = "";
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

const char *job_pin(struct rule_job *job, struct job_finding *f, bytes image, bool tagged)
{
	bytes rest = bytes_str(job->options->pins), line;

	f->asks = arena_str(job->arena, image);
	while (bytes_line(&rest, &line)) {
		size_t blank = bytes_find(line, ' ');

		if (bytes_equal(bytes_slice(line, 0, blank), image))
			return arena_printf(job->arena, "%s@" PRIb, tagged ? "" : ":latest",
			                    BYTESF(bytes_skip(line, blank + 1)));
	}
	return NULL;
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

static void add_run_fault(struct rule_job *job, const struct job_finding *f, const char *message)
{
	*ARENA_PUSH(job->keep, &job->faults) =
		(struct job_fault){ .file = f->file, .at = f->from, .message = message, .of_run = true };
}

/* What nobody judged is an error of its file, unless somebody has decided to live with it. */
static void add_run_faults(struct rule_job *job, bool full)
{
	if (full)
		add_run_fault(job, &job->findings.items[job->findings.len - 1],
		              "too many findings: the rest is not told");
	for (size_t i = 0; i < job->findings.len; i++) {
		const struct job_finding *f = &job->findings.items[i];

		if (f->rule->gap && !f->suppressed_by)
			add_run_fault(job, f, f->message);
	}
}

static void drop_run_faults(struct rule_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->faults.len; i++)
		if (!job->faults.items[i].of_run)
			job->faults.items[n++] = job->faults.items[i];
	job->faults.len = n;
}

void job_unjudged(struct rule_job *job, size_t file, size_t at, const char *message)
{
	for (size_t i = 0; i < job->faults.len; i++)
		if (job->faults.items[i].file == file && job->faults.items[i].at == at)
			return;
	if (job->faults.len < LIMIT_FAULTS_NAMED)
		*ARENA_PUSH(job->keep, &job->faults) =
			(struct job_fault){ .file = file, .at = at, .message = message, .of_run = true };
}

void job_run(struct rule_job *job)
{
	drop_run_faults(job);
	arena_reset(&job->run);
	memset(&job->findings, 0, sizeof(job->findings));
	job->folded = 0;
	struct rendering *rendering = rendered_open(job);

	for (const struct rule_family *const *f = rule_families; *f; f++)
		(*f)->check(job);
	rendered_close(job, rendering);
	bool full = job->findings.len == LIMIT_FINDINGS;

	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->fix.len == 0)
			f->fix_class = RULE_FIX_NONE;
		else if (f->fix_class == RULE_FIX_NONE)
			f->fix.len = 0;
	}
	settle(job);
	suppress_mark(job);
	add_run_faults(job, full);
}
