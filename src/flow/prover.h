/* SPDX-License-Identifier: Apache-2.0 */
/* prover - how was it built? Provenance judged in a sealed worker (trust/slsa.h), from files and
 * from what is attached to images.
 *
 * Files: Sigstore bundles, one or one a line; what npm's registry and GitHub answer about
 * attestations; what gcloud tells of an image; DSSE envelopes. An envelope that has a certificate
 * and no log entry is refused: the entry is only online, and nothing else proves when it was
 * signed. Nothing is fetched. A prover is started before the first request to a network.
 * Threading: as worker_start; one thread uses a prover. */
#pragma once

#include "flow/verify.h"
#include "trust/slsa.h"

enum prover_wish {
	PROVE_BUILD,   /* of a file or an image */
	PROVE_PACKAGE, /* of npm: provenance, and what the registry says of its publishing */
	PROVE_SUMMARY, /* that somebody whose key is given has verified it */
};

struct prover_terms {
	enum prover_wish wish;
	bytes root; /* a trusted root; empty: that of the public good instance */
	bytes key;  /* PEM; of PROVE_SUMMARY */
	struct slsa_request request;
	struct slsa_summary_request summary; /* its key is set here */
	bool wants_statement;
};

/* What came out. Arena. */
struct prover_finding {
	enum verdict_kind kind; /* VERDICT_ELSE: there is no provenance in it */
	bytes why;              /* of what does not hold */
	bytes builder, build_type, source, ref, commit;
	int64_t time; /* when it was signed, as far as is believed; 0: not told */
	bool is_logged;
	uint64_t log_index;
	bytes statement; /* on demand */
};

struct prover;

/* prover_start(terms, deadline, out, e): borrows terms and what they point at. ERR_IO, ERR_BUG.
 * prover_stop(NULL) does nothing. */
int prover_start(const struct prover_terms *terms, const struct deadline *deadline,
                 struct prover **out, err *e);
void prover_stop(struct prover *p);

/* prover_judge(p, q, a, out, e): q->bundle with the digests of what was built, or an attachment.
 * What does not hold is a finding, no failure. ERR_FORMAT: the terms' root or key cannot be read;
 * ERR_LIMIT; ERR_BUG: the worker died or lies. */
int prover_judge(struct prover *p, const struct verify_question *q, struct arena *a,
                 struct prover_finding *out, err *e);
