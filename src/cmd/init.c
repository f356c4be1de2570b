/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum init [FOLDER]` - the hand-outs for the project in a folder: deployment bases, policies,
 * pipelines, a hook. With --check: whether what is there still is what would be written. */
#include "flow/init.h"

#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "fmt/diff.h"

struct init_flags {
	const char *only;
	bool check, dry_run, force;
};

#define FIELD(name) offsetof(struct init_flags, name)
static const struct flag flags[] = {
	{ 0, "check", NULL, FLAG_SWITCH, FIELD(check), "write nothing; show drift and exit with 1" },
	{ 0, "dry-run", NULL, FLAG_SWITCH, FIELD(dry_run), "write nothing; say what would be" },
	{ 0, "only", "AREA[,AREA]", FLAG_WORDS, FIELD(only), "only what these areas name" },
	{ 0, "force", NULL, FLAG_SWITCH, FIELD(force), "replace what was edited, too" },
	{ 0 },
};

struct run {
	struct job *job;
	const struct init_flags *flags;
	const char *folder;
	struct init_plan plan;
	struct stream out;
};

static int refuse(const struct init_flags *f, err *e)
{
	bytes rest = bytes_str(f->only), area;

	if (f->check && (f->force || f->dry_run))
		return err_set(e, ERR_USAGE, 0, "--check writes nothing: leave out --force and --dry-run");
	while (bytes_take_until(&rest, ',', &area))
		if (!init_area_is(area))
			return err_set(e, ERR_USAGE, 0, "--only does not know '%s'", SHOW(area));
	return 0;
}

/* What somebody took over is theirs; only what is missing or not as we left it is drift. */
static bool has_drifted(const struct init_file *f)
{
	return f->state == INIT_NEW || f->state == INIT_OLD || f->state == INIT_EDITED;
}

static int show_drift(struct run *r)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < r->plan.files.len; i++) {
		const struct init_file *f = &r->plan.files.items[i];

		if (!has_drifted(f))
			continue;
		diff_write(&r->out, bytes_str(f->target->path), f->before, f->after);
		status = STATUS_FINDINGS;
	}
	return status;
}

static bool is_written(const struct run *r, const struct init_file *f)
{
	return f->state == INIT_NEW || f->state == INIT_OLD ||
	       (r->flags->force && f->state != INIT_SAME);
}

static int write_file(struct run *r, const struct init_file *f, err *e)
{
	static const char *const words[] = {
		[INIT_NEW] = "new",
		[INIT_SAME] = "unchanged",
		[INIT_OLD] = "updated",
		[INIT_EDITED] = "edited, kept",
		[INIT_FOREIGN] = "yours, kept",
	};
	bool written = is_written(r, f);

	if (written && !r->flags->dry_run && init_write(r->folder, f, &r->job->arena, e) < 0)
		return err_wrap(e, "%s", f->target->path);
	stream_printf(&r->out, "  %-12s  %s\n",
	              written && f->before.p ? (f->state == INIT_OLD ? "updated" : "replaced")
	                                     : words[f->state],
	              f->target->path);
	return 0;
}

static void tell_found(struct run *r)
{
	for (size_t i = 0; i < r->plan.found.len; i++)
		stream_printf(&r->out, "found %s\n", r->plan.found.items[i]);
	if (r->plan.found.len == 0)
		message_note(r->job, r->folder,
		             "no Dockerfile, no project that runs and no workload: pipelines are left out");
	for (size_t i = 0; i < r->plan.notes.len; i++)
		message_note(r->job, NULL, r->plan.notes.items[i]);
}

static int write_all(struct run *r, err *e)
{
	bool hook = false;

	tell_found(r);
	for (size_t i = 0; i < r->plan.files.len; i++) {
		const struct init_file *f = &r->plan.files.items[i];

		if (write_file(r, f, e) < 0)
			return -1;
		hook |= f->state == INIT_NEW && f->target->mode == 0755;
	}
	if (hook)
		message_note(r->job, NULL, "the hook is on after: git config core.hooksPath .githooks");
	return STATUS_DONE;
}

static int init_run_applet(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	struct run r = { .job = job, .flags = options };
	err ignored = { 0 };

	r.folder = operands->len > 0 ? operands->items[0] : ".";
	if (refuse(r.flags, e) < 0 ||
	    init_plan_make(r.folder, r.flags->only, &job->arena, &r.plan, e) < 0)
		return -1;
	output_stdout(&r.out);
	int status = r.flags->check ? show_drift(&r) : write_all(&r, e);
	int finished = stream_finish(&r.out, status < 0 ? &ignored : e);

	return finished < 0 ? -1 : status;
}

const struct applet applet_init = {
	.name = "init",
	.brief = "hardened bases, policies and pipelines for a project",
	.operands = "[FOLDER]",
	.about = "Reads Dockerfiles, projects and manifests and writes for what it finds: a\n"
			 "Kustomize base, a Helm library, network and admission policies, pipelines, a\n"
			 "hook. What was edited is kept; run it again to bring the rest up to date.\n"
			 "Areas: settings, kustomize, helm, policy, github, gitlab, azure, hook.",
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct init_flags),
	.examples = { { "oakum init --only kustomize,policy", "only what a cluster is given" },
	              { "oakum init --check", "in a pipeline: fails when a file has drifted" } },
	.run = init_run_applet,
};
