/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_text.h"

#include "base/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t json_text_plain(bytes s)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(' ');

	for (; s.n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		/* The comparison is signed: octets from 0x80 on are below the space, too. */
		__m128i stop = _mm_or_si128(
			_mm_cmplt_epi8(v, space),
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
		int mask = _mm_movemask_epi8(stop);

		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < s.n && s.p[i] >= ' ' && s.p[i] < 0x80 && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

/* Four hexadecimal digits from the front of *in. */
static bool take_hex4(bytes *in, uint32_t *out)
{
	bytes digits;
	uint64_t v;

	if (!bytes_take(in, 4, &digits) || !text_take_u64(digits, 16, 0xffff, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

/* The code point of a \u escape whose "\u" has been taken; a surrogate must be half of a pair
 * (RFC 8259 section 8.2 leaves lone ones open, RFC 7493 section 2.1 forbids them). */
static bool take_unicode(bytes *in, uint32_t *out)
{
	uint32_t high, low;

	if (!take_hex4(in, &high) || (high >= 0xdc00 && high <= 0xdfff))
		return false;
	*out = high;
	if (high < 0xd800 || high > 0xdbff)
		return true;
	if (!bytes_take_prefix(in, BYTES("\\u")) || !take_hex4(in, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return false;
	*out = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

bool json_text_escape(bytes *in, uint32_t *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	uint8_t c;

	if (!bytes_take_prefix(in, BYTES("\\")) || !bytes_take_u8(in, &c))
		return false;
	if (c == 'u')
		return take_unicode(in, out);
	const char *known = c ? strchr(from, c) : NULL;

	if (!known)
		return false;
	*out = (uint8_t)to[known - from];
	return true;
}

bytes json_text_unit(bytes *in, uint8_t out[4])
{
	uint32_t c;
	size_t n;

	if (in->p[0] != '\\' || !json_text_escape(in, &c)) {
		out[0] = in->p[0];
		*in = bytes_skip(*in, 1);
		return bytes_of(out, 1);
	}
	n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(n == 1 ? c : (0xf00U >> n) | c);
	return bytes_of(out, n);
}

/* The exponent behind 'e', cut to what a document's digits could ever balance. */
static int64_t exponent_of(bytes s)
{
	const int64_t cut = INT64_C(1) << 40;
	bool minus = bytes_take_prefix(&s, BYTES("-"));
	int64_t v = 0;

	(void)bytes_take_prefix(&s, BYTES("+"));
	for (size_t i = 0; i < s.n && v < cut; i++)
		v = v * 10 + (s.p[i] - '0');
	return minus ? -v : v;
}

/* v *= 10^n; false when that does not fit. */
static bool scale(uint64_t *v, int64_t n)
{
	for (; n > 0 && *v > 0; n--)
		if (__builtin_mul_overflow(*v, 10, v))
			return false;
	return true;
}

bool json_text_integer(bytes s, bool *out_minus, uint64_t *out)
{
	uint64_t v = 0;
	int64_t zeros = 0, power = 0; /* zeros seen behind v's last other digit */
	bool fraction = false;

	*out_minus = bytes_take_prefix(&s, BYTES("-"));
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == 'e' || c == 'E') {
			power += exponent_of(bytes_skip(s, i + 1));
			break;
		}
		if (c == '.') {
			fraction = true;
			continue;
		}
		power -= fraction;
		zeros++;
		if (c == '0')
			continue;
		if (!scale(&v, zeros) || __builtin_add_overflow(v, c - '0', &v))
			return false;
		zeros = 0;
	}
	power += zeros;
	*out = v;
	return v == 0 || (power >= 0 && scale(out, power));
}
