/* SPDX-License-Identifier: Apache-2.0 */
/* rekor - what a transparency log is told of a signature, and what it answers: texts alone, nothing
 * is sent here.
 *
 * Version 1 (rekor's openapi.yaml): hashedrekord 0.0.1 of a message, dsse 0.0.1 of an envelope.
 * Version 2 (rekor-tiles, CLIENTS.md): hashedrekord 0.0.2, of an envelope over what its signature
 * covers. Whether an answer is about our signature, and proven, verify_bundle tells.
 * Threading: pure functions. */
#pragma once

#include "crypto/key.h"
#include "trust/bundle.h"

/* rekor_path(version): behind the log's address. */
const char *rekor_path(unsigned version);

/* rekor_request(version, b, key, a, out, e): key NULL: b's certificate signed, of P-256. ERR_USAGE:
 * a kind of key that this version does not take. Arena. */
int rekor_request(unsigned version, const struct bundle *b, const struct public_key *key,
                  struct arena *a, bytes *out, err *e);

/* rekor_answer(version, text, a, out, e): ERR_FORMAT, ERR_LIMIT. Arena. */
int rekor_answer(unsigned version, bytes text, struct arena *a, struct bundle_entry *out, err *e);
