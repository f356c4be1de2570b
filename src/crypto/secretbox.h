/* SPDX-License-Identifier: Apache-2.0 */
/* secretbox - octets under a password, as the key files of sigstore keep them: a key by scrypt
 * (RFC 7914), XSalsa20 and Poly1305 (NaCl's secretbox; the 16 octets of the tag come first).
 * Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define SECRETBOX_SALT 32
#define SECRETBOX_NONCE 24

struct secretbox {
	uint32_t cost; /* scrypt's N: 32768, 65536 or 131072; r is 8, p 1: 32, 64 or 128 MiB */
	uint8_t salt[SECRETBOX_SALT], nonce[SECRETBOX_NONCE];
};

/* secretbox_new(): the cost that cosign uses today, salt and nonce by chance. */
struct secretbox secretbox_new(void);

/* secretbox_shut, secretbox_open(box, password, in, a, out, e): ERR_FORMAT for another cost;
 * opening: ERR_UNTRUSTED when password and octets do not go together. Arena; what opens is a
 * secret. */
int secretbox_shut(const struct secretbox *box, bytes password, bytes in, struct arena *a,
                   bytes *out, err *e);
int secretbox_open(const struct secretbox *box, bytes password, bytes in, struct arena *a,
                   bytes *out, err *e);
