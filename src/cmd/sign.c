/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/sign.c - `oakum sign IMAGE...`: this image is ours. */
#include "cmd/images.h"
#include "cmd/signing.h"

#include <stddef.h>

struct sign_flags {
	struct signing_flags s;
	struct texts annotations;
};

#define FIELD(name) offsetof(struct sign_flags, name)
static const struct flag flags[] = {
	{ 'r', "recursive", NULL, FLAG_SWITCH, FIELD(s.recursive),
	  "an index, and each image that it lists" },
	{ 'a', "annotations", "K=V", FLAG_LIST, FIELD(annotations), "say this, too" },
	{ 0, "format", "bundle|tag|both", FLAG_CHOICE, FIELD(s.format),
	  "as cosign 3 (bundle), as cosign 2 (tag)" },
	{ 0 },
};

static int sign_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct sign_flags *f = options;
	struct oci_labels pairs = { 0 };
	struct sign_wish wish = { .pairs = &pairs };
	struct signing s;
	int status = signing_open(&s, job, &f->s, operands, e);

	if (status == 0)
		status = images_claims(&f->annotations, &job->arena, &pairs, e);
	if (status == 0)
		status = signing_images(&s, operands, &wish, e);
	signing_close(&s);
	arena_wipe(&job->arena);
	return status;
}

const struct applet applet_sign = {
	.name = "sign",
	.brief = "sign an image, with a key or without one",
	.operands = "IMAGE...",
	.about = "In a registry or a layout. Without --key a key for a minute is certified for who\n"
			 "runs this (a CI job's token), and the signature goes to a public log: say --yes.",
	.operands_min = 1,
	.operands_max = 1000,
	.flags = flags,
	.groups = { { &attaching_flag_group, offsetof(struct sign_flags, s) },
	            { &key_flag_group, offsetof(struct sign_flags, s.key) },
	            { &keyless_flag_group, offsetof(struct sign_flags, s.keyless) },
	            { &network_flag_group, offsetof(struct sign_flags, s.network) } },
	.options_size = sizeof(struct sign_flags),
	.examples = { { "oakum sign --key oakum.key ghcr.io/team/shop@sha256:...", "with a key" },
	              { "oakum sign --yes ghcr.io/team/shop:1.2", "without one, in CI" } },
	.run = sign_run,
};
