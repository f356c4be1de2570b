/* SPDX-License-Identifier: Apache-2.0 */
/* bytes - a borrowed, read-only run of octets.
 *
 * Never owns, never NUL-terminated, passed by value. Readers consume from the front: a read that
 * would pass the end returns false and leaves the slice as it was, so chained reads can be joined
 * with && and checked once. All pointer arithmetic over untrusted input lives in this header.
 * Threading: values, safe anywhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct bytes {
	const uint8_t *p;
	size_t n;
} bytes;

/* BYTES("literal"): the literal without its NUL. Static. */
#define BYTES(lit) ((bytes){ (const uint8_t *)(lit), sizeof(lit) - 1 })
/* BYTES_INIT("literal"): the same, in the initialiser of a static table. */
#define BYTES_INIT(lit) { (const uint8_t *)(lit), sizeof(lit) - 1 }
/* PRIb, BYTESF(b): print a slice with "%.*s". Only for text that is known to be clean; untrusted
 * text goes through base/text.h. */
#define PRIb "%.*s"
#define BYTESF(b) (int)(b).n, (const char *)(b).p

/* bytes_of(p, n), bytes_str(s): a view of n octets, of a C string. Borrows. s may be NULL:
 * empty. */
static inline bytes bytes_of(const void *p, size_t n)
{
	return (bytes){ p, n };
}

static inline bytes bytes_str(const char *s)
{
	return (bytes){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static inline bool bytes_equal(bytes a, bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* bytes_compare: the order of memcmp; a prefix comes before what it begins. */
static inline int bytes_compare(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool bytes_is(bytes a, const char *s)
{
	return bytes_equal(a, bytes_str(s));
}

static inline bool bytes_starts(bytes a, bytes prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool bytes_ends(bytes a, bytes suffix)
{
	return a.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(a.p + (a.n - suffix.n), suffix.p, suffix.n) == 0);
}

/* bytes_equal_nocase: ASCII letters compare without case. */
static inline bool bytes_equal_nocase(bytes a, bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		uint8_t x = a.p[i], y = b.p[i];

		if (x >= 'A' && x <= 'Z')
			x = (uint8_t)(x + 32);
		if (y >= 'A' && y <= 'Z')
			y = (uint8_t)(y + 32);
		if (x != y)
			return false;
	}
	return true;
}

/* bytes_slice(b, from, n): the part [from, from+n) of b, cut to what b has. */
static inline bytes bytes_slice(bytes b, size_t from, size_t n)
{
	if (from > b.n)
		from = b.n;
	return (bytes){ from ? b.p + from : b.p, n < b.n - from ? n : b.n - from };
}

/* bytes_skip(b, n): b without its first n octets (or empty). */
static inline bytes bytes_skip(bytes b, size_t n)
{
	return bytes_slice(b, n, SIZE_MAX);
}

/* bytes_find(b, c), bytes_rfind: the index of the first (last) octet c, or b.n when there is
 * none. */
static inline size_t bytes_find(bytes b, uint8_t c)
{
	const uint8_t *q = b.n ? memchr(b.p, c, b.n) : NULL;

	return q ? (size_t)(q - b.p) : b.n;
}

static inline size_t bytes_rfind(bytes b, uint8_t c)
{
	const uint8_t *q = b.n ? memrchr(b.p, c, b.n) : NULL;

	return q ? (size_t)(q - b.p) : b.n;
}

/* bytes_search(b, what): the index where the run `what` first begins, or b.n. Linear. */
static inline size_t bytes_search(bytes b, bytes what)
{
	if (what.n == 0)
		return 0;
	if (!b.p || !what.p || b.n < what.n)
		return b.n;
	const uint8_t *q = memmem(b.p, b.n, what.p, what.n);

	return q ? (size_t)(q - b.p) : b.n;
}

/* bytes_take(in, n, out): move the first n octets of *in to *out (borrows). */
static inline bool bytes_take(bytes *in, size_t n, bytes *out)
{
	if (in->n < n)
		return false;
	*out = (bytes){ in->p, n };
	*in = bytes_skip(*in, n);
	return true;
}

/* bytes_take_prefix(in, prefix): drop prefix from the front of *in; false when it is not there. */
static inline bool bytes_take_prefix(bytes *in, bytes prefix)
{
	bytes dropped;

	return bytes_starts(*in, prefix) && bytes_take(in, prefix.n, &dropped);
}

/* bytes_take_until(in, c, out): move what stands before the next c to *out and drop that c.
 * Without a c the whole rest is moved. False only when *in is empty. The loop over lines or
 * fields: while (bytes_take_until(&rest, '\n', &line)). */
static inline bool bytes_take_until(bytes *in, uint8_t c, bytes *out)
{
	if (in->n == 0)
		return false;
	size_t i = bytes_find(*in, c);

	*out = bytes_slice(*in, 0, i);
	*in = bytes_skip(*in, i < in->n ? i + 1 : i);
	return true;
}

/* bytes_line(in, out): the next line without its "\n" or "\r\n". False at the end. */
static inline bool bytes_line(bytes *in, bytes *out)
{
	if (!bytes_take_until(in, '\n', out))
		return false;
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return true;
}

/* bytes_trim(b): b without spaces, tabs, CR and LF at both ends. */
static inline bytes bytes_trim(bytes b)
{
	while (b.n > 0 && (b.p[0] == ' ' || (b.p[0] >= '\t' && b.p[0] <= '\r')))
		b = bytes_skip(b, 1);
	while (b.n > 0 && (b.p[b.n - 1] == ' ' || (b.p[b.n - 1] >= '\t' && b.p[b.n - 1] <= '\r')))
		b.n--;
	return b;
}

static inline bool bytes_take_u8(bytes *in, uint8_t *out)
{
	bytes b;

	if (!bytes_take(in, 1, &b))
		return false;
	*out = b.p[0];
	return true;
}

/* bytes_take_le16/32/64: a little-endian number from the front. */
#define BYTES_TAKE_LE(bits) \
	static inline bool bytes_take_le##bits(bytes *in, uint##bits##_t *out) \
	{ \
		bytes b; \
		uint64_t v = 0; \
\
		if (!bytes_take(in, (bits) / 8, &b)) \
			return false; \
		for (size_t i = 0; i < (bits) / 8; i++) \
			v |= (uint64_t)b.p[i] << (8 * i); \
		*out = (uint##bits##_t)v; \
		return true; \
	}
BYTES_TAKE_LE(16)
BYTES_TAKE_LE(32)
BYTES_TAKE_LE(64)
#undef BYTES_TAKE_LE

/* bytes_take_be16/32/64: a big-endian number from the front. */
#define BYTES_TAKE_BE(bits) \
	static inline bool bytes_take_be##bits(bytes *in, uint##bits##_t *out) \
	{ \
		bytes b; \
		uint64_t v = 0; \
\
		if (!bytes_take(in, (bits) / 8, &b)) \
			return false; \
		for (size_t i = 0; i < (bits) / 8; i++) \
			v = v << 8 | b.p[i]; \
		*out = (uint##bits##_t)v; \
		return true; \
	}
BYTES_TAKE_BE(16)
BYTES_TAKE_BE(32)
BYTES_TAKE_BE(64)
#undef BYTES_TAKE_BE
