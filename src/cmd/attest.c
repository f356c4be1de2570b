/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/attest.c - `oakum attest IMAGE...`: something is said of an image, and signed. */
#include "cmd/signing.h"

#include <stddef.h>

struct attest_flags {
	struct signing_flags s;
	const char *type, *predicate, *statement, *no_upload;
	bool replace;
};

#define FIELD(name) offsetof(struct attest_flags, name)
static const struct flag flags[] = {
	{ 0, "type", "TYPE", FLAG_TEXT, FIELD(type), "spdxjson, cyclonedx, vuln, ... or a URI (custom)" },
	{ 0, "predicate", "FILE", FLAG_TEXT, FIELD(predicate), "what is said; - is standard input" },
	{ 0, "statement", "FILE", FLAG_TEXT, FIELD(statement), "a whole in-toto statement instead" },
	{ 'r', "recursive", NULL, FLAG_SWITCH, FIELD(s.recursive),
	  "of an index, and of each image that it lists" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(s.platform), "of this image of an index alone" },
	{ 0, "replace", NULL, FLAG_SWITCH, FIELD(replace), "instead of others of that type (--format tag)" },
	{ 0, "format", "bundle|tag|both", FLAG_CHOICE, FIELD(s.format),
	  "as cosign 3 (bundle), as cosign 2 (tag)" },
	{ 0, "new-bundle-format", "true|false", FLAG_MAYBE, FIELD(s.new_bundle), "false: --format tag" },
	{ 0, "no-upload", "true|false", FLAG_MAYBE, FIELD(no_upload), "attach nothing" },
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(s.bundle), "write the bundle there, too" },
	{ 'o', "output", "text|json", FLAG_CHOICE, FIELD(s.output), "what is told" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(s.timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int attest_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct attest_flags *f = options;
	struct paper paper;
	struct sign_wish wish = { .paper = &paper,
		                      .replace = f->replace,
		                      .keep = f->no_upload && strcmp(f->no_upload, "true") == 0 };
	struct signing s;
	int status = signing_open(&s, job, &f->s, operands, e);

	if (status == 0)
		status = signing_paper(&s, f->type, f->predicate, f->statement, &paper, e);
	if (status == 0)
		status = signing_images(&s, operands, &wish, e);
	signing_close(&s);
	arena_wipe(&job->arena);
	return status;
}

const struct applet applet_attest = {
	.name = "attest",
	.brief = "say something of an image, and sign it",
	.operands = "IMAGE...",
	.about = "Makes an in-toto statement about the image and attaches it, signed as 'sign' does.\n"
			 "Types: custom, spdx, spdxjson, cyclonedx, vuln, vulns, openvex, vsa, link,\n"
			 "slsaprovenance, slsaprovenance1, test-result, or a URI.",
	.operands_min = 1,
	.operands_max = 1000,
	.flags = flags,
	.groups = { { &key_flag_group, offsetof(struct attest_flags, s.key) },
	            { &keyless_flag_group, offsetof(struct attest_flags, s.keyless) },
	            { &network_flag_group, offsetof(struct attest_flags, s.network) } },
	.options_size = sizeof(struct attest_flags),
	.examples = { { "oakum attest --key k.key --type spdxjson --predicate sbom.json IMAGE",
	                "a bill of materials" },
	              { "oakum attest --yes --type test-result --predicate r.json IMAGE", "in CI" } },
	.run = attest_run,
};
