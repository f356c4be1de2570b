/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_fix.h"

#include "base/text.h"
#include "cmd/mended.h"
#include "cmd/message.h"
#include "flow/update.h"

#include <inttypes.h>

#define FIELD(name) offsetof(struct fixing_flags, name)
static const struct flag flags[] = {
	{ 0, "fix", "write|diff", FLAG_MAYBE, FIELD(fix),
	  "bump packages and base images in sources, or print the patch" },
	{ 0, "project", "PATH", FLAG_LIST, FIELD(project),
	  "with --fix: their folder or file (the folder scanned)" },
	{ 0 },
};

const struct flag_group fixing_flag_group = { "fixing", "Mending", flags };

static void tell_rows(struct job *job, const struct update *update, bool is_patch)
{
	for (size_t i = 0; i < update->rows.len; i++) {
		const struct update_row *r = &update->rows.items[i];

		message_note(job, r->file,
		             arena_printf(&job->arena, "line %" PRIu32 ": %s %s %s %s", r->line, r->name,
		                          r->from, is_patch ? "would become" : "became", r->to));
	}
}

static void tell_rest(struct job *job, const struct update *u)
{
	uint64_t left = u->unfixed + u->of_system + u->of_others;

	message_note(job, NULL,
	             arena_printf(&job->arena,
	                          "of %s findings %s should be gone once the projects are restored and "
	                          "built anew ('dotnet restore' writes packages.lock.json)",
	                          COUNT_TEXT(u->gone + left), COUNT_TEXT(u->gone)));
	if (left > 0)
		message_note(job, NULL,
		             arena_printf(&job->arena,
		                          "%s remain: %s without a fix, %s in packages of the distribution "
		                          "(a newer base image), %s that no line here names (packages that "
		                          "others ask for)",
		                          COUNT_TEXT(left), COUNT_TEXT(u->unfixed),
		                          COUNT_TEXT(u->of_system), COUNT_TEXT(u->of_others)));
}

static bool tell_faults(struct job *job, const struct check *files)
{
	bool failed = false;

	for (size_t i = 0; i < files->len; i++)
		if (err_is_set(&files->files[i].error)) {
			message_error(job, files->files[i].name, &files->files[i].error);
			failed = true;
		}
	return failed;
}

/* Where the sources are: what was named, else the folder that was scanned. */
static void choose_paths(struct job *job, const struct fixing_flags *f, const char *dockerfile,
                         const struct scan_page *page, struct texts *out)
{
	for (size_t i = 0; i < f->project.len; i++)
		*ARENA_PUSH(&job->arena, out) = f->project.items[i];
	if (dockerfile)
		*ARENA_PUSH(&job->arena, out) = dockerfile;
	if (out->len == 0 && page->image && page->image->kind == TARGET_ROOTFS)
		*ARENA_PUSH(&job->arena, out) = page->image->target.path;
}

int fixing_run(struct job *job, const struct fixing_flags *f, const char *dockerfile,
               const struct scan_page *page, struct database *db, struct stream *out, err *e)
{
	bool is_patch = strcmp(f->fix, "diff") == 0;
	struct texts paths = { 0 };
	struct update update;

	choose_paths(job, f, dockerfile, page, &paths);
	if (paths.len == 0)
		return err_set(e, ERR_USAGE, 0,
		               "--fix: where the sources are is not known (--project names them)");
	if (update_make(paths.items, paths.len, page, db, &job->arena, &update, e) < 0)
		return err_wrap(e, "--fix");
	if (is_patch)
		check_patch(&update.files, out);
	else if (mended_write(job, &update.files, e) < 0)
		return -1;
	tell_rows(job, &update, is_patch);
	tell_rest(job, &update);
	if (tell_faults(job, &update.files))
		return err_set(e, ERR_FORMAT, 0, "--fix: not all files of the sources could be read");
	return 0;
}
