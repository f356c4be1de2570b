/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/trust_explain.c - `oakum trust explain BUNDLE`: what it claims, and which checks hold. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/output.h"
#include "cmd/roots.h"
#include "cmd/status.h"
#include "flow/trust_tell.h"
#include "report/trust_page.h"
#include "sys/file.h"

struct trust_explain_flags {
	const char *format;
	struct who_flags who;
};

#define FIELD(name) offsetof(struct trust_explain_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 0 },
};

/* Whom to ask for, if anybody is named. */
static int take_who(struct job *job, const struct who_flags *who, struct verify_terms *terms,
                    err *e)
{
	if (who_is_said(who))
		return who_prepare(job, who, terms, e);
	return trust_root_text(job, who->root, &terms->root, e);
}

static int take_texts(struct job *job, const struct texts *operands, struct trust_tell_job *tell,
                      err *e)
{
	const struct blob_flags beside = { .bundle = operands->items[0] };
	struct verify_question q;

	if (operands->len == 1)
		return file_read_all(operands->items[0], LIMIT_BUNDLE, &job->arena, &tell->bundle, e);
	if (blob_question(&beside, operands->items[1], &job->arena, &q, e) < 0 ||
	    blob_insist(operands->items[1], &job->arena, &q, e) < 0)
		return -1;
	tell->bundle = q.bundle;
	tell->request.has_artifact = q.has_artifact;
	tell->request.artifact = q.artifact;
	tell->request.sha256 = q.sha256;
	tell->request.sha512 = q.sha512;
	return 0;
}

static int run(struct job *job, const struct trust_explain_flags *f, const struct texts *operands,
               const struct verify_terms *terms, err *e)
{
	struct trust_tell_job tell = { .root = terms->root,
		                           .key = terms->keys_len > 0 ? terms->keys[0] : bytes_of(NULL, 0),
		                           .request = terms->request,
		                           .deadline = deadline_in(LIMIT_TIME_MS) };
	const char *path = operands->items[0];
	struct explanation x;
	struct stream out;

	if (terms->keys_len > 1)
		return err_set(e, ERR_USAGE, 0, "one --key is asked for at a time");
	if (take_texts(job, operands, &tell, e) < 0)
		return -1;
	if (trust_tell_bundle(&tell, &job->arena, &x, e) < 0)
		return err_is_set(e) ? err_wrap(e, "%s", SHOW(bytes_str(path))) : -1;
	output_stdout(&out);
	if (f->format && strcmp(f->format, "json") == 0)
		trust_page_bundle_json(&x, path, &out);
	else
		trust_page_bundle(&x, path, &job->out, &out);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

static int trust_explain_run(struct job *job, const void *options, const struct texts *operands,
                             err *e)
{
	const struct trust_explain_flags *f = options;
	struct verify_terms terms = { 0 };
	int status = take_who(job, &f->who, &terms, e);

	if (status == 0)
		status = run(job, f, operands, &terms, e);
	who_done(&terms);
	return status;
}

const struct applet applet_trust_explain = {
	.name = "trust explain",
	.brief = "what a bundle claims, and which checks hold",
	.operands = "BUNDLE [FILE|DIGEST]",
	.about = "Reads a Sigstore bundle, a blob bundle of cosign 1 or 2, or a DSSE envelope;\n"
			 "tells who is said to have signed what and when, and of each check whether it\n"
			 "holds: yes, no, or ? where something is not known. It decides nothing:\n"
			 "'verify-blob' does. Nothing is fetched; status 0 when it could be read.",
	.operands_min = 1,
	.operands_max = 2,
	.flags = flags,
	.groups = { { &who_flag_group, FIELD(who) } },
	.options_size = sizeof(struct trust_explain_flags),
	.examples = { { "oakum trust explain app.sigstore.json", "what it says of itself" },
	              { "oakum trust explain app.sigstore.json app.tar --format json",
	                "with the file that it should be of" } },
	.run = trust_explain_run,
};
