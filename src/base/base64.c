/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bytes base64_encode(bytes data, struct arena *a)
{
	size_t n = (data.n + 2) / 3 * 4, at = 0;
	uint8_t *out = arena_alloc(a, n + 1);

	for (; data.n > 0; data = bytes_skip(data, 3)) {
		uint32_t v = (uint32_t)data.p[0] << 16;

		v |= data.n > 1 ? (uint32_t)data.p[1] << 8 : 0;
		v |= data.n > 2 ? data.p[2] : 0;
		out[at++] = (uint8_t)letters[v >> 18];
		out[at++] = (uint8_t)letters[v >> 12 & 63];
		out[at++] = data.n > 1 ? (uint8_t)letters[v >> 6 & 63] : '=';
		out[at++] = data.n > 2 ? (uint8_t)letters[v & 63] : '=';
	}
	out[n] = '\0';
	return bytes_of(out, n);
}

/* The six bits of a letter, or 64. */
static uint32_t value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26U;
	if (c >= '0' && c <= '9')
		return c - '0' + 52U;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool base64_decode(bytes text, struct arena *a, bytes *out)
{
	size_t padding = bytes_ends(text, BYTES("==")) ? 2 : bytes_ends(text, BYTES("=")) ? 1 : 0;

	if (text.n % 4 != 0)
		return false;
	size_t letters_n = text.n - padding, n = 0;
	uint8_t *p = arena_alloc(a, text.n / 4 * 3 + 1);
	uint32_t bits = 0, have = 0;

	for (size_t i = 0; i < letters_n; i++) {
		uint32_t v = value_of(text.p[i]);

		if (v == 64)
			return false;
		bits = bits << 6 | v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			p[n++] = (uint8_t)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	if (bits != 0)
		return false;
	p[n] = 0;
	*out = bytes_of(p, n);
	return true;
}
