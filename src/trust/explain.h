/* SPDX-License-Identifier: Apache-2.0 */
/* explain - what a bundle claims, and which of the checks hold; what a trusted root trusts.
 *
 * For people who want to know why something is not verified. It decides nothing: what is told here
 * as holding may still be of the wrong person, or about another file. Reads bundles, the blob
 * bundles of cosign 1 and 2 (trust/legacy.h), and envelopes alone (trust/dsse.h).
 * Threading: pure functions. */
#pragma once

#include "trust/verify.h"

enum explain_part { EXPLAIN_SIGNER, EXPLAIN_LOG, EXPLAIN_TIME, EXPLAIN_CONTENT };
#define EXPLAIN_PARTS 4

struct explain_fact {
	enum explain_part part;
	const char *name; /* "source repository"; static, or arena */
	bytes value;      /* as it stands there: not to be believed */
};

struct explanation {
	const char *form; /* "Sigstore bundle 0.3". Static */
	struct {
		struct explain_fact *items;
		size_t len, cap;
	} facts;
	struct verify_step steps[VERIFY_STEPS];
	bool knows_artifact; /* else the digest that the bundle names was taken */
};

/* explain_bundle(text, request, a, out, e): request as for verify_bundle; without an artifact's
 * digest the one that the bundle names is taken, without identities nobody is asked for.
 * ERR_FORMAT: none of the forms; ERR_LIMIT. Views of text and arena. */
int explain_bundle(bytes text, const struct verify_request *request, struct arena *a,
                   struct explanation *out, err *e);

/* Who is trusted for what, and when. */
enum explain_kind { EXPLAIN_TLOG, EXPLAIN_CTLOG, EXPLAIN_ISSUER, EXPLAIN_CLOCK };
#define EXPLAIN_KINDS 4

struct explain_entry {
	enum explain_kind kind;
	bytes address, subject; /* either may be empty */
	bytes id;               /* of a log */
	int64_t from, until;    /* INT64_MAX: without end */
};

struct explain_entries {
	struct explain_entry *items;
	size_t len, cap;
};

/* explain_root(text, a, out, e): ERR_FORMAT: as trust_root_parse. Views of text and arena. */
int explain_root(bytes text, struct arena *a, struct explain_entries *out, err *e);
