/* SPDX-License-Identifier: Apache-2.0 */
/* What the comparisons of each syntax mean as intervals. */
#include "base/text.h"
#include "version/key.h"
#include "version/range_set.h"

#include <inttypes.h>
#include <stdio.h>

static int refuse(struct range_job *j, bytes op, bytes v)
{
	return err_set(j->e, ERR_FORMAT, 0, "range: '%s%s' is no comparison", SHOW(op), SHOW(v));
}

static int narrow_from(struct range_job *j, bytes v, bool open)
{
	return range_narrow(j, (struct version_interval){ .from = v, .from_open = open });
}

static int narrow_to(struct range_job *j, bytes v)
{
	return range_narrow(j, (struct version_interval){ .to = v });
}

static int narrow_between(struct range_job *j, bytes from, bytes to)
{
	return range_narrow(j, (struct version_interval){ .from = from, .to = to });
}

int range_compare_plain(struct range_job *j, bytes op, bytes v)
{
	const struct version_interval only = { .from = v, .last = v };

	if (bytes_is(op, "=") || bytes_is(op, "==") || op.n == 0)
		return range_narrow(j, only);
	if (bytes_is(op, "!="))
		return range_exclude(j, only);
	if (bytes_is(op, ">=") || bytes_is(op, ">"))
		return narrow_from(j, v, op.n == 1);
	if (bytes_is(op, "<"))
		return narrow_to(j, v);
	if (bytes_is(op, "<="))
		return range_narrow(j, (struct version_interval){ .last = v });
	return refuse(j, op, v);
}

#define NUMBERS_MOST 64
#define NUMBER_DIGITS 20

/* join: a version of n numbers, the last of them raised by `more`, between two other parts. */
static bytes join(struct range_job *j, bytes before, const uint64_t *numbers, size_t n,
                  unsigned more, const char *after)
{
	char text[NUMBERS_MOST * (NUMBER_DIGITS + 1)] = "";
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%" PRIu64, i ? "." : "",
		                        numbers[i] + (i + 1 == n ? more : 0));
	return bytes_str(arena_printf(j->arena, PRIb "%s%s", BYTESF(before), text, after));
}

/* take_numbers(v, numbers): numbers divided by dots at the front of *v; how many, or 0 when one is
 * too large or they are too many. A dot that no number follows stays. */
static size_t take_numbers(bytes *v, uint64_t *numbers)
{
	bytes rest = *v;
	size_t n = 0;

	for (;;) {
		bytes digits = take_while(&rest, is_digit);

		if (digits.n == 0)
			return n;
		if (n == NUMBERS_MOST || !text_take_u64(digits, 10, UINT64_MAX - 1, &numbers[n]))
			return 0;
		n++;
		*v = rest;
		if (!take_octet(&rest, '.'))
			return n;
	}
}

/* -- npm -------------------------------------------------------------------------------------- */

enum { MAJOR = 1, MINOR, PATCH };
/* The first pre-release: upper bounds leave those of the bound out, 1.x has those of 1.0.0. */
#define BEFORE_ALL "-0"

/* A version of which the end may be missing or x: how many numbers it has, and the least one. */
struct partial {
	size_t n;
	uint64_t numbers[NUMBERS_MOST];
	bytes least;
};

static bool is_x(uint8_t c)
{
	return c == 'x' || c == 'X' || c == '*' || c == '.';
}

static bool read_partial(struct range_job *j, bytes v, struct partial *out)
{
	bytes rest;

	(void)take_octet(&v, 'v');
	rest = v;
	memset(out->numbers, 0, PATCH * sizeof(*out->numbers));
	out->n = take_numbers(&rest, out->numbers);
	if (out->n >= PATCH || (rest.n > 0 && !all_are(rest, is_x))) {
		out->least = v;
		return out->n == PATCH;
	}
	out->least = join(j, BYTES(""), out->numbers, PATCH, 0, BEFORE_ALL);
	return true;
}

/* ^ lets everything change but the first number that is not 0. */
static size_t caret_keeps(const struct partial *p)
{
	size_t n = MAJOR;

	while (n < PATCH && n < p->n && p->numbers[n - 1] == 0)
		n++;
	return n;
}

/* The bound behind all that begin with the first n numbers. */
static bytes behind(struct range_job *j, const struct partial *p, size_t n)
{
	return join(j, BYTES(""), p->numbers, n, 1, BEFORE_ALL);
}

static int compare_wildcard(struct range_job *j, bytes op, const struct partial *p)
{
	bytes end = behind(j, p, p->n);

	if (op.n == 0 || bytes_is(op, "="))
		return narrow_between(j, p->least, end);
	if (bytes_is(op, ">"))
		return narrow_from(j, end, false);
	if (bytes_is(op, "<="))
		return narrow_to(j, end);
	return range_compare_plain(j, op, p->least);
}

int range_compare_npm(struct range_job *j, bytes op, bytes v)
{
	struct partial p;

	if (!read_partial(j, v, &p))
		return refuse(j, op, v);
	if (p.n == 0) /* * is every version, <* and >* are none */
		return bytes_is(op, "<") || bytes_is(op, ">") ? narrow_to(j, BYTES("0.0.0-0")) : 0;
	if (bytes_is(op, "^"))
		return narrow_between(j, p.least, behind(j, &p, caret_keeps(&p)));
	if (bytes_is(op, "~") || bytes_is(op, "~>"))
		return narrow_between(j, p.least, behind(j, &p, p.n < MINOR ? p.n : MINOR));
	if (p.n < PATCH)
		return compare_wildcard(j, op, &p);
	return range_compare_plain(j, op, p.least);
}

int range_hyphen(struct range_job *j, bytes from, bytes last)
{
	return range_compare_npm(j, BYTES(">="), from) < 0 ? -1
	                                                   : range_compare_npm(j, BYTES("<="), last);
}

/* -- PEP 440 ---------------------------------------------------------------------------------- */

/* Behind every post-release that anybody made. */
#define AFTER_POSTS ".post9999999999999999999"

/* N!N.N at the front of a version. */
struct release {
	bytes epoch; /* with its "!" */
	uint64_t numbers[NUMBERS_MOST];
	size_t n;
	bytes rest;
};

static bool read_release(bytes v, struct release *out)
{
	bytes rest = v, digits = take_while(&rest, is_digit);

	out->epoch = bytes_slice(v, 0, take_octet(&rest, '!') ? digits.n + 1 : 0);
	out->rest = bytes_skip(v, out->epoch.n);
	out->n = take_numbers(&out->rest, out->numbers);
	return out->n > 0;
}

/* Is v a development release, or one that its release comes behind? */
static bool is_before_release(struct range_job *j, bytes v)
{
	struct release r;
	int c = 0;

	if (bytes_search(v, BYTES("dev")) < v.n)
		return true;
	return read_release(v, &r) &&
	       version_compare(j->ordering, v, join(j, r.epoch, r.numbers, r.n, 0, ""), &c) && c < 0;
}

static int compare_prefix(struct range_job *j, bytes op, bytes v)
{
	struct release r;

	if (!read_release(v, &r) || !bytes_is(r.rest, ".*"))
		return refuse(j, op, v);
	const struct version_interval i = { .from = join(j, r.epoch, r.numbers, r.n, 0, ".dev0"),
		                                .to = join(j, r.epoch, r.numbers, r.n, 1, ".dev0") };

	if (bytes_is(op, "=="))
		return range_narrow(j, i);
	return bytes_is(op, "!=") ? range_exclude(j, i) : refuse(j, op, v);
}

/* "~= 2.2.3" is ">= 2.2.3, == 2.2.*". */
static int compare_compatible(struct range_job *j, bytes op, bytes v)
{
	struct release r;

	if (!read_release(v, &r) || r.n < 2)
		return refuse(j, op, v);
	return narrow_between(j, v, join(j, r.epoch, r.numbers, r.n - 1, 1, ".dev0"));
}

int range_compare_pep440(struct range_job *j, bytes op, bytes v)
{
	if (bytes_ends(v, BYTES("*")))
		return compare_prefix(j, op, v);
	if (bytes_is(op, "~="))
		return compare_compatible(j, op, v);
	/* Neither the pre-releases of what is excluded nor its post-releases. */
	if (bytes_is(op, "<") && !is_before_release(j, v))
		return narrow_to(j, bytes_str(arena_printf(j->arena, PRIb ".dev0", BYTESF(v))));
	if (bytes_is(op, ">") && bytes_search(v, BYTES("post")) == v.n && !is_before_release(j, v))
		return narrow_from(j, bytes_str(arena_printf(j->arena, PRIb AFTER_POSTS, BYTESF(v))), true);
	return range_compare_plain(j, bytes_is(op, "===") ? BYTES("==") : op, v);
}

/* -- gem -------------------------------------------------------------------------------------- */

/* "~> 2.2.3" is ">= 2.2.3, < 2.3", without the pre-releases of 2.3: A is the first word there
 * is. */
int range_compare_gem(struct range_job *j, bytes op, bytes v)
{
	uint64_t numbers[NUMBERS_MOST];
	bytes rest = v;

	if (!bytes_is(op, "~>"))
		return range_compare_plain(j, op, v);
	size_t n = take_numbers(&rest, numbers);

	if (n == 0)
		return refuse(j, op, v);
	return narrow_between(j, v, join(j, BYTES(""), numbers, n > 1 ? n - 1 : n, 1, ".A"));
}

/* -- braces ----------------------------------------------------------------------------------- */

static int refuse_braces(struct range_job *j, bytes text)
{
	return err_set(j->e, ERR_FORMAT, 0, "range: '%s' is no interval", SHOW(text));
}

/* What stands between the braces: both bounds, or one version in [ ]. */
static bool read_bounds(bytes inside, bool from_open, bool to_open, struct version_interval *out)
{
	size_t comma = bytes_find(inside, ',');
	bytes from = bytes_trim(bytes_slice(inside, 0, comma)),
		  to = bytes_trim(bytes_skip(inside, comma + 1));

	if (comma == inside.n) {
		if (from_open || to_open || from.n == 0)
			return false;
		to = from;
	}
	*out = (struct version_interval){ .from = from, .from_open = from_open && from.n > 0 };
	*(to_open ? &out->to : &out->last) = to;
	return true;
}

/* One interval at the front of *text, with its braces. */
static int read_braces(struct range_job *j, bytes *text)
{
	struct version_interval i;
	size_t end = 1;

	while (end < text->n && text->p[end] != ')' && text->p[end] != ']')
		end++;
	if ((text->p[0] != '(' && text->p[0] != '[') || end == text->n ||
	    !read_bounds(bytes_slice(*text, 1, end - 1), text->p[0] == '(', text->p[end] == ')', &i))
		return refuse_braces(j, *text);
	*text = bytes_trim(bytes_skip(*text, end + 1));
	if (range_begin(j) < 0 || range_narrow(j, i) < 0)
		return -1;
	return range_end(j);
}

int range_parse_braces(struct range_job *j, bytes text)
{
	do {
		text = bytes_trim(text);
		if (text.n == 0)
			return refuse_braces(j, text);
		if (read_braces(j, &text) < 0)
			return -1;
	} while (take_octet(&text, ','));
	return text.n == 0 ? 0 : refuse_braces(j, text);
}
