/* SPDX-License-Identifier: Apache-2.0 */
/* semver - Semantic Versioning 2.0.0, as advisories write it: a "v" may stand in front, minor
 * and patch may be missing (0), leading zeros do not count. Further numbers count as little as
 * the build does. */
#include "version/key.h"

enum { NO_MORE_LABELS = 1, NUMERIC, WORD, NO_LABELS };

static bool is_label(uint8_t c)
{
	return is_alnum(c) || c == '-';
}

/* The pre-release labels (section 11.3 and 11.4); none come behind all. */
static bool key_labels(struct version_key *k, bytes pre, bool lower)
{
	bytes label;

	if (pre.n == 0) {
		key_code(k, NO_LABELS);
		return true;
	}
	if (pre.p[pre.n - 1] == '.')
		return false;
	while (bytes_take_until(&pre, '.', &label)) {
		if (label.n == 0 || !all_are(label, is_label))
			return false;
		if (all_are(label, is_digit)) {
			key_code(k, NUMERIC);
			key_number(k, label);
			continue;
		}
		key_code(k, WORD);
		(lower ? key_text_lower : key_text)(k, label);
	}
	key_code(k, NO_MORE_LABELS);
	return true;
}

bool key_release(struct version_key *k, bytes v, size_t numbers, size_t most, bool lower)
{
	bytes build = bytes_skip(v, bytes_find(v, '+')), number;
	size_t i = 0;

	if (build.n == 1)
		return false;
	v.n -= build.n;
	do {
		number = take_while(&v, is_digit);
		if (number.n == 0 || i == most)
			return false;
		if (i++ < numbers)
			key_number(k, number);
	} while (take_octet(&v, '.'));
	for (; i < numbers; i++)
		key_number(k, BYTES("0"));
	if (v.n > 0 && (!take_octet(&v, '-') || v.n == 0))
		return false;
	return key_labels(k, v, lower);
}

bool version_key_semver(bytes v, struct version_key *k)
{
	(void)take_octet(&v, 'v');
	return key_release(k, v, 3, SIZE_MAX, false);
}
