/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify_blob.c - `oakum verify-blob FILE --bundle FILE ...`: who signed this file? */
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/output.h"
#include "cmd/status.h"

#include <stddef.h>

static void put_proof(struct stream *out, const char *artifact, const struct verify_proof *p)
{
	stream_puts(out, "verified ");
	stream_show(out, bytes_str(artifact));
	if (p->identity.n > 0) {
		stream_puts(out, "\n  signed by  ");
		stream_show(out, p->identity);
		stream_puts(out, "\n  vouched by ");
		stream_show(out, p->issuer);
	} else {
		stream_puts(out, "\n  signed by  the key");
	}
	if (p->first > 0)
		stream_printf(out, "\n  on         %s", DATE_TEXT(p->first));
	stream_printf(out, "\n  logged as  %llu", (unsigned long long)p->log_index);
	if (p->predicate_type.n > 0) {
		stream_puts(out, "\n  statement  ");
		stream_show(out, p->predicate_type);
	}
	stream_puts(out, "\n");
}

static int verify_blob_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	const char *artifact = operands->items[0];
	struct verify_proof proof;
	struct stream out;

	if (blob_verify(job, options, artifact, &proof, e) < 0)
		return err_is_set(e) && e->kind != ERR_USAGE ? err_wrap(e, "%s", SHOW(bytes_str(artifact)))
		                                             : -1;
	output_stdout(&out);
	put_proof(&out, artifact, &proof);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_verify_blob = {
	.name = "verify-blob",
	.brief = "who signed a file, and does it hold",
	.operands = "FILE|DIGEST",
	.about = "Checks a Sigstore bundle: signature, certificate, logs, times, identity. Nothing\n"
			 "is fetched.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = blob_flags_table,
	.options_size = sizeof(struct blob_flags),
	.examples = { { "oakum verify-blob app.tar --bundle app.sigstore.json --key cosign.pub",
	                "signed with this key" },
	              { "oakum verify-blob app.tar --bundle app.sigstore.json \\\n"
	                "      --certificate-identity WHO --certificate-oidc-issuer URL",
	                "signed without one, by this identity" } },
	.run = verify_blob_run,
};
