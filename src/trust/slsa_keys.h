/* SPDX-License-Identifier: Apache-2.0 */
/* slsa_keys - public keys of services that sign without certificates, by the names that envelopes
 * give them: facts of those services, as slsa-verifier and Sigstore's repository publish them.
 * Threading: const tables. */
#pragma once

#include "crypto/key.h"

enum slsa_key_use {
	SLSA_KEY_NPM,           /* publish attestations of npm's registry */
	SLSA_KEY_GOOGLE,        /* Cloud Build: over the envelope's pre-authentication encoding */
	SLSA_KEY_GOOGLE_REGION, /* Cloud Build until 2023: over the payload alone */
};

struct slsa_key {
	enum slsa_key_use use;
	const char *id;      /* of a region: its name */
	const char *spki;    /* base64 */
	int64_t from, until; /* when it signed; 0: not told */
};

extern const struct slsa_key slsa_keys[];
extern const size_t slsa_keys_len;

/* slsa_key_find(use, id): NULL: none of that name. */
const struct slsa_key *slsa_key_find(enum slsa_key_use use, bytes id);

/* slsa_key_read(key, a, out, e): for public_key_free. */
int slsa_key_read(const struct slsa_key *key, struct arena *a, struct public_key **out, err *e);
