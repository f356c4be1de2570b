/* SPDX-License-Identifier: Apache-2.0 */
/* rpm - [epoch:]version[-release] (rpm-version(7)): runs of letters and numbers, anything else
 * only divides; "~" comes before the end, "^" right behind it, numbers are newer than letters.
 * What is no number before the first colon is no epoch. rpm itself takes any text. */
#include "version/key.h"

enum { TILDE = 1, END, CARET, LETTERS, NUMBER };
enum { NO_RELEASE = 1, RELEASE };

static bool divides(uint8_t c)
{
	return !is_alnum(c) && c != '~' && c != '^';
}

static void key_part(struct version_key *k, bytes part)
{
	for (;;) {
		(void)take_while(&part, divides);
		if (part.n == 0)
			break;
		if (take_octet(&part, '~')) {
			key_code(k, TILDE);
		} else if (take_octet(&part, '^')) {
			key_code(k, CARET);
		} else if (is_digit(part.p[0])) {
			key_code(k, NUMBER);
			key_number(k, take_while(&part, is_digit));
		} else {
			key_code(k, LETTERS);
			key_text(k, take_while(&part, is_letter));
		}
	}
	key_code(k, END);
}

bool version_key_rpm(bytes v, struct version_key *k)
{
	bytes rest = v, epoch = take_while(&rest, is_digit);

	if (take_octet(&rest, ':'))
		v = rest;
	else
		epoch.n = 0;
	key_number(k, epoch);
	size_t dash = bytes_rfind(v, '-');

	key_part(k, bytes_slice(v, 0, dash));
	if (dash == v.n) {
		key_code(k, NO_RELEASE);
		return true;
	}
	key_code(k, RELEASE);
	key_part(k, bytes_skip(v, dash + 1));
	return true;
}
