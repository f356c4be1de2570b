/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/conformance.c - `oakum conformance verify-bundle`: the protocol of sigstore-conformance, by
 * which its suite drives a client. It is verify-blob under that name, but a key's signature must be
 * in a log, too. */
#include "cmd/blob.h"

#include <stddef.h>

struct conformance_flags {
	struct blob_flags blob;
	bool staging;
	struct who_flags who;
};

#define FIELD(name) offsetof(struct conformance_flags, name)
static const struct flag flags[] = {
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(blob.bundle), "what was written when it was signed" },
	{ 0, "staging", NULL, FLAG_SWITCH, FIELD(staging), "its --trusted-root must be given, too" },
	{ 0 },
};

static int conformance_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	const struct conformance_flags *f = options;
	struct verify_terms terms = { 0 };
	struct verify_finding finding;

	if (f->staging && !f->who.root)
		return err_set(e, ERR_USAGE, 0, "the staging instance's --trusted-root is not built in");
	int status = who_prepare(job, &f->who, &terms, e);

	terms.request.key_needs_log = true;
	if (status == 0)
		status = blob_verify(&terms, &f->blob, operands->items[0], &job->arena, &finding, e);
	who_done(&terms);
	return status;
}

const struct applet applet_conformance_verify_bundle = {
	.name = "conformance verify-bundle",
	.brief = "verify-blob as its suite calls it",
	.unlisted = true,
	.operands = "FILE|DIGEST",
	.about = "The command that the conformance suite of Sigstore calls; status 0: verified.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &who_flag_group, offsetof(struct conformance_flags, who) } },
	.options_size = sizeof(struct conformance_flags),
	.examples = { { "oakum conformance verify-bundle --bundle F --key K FILE", "with a key" },
	              { "oakum conformance verify-bundle --bundle F --certificate-identity I \\\n"
	                "      --certificate-oidc-issuer U FILE",
	                "by an identity" } },
	.run = conformance_run,
};
