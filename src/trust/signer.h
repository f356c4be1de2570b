/* SPDX-License-Identifier: Apache-2.0 */
/* signer - who signs: a key in memory, a token, or another program.
 *
 * `exec:PROGRAM` is for keys that some service keeps. PROGRAM is a path, or a name looked up in
 * PATH, and is run without a shell, twice:
 *   PROGRAM public-key    writes the public key, PEM or DER, to standard output;
 *   PROGRAM sign HASH     reads what is to be signed from standard input and writes the signature,
 *                         raw or in base64.
 * HASH is sha256, sha384 or sha512: standard input is that digest, 32, 48 or 64 octets (RSA: PKCS
 * #1 v1.5; ECDSA as DER); or ed25519: the message itself; or ed25519ph: the SHA-512 of the message.
 * Its environment is ours without our own secrets; it has LIMIT_SIGNER_MS, never beyond the
 * deadline, and ends when we do (sys/process.h).
 *
 * Whoever signs, the signature is checked with the public key before it is given out.
 * Threading: belongs to one thread; a program's signer forks. */
#pragma once

#include "crypto/key.h"
#include "sys/deadline.h"

struct signer {
	struct private_key *key; /* NULL: a program */
	struct public_key *public;
	const char *program;
	char *const *environment;
	struct deadline until; /* of a program; given_ms 0: none */
	bool is_borrowed;      /* the key */
};

/* signer_of_key(k, out): takes k. signer_borrow(k, out): borrows it. */
void signer_of_key(struct private_key *k, struct signer *out);
void signer_borrow(const struct private_key *k, struct signer *out);

/* signer_of_program(program, environment, until, out, e): asks it for its public key; until: of
 * everything it is ever asked. Borrows. ERR_ABSENT, ERR_IO, ERR_FORMAT, ERR_LIMIT. */
int signer_of_program(const char *program, char *const *environment, const struct deadline *until,
                      struct signer *out, err *e);

/* signer_done(s): fine for one that is zeroed. */
void signer_done(struct signer *s);

/* signer_sign(s, hash, message, a, out, e): as private_key_sign. ERR_UNTRUSTED: what came back is
 * no signature of this key; a program also ERR_IO, ERR_LIMIT. Arena. */
int signer_sign(const struct signer *s, enum key_hash hash, const struct key_message *message,
                struct arena *a, bytes *out, err *e);

/* signer_hash(s, is_message, log): which hash is signed of a message or an envelope that a log of
 * this version of Rekor gets; 0: no log. Version 2 takes what Sigstore's registry of algorithms
 * pairs with the key, and the services behind programs sign nothing else. Elsewhere SHA-256
 * whatever the curve is what all readers of keys have in common: cosign 2.5, verify-blob of 3.1
 * (its issues 5063 and 5092), sigstore's JavaScript (envelopes), containers/image. Ed25519 signs
 * the text itself; of a message Ed25519ph where a log gets it, which knows messages by their digest
 * alone. */
enum key_hash signer_hash(const struct signer *s, bool is_message, unsigned log);
