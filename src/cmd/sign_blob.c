/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/sign_blob.c - `oakum sign-blob FILE`: this file is ours. */
#include "cmd/signing.h"

#include <stddef.h>

struct sign_blob_flags {
	struct signing_flags s;
	struct signing_outputs outputs;
	const char *new_bundle;
};

#define FIELD(name) offsetof(struct sign_blob_flags, name)
static const struct flag flags[] = {
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(outputs.bundle),
	  "where the bundle goes: all that verify-blob needs" },
	{ 0, "output-signature", "FILE", FLAG_TEXT, FIELD(outputs.signature),
	  "the signature alone, base64" },
	{ 0, "output-certificate", "FILE", FLAG_TEXT, FIELD(outputs.certificate),
	  "its certificate, PEM" },
	{ 0, "new-bundle-format", "true", FLAG_MAYBE, FIELD(new_bundle), "there is no other" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(s.timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int sign_blob_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct sign_blob_flags *f = options;
	struct signing s;
	int status = signing_open(&s, job, &f->s, NULL, e);

	if (status == 0)
		status = signing_file(&s, operands->items[0], NULL, &f->outputs, e);
	signing_close(&s);
	arena_wipe(&job->arena);
	return status;
}

const struct applet applet_sign_blob = {
	.name = "sign-blob",
	.brief = "sign a file",
	.operands = "FILE",
	.about = "Signs a file (- is standard input), with a key or without one, as 'sign' does.\n"
			 "Without --bundle and --output-signature the signature goes to standard output.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &key_flag_group, offsetof(struct sign_blob_flags, s.key) },
	            { &keyless_flag_group, offsetof(struct sign_blob_flags, s.keyless) },
	            { &network_flag_group, offsetof(struct sign_blob_flags, s.network) } },
	.options_size = sizeof(struct sign_blob_flags),
	.examples = { { "oakum sign-blob app.tar --key oakum.key --bundle app.sigstore.json",
	                "with a key" },
	              { "oakum sign-blob app.tar --yes --bundle app.sigstore.json",
	                "without one, in CI" } },
	.run = sign_blob_run,
};
