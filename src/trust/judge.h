/* SPDX-License-Identifier: Apache-2.0 */
/* judge - does what is attached to an image hold, for whom we ask for?
 *
 * Brings every form (Sigstore bundles, cosign's simple signing and envelopes with their
 * annotations) to one, a struct bundle, and asks verify_bundle. What is signed must be about the
 * image's digest; a signature is only what says that it is one: an attestation of another type by
 * the right person does not count (cosign's specs/SIGNATURE_SPEC.md; sigstore.dev/cosign/sign/v1).
 * Threading: pure functions. */
#pragma once

#include "oci/attachment.h"
#include "oci/predicate.h"
#include "trust/bundle.h"
#include "trust/legacy.h"
#include "trust/verify.h"

enum judge_wish {
	WISH_SIGNATURE,   /* that says "signed", and nothing else; cosign's envelopes never do */
	WISH_ATTESTATION, /* a statement of request->predicate_type; empty: of any but PREDICATE_SIGN */
};

struct judge_question {
	enum judge_wish wish;
	const struct verify_request *request; /* root, key, identities, type; artifact is set here */
	const struct oci_labels *claims;      /* that a signature must make (-a k=v); NULL: none */
};

enum verdict_kind {
	VERDICT_ELSE, /* not of the kind that is wished: says nothing */
	VERDICT_HOLDS,
	VERDICT_REFUSED, /* of that kind, and does not hold: why */
};

struct verdict {
	enum verdict_kind kind;
	const char *why;             /* of VERDICT_REFUSED; of VERDICT_ELSE: what it is */
	struct verify_result result; /* of VERDICT_HOLDS */
	bytes payload;            /* of VERDICT_HOLDS what was signed: the statement, or the payload */
	struct bundle bundle;     /* of VERDICT_HOLDS: every form brought to this one */
	bytes reference;          /* the image's name as it was signed; empty: unsaid */
	struct oci_labels claims; /* that the signature makes */
};

/* What is attached, read once for all who may have signed it. Its arena is given; the rest is
 * zeroed. */
struct judge_content {
	struct arena *arena;
	bool is_read;
	const char *fault; /* why it cannot be read */
	struct bundle bundle;
	struct statement statement;    /* of an envelope: what it says, not proven yet */
	struct legacy_payload payload; /* of ATTACHMENT_SIGNATURE, the same */
	digest sha256, sha512;         /* of its payload */
};

/* judge_attachment(at, subject, question, a, out): subject: the digest that it must be about. Never
 * fails: what cannot be read is refused. Views of at and arena. */
void judge_attachment(const struct attachment *at, const digest *subject,
                      const struct judge_question *question, struct arena *a, struct verdict *out);
/* judge_content: the same, of what is read already; views of the content's arena, too. */
void judge_content(const struct attachment *at, struct judge_content *content,
                   const digest *subject, const struct judge_question *question, struct arena *a,
                   struct verdict *out);
