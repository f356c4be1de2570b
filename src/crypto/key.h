/* SPDX-License-Identifier: Apache-2.0 */
/* key - public and private keys and their signatures.
 *
 * ECDSA over P-256, P-384 and P-521 (FIPS 186-4; signatures as DER), RSA PKCS #1 v1.5 of 2048 to
 * 16384 bits (RFC 8017 §8.2), Ed25519 and Ed25519ph (RFC 8032). A key says which hash it goes with:
 * SHA-256 for P-256 and RSA, SHA-384 for P-384, SHA-512 for P-521. OpenSSL does the work, libsodium
 * Ed25519ph, which OpenSSL 3.0 lacks. Threading: a key is constant once read and belongs to whom it
 * was given. */
#pragma once

#include "crypto/digest.h"

enum key_kind { KEY_NONE, KEY_P256, KEY_P384, KEY_P521, KEY_RSA, KEY_ED25519 };

enum key_hash {
	KEY_HASH_NONE, /* Ed25519 signs the message itself */
	KEY_SHA256,
	KEY_SHA384,
	KEY_SHA512,
};

/* What is signed: the message; or, when only its digest is known, that. */
struct key_message {
	bytes text;
	const digest *hash; /* NULL: of text */
};

/* key_digest(hash, text, a): what is signed of a text; not of KEY_HASH_NONE. Arena. */
bytes key_digest(enum key_hash hash, bytes text, struct arena *a);

/* -- public ------------------------------------------------------------------------------------ */

struct public_key;

/* public_key_read(text, out, e): SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) or PKCS #1, as DER or as
 * PEM; nothing may follow. ERR_FORMAT for anything else, certificates too, for a curve that is not
 * named above, an RSA key that is too short or too long. The caller frees it. */
int public_key_read(bytes text, struct public_key **out, err *e);
/* public_key_raw(kind, octets, out, e): a point of the curve, uncompressed (SEC 1 §2.3.3), or
 * Ed25519's 32 octets. ERR_FORMAT. The caller frees it. */
int public_key_raw(enum key_kind kind, bytes octets, struct public_key **out, err *e);
void public_key_free(struct public_key *k);

enum key_kind public_key_kind(const struct public_key *k);
/* public_key_hash(k): the hash that goes with it. */
enum key_hash public_key_hash(const struct public_key *k);
/* public_key_der(k): its SubjectPublicKeyInfo; borrows from k. public_key_pem(k, a): the same as
 * PEM, with the last line's end. public_key_id(k): SHA-256 of the DER: a log's id, a key's name. */
bytes public_key_der(const struct public_key *k);
bytes public_key_pem(const struct public_key *k, struct arena *a);
digest public_key_id(const struct public_key *k);
bool public_key_equal(const struct public_key *a, const struct public_key *b);

/* public_key_verify(k, hash, message, signature): hash KEY_HASH_NONE is Ed25519 over the message
 * itself; Ed25519 with KEY_SHA512 is Ed25519ph. false also where key, hash and what is given do not
 * go together: an Ed25519 key cannot judge by a digest that is not SHA-512. */
bool public_key_verify(const struct public_key *k, enum key_hash hash,
                       const struct key_message *message, bytes signature);
/* public_key_verify_raw(k, hash, message, signature): ECDSA's two numbers of the curve's size, one
 * behind the other (IEEE P1363), not as DER; false for other kinds of keys. */
bool public_key_verify_raw(const struct public_key *k, enum key_hash hash,
                           const struct key_message *message, bytes signature);

/* public_key_verify_pss(k, text, signature): RSASSA-PSS with SHA-256 in both places (RFC 8017
 * §8.1), whatever the salt's length; false for other kinds of keys. */
bool public_key_verify_pss(const struct public_key *k, bytes text, bytes signature);

/* -- private ----------------------------------------------------------------------------------- */

struct private_key;

/* private_key_new(kind, out, e): a fresh one; not RSA. private_key_free overwrites it. */
int private_key_new(enum key_kind kind, struct private_key **out, err *e);
void private_key_free(struct private_key *k);

/* private_key_der(der, out, e): PKCS #8 (RFC 5958), unencrypted; nothing may follow. ERR_FORMAT. */
int private_key_der(bytes der, struct private_key **out, err *e);
/* private_key_pem(text, out, e): "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY". */
int private_key_pem(bytes text, struct private_key **out, err *e);
/* private_key_text(k, a): PKCS #8 as DER. A secret: wipe the arena. */
bytes private_key_text(const struct private_key *k, struct arena *a);

/* private_key_public(k): its other half; borrows from k. */
const struct public_key *private_key_public(const struct private_key *k);

/* private_key_sign(k, hash, message, a, out, e): as public_key_verify expects it. ERR_USAGE where
 * key, hash and what is given do not go together. Arena. */
int private_key_sign(const struct private_key *k, enum key_hash hash,
                     const struct key_message *message, struct arena *a, bytes *out, err *e);
