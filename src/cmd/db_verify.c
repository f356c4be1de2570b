/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db verify [FILE|docker://NAME]` - is the vulnerability database signed by whom we ask for?
 */
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/db.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/status.h"
#include "cmd/verify_images.h"
#include "flow/db.h"
#include "sys/file.h"

struct db_verify_flags {
	const char *bundle;
	uint64_t timeout_ms;
	struct who_flags who;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct db_verify_flags, name)
static const struct flag flags[] = {
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(bundle), "its signature (FILE.sigstore.json)" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int tell(const char *what, const struct verify_finding *f, err *e)
{
	struct stream out;

	output_stdout(&out);
	stream_puts(&out, "verified ");
	stream_show(&out, bytes_str(what));
	stream_puts(&out, "\n");
	proof_text(&out, f);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

/* -- a file ------------------------------------------------------------------------------------ */

static int judge(struct job *job, const struct blob_flags *blob, const char *path,
                 const struct verify_terms *terms, err *e)
{
	struct verify_finding finding;
	struct database *db;

	if (blob_verify(terms, blob, path, &job->arena, &finding, e) < 0) {
		if (e->kind == ERR_ABSENT)
			e->kind = ERR_UNSIGNED;
		return -1;
	}
	if (db_check(path, &db, e) < 0)
		return -1;
	database_close(db);
	return tell(path, &finding, e);
}

static int verify_file(struct job *job, const struct db_verify_flags *f, const char *path, err *e)
{
	const struct blob_flags blob = {
		.bundle = f->bundle ? f->bundle : arena_printf(&job->arena, "%s.sigstore.json", path),
		.timeout_ms = f->timeout_ms
	};
	struct verify_terms terms = { 0 };
	auto_fd fd = file_open_read(path, e); /* one that is not there is not unsigned */

	if (fd < 0)
		return e->kind == ERR_ABSENT
		           ? err_wrap(e, "no database ('oakum db update' fetches one)")
		           : -1;
	int status = who_prepare(job, &f->who, &terms, e);

	if (status == 0)
		status = judge(job, &blob, path, &terms, e);
	who_done(&terms);
	if (status < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	return status;
}

/* -- a registry's ------------------------------------------------------------------------------ */

static void tell_image(void *ctx, const char *target, const struct verified_image *v)
{
	err *e = ctx;

	for (size_t i = 0; i < v->attached.list.len; i++)
		if (v->findings[i].kind == VERDICT_HOLDS && tell(target, &v->findings[i], e) >= 0)
			return;
}

static int verify_name(struct job *job, const struct db_verify_flags *f,
                       const struct texts *targets, err *e)
{
	const struct verify_images_flags all = { .timeout_ms = f->timeout_ms,
		                                     .who = f->who,
		                                     .network = f->network };
	err unwritten = { 0 };
	struct verify_images v = { .job = job,
		                       .flags = &all,
		                       .image = { .wish = WISH_SIGNATURE },
		                       .tell = tell_image,
		                       .ctx = &unwritten };
	int status = verify_images_run(&v, targets, e);

	if (status < 0 || !err_is_set(&unwritten))
		return status;
	*e = unwritten;
	return -1;
}

static int db_verify_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_verify_flags *f = options;
	const char *given = operands->len > 0 ? operands->items[0] : NULL;
	const char *path = db_path(job, given);

	if (given && strncmp(given, "docker://", 9) == 0)
		return verify_name(job, f, operands, e);
	if (!path)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: say which FILE");
	return verify_file(job, f, path, e);
}

const struct applet applet_db_verify = {
	.name = "db verify",
	.brief = "is the vulnerability database signed, by whom",
	.operands = "[FILE|docker://NAME]",
	.about = "Of a file its bundle FILE.sigstore.json, and each block of the file; of a\n"
			 "registry's the signature that is attached. 'db build --key' and 'db push --key'\n"
			 "make them; 'db update --from' takes the same flags and fetches what is signed.",
	.operands_max = 1,
	.flags = flags,
	.groups = { { &who_flag_group, FIELD(who) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct db_verify_flags),
	.examples = { { "oakum db verify vuln.db --key oakum.pub", "a file" },
	              { "oakum db verify docker://ghcr.io/team/vuln:1 --key oakum.pub",
	                "a registry's" } },
	.run = db_verify_run,
};
