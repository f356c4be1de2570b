/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify_blob.c - `oakum verify-blob FILE --bundle FILE ...`: who signed this file?
 * `oakum verify-blob --list FILE`: many of them. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/blob_list.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/status.h"
#include "oci/predicate.h"

#include <stddef.h>

struct verify_blob_flags {
	struct blob_flags blob;
	const char *list, *output, *type;
	struct who_flags who;
};

#define FIELD(name) offsetof(struct verify_blob_flags, name)
static const struct flag flags[] = {
	/* Of verify-blob-attestation alone: it stands first. */
	{ 0, "type", "TYPE", FLAG_TEXT, FIELD(type),
	  "of the statement: a URI or cosign's name (custom)" },
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(blob.bundle), "what was written when it was signed" },
	{ 0, "signature", "FILE|BASE64", FLAG_TEXT, FIELD(blob.signature),
	  "or the signature alone, base64" },
	{ 0, "certificate", "FILE", FLAG_TEXT, FIELD(blob.certificate), "its certificate, PEM" },
	{ 0, "rfc3161-timestamp", "FILE", FLAG_TEXT, FIELD(blob.timestamp), "its time stamp, JSON" },
	{ 0, "list", "FILE", FLAG_TEXT, FIELD(list), "many: lines of bundle, tab, file or digest" },
	{ 0, "output", "text|json", FLAG_CHOICE, FIELD(output), "how it is told" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(blob.timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int tell(const struct verify_blob_flags *f, const char *artifact,
                const struct verify_finding *finding, err *e)
{
	struct stream out;
	struct json_writer w;

	output_stdout(&out);
	if (f->output && strcmp(f->output, "json") == 0) {
		json_write_init(&w, &out);
		json_write_object(&w, NULL);
		json_write_octets(&w, "file", bytes_str(artifact));
		json_write_bool(&w, "verified", true);
		proof_json(&w, finding);
		json_write_end(&w);
	} else {
		stream_puts(&out, "verified ");
		stream_show(&out, bytes_str(artifact));
		stream_puts(&out, "\n");
		proof_text(&out, finding);
	}
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

static int run_one(struct job *job, const struct verify_blob_flags *f, const char *artifact,
                   const struct verify_terms *terms, err *e)
{
	struct verify_finding finding;

	if (blob_verify(terms, &f->blob, artifact, &job->arena, &finding, e) < 0)
		return e->kind == ERR_USAGE ? -1 : err_wrap(e, "%s", SHOW(bytes_str(artifact)));
	return tell(f, artifact, &finding, e);
}

/* run(..., type, e): type: that a statement must have; NULL: anything that is signed. */
static int run(struct job *job, const struct verify_blob_flags *given, const char *type,
               const struct texts *operands, err *e)
{
	struct verify_blob_flags f = *given;
	struct verify_terms terms = { 0 };
	struct blob_list list = { .path = f.list,
		                      .predicate_type = type,
		                      .as_json = f.output && strcmp(f.output, "json") == 0,
		                      .deadline = deadline_in(f.blob.timeout_ms ? f.blob.timeout_ms
		                                                                : LIMIT_TIME_MS),
		                      .terms = &terms };

	f.blob.predicate_type = type;
	if (!f.list == (operands->len == 0))
		return err_set(e, ERR_USAGE, 0, "say which file, or --list");
	int status = who_prepare(job, &f.who, &terms, e);

	if (status == 0)
		status = f.list ? blob_list_run(job, &list, e)
		                : run_one(job, &f, operands->items[0], &terms, e);
	who_done(&terms);
	return status;
}

static int verify_blob_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	return run(job, options, NULL, operands, e);
}

static int verify_blob_attestation_run(struct job *job, const void *options,
                                       const struct texts *operands, err *e)
{
	const struct verify_blob_flags *f = options;
	struct predicate_type type;

	if (predicate_type_of(f->type ? f->type : "custom", &type, e) < 0)
		return -1;
	return run(job, options, type.uri, operands, e);
}

const struct applet applet_verify_blob = {
	.name = "verify-blob",
	.brief = "who signed a file, and does it hold",
	.operands = "FILE|-|DIGEST",
	.about = "Checks a Sigstore bundle: signature, certificate, logs, times, identity. Nothing\n"
			 "is fetched.",
	.operands_max = 1,
	.flags = flags + 1,
	.groups = { { &who_flag_group, offsetof(struct verify_blob_flags, who) } },
	.options_size = sizeof(struct verify_blob_flags),
	.examples = { { "oakum verify-blob app.tar --bundle app.sigstore.json --key cosign.pub",
	                "signed with this key" },
	              { "oakum verify-blob app.tar --bundle app.sigstore.json \\\n"
	                "      --certificate-identity WHO --certificate-oidc-issuer URL",
	                "signed without one, by this identity" } },
	.run = verify_blob_run,
};

const struct applet applet_verify_blob_attestation = {
	.name = "verify-blob-attestation",
	.brief = "who says what of a file, and does it hold",
	.operands = "FILE|-|DIGEST",
	.about = "Checks a Sigstore bundle that holds a statement of this type about the file.\n"
			 "Nothing is fetched.",
	.operands_max = 1,
	.flags = flags,
	.groups = { { &who_flag_group, offsetof(struct verify_blob_flags, who) } },
	.options_size = sizeof(struct verify_blob_flags),
	.examples = { { "oakum verify-blob-attestation app.tar --type slsaprovenance1 \\\n"
	                "      --bundle app.sigstore.json --key cosign.pub",
	                "how it was built, signed with this key" },
	              { "oakum verify-blob-attestation app.tar --type openvex --key K --bundle B",
	                "which advisories do not concern it" } },
	.run = verify_blob_attestation_run,
};
