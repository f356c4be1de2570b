/* SPDX-License-Identifier: Apache-2.0 */
/* claim - what is signed: the octets that say "this digest", and what else is said of it.
 *
 * Simple signing (cosign, specs/SIGNATURE_SPEC.md, "Payloads"; containers/image,
 * docs/containers-signature.5.md) and in-toto statements (in-toto/attestation, Statement v1). All
 * compact, deterministic. What others wrote (a predicate, a statement) is read in a sealed worker
 * before it is put in (flow/sign.h). Threading: pure functions. */
#pragma once

#include "crypto/digest.h"
#include "oci/document.h"
#include "oci/predicate.h"

/* claim_simple(name, image, pairs, a): cosign's payload: name is the repository ("": none), pairs
 * its optional claims (-a k=v). Arena. */
bytes claim_simple(bytes name, const digest *image, const struct oci_labels *pairs,
                   struct arena *a);

/* claim_signed(image, pairs, a): the statement that says "signed" and nothing else. Arena. */
bytes claim_signed(const digest *image, const struct oci_labels *pairs, struct arena *a);

/* claim_time(now, a): RFC 3339 in UTC, as annotations and predicates have it. Arena. */
bytes claim_time(int64_t now, struct arena *a);

/* A statement about one thing. */
struct claim {
	bytes name; /* of the subject; may be empty */
	digest subject;
	struct predicate_type type;
	bytes content; /* what the type's form makes a predicate of */
	int64_t now;   /* of PREDICATE_DATA; seconds since 1970 */
};

/* claim_check(c, e): PREDICATE_JSON is one JSON object, whole; other forms are UTF-8. For the
 * worker. ERR_FORMAT, ERR_LIMIT. claim_statement(c, a): after claim_check. Arena. */
int claim_check(const struct claim *c, err *e);
bytes claim_statement(const struct claim *c, struct arena *a);
