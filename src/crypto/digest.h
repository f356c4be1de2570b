/* SPDX-License-Identifier: Apache-2.0 */
/* digest - content digests as OCI writes them (image-spec 1.1, descriptor.md §Digests).
 *
 * sha256 and sha512. The value is plain data; the hasher wraps OpenSSL (SHA-NI where the processor
 * has it, fetched once and reused). Threading: one thread a hasher; values anywhere. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* SHA-1 names files in SPDX documents, which ask for it (SPDX 2.3 section 8.4); it is never
 * believed: digest_parse does not know it. */
enum digest_algorithm { DIGEST_NONE, DIGEST_SHA256, DIGEST_SHA512, DIGEST_SHA1 };

typedef struct digest {
	enum digest_algorithm algorithm;
	uint8_t value[64]; /* digest_size octets of it; the rest is zero */
} digest;

/* digest_size(d): 32, 64, 20, or 0 for none. digest_equal: none equals nothing. */
size_t digest_size(const digest *d);
bool digest_equal(const digest *a, const digest *b);

/* digest_parse(s, out, e): "sha256:<64 hex>" or "sha512:<128 hex>", lower case. ERR_FORMAT. */
int digest_parse(bytes s, digest *out, err *e);
/* digest_text: "sha256:…" as a C string, for one printf argument. */
struct digest_chars {
	char text[7 + 128 + 1];
};
const char *digest_text_into(struct digest_chars *out, const digest *d);
#define DIGEST_TEXT(d) digest_text_into(&(struct digest_chars){ { 0 } }, (d))

struct hasher;
struct hasher *hasher_new(enum digest_algorithm algorithm);
void hasher_free(struct hasher *h);
/* hasher_reset starts over; hasher_update adds; hasher_final gives the digest (reset before reuse).
 * */
void hasher_reset(struct hasher *h);
void hasher_update(struct hasher *h, bytes data);
digest hasher_final(struct hasher *h);
/* digest_of(algorithm, data): in one call. */
digest digest_of(enum digest_algorithm algorithm, bytes data);
