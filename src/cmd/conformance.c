/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/conformance.c - `oakum conformance verify-bundle`: the protocol of sigstore-conformance, by
 * which its suite drives a client. It is verify-blob under that name. */
#include "cmd/blob.h"
#include "cmd/status.h"

static int conformance_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	struct verify_proof proof;

	return blob_verify(job, options, operands->items[0], &proof, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_conformance_verify_bundle = {
	.name = "conformance verify-bundle",
	.brief = "verify-blob as its suite calls it",
	.unlisted = true,
	.operands = "FILE|DIGEST",
	.about = "The command that the conformance suite of Sigstore calls; status 0: verified.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = blob_flags_table,
	.options_size = sizeof(struct blob_flags),
	.examples = { { "oakum conformance verify-bundle --bundle F --key K FILE", "with a key" },
	              { "oakum conformance verify-bundle --bundle F --certificate-identity I \\\n"
	                "      --certificate-oidc-issuer U FILE",
	                "by an identity" } },
	.run = conformance_run,
};
