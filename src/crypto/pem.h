/* SPDX-License-Identifier: Apache-2.0 */
/* pem - DER as letters between two lines of dashes (RFC 7468).
 *
 * Text before a block is passed over, as its section 2 asks; headers inside (RFC 1421) are refused.
 * Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct pem {
	bytes label; /* "PUBLIC KEY"; borrows from the text */
	bytes der;   /* arena */
};

/* pem_take(text, a, out, e): the next block from the front of *text. 1 there was one, 0 there is
 * none, -1 ERR_FORMAT (no end, another label at its end, no base64). */
int pem_take(bytes *text, struct arena *a, struct pem *out, err *e);

/* pem_only(text, a, out, e): the one block of a text that holds nothing but it and white space.
 * ERR_FORMAT. */
int pem_only(bytes text, struct arena *a, struct pem *out, err *e);

/* pem_text(label, der, a): a block with lines of 64 letters and the last one's end. Arena. */
bytes pem_text(const char *label, bytes der, struct arena *a);
