/* SPDX-License-Identifier: Apache-2.0 */
/* entry - does a log entry speak of this bundle? A log proves that its body was logged; only the
 * body's own octets say of which signature, by whom, over what.
 *
 * Rekor 1: hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.1 (of envelopes outside of bundles) and
 * 0.0.2. Rekor 2: hashedrekord 0.0.2, and dsse 0.0.2, which older clients wrote. Threading: pure
 * functions. */
#pragma once

#include "crypto/key.h"
#include "trust/bundle.h"

struct entry_facts {
	const struct bundle *bundle;
	/* What a message signature covers: its octets, or what is known of them. */
	bool has_artifact;
	bytes artifact;
	digest sha256, sha512; /* none: unknown */
	bytes certificate; /* DER; empty: key */
	const struct public_key *key; /* who signed: the certificate's or the user's */
};

/* entry_speaks_of(entry, facts, a, e): ERR_UNTRUSTED says what is another; ERR_FORMAT a body that
 * cannot be read. */
int entry_speaks_of(const struct bundle_entry *entry, const struct entry_facts *facts,
                    struct arena *a, err *e);

/* entry_is_v2(entry): of Rekor 2, which makes no promises and tells no times. */
bool entry_is_v2(const struct bundle_entry *entry);
