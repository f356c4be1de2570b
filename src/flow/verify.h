/* SPDX-License-Identifier: Apache-2.0 */
/* verify - signatures judged in a sealed worker: who signed what, when, and does it hold?
 *
 * A verifier is one worker that knows whom we ask for and judges one signature after the other: of
 * files, and of what is attached to images. Nothing is fetched. It is started before the first
 * request to a network. Threading: as worker_start; one thread uses a verifier. */
#pragma once

#include "sys/deadline.h"
#include "trust/judge.h"
#include "trust/legacy.h"

/* Whom we ask for. */
struct verify_terms {
	bytes root;        /* a trusted root; empty: that of the public good instance */
	const bytes *keys; /* PEM; one of them must have signed. None: a certificate */
	size_t keys_len;
	struct verify_request request; /* identities, what they must claim, what is needed; the rest is
	                                * set here */
};

/* What is asked: of an attachment, or of a file. */
struct verify_question {
	bool is_attached;             /* else a file */
	struct attachment attachment; /* must be about its subject */
	enum judge_wish wish;
	struct oci_labels claims; /* that a signature must make */
	bytes predicate_type;     /* that a statement must have; empty: any */
	/* A file: its bundle, also of cosign 1 and 2; or the parts of a signature. */
	bytes bundle;
	struct legacy_parts parts;
	digest sha256, sha512; /* of the file; one may be none */
	bool has_artifact;     /* its octets are there, too: only on demand (verify_finding) */
	bytes artifact;
};

/* What came out. Arena. */
struct verify_finding {
	enum verdict_kind kind;
	bytes why;           /* of what does not hold, or is something else */
	bool wants_artifact; /* refused: ask again with the file's octets */
	/* Of what holds. */
	size_t key;             /* which one; they are counted from 0 */
	bytes identity, issuer; /* of a certificate; else empty */
	struct certificate_claims claims;
	int64_t first, last; /* times that are believed; 0: none was needed */
	bytes log_kind;      /* empty: in no log */
	uint64_t log_index;
	struct bundle_entry entry; /* of the log, when it promised: promise, body, index, time, id */
	bytes predicate_type;      /* of a statement; else empty */
	bytes payload, payload_type, signature; /* of an envelope */
	bytes reference;                        /* the image's name as it was signed; empty: unsaid */
	struct oci_labels said;                 /* claims of the signature */
};

struct verifier;

/* verifier_start(terms, deadline, out, e): borrows terms and what they point at. ERR_IO, ERR_BUG.
 * verifier_stop(NULL) does nothing. */
int verifier_start(const struct verify_terms *terms, const struct deadline *deadline,
                   struct verifier **out, err *e);
void verifier_stop(struct verifier *v);

/* verifier_ask(v, q, e), then verifier_hear(v, a, out, e): one question at a time. What does not
 * hold is a finding, no failure. ERR_FORMAT: the terms' root or key cannot be read; ERR_LIMIT;
 * ERR_BUG: the worker died or lies. verifier_judge: both. */
int verifier_ask(struct verifier *v, const struct verify_question *q, err *e);
int verifier_hear(struct verifier *v, struct arena *a, struct verify_finding *out, err *e);
int verifier_judge(struct verifier *v, const struct verify_question *q, struct arena *a,
                   struct verify_finding *out, err *e);
