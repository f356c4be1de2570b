/* SPDX-License-Identifier: Apache-2.0 */
/* What a scalar stands for: YAML 1.1's booleans, null and numbers as the reader of Kubernetes
 * (sigs.k8s.io/yaml over goyaml v2, resolve.go) takes them, and tags that ask for one of them. */
#include "base/base64.h"
#include "base/buf.h"
#include "base/text.h"
#include "fmt/yaml_build.h"

#include <stdlib.h>

#define CORE "tag:yaml.org,2002:"

/* Its text is looked at: it is plain, or a tag names such a type. */
static bool is_typed(const struct yaml_node *n)
{
	return n && n->kind == YAML_SCALAR && n->typed;
}

bool yaml_is_null(const struct yaml_node *n)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	n = yaml_real(n);
	if (!n)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && is_typed(n); i++)
		if (bytes_is(n->text, words[i]))
			return true;
	return false;
}

bool yaml_bool(const struct yaml_node *n, bool *out)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES",
		                               "on",   "On",   "ON",   "y",   "Y" };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO",
		                              "off",   "Off",   "OFF",   "n",  "N" };

	n = yaml_real(n);
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes) && is_typed(n); i++)
		if (bytes_is(n->text, yes[i]) || bytes_is(n->text, no[i])) {
			*out = bytes_is(n->text, yes[i]);
			return true;
		}
	return false;
}

/* -- numbers ---------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* 0 or 1 of the signs. */
static bool take_sign(bytes *s)
{
	bool negative = bytes_take_prefix(s, BYTES("-"));

	if (!negative)
		(void)bytes_take_prefix(s, BYTES("+"));
	return negative;
}

static unsigned take_base(bytes *s)
{
	uint8_t mark = s->n > 2 && s->p[0] == '0' ? s->p[1] | 0x20 : 0;
	unsigned base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;

	if (base > 0)
		*s = bytes_skip(*s, 2);
	else
		base = s->n > 1 && s->p[0] == '0' ? 8 : 10;
	return base;
}

static unsigned digit_of(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10U : 16;
}

static bool take_whole(bytes s, int64_t *out)
{
	bool negative = take_sign(&s);
	unsigned base = take_base(&s);
	int64_t value = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = digit_of(s.p[i]);

		if (digit >= base || value > (INT64_MAX - (int64_t)digit) / (int64_t)base)
			return false;
		value = value * (int64_t)base + (int64_t)digit;
	}
	*out = negative ? -value : value;
	return s.n > 0;
}

static size_t take_digits(bytes *s)
{
	size_t n = 0;

	while (n < s->n && is_digit(s->p[n]))
		n++;
	*s = bytes_skip(*s, n);
	return n;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_fraction(bytes s)
{
	(void)take_sign(&s);
	size_t digits = take_digits(&s);

	if (bytes_take_prefix(&s, BYTES(".")))
		digits += take_digits(&s);
	if (digits == 0)
		return false;
	if (bytes_take_prefix(&s, BYTES("e")) || bytes_take_prefix(&s, BYTES("E"))) {
		(void)take_sign(&s);
		digits = take_digits(&s);
	}
	return digits > 0 && s.n == 0;
}

enum number { NO_NUMBER, WHOLE, FRACTION };

/* A fraction may be a whole number all the same: the reader makes JSON of it, where 0.0, 0e5 and
 * 1e-400 are written "0". *out_exact: *out is its value. */
static enum number number_of(bytes text, int64_t *out, bool *out_exact)
{
	buf digits = BUF_INIT(LIMIT_SETTINGS);
	enum number found = NO_NUMBER;

	*out_exact = false;
	if (text.n == 0 || !(is_digit(text.p[0]) || bytes_find(BYTES("+-."), text.p[0]) < 3))
		return NO_NUMBER;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '_' || text.p[0] == '.')
			buf_putc(&digits, text.p[i]);
	bytes s = buf_bytes(&digits);

	if (take_whole(s, out)) {
		*out_exact = true;
		found = WHOLE;
	} else if (is_fraction(s)) {
		buf_putc(&digits, '\0');
		double value = strtod((const char *)buf_bytes(&digits).p, NULL);

		*out_exact = value > -0x1p63 && value < 0x1p63 && value == (double)(int64_t)value;
		*out = *out_exact ? (int64_t)value : 0;
		found = FRACTION;
	}
	buf_done(&digits);
	return found;
}

bool yaml_i64(const struct yaml_node *n, int64_t *out)
{
	int64_t value;
	bool exact = false;

	n = yaml_real(n);
	if (!is_typed(n) || number_of(n->text, &value, &exact) == NO_NUMBER || !exact)
		return false;
	*out = value;
	return true;
}

bool yaml_is_string(const struct yaml_node *n)
{
	bool truth;
	int64_t number;

	n = yaml_real(n);
	if (!n || n->kind != YAML_SCALAR || yaml_is_null(n))
		return false;
	return !n->typed ||
	       (!yaml_bool(n, &truth) && number_of(n->text, &number, &truth) == NO_NUMBER);
}

/* -- tags ------------------------------------------------------------------------------------- */

static int decode(struct yaml_builder *b, struct yaml_node *n)
{
	buf letters = BUF_INIT(LIMIT_SETTINGS);

	for (size_t i = 0; i < n->text.n; i++)
		if (n->text.p[i] != '\n' && n->text.p[i] != '\r')
			buf_putc(&letters, n->text.p[i]);
	bool good = base64_decode(buf_bytes(&letters), b->arena, &n->text);

	buf_done(&letters);
	return good ? 0 : err_set(b->e, ERR_FORMAT, 0, "a !!binary value that is no base64");
}

int yaml_resolve(struct yaml_builder *b, struct yaml_node *n)
{
	bytes type = n->tag;
	int64_t number;
	bool truth, good = true;

	n->typed = n->style == YAML_PLAIN; /* a tag of an application's own says nothing about it */
	if (!bytes_take_prefix(&type, BYTES(CORE)))
		return 0;
	if (bytes_is(type, "binary"))
		return decode(b, n);
	n->typed = true;
	if (bytes_is(type, "null"))
		good = yaml_is_null(n);
	else if (bytes_is(type, "bool"))
		good = yaml_bool(n, &truth);
	else if (bytes_is(type, "int"))
		good = number_of(n->text, &number, &truth) == WHOLE;
	else if (bytes_is(type, "float"))
		good = number_of(n->text, &number, &truth) != NO_NUMBER;
	else
		n->typed = false; /* any other is a string */
	return good ? 0
	            : err_set(b->e, ERR_FORMAT, 0, "a value that its tag, !!%s, does not fit",
	                      text_shown(b->arena, type));
}
