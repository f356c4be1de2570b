/* SPDX-License-Identifier: Apache-2.0 */
/* verify - is this bundle what it says, signed by whom we ask for, at a time we can believe?
 *
 * The steps of the Sigstore client specification (§4), in an order in which nothing is used before
 * it is proven. Nothing is fetched, no clock is asked. There is one place that says "trusted": the
 * end of verify_bundle. Threading: pure functions. */
#pragma once

#include "trust/bundle.h"
#include "trust/identity.h"
#include "trust/root.h"
#include "trust/statement.h"

/* What Fulcio wrote into a certificate: items[N] of extension 1.3.6.1.4.1.57264.1.N (fulcio,
 * docs/oid-info.md); empty: not there. */
enum certificate_claim {
	/* As the octets alone. */
	CLAIM_ISSUER_OLD = 1,
	CLAIM_TRIGGER_OLD = 2,
	CLAIM_COMMIT_OLD = 3,
	CLAIM_WORKFLOW_OLD = 4, /* its name */
	CLAIM_REPOSITORY_OLD = 5,
	CLAIM_REF_OLD = 6,
	CLAIM_USER_NAME = 7,
	/* As DER UTF8String. */
	CLAIM_ISSUER = 8,
	CLAIM_SIGNER = 9, /* the workflow that signed */
	CLAIM_SIGNER_DIGEST = 10,
	CLAIM_RUNNER = 11, /* "github-hosted" */
	CLAIM_SOURCE = 12,
	CLAIM_COMMIT = 13,
	CLAIM_REF = 14,
	CLAIM_SOURCE_ID = 15,
	CLAIM_OWNER = 16,
	CLAIM_OWNER_ID = 17,
	CLAIM_CONFIG = 18, /* the workflow that was started */
	CLAIM_CONFIG_DIGEST = 19,
	CLAIM_TRIGGER = 20,
	CLAIM_RUN = 21,
	CLAIM_VISIBILITY = 22,
	CLAIM_ENVIRONMENT = 23,
	CLAIMS_MOST
};
struct certificate_claims {
	bytes items[CLAIMS_MOST];
};

struct verify_request {
	const struct trust_root *root; /* NULL: nobody is trusted but the key */
	const struct public_key *key; /* NULL: a certificate must sign */
	const struct identity *identities; /* of a certificate: one of them must fit */
	size_t identities_len;
	/* What was signed: the octets, or only a digest of them. */
	bool has_artifact;
	bytes artifact;
	digest sha256, sha512; /* of the artifact; either may be none, and speaks for nothing then */
	bytes predicate_type;   /* of a statement; empty: any */
	bool key_needs_log;     /* a key's signature must be in a log, too */
	bool ignore_log;        /* certificates: a time stamp is enough */
	bool ignore_sct;        /* certificates: no log of certificates is asked */
	bool needs_timestamp;   /* an authority must have stamped it */
	struct certificate_claims claims; /* that a certificate must make; empty ones: any */
};

struct verify_result {
	bytes identity, issuer; /* of the certificate */
	int64_t since;          /* when it began, before which nobody signed by it; 0: a key signed */
	int64_t times[2];       /* the earliest and the latest that is believed; 0: none needed */
	bool wants_artifact;  /* refused, but could be judged if the artifact's octets were there */
	bool is_statement;
	struct statement statement;
	const char *log_kind; /* "hashedrekord"; NULL: in no log */
	uint64_t log_index;   /* when log_kind is said */
	struct certificate_claims claims; /* of the certificate */
};

/* verify_bundle(b, request, a, out, e): 0: trusted. ERR_UNTRUSTED says which step does not hold,
 * ERR_FORMAT what cannot be read. Views of b and arena. */
int verify_bundle(const struct bundle *b, const struct verify_request *request, struct arena *a,
                  struct verify_result *out, err *e);

/* -- for people -------------------------------------------------------------------------------- */

/* The steps of verify_bundle, in its order. */
enum verify_step_name {
	STEP_SIGNER,
	STEP_TIMESTAMPS,
	STEP_LOGS,
	STEP_CHAIN,
	STEP_LOGGED,
	STEP_IDENTITY,
	STEP_SIGNATURE,
	STEP_STATEMENT,
};
#define VERIFY_STEPS 8

enum verify_step_status { STEP_UNTOLD, STEP_HOLDS, STEP_FAILS };
struct verify_step {
	const char *name;
	enum verify_step_status status;
	const char *why; /* "" where it holds */
};

/* verify_explain(b, request, a, out_steps, out): each step, also behind one that does not hold;
 * untold: what it needs is not there. It never says that a bundle is trusted. Views of b, arena. */
void verify_explain(const struct bundle *b, const struct verify_request *request, struct arena *a,
                    struct verify_step out_steps[VERIFY_STEPS], struct verify_result *out);
