/* SPDX-License-Identifier: Apache-2.0 */
/* gem - Gem::Version: runs of digits and of letters; letters are a pre-release and come before any
 * number; "-" stands for ".pre."; what is missing counts as 0, and zeros right before the first
 * letters do not count. Gem::Version refuses letters without a dot after the first number (1gamma);
 * advisories have them. */
#include "version/key.h"

/* What may come next, in order. A row of zeros matters only by what follows it: before letters
 * fewer of them are older, before a number fewer are newer. */
enum { LETTERS = 1, ZEROS_LETTERS, END, ZEROS_NUMBER, NUMBER };

static bool is_gem(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '-';
}

static void key_letters(struct version_key *k, bytes letters, size_t zeros)
{
	if (zeros > 0) {
		key_code(k, ZEROS_LETTERS);
		key_count(k, zeros);
	}
	key_code(k, LETTERS);
	key_text(k, letters);
}

static void key_positive(struct version_key *k, bytes digits, size_t zeros)
{
	if (zeros > 0) {
		key_code(k, ZEROS_NUMBER);
		key_count(k, LIMIT_VERSION - zeros);
	}
	key_code(k, NUMBER);
	key_number(k, digits);
}

bool version_key_gem(bytes v, struct version_key *k)
{
	size_t zeros = 0;
	bool numeric = true; /* so far */

	if (!is_digit(v.p[0]) || !all_are(v, is_gem))
		return false;
	while (v.n > 0) {
		if (is_digit(v.p[0])) {
			bytes digits = without_zeros(take_while(&v, is_digit));

			if (digits.n > 0)
				key_positive(k, digits, zeros);
			zeros = digits.n > 0 ? 0 : zeros + 1;
		} else if (!take_octet(&v, '.')) {
			bytes letters = take_octet(&v, '-') ? BYTES("pre") : take_while(&v, is_letter);

			key_letters(k, letters, numeric ? 0 : zeros);
			numeric = false;
			zeros = 0;
		}
	}
	key_code(k, END);
	return true;
}
