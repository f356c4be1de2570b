/* SPDX-License-Identifier: Apache-2.0 */
/* fulcio - asking a certificate authority of Sigstore for a certificate, and reading its answer
 * (fulcio.proto, POST /api/v2/signingCert): texts alone, nothing is sent here.
 * Threading: pure functions. */
#pragma once

#include "crypto/key.h"

#define FULCIO_PATH "/api/v2/signingCert"

/* fulcio_request(token, subject, key, a, out, e): the proof that the key is ours is its signature
 * over the token's subject. ERR_USAGE: a key that cannot sign so. Arena: a secret, it holds the
 * token. */
int fulcio_request(bytes token, bytes subject, const struct private_key *key, struct arena *a,
                   bytes *out, err *e);

struct fulcio_certificate {
	bytes leaf;  /* DER */
	bytes chain; /* PEM of the others, as they came */
};

/* fulcio_answer(text, key, a, out, e): ERR_FORMAT, ERR_LIMIT; ERR_UNTRUSTED: a certificate of
 * another key. Arena. */
int fulcio_answer(bytes text, const struct public_key *key, struct arena *a,
                  struct fulcio_certificate *out, err *e);
