/* SPDX-License-Identifier: Apache-2.0 */
/* key - how the orderings of this room write their keys; for src/version/ alone.
 *
 * A key is a row of parts, each of which ends itself, so that no key is confused with the
 * beginning of another: a code (one octet), a number, or a text that ends in 0. The room in a
 * key suffices for any version of at most LIMIT_VERSION octets (the fuzz target checks that). */
#pragma once

#include "version/version.h"

#include <assert.h>

static inline bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static inline uint8_t to_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline bool is_letter(uint8_t c)
{
	return is_lower(to_lower(c));
}

static inline bool is_alnum(uint8_t c)
{
	return is_digit(c) || is_letter(c);
}

/* take_while(in, is): the longest run at the front of *in of octets that are so. */
static inline bytes take_while(bytes *in, bool (*is)(uint8_t c))
{
	bytes run = { in->p, 0 };

	while (in->n > 0 && is(in->p[0])) {
		run.n++;
		*in = bytes_skip(*in, 1);
	}
	return run;
}

static inline bool take_octet(bytes *in, uint8_t c)
{
	if (in->n == 0 || in->p[0] != c)
		return false;
	*in = bytes_skip(*in, 1);
	return true;
}

static inline bool all_are(bytes text, bool (*is)(uint8_t c))
{
	(void)take_while(&text, is);
	return text.n == 0;
}

static inline bytes without_zeros(bytes digits)
{
	while (digits.n > 0 && digits.p[0] == '0')
		digits = bytes_skip(digits, 1);
	return digits;
}

static inline void key_code(struct version_key *k, uint8_t code)
{
	assert(k->n < sizeof(k->p));
	k->p[k->n++] = code;
}

static inline void key_octets(struct version_key *k, bytes text)
{
	assert(text.n <= sizeof(k->p) - k->n);
	if (text.n > 0)
		memcpy(k->p + k->n, text.p, text.n);
	k->n += text.n;
}

/* key_count: a small number, in two octets. */
static inline void key_count(struct version_key *k, size_t n)
{
	key_code(k, (uint8_t)(n >> 8));
	key_code(k, (uint8_t)n);
}

/* key_number: decimal digits of any length, leading zeros or none: what is longer is more. */
static inline void key_number(struct version_key *k, bytes digits)
{
	digits = without_zeros(digits);
	if (digits.n < 255) {
		key_code(k, (uint8_t)digits.n);
	} else {
		key_code(k, 255);
		key_count(k, digits.n);
	}
	key_octets(k, digits);
}

/* key_text: text without NUL; what begins another comes before it. */
static inline void key_text(struct version_key *k, bytes text)
{
	key_octets(k, text);
	key_code(k, 0);
}

static inline void key_text_lower(struct version_key *k, bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		key_code(k, to_lower(text.p[i]));
	key_code(k, 0);
}

/* key_release(k, v, numbers, most, lower): what SemVer, NuGet and Go share (semver.c): numbers
 * divided by dots, of which the first `numbers` count, missing ones as 0; "-" and pre-release
 * labels, without case if `lower`; "+" and a build, which does not count. False when there are
 * more than `most` numbers or it is not of this form. */
bool key_release(struct version_key *k, bytes v, size_t numbers, size_t most, bool lower);

/* Each reads a version without blanks and controls of 1 to LIMIT_VERSION octets into an empty key.
 * False when it is invalid. */
bool version_key_dpkg(bytes v, struct version_key *k);
bool version_key_apk(bytes v, struct version_key *k);
bool version_key_rpm(bytes v, struct version_key *k);
bool version_key_nuget(bytes v, struct version_key *k);
bool version_key_semver(bytes v, struct version_key *k);
bool version_key_pep440(bytes v, struct version_key *k);
bool version_key_gem(bytes v, struct version_key *k);
bool version_key_go(bytes v, struct version_key *k);
/* version_compare_maven: -1, 0 or 1; every such text is a version. */
int version_compare_maven(bytes a, bytes b);
