/* SPDX-License-Identifier: Apache-2.0 */
/* base64 - octets as letters and back (RFC 4648 section 4, with padding).
 *
 * Strict: padding is there, nothing follows it, the unused bits of the last letter are zero, so
 * that a value has one form. Threading: pure functions. */
#pragma once

#include "base/arena.h"

/* base64_encode(data, a): the letters, with a NUL behind them. Arena.
 * base64_decode(text, a, out): false when text is not exactly one encoding. Arena. */
bytes base64_encode(bytes data, struct arena *a);
bool base64_decode(bytes text, struct arena *a, bytes *out) __attribute__((warn_unused_result));
