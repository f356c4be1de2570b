/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg - [epoch:]upstream[-revision] (deb-version(7), Debian Policy 5.6.12): runs of non-digits
 * and numbers in turn; among non-digits "~" comes before the end, the end before letters,
 * letters before the rest. What dpkg warns of (a first letter, odd ASCII) is compared, what it
 * refuses is invalid. */
#include "version/key.h"

enum { TILDE = 1, END = 2 };

/* dpkg keeps the epoch in an int. */
#define EPOCH_DIGITS 10
#define EPOCH_MAX "2147483647"

static uint8_t rank(uint8_t c)
{
	if (c == '~')
		return TILDE;
	return is_letter(c) ? c : (uint8_t)(c + 128);
}

/* A missing number is 0, so that a text that ends in letters is as if a 0 followed. */
static bool key_part(struct version_key *k, bytes part)
{
	do {
		for (; part.n > 0 && !is_digit(part.p[0]); part = bytes_skip(part, 1)) {
			if (part.p[0] >= 128)
				return false;
			key_code(k, rank(part.p[0]));
		}
		key_code(k, END);
		key_number(k, take_while(&part, is_digit));
	} while (part.n > 0);
	key_code(k, END);
	return true;
}

static bool key_epoch(struct version_key *k, bytes epoch)
{
	bytes number = without_zeros(epoch);

	if (epoch.n == 0 || !all_are(epoch, is_digit) || number.n > EPOCH_DIGITS ||
	    (number.n == EPOCH_DIGITS && bytes_compare(number, BYTES(EPOCH_MAX)) > 0))
		return false;
	key_number(k, epoch);
	return true;
}

bool version_key_dpkg(bytes v, struct version_key *k)
{
	size_t colon = bytes_find(v, ':');
	bytes epoch = BYTES("0"), revision = { v.p, 0 };

	if (colon < v.n) {
		epoch = bytes_slice(v, 0, colon);
		v = bytes_skip(v, colon + 1);
	}
	size_t dash = bytes_rfind(v, '-');

	if (dash < v.n) {
		revision = bytes_skip(v, dash + 1);
		if (revision.n == 0)
			return false;
		v = bytes_slice(v, 0, dash);
	}
	return v.n > 0 && key_epoch(k, epoch) && key_part(k, v) && key_part(k, revision);
}
