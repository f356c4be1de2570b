/* SPDX-License-Identifier: Apache-2.0 */
#include "model/licence.h"

#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "model/licence_table.h"

/* Parentheses in each other; real expressions have two. */
#define DEPTH_MAX 32
/* Of words that SPDX does not know, this much stands in their name. */
#define REF_NAME_MAX 40

/* Names with one meaning. Sources: Fedora's "Good Licenses" before 2022 (the F names), Debian's
 * copyright-format 1.0 section 7.1 (D), and titles that languages' package indexes write (T). */
static const struct {
	bytes name;
	const char *id;
} aliases[] = {
	{ BYTES_INIT("ASL 1.1"), "Apache-1.1" },                     /* F */
	{ BYTES_INIT("ASL 2.0"), "Apache-2.0" },                     /* F */
	{ BYTES_INIT("Apache 2.0"), "Apache-2.0" },                  /* T */
	{ BYTES_INIT("Apache License 2.0"), "Apache-2.0" },          /* T */
	{ BYTES_INIT("Apache License, Version 2.0"), "Apache-2.0" }, /* T */
	{ BYTES_INIT("Artistic 2.0"), "Artistic-2.0" },              /* F */
	{ BYTES_INIT("Boost"), "BSL-1.0" },                          /* F */
	{ BYTES_INIT("BSD-2-clause license"), "BSD-2-Clause" },      /* T */
	{ BYTES_INIT("BSD-3-clause license"), "BSD-3-Clause" },      /* T */
	{ BYTES_INIT("CC0"), "CC0-1.0" },                            /* F, D */
	{ BYTES_INIT("Expat"), "MIT" },                              /* D */
	{ BYTES_INIT("ISC License"), "ISC" },                        /* T */
	{ BYTES_INIT("MIT License"), "MIT" },                        /* T */
	{ BYTES_INIT("The MIT License"), "MIT" },                    /* T */
	{ BYTES_INIT("MPLv1.1"), "MPL-1.1" },                        /* F */
	{ BYTES_INIT("MPLv2.0"), "MPL-2.0" },                        /* F */
	{ BYTES_INIT("Unlicense License"), "Unlicense" },            /* T */
};

static uint8_t lowered(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static int compare_nocase(bytes a, bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++)
		if (lowered(a.p[i]) != lowered(b.p[i]))
			return lowered(a.p[i]) < lowered(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

/* "License expression ... identifiers should be matched in a case-insensitive manner." */
static bool find_id(bytes name, bool exception, bytes *out)
{
	size_t low = 0, high = licence_ids_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare_nocase(name, licence_ids[middle].id);

		if (c == 0) {
			*out = licence_ids[middle].id;
			return licence_ids[middle].is_exception == exception;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static bool take_nocase(bytes *s, const char *word)
{
	bytes front = bytes_slice(*s, 0, strlen(word));

	if (!bytes_equal_nocase(front, bytes_str(word)))
		return false;
	*s = bytes_skip(*s, front.n);
	return true;
}

/* The GNU licences in all the ways they are written: GPLv2+, GPL-2, LGPL2.1+, GPL-2.0 (an
 * identifier the list calls deprecated, for it leaves open which of the two is meant in words; by
 * the list GPL-2.0 is GPL-2.0-only and GPL-2.0+ is GPL-2.0-or-later). */
static bool find_gnu(bytes name, bytes *out)
{
	const char *family = NULL;
	char id[32];
	bytes rest = name;

	if (take_nocase(&rest, "AGPL"))
		family = "AGPL";
	else if (take_nocase(&rest, "LGPL"))
		family = "LGPL";
	else if (take_nocase(&rest, "GPL"))
		family = "GPL";
	if (!family)
		return false;
	(void)take_nocase(&rest, "-"); /* both are optional */
	(void)take_nocase(&rest, "v");
	bool later = bytes_ends(rest, BYTES("+"));
	bytes version = bytes_slice(rest, 0, rest.n - later);

	if (version.n != 1 && version.n != 3)
		return false;
	buf b = BUF_INIT(sizeof(id));

	buf_printf(&b, "%s-%c.%c-%s", family, version.p[0], version.n == 3 ? version.p[2] : '0',
	           later ? "or-later" : "only");
	bool known = (version.n == 1 || version.p[1] == '.') && find_id(buf_bytes(&b), false, out);

	buf_done(&b);
	return known;
}

/* put_licence(out, name): "An SPDX License List Short Form Identifier with a unary "+" operator
 * suffix" is that version or a later one. */
static bool put_licence(buf *out, bytes name)
{
	bytes id = { 0 };
	bool known = false, later = false;

	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases) && !known; i++) {
		known = bytes_equal_nocase(name, aliases[i].name);
		id = bytes_str(aliases[i].id);
	}
	if (!known && !find_gnu(name, &id) && !find_id(name, false, &id)) {
		later = bytes_ends(name, BYTES("+"));
		if (!later || !find_id(bytes_slice(name, 0, name.n - 1), false, &id))
			return false;
	}
	buf_put(out, id);
	if (later)
		buf_putc(out, '+');
	return true;
}

/* -- expressions (SPDX 2.3, annex D.2) --------------------------------------------------------- */

struct expression {
	bytes rest;
	buf out;
	unsigned depth;   /* open parentheses */
	size_t operators; /* and parentheses: 0 is a single identifier */
	bool want_name;   /* an operand comes next, not an operator */
	bool after_name;  /* what came last is one identifier: an exception may follow */
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_parenthesis(uint8_t c)
{
	return c == '(' || c == ')';
}

/* peek_word(rest): drop the blanks before the next word or parenthesis; empty at the end. */
static bytes peek_word(bytes *rest)
{
	size_t n = 0;

	while (rest->n > 0 && is_blank(rest->p[0]))
		*rest = bytes_skip(*rest, 1);
	if (rest->n > 0 && is_parenthesis(rest->p[0]))
		return bytes_slice(*rest, 0, 1);
	while (n < rest->n && !is_blank(rest->p[n]) && !is_parenthesis(rest->p[n]))
		n++;
	return bytes_slice(*rest, 0, n);
}

/* "AND", "OR" and "WITH" are upper case; Fedora and Alpine's older packages write them small. */
static const char *operator_of(bytes word)
{
	static const char *const names[] = { "AND", "OR", "WITH" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_equal_nocase(word, bytes_str(names[i])))
			return names[i];
	return NULL;
}

/* take_name(x): a run of words up to an operator or parenthesis; "ASL 2.0" is one name. */
static bytes take_name(struct expression *x)
{
	bytes word = peek_word(&x->rest);
	const uint8_t *start = word.p, *end = start;

	while (word.n > 0 && !is_parenthesis(word.p[0]) && !operator_of(word)) {
		end = word.p + word.n;
		x->rest = bytes_skip(x->rest, word.n);
		word = peek_word(&x->rest);
	}
	return bytes_of(start, (size_t)(end - start));
}

static bool put_operand(struct expression *x)
{
	bytes word = peek_word(&x->rest);

	if (bytes_is(word, "(")) {
		x->rest = bytes_skip(x->rest, 1);
		buf_putc(&x->out, '(');
		x->operators++;
		return ++x->depth <= DEPTH_MAX;
	}
	x->want_name = false;
	x->after_name = true;
	return put_licence(&x->out, take_name(x));
}

static bool put_operator(struct expression *x)
{
	bytes word = peek_word(&x->rest), id;
	const char *name = operator_of(word);
	bool after_name = x->after_name;

	x->operators++;
	x->after_name = false;
	x->rest = bytes_skip(x->rest, word.n);
	if (bytes_is(word, ")")) {
		buf_putc(&x->out, ')');
		return x->depth-- > 0;
	}
	if (!name)
		return false;
	buf_printf(&x->out, " %s ", name);
	x->want_name = strcmp(name, "WITH") != 0;
	if (x->want_name)
		return true;
	if (!after_name || !find_id(take_name(x), true, &id))
		return false;
	buf_put(&x->out, id);
	return true;
}

static bool read_expression(struct expression *x)
{
	while (peek_word(&x->rest).n > 0)
		if (!(x->want_name ? put_operand(x) : put_operator(x)))
			return false;
	return !x->want_name && x->depth == 0;
}

struct licence licence_of(bytes written, struct arena *a)
{
	struct licence licence = { LICENCE_TEXT, bytes_trim(written) };
	/* Each name is replaced by one of the list, which is at most four times as long. */
	struct expression x = { .rest = licence.text,
		                    .out = BUF_INIT(4 * written.n + 64),
		                    .want_name = true };

	if (licence.text.n == 0)
		return (struct licence){ 0 };
	if (read_expression(&x)) {
		licence.kind = x.operators > 0 ? LICENCE_EXPRESSION : LICENCE_ID;
		/* "CDDL-1.0+" is an expression: the list has no such identifier. */
		if (bytes_ends(buf_bytes(&x.out), BYTES("+")))
			licence.kind = LICENCE_EXPRESSION;
		licence.text = arena_bytes(a, buf_bytes(&x.out));
	}
	buf_done(&x.out);
	return licence;
}

/* "LicenseRef-"[idstring]: letters, digits, '-' and '.' (annex D.2). The digest tells apart what
 * looks alike once other characters are gone. */
const char *licence_ref(bytes text, struct arena *a)
{
	buf b = BUF_INIT(REF_NAME_MAX + 64);
	digest d = digest_of(DIGEST_SHA256, text);

	buf_puts(&b, "LicenseRef-");
	for (size_t i = 0; i < text.n && i < REF_NAME_MAX; i++) {
		uint8_t c = lowered(text.p[i]);
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';

		buf_putc(&b, plain ? text.p[i] : '-');
	}
	buf_putc(&b, '-');
	text_hex(&b, bytes_of(d.value, 4));
	const char *ref = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return ref;
}
