/* SPDX-License-Identifier: Apache-2.0 */
/* pep440 - [v][N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local] with all the spellings that PEP 440,
 * "Appendix B", allows. Any other text is an old form and comes before them: its order is that of
 * setuptools' parse_version and of packaging's LegacyVersion, which kept it. */
#include "version/key.h"

enum { OLD_FORM = 1, VERSION };
enum { END = 1, MORE };
/* A development release of nothing else comes before the first pre-release. */
enum { DEV_ONLY = 1, ALPHA, BETA, CANDIDATE, RELEASE };
enum { NO_POST = 1, POST };
enum { DEV = 1, NO_DEV };
enum { NO_LOCAL = 1, LOCAL_WORD, LOCAL_NUMBER };

static const struct word {
	bytes text;
	uint8_t code;
} pre_words[] = { { BYTES_INIT("alpha"), ALPHA },
	              { BYTES_INIT("a"), ALPHA },
	              { BYTES_INIT("beta"), BETA },
	              { BYTES_INIT("b"), BETA },
	              { BYTES_INIT("c"), CANDIDATE },
	              { BYTES_INIT("rc"), CANDIDATE },
	              { BYTES_INIT("preview"), CANDIDATE },
	              { BYTES_INIT("pre"), CANDIDATE },
	              { { NULL, 0 }, 0 } },
  post_words[] = { { BYTES_INIT("post"), POST },
	               { BYTES_INIT("rev"), POST },
	               { BYTES_INIT("r"), POST },
	               { { NULL, 0 }, 0 } },
  dev_words[] = { { BYTES_INIT("dev"), DEV }, { { NULL, 0 }, 0 } };

/* One of the three attachments: a word's code (0: absent) and its number. */
struct attached {
	uint8_t code;
	bytes number;
};

static bool is_divider(uint8_t c)
{
	return c == '.' || c == '-' || c == '_';
}

static bool take_divider(bytes *v)
{
	bool there = v->n > 0 && is_divider(v->p[0]);

	if (there)
		*v = bytes_skip(*v, 1);
	return there;
}

/* take_attached: [divider] word [divider] [number] */
static struct attached take_attached(bytes *v, const struct word *words)
{
	bytes rest = *v;

	(void)take_divider(&rest);
	for (; words->code; words++) {
		if (!bytes_equal_nocase(bytes_slice(rest, 0, words->text.n), words->text))
			continue;
		*v = bytes_skip(rest, words->text.n);
		(void)take_divider(v);
		return (struct attached){ words->code, take_while(v, is_digit) };
	}
	return (struct attached){ 0, { NULL, 0 } };
}

/* "1.0-1" is a post-release as well. */
static struct attached take_post(bytes *v)
{
	bytes rest = *v;

	if (take_octet(&rest, '-') && rest.n > 0 && is_digit(rest.p[0])) {
		bytes number = take_while(&rest, is_digit);

		*v = rest;
		return (struct attached){ POST, number };
	}
	return take_attached(v, post_words);
}

static bool key_numbers(struct version_key *k, bytes *v)
{
	bytes number = take_while(v, is_digit), rest = *v;
	size_t zeros = 0;

	if (number.n == 0)
		return false;
	do {
		*v = rest;
		if (without_zeros(number).n == 0) {
			zeros++;
			continue;
		}
		for (; zeros > 0; zeros--) {
			key_code(k, MORE);
			key_number(k, BYTES("0"));
		}
		key_code(k, MORE);
		key_number(k, number);
	} while (take_octet(&rest, '.') && (number = take_while(&rest, is_digit)).n > 0);
	key_code(k, END);
	return true;
}

static bool key_local(struct version_key *k, bytes v)
{
	if (v.n == 0) {
		key_code(k, NO_LOCAL);
		return true;
	}
	if (!take_octet(&v, '+'))
		return false;
	do {
		bytes part = take_while(&v, is_alnum);

		if (part.n == 0)
			return false;
		if (all_are(part, is_digit)) {
			key_code(k, LOCAL_NUMBER);
			key_number(k, part);
		} else {
			key_code(k, LOCAL_WORD);
			key_text_lower(k, part);
		}
	} while (take_divider(&v));
	return v.n == 0;
}

static bool key_version(struct version_key *k, bytes v)
{
	key_code(k, VERSION);
	if (v.n > 0 && to_lower(v.p[0]) == 'v')
		v = bytes_skip(v, 1);
	bytes rest = v, epoch = take_while(&rest, is_digit);

	if (epoch.n > 0 && take_octet(&rest, '!'))
		v = rest;
	else
		epoch.n = 0;
	key_number(k, epoch);
	if (!key_numbers(k, &v))
		return false;
	struct attached pre = take_attached(&v, pre_words), post = take_post(&v),
					dev = take_attached(&v, dev_words);

	if (pre.code)
		key_code(k, pre.code);
	else
		key_code(k, dev.code && !post.code ? DEV_ONLY : RELEASE);
	key_number(k, pre.number);
	key_code(k, post.code ? post.code : NO_POST);
	key_number(k, post.number);
	key_code(k, dev.code ? dev.code : NO_DEV);
	key_number(k, dev.number);
	return key_local(k, v);
}

/* -- old forms -------------------------------------------------------------------------------- */
#define WORD "*"
#define FINAL_DASH "*final-"
#define ZERO "00000000"
#define ZERO_DIGITS 8

static bool is_odd(uint8_t c)
{
	return !is_alnum(c) && c != '.' && c != '-';
}

/* Drop the last part of the key if it is this one. */
static bool drop_part(struct version_key *k, bytes part)
{
	bytes all = version_key_bytes(k), tail;

	if (all.n < part.n + 2)
		return false;
	tail = bytes_slice(all, all.n - part.n - 2, part.n + 2);
	/* What stands before a part is the 0 of another or the code in front. */
	if (tail.p[0] > OLD_FORM || !bytes_equal(bytes_slice(tail, 1, part.n), part))
		return false;
	k->n -= part.n + 1;
	return true;
}

static bool is_before_final(bytes word)
{
	bytes last = BYTES("final");

	for (size_t i = 0; i < word.n && i < last.n; i++)
		if (to_lower(word.p[i]) != last.p[i])
			return to_lower(word.p[i]) < last.p[i];
	return word.n < last.n;
}

static void key_word(struct version_key *k, bytes word)
{
	static const struct {
		bytes from, to;
	} stand_ins[] = { { BYTES_INIT("pre"), BYTES_INIT("c") },
		              { BYTES_INIT("preview"), BYTES_INIT("c") },
		              { BYTES_INIT("rc"), BYTES_INIT("c") },
		              { BYTES_INIT("dev"), BYTES_INIT("@") },
		              { BYTES_INIT("-"), BYTES_INIT("final-") } };

	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++)
		if (bytes_equal_nocase(word, stand_ins[i].from)) {
			word = stand_ins[i].to;
			break;
		}
	/* Zeros before a word do not count, dashes before a pre-release neither. */
	while (is_before_final(word) && drop_part(k, BYTES(FINAL_DASH))) {}
	while (drop_part(k, BYTES(ZERO))) {}
	key_octets(k, BYTES(WORD));
	key_text_lower(k, word);
}

static void key_old_form(struct version_key *k, bytes v)
{
	key_code(k, OLD_FORM);
	while (v.n > 0) {
		if (is_digit(v.p[0])) {
			bytes digits = take_while(&v, is_digit);

			for (size_t n = digits.n; n < ZERO_DIGITS; n++)
				key_code(k, '0');
			key_text(k, digits);
		} else if (take_octet(&v, '-')) {
			key_word(k, BYTES("-"));
		} else if (!take_octet(&v, '.')) {
			key_word(k, is_letter(v.p[0]) ? take_while(&v, is_letter) : take_while(&v, is_odd));
		}
	}
	key_word(k, BYTES("final"));
}

bool version_key_pep440(bytes v, struct version_key *k)
{
	if (!key_version(k, v)) {
		k->n = 0;
		key_old_form(k, v);
	}
	return true;
}
