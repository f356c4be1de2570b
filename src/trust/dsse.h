/* SPDX-License-Identifier: Apache-2.0 */
/* dsse - an envelope around something signed (Dead Simple Signing Envelope 1.0.2, protocol.md and
 * envelope.md). What stands in it is for others to read (trust/statement.h).
 *
 * Octets are base64 of either alphabet. Members that the specification does not name are passed
 * over, as it asks; a member that stands there twice is refused. Key ids are hints and decide
 * nothing. Limits: LIMIT_BUNDLE octets, LIMIT_BUNDLE_ITEMS signatures. Threading: pure
 * functions. */
#pragma once

#include "crypto/key.h"
#include "fmt/json.h"

struct dsse_signature {
	bytes key_id;
	bytes octets;
	bytes certificate; /* PEM, beside the signature: slsa-github-generator before 2.1 */
};

struct dsse {
	bytes payload, payload_type;
	struct dsse_signature *signatures; /* one or more */
	size_t signatures_len;
};

/* dsse_parse(text, a, out, e): ERR_FORMAT: no envelope, no signature, no base64; ERR_LIMIT. Arena
 * and views of text. dsse_read: the same of a member of another document. */
int dsse_parse(bytes text, struct arena *a, struct dsse *out, err *e);
int dsse_read(json v, struct arena *a, struct dsse *out, err *e);

/* dsse_pae(type, payload, a): what a signature covers (protocol.md, "PAE"). */
bytes dsse_pae(bytes type, bytes payload, struct arena *a);

/* dsse_signs(signature, key, message): with the key's own hash. ECDSA as DER, or as two numbers of
 * the curve's size (IEEE P1363), which Google's signers write. */
bool dsse_signs(bytes signature, const struct public_key *key, bytes message);

/* dsse_verify(d, keys, n, threshold, a, e): at least that many of the keys signed; a key counts
 * once, however often it stands in the list or signed. ERR_UNTRUSTED. */
int dsse_verify(const struct dsse *d, const struct public_key *const *keys, size_t n,
                size_t threshold, struct arena *a, err *e);
