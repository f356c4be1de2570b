/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/trust_show.c - `oakum trust show`: which trusted root is used, and whom it trusts. */
#include "base/limits.h"
#include "cmd/output.h"
#include "cmd/roots.h"
#include "cmd/status.h"
#include "flow/trust_tell.h"
#include "report/trust_page.h"

#include <sys/stat.h>

struct trust_show_flags {
	const char *root, *format;
};

#define FIELD(name) offsetof(struct trust_show_flags, name)
static const struct flag flags[] = {
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(root), "this one, in place of the one in use" },
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 0 },
};

/* Where the text came from that trust_root_text gave. */
static int find_source(struct job *job, const char *given, struct trust_source *out, err *e)
{
	const char *folder;
	struct stat st;

	*out = (struct trust_source){ .path = given };
	if (!given) {
		if (roots_current(job, &folder, e) < 0)
			return -1;
		if (folder)
			out->path = arena_printf(&job->arena, "%s/" ROOTS_TRUSTED_ROOT, folder);
	}
	if (out->path && stat(out->path, &st) == 0)
		out->since = st.st_mtime;
	return 0;
}

static int trust_show_run(struct job *job, const void *options, const struct texts *operands,
                          err *e)
{
	const struct trust_show_flags *f = options;
	struct trust_tell_job tell = { .deadline = deadline_in(LIMIT_TIME_MS) };
	struct explain_entries entries;
	struct trust_source source;
	struct stream out;

	(void)operands; /* it takes none */
	if (trust_root_text(job, f->root, &tell.root, e) < 0 ||
	    find_source(job, f->root, &source, e) < 0 ||
	    trust_tell_root(&tell, &job->arena, &entries, e) < 0)
		return -1;
	output_stdout(&out);
	if (f->format && strcmp(f->format, "json") == 0)
		trust_page_root_json(&entries, &source, &out);
	else
		trust_page_root(&entries, &source, job->now, &out);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_trust_show = {
	.name = "trust show",
	.brief = "which trusted root is used, and whom it trusts",
	.operands = "",
	.about = "Logs, authorities of certificates and of time stamps, and for which time. It is\n"
			 "that of --trusted-root, else what 'oakum trust update' keeps, else the one that\n"
			 "is built in. Nothing is fetched.",
	.flags = flags,
	.options_size = sizeof(struct trust_show_flags),
	.examples = { { "oakum trust show", "the one in use" },
	              { "oakum trust show --format json --trusted-root trusted_root.json",
	                "a file, for programs" } },
	.run = trust_show_run,
};
