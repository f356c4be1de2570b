/* SPDX-License-Identifier: Apache-2.0 */
/* apk - number{.number}...{letter}{_suffix{number}}...{~hash}{-r#} (apk-package(5)), as apk-tools 3
 * compares, which compares what is no version as well: where two differ in the kind of what comes
 * next, a pre-release is oldest, then what is misplaced, then the end, then the later kinds of the
 * row before the earlier ones. apk-tools 3 stops at what is misplaced and calls the rest equal; we
 * go on behind an empty number and behind digits that follow a letter, as apk-tools 2 did. */
#include "version/key.h"

enum kind {
	PRE_RELEASE = 1,
	MISPLACED,
	END,
	REVISION,
	HASH,
	SUFFIX_NUMBER,
	SUFFIX,
	LETTER,
	NUMBER
};
enum { LEADING_ZERO = 1, PLAIN };

static const struct suffix {
	bytes name;
	enum kind kind;
} suffixes[] = {
	{ BYTES_INIT("alpha"), PRE_RELEASE }, { BYTES_INIT("beta"), PRE_RELEASE },
	{ BYTES_INIT("pre"), PRE_RELEASE },   { BYTES_INIT("rc"), PRE_RELEASE },
	{ BYTES_INIT("cvs"), SUFFIX },        { BYTES_INIT("svn"), SUFFIX },
	{ BYTES_INIT("git"), SUFFIX },        { BYTES_INIT("hg"), SUFFIX },
	{ BYTES_INIT("p"), SUFFIX },
};

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

/* A number behind the first: one with a leading zero is a fraction, and older than any without. */
static void key_fraction(struct version_key *k, bytes digits)
{
	if (digits.n == 0) {
		key_code(k, MISPLACED);
		return;
	}
	key_code(k, NUMBER);
	key_code(k, digits.p[0] == '0' ? LEADING_ZERO : PLAIN);
	if (digits.p[0] == '0')
		key_text(k, digits);
	else
		key_number(k, digits);
}

static void key_numbers(struct version_key *k, bytes *v)
{
	bytes first = take_while(v, is_digit);

	key_code(k, first.n > 0 ? NUMBER : MISPLACED);
	key_number(k, first);
	for (;;) {
		if (take_octet(v, '.')) {
			key_fraction(k, take_while(v, is_digit));
		} else if (v->n > 0 && is_lower(v->p[0])) {
			key_code(k, LETTER);
			key_code(k, v->p[0]);
			*v = bytes_skip(*v, 1);
			if (v->n == 0 || !is_digit(v->p[0]))
				return;
			key_code(k, MISPLACED);
			key_number(k, take_while(v, is_digit));
		} else {
			return;
		}
	}
}

static bool key_suffix(struct version_key *k, bytes *v)
{
	bytes name = take_while(v, is_lower);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (!bytes_equal(name, suffixes[i].name))
			continue;
		key_code(k, (uint8_t)suffixes[i].kind);
		key_code(k, (uint8_t)i);
		if (v->n > 0 && is_digit(v->p[0])) {
			key_code(k, SUFFIX_NUMBER);
			key_number(k, take_while(v, is_digit));
		}
		return true;
	}
	return false;
}

/* "-r" without a number is revision 0 where nothing else follows. */
static bool key_revision(struct version_key *k, bytes *v)
{
	if (!bytes_take_prefix(v, BYTES("-r")) || (v->n > 0 && !is_digit(v->p[0])))
		return false;
	key_code(k, REVISION);
	key_number(k, take_while(v, is_digit));
	return true;
}

bool version_key_apk(bytes v, struct version_key *k)
{
	bytes hash;
	bool placed = true;

	key_numbers(k, &v);
	while (placed && take_octet(&v, '_'))
		placed = key_suffix(k, &v);
	if (placed && take_octet(&v, '~')) {
		hash = take_while(&v, is_hex);
		placed = hash.n > 0;
		if (placed) {
			key_code(k, HASH);
			key_text(k, hash);
		}
	}
	if (placed && v.n > 0)
		placed = key_revision(k, &v);
	key_code(k, placed && v.n == 0 ? END : MISPLACED);
	return true;
}
