/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db build -o FILE FEED...` - the vulnerability database, made of feeds. */
#include "base/text.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/signing.h"
#include "cmd/status.h"
#include "flow/db.h"
#include "report/db_page.h"

struct db_build_flags {
	const char *output;
	struct signing_flags signing; /* its key alone */
	uint64_t timeout_ms;
};

#define FIELD(name) offsetof(struct db_build_flags, name)
static const struct flag flags[] = {
	{ 'o', "output", "FILE", FLAG_TEXT, FIELD(output),
	  "the database (~/.cache/oakum/vulnerabilities.db)" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0 },
};

/* -- what is said ------------------------------------------------------------------------------ */

static void say_fault(void *ctx, const char *document, const char *where, const char *what)
{
	struct job *job = ctx;

	message_detail(job, document, *where ? arena_printf(&job->arena, "%s: %s", where, what) : what);
}

static int show(struct job *job, const char *path, err *e)
{
	struct database *db;
	struct stream out;

	if (job->quiet)
		return 0;
	if (database_open(path, &db, e) < 0)
		return -1;
	output_stdout(&out);
	db_page(database_info(db), path, job->now, &out);
	database_close(db);
	return stream_finish(&out, e);
}

/* Signed is what lies in its place, beside which the bundle comes. */
static int sign(struct signing *s, const char *path, err *e)
{
	const struct signing_outputs outputs = {
		.bundle = arena_printf(&s->job->arena, "%s.sigstore.json", path)
	};

	return signing_file(s, path, NULL, &outputs, e) == STATUS_DONE ? 0 : -1;
}

/* build(job, f, o, e): the worker is forked before the key is read. */
static int build(struct job *job, const struct db_build_flags *f, const struct db_build_options *o,
                 err *e)
{
	struct signing s;

	if (!f->signing.key.key)
		return db_build(o, e);
	int status = signing_open(&s, job, &f->signing, NULL, e);

	if (status == 0 && db_build(o, e) < 0)
		status = -1;
	if (status == 0)
		status = sign(&s, o->out, e);
	signing_close(&s);
	return status;
}

static int db_build_run(struct job *job, const void *options, const struct texts *feeds, err *e)
{
	const struct db_build_flags *f = options;
	const char *path = db_path(job, f->output);
	struct db_input *inputs = arena_array(&job->arena, struct db_input, feeds->len);
	const struct db_build_options o = { .inputs = inputs,
		                                    .len = feeds->len,
		                                    .out = path,
		                                    .timeout_ms = f->timeout_ms,
		                                    .fault = say_fault,
		                                    .ctx = job };

	if (!path)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: say where with -o FILE");
	for (size_t i = 0; i < feeds->len; i++)
		inputs[i] = db_input_parse(feeds->items[i]);
	if ((!f->output && db_make_folder(job, path, e) < 0) || build(job, f, &o, e) < 0 ||
	    show(job, path, e) < 0)
		return -1;
	return STATUS_DONE;
}

const struct applet applet_db_build = {
	.name = "db build",
	.brief = "make the vulnerability database from feeds",
	.operands = "[KIND:]PATH...",
	.about = "PATH is a file or a folder with documents of feeds, also compressed (gzip, zstd,\n"
			 "xz, bzip2), tar or ZIP. Each shows its KIND itself: osv, ghsa, debian, ubuntu,\n"
			 "alpine, csaf, oval, alas, dotnet-cve, dotnet-releases, nvd, kev, epss, eol,\n"
			 "vunnel, trivy-yaml; trivy-db and grype-db are the databases of those tools.\n"
			 "Where feeds say the same, the one that is named first counts. What is left out\n"
			 "is counted; -v names it. The same feeds give the same file. With --key it is\n"
			 "signed, in FILE.sigstore.json.",
	.operands_min = 1,
	.operands_max = 1024,
	.flags = flags,
	.groups = { { &key_flag_group, FIELD(signing.key) } },
	.options_size = sizeof(struct db_build_flags),
	.examples = { { "oakum db build -o vuln.db osv/NuGet.zip debian.json kev.json", "" },
	              { "oakum db build csaf:vex/ epss_scores.csv.gz", "into the default place" } },
	.run = db_build_run,
};
