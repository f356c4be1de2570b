/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/attest_blob.c - `oakum attest-blob FILE`: something is said of a file, and signed. */
#include "cmd/signing.h"

#include <stddef.h>

struct attest_blob_flags {
	struct signing_flags s;
	const char *type, *predicate, *statement;
	struct signing_outputs outputs;
};

#define FIELD(name) offsetof(struct attest_blob_flags, name)
static const struct flag flags[] = {
	{ 0, "type", "TYPE", FLAG_TEXT, FIELD(type), "as of 'attest' (custom)" },
	{ 0, "predicate", "FILE", FLAG_TEXT, FIELD(predicate), "what is said" },
	{ 0, "statement", "FILE", FLAG_TEXT, FIELD(statement), "a whole in-toto statement instead" },
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(outputs.bundle), "where the bundle goes" },
	{ 0, "output-certificate", "FILE", FLAG_TEXT, FIELD(outputs.certificate),
	  "its certificate, PEM" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(s.timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int attest_blob_run(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	const struct attest_blob_flags *f = options;
	struct testimony testimony;
	struct signing s;
	int status = signing_open(&s, job, &f->s, NULL, e);

	if (status == 0 && !f->outputs.bundle)
		status = err_set(e, ERR_USAGE, 0, "say where it goes: --bundle FILE");
	if (status == 0)
		status = signing_testimony(&s, f->type, f->predicate, f->statement, &testimony, e);
	if (status == 0)
		status = signing_file(&s, operands->items[0], &testimony, &f->outputs, e);
	signing_close(&s);
	arena_wipe(&job->arena);
	return status;
}

const struct applet applet_attest_blob = {
	.name = "attest-blob",
	.brief = "say something of a file, and sign it",
	.operands = "FILE",
	.about = "Makes an in-toto statement about a file and writes it, signed, as a bundle.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &key_flag_group, offsetof(struct attest_blob_flags, s.key) },
	            { &keyless_flag_group, offsetof(struct attest_blob_flags, s.keyless) },
	            { &network_flag_group, offsetof(struct attest_blob_flags, s.network) } },
	.options_size = sizeof(struct attest_blob_flags),
	.examples = { { "oakum attest-blob app.tar --key k.key --predicate p.json --bundle b.json",
	                "whatever p.json says" },
	              { "oakum attest-blob app.tar --yes --type vuln --predicate p.json --bundle b",
	                "in CI, without a key" } },
	.run = attest_blob_run,
};
