/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/verify_attestation.c - `oakum verify-attestation --type TYPE IMAGE...`: who says this of an
 * image? What he says goes to standard output: one envelope a line, as cosign writes it. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/verify_images.h"
#include "oci/predicate.h"

#include <limits.h>
#include <stddef.h>

#define FIELD(name) offsetof(struct verify_images_flags, name)
static const struct flag flags[] = {
	{ 0, "type", "TYPE", FLAG_TEXT, FIELD(type), "what it must say: a URI or a name (custom)" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "of that image of an index" },
	{ 0, "all-platforms", NULL, FLAG_SWITCH, FIELD(all_platforms),
	  "of an index and each of its images" },
	{ 'o', "output", "json|text", FLAG_CHOICE, FIELD(output), "envelopes, or only who signed" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (30s an image)" },
	{ 0 },
};

struct telling {
	struct job *job;
	struct stream out;
	bool as_text;
};

static void put_proof(struct stream *out, const char *target, const struct attachment *at,
                      const struct verify_finding *f)
{
	stream_puts(out, "verified ");
	stream_show(out, bytes_str(target));
	stream_printf(out, "\n  %-11s%s\n", "image", DIGEST_TEXT(&at->subject));
	proof_text(out, f);
}

/* Beside the envelope, which does not say who signed it. */
static void note_proof(const struct job *job, const char *target, const struct verify_finding *f)
{
	struct arena a = ARENA_INIT;

	message_note(job, target,
	             f->identity.n > 0
	                 ? arena_printf(&a,
	                                "a statement of type '%s', signed by %s, for whom %s vouches",
	                                SHOW(f->predicate_type), SHOW(f->identity), SHOW(f->issuer))
	                 : arena_printf(&a, "a statement of type '%s', signed by the key",
	                                SHOW(f->predicate_type)));
	arena_done(&a);
}

static void tell(void *ctx, const char *target, const struct verified_image *v)
{
	struct telling *t = ctx;
	struct json_writer w;

	for (size_t i = 0; i < v->attached.list.len; i++) {
		if (v->findings[i].kind != VERDICT_HOLDS)
			continue;
		if (t->as_text) {
			put_proof(&t->out, target, &v->attached.list.items[i], &v->findings[i]);
			continue;
		}
		note_proof(t->job, target, &v->findings[i]);
		json_write_init(&w, &t->out);
		w.is_compact = true;
		proof_envelope(&w, &v->findings[i]);
		stream_puts(&t->out, "\n");
	}
}

static int verify_attestation_run(struct job *job, const void *options,
                                  const struct texts *operands, err *e)
{
	const struct verify_images_flags *f = options;
	struct telling t = { .job = job, .as_text = f->output && strcmp(f->output, "text") == 0 };
	struct predicate_type type;

	if (predicate_type_of(f->type ? f->type : "custom", &type, e) < 0)
		return -1;
	struct verify_images v = { .job = job,
		                       .flags = f,
		                       .image = { .wish = WISH_ATTESTATION, .predicate_type = type.uri },
		                       .tell = tell,
		                       .ctx = &t };

	output_stdout(&t.out);
	int status = verify_images_run(&v, operands, e);
	err ignored = { 0 };

	if (stream_finish(&t.out, status < 0 ? &ignored : e) < 0) /* the first failure is told */
		return -1;
	return status;
}

const struct applet applet_verify_attestation = {
	.name = "verify-attestation",
	.brief = "who says what of an image, and does it hold",
	.operands = "IMAGE...",
	.about = "Checks attestations of one type, in every form that cosign 1 to 3 write. Their\n"
			 "envelopes go to standard output, one a line.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &who_flag_group, offsetof(struct verify_images_flags, who) },
	            { &network_flag_group, offsetof(struct verify_images_flags, network) } },
	.options_size = sizeof(struct verify_images_flags),
	.examples = { { "oakum verify-attestation --type spdxjson --key cosign.pub shop:1.0",
	                "the bill of materials, signed with this key" },
	              { "oakum verify-attestation --type slsaprovenance1 oci:build/shop \\\n"
	                "      --certificate-identity WHO --certificate-oidc-issuer URL",
	                "how it was built, by this identity" } },
	.run = verify_attestation_run,
};
