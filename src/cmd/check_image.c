/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check_image.h"

#include "cmd/reading.h"
#include "flow/audit.h"

#include <sys/stat.h>

static bool is_layout(const char *path)
{
	struct arena scratch = ARENA_INIT;
	struct stat st;
	bool found = stat(arena_printf(&scratch, "%s/oci-layout", path), &st) == 0;

	arena_done(&scratch);
	return found;
}

bool check_is_image(const char *text)
{
	static const char *const prefixes[] = { "docker://",       "docker-daemon:", "oci:",
		                                    "oci-archive:",    "rootfs:",
		                                    "docker-archive:", NULL };
	static const char *const endings[] = { ".tar", ".tar.gz", ".tgz", ".tar.zst", NULL };
	bytes name = bytes_str(text);
	struct stat st;

	for (size_t i = 0; prefixes[i]; i++)
		if (bytes_starts(name, bytes_str(prefixes[i])))
			return true;
	for (size_t i = 0; endings[i]; i++)
		if (bytes_ends(name, bytes_str(endings[i])))
			return true;
	if (stat(text, &st) == 0)
		return S_ISDIR(st.st_mode) && is_layout(text);
	return job_kind_of(text, (bytes){ 0 }) == JOB_OTHER &&
	       (bytes_find(name, ':') < name.n || bytes_find(name, '@') < name.n);
}

/* -- one image -------------------------------------------------------------------------------- */

struct run {
	struct job *job;
	const struct check_options *options;
	struct audit_options audit;
	const char *const *excuses; /* of the image at hand, by the numbers of the rules */
	struct {
		struct check_finding *items;
		size_t len, cap;
	} findings; /* of the whole check */
};

static void take_page(struct run *r, const struct audit_page *page, size_t file)
{
	struct arena *a = &r->job->arena;

	for (size_t i = 0; i < page->weaknesses.len; i++) {
		const struct page_weakness *w = &page->weaknesses.items[i];

		if (!job_wants(&r->options->job, w->rule))
			continue;
		struct check_finding *f = ARENA_PUSH(a, &r->findings);

		*f = (struct check_finding){ .rule = w->rule, .file = file, .container = "", .check = "" };
		f->object = w->layer > 0 ? arena_printf(a, "layer %u", w->layer) : "";
		f->field = arena_str(a, w->path);
		f->message = arena_str(a, bytes_str(w->message));
		f->suppressed_by = r->excuses[rule_number(w->rule)];
	}
}

static int judge(struct run *r, const char *text, size_t file, err *e)
{
	struct target target;
	struct audit audit;

	if (target_parse(text, &r->job->arena, &target, e) < 0 ||
	    audit_run(&target, &r->audit, &audit, e) < 0)
		return -1;
	take_page(r, &audit.page, file);
	audit_done(&audit);
	return 0;
}

int check_images(struct job *job, const struct texts *images, const struct network_flags *network,
                 const struct check_options *options, struct check *check, err *e)
{
	static const struct reading_flags defaults;
	struct run r = { .job = job, .options = options };
	struct reading reading;
	size_t len = check->len;
	const char *const *excuses;

	if (check_excuses(images->items, images->len, options, &job->arena, &excuses, e) < 0)
		return -1;
	if (reading_prepare(&reading, job, &defaults, network, images->items[0], e) < 0)
		return -1;
	r.audit = (struct audit_options){ .image = reading.options, .now = job->now };
	r.findings.items = check->findings;
	r.findings.len = r.findings.cap = check->findings_len;
	struct check_file *files = arena_array(&job->arena, struct check_file, len + images->len);

	if (len > 0)
		memcpy(files, check->files, len * sizeof(*files));
	for (size_t i = 0; i < images->len; i++) {
		files[len + i].name = images->items[i];
		reading.progress.target = images->items[i];
		r.excuses = excuses + i * rule_count();
		(void)judge(&r, images->items[i], len + i, &files[len + i].error); /* told with the files */
		progress_end(&reading.progress);
	}
	check->files = files;
	check->len = len + images->len;
	check->findings = r.findings.items;
	check->findings_len = r.findings.len;
	return 0;
}
