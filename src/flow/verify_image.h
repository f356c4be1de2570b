/* SPDX-License-Identifier: Apache-2.0 */
/* verify_image - is an image signed, or attested, by whom we ask for?
 *
 * Gathers what is attached (transfer/attachments.h) and lets a verifier judge each of it. One that
 * holds is enough, whatever else lies there. Threading: as attachments_read; the verifier was
 * started before. */
#pragma once

#include "flow/verify.h"
#include "transfer/attachments.h"

struct verify_image {
	enum judge_wish wish;
	const char *predicate_type; /* of attestations; NULL: any */
	struct oci_labels claims;   /* that a signature must make */
	/* Which digests must be signed. SCOPE_PLATFORM: the platform's manifest, for which a signature
	 * of the index that names it counts as well (an attestation does not: it is about one thing).
	 * SCOPE_ALL: each. Its kinds and type are set here. elsewhere: is asked first, and beside the
	 * image only if nothing holds there. */
	struct attachments_options gather;
};

struct verified_subject {
	const struct attachable *what;
	enum verdict_kind kind; /* VERDICT_ELSE: nothing of that kind is attached to it */
};

struct verified_image {
	struct image_attachments attached;
	/* One for each attachment, in their order; VERDICT_ELSE: it does not count here. */
	struct verify_finding *findings;
	struct verified_subject *subjects; /* those of attached, in their order */
	enum verdict_kind kind;            /* of the image: VERDICT_HOLDS is "trusted" */
};

/* verify_image(v, target, options, a, out, e): 0: out tells, also that nothing holds. Errors of
 * attachments_read and verifier_judge. Arena. */
int verify_image(struct verifier *v, const struct target *target,
                 const struct verify_image *options, struct arena *a, struct verified_image *out,
                 err *e);
