/* SPDX-License-Identifier: Apache-2.0 */
/* json_text - what stands inside JSON strings and numbers (RFC 8259 sections 6 and 7).
 *
 * Private to the JSON reader. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

/* json_text_plain(s): how many octets from the front of s stand for themselves in a string: all of
 * ASCII but controls, the quote and the backslash. */
size_t json_text_plain(bytes s);

/* json_text_escape(in, out): the code point of one escape sequence from the front of *in. False
 * when it is none, or half of a surrogate pair. */
bool json_text_escape(bytes *in, uint32_t *out);

/* json_text_unit(in, out): what the front of a checked, non-empty string stands for: the UTF-8 of
 * an escape, or the next octet. Borrows out. */
bytes json_text_unit(bytes *in, uint8_t out[4]);

/* json_text_integer(s, minus, out): sign and magnitude of a checked number that is an integer in
 * whatever form ("1.50e1" is 15). False when it is none or does not fit. */
bool json_text_integer(bytes s, bool *out_minus, uint64_t *out);
