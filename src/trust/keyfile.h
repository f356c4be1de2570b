/* SPDX-License-Identifier: Apache-2.0 */
/* keyfile - private keys as files.
 *
 * Sigstore's own form: PEM "ENCRYPTED SIGSTORE PRIVATE KEY" (before: "ENCRYPTED COSIGN PRIVATE
 * KEY") around JSON: scrypt, secretbox, and PKCS #8 within (cosign, pkg/cosign/keys.go and
 * secure-systems-lab's encrypted). Plain PEM: PKCS #8, SEC 1, PKCS #1. Such a file is the user's
 * own and small (LIMIT_KEY); it is read strictly, in this process: a secret never goes into a
 * worker.
 * Threading: pure functions. */
#pragma once

#include "crypto/key.h"

/* keyfile_is_shut(text): it is of Sigstore's form: a password is needed, even an empty one. */
bool keyfile_is_shut(bytes text);

/* keyfile_open(text, password, out, e): password: of Sigstore's form. ERR_FORMAT: no such file,
 * another cost than scrypt's three (secretbox.h), another cipher, a kind of key that nobody signs
 * with; ERR_UNTRUSTED: wrong password, or changed octets. The caller frees the key. */
int keyfile_open(bytes text, bytes password, struct private_key **out, err *e);

/* keyfile_shut(k, password, a, out, e): Sigstore's form, with a fresh salt. Arena. */
int keyfile_shut(const struct private_key *k, bytes password, struct arena *a, bytes *out, err *e);
