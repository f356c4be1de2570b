/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that make texts of texts: Go's printf, Sprig's strings, toYaml. */
#include "base/limits.h"
#include "base/text.h"
#include "rule/helm_call.h"

#define INDENT_MOST 200

static struct helm_text *new_text(const struct helm_call *c)
{
	return arena_new(c->h->r->arena, struct helm_text);
}

/* Octets that a function made out of v. */
static void put_made(const struct helm_call *c, struct helm_text *t, bytes octets,
                     struct helm_value v)
{
	helm_put(c->h, t, octets, (struct helm_run){ .part = v.part });
}

static bool quote(const struct helm_call *c, const char *mark)
{
	struct helm_text *t = new_text(c);

	for (size_t i = 0; i < c->len; i++) {
		struct helm_value v = c->args[i];
		bool whole = v.part && v.part->origin && v.part->kind == YAML_SCALAR;
		struct helm_run run = { .kind = whole ? HELM_VALUE : HELM_COMPUTED, .part = v.part };

		if (helm_is_nil(v))
			continue;
		helm_put(c->h, t, bytes_str(mark), run);
		helm_print(c->h, v, t);
		helm_put(c->h, t, bytes_str(mark), run);
	}
	return helm_give_text(c, t);
}

static bool fn_quote(const struct helm_call *c)
{
	return quote(c, "\"");
}

static bool fn_squote(const struct helm_call *c)
{
	return quote(c, "'");
}

static bool indent(const struct helm_call *c, bool line)
{
	struct helm_text *from = helm_text_of(c->h, c->args[1]), *t = new_text(c);
	bytes octets = helm_octets(from), spaces;
	char blank[INDENT_MOST];
	int64_t n;

	if (!helm_number(c->args[0], &n) || n < 0 || n > INDENT_MOST)
		return helm_wrong(c, "an indentation that is none");
	memset(blank, ' ', sizeof(blank));
	spaces = arena_bytes(c->h->r->arena, bytes_of(blank, (size_t)n));
	if (line)
		put_made(c, t, BYTES("\n"), (struct helm_value){ 0 });
	for (size_t at = 0;;) {
		size_t end = at + bytes_find(bytes_skip(octets, at), '\n');

		put_made(c, t, spaces, (struct helm_value){ 0 });
		helm_put_part(c->h, t, from, at, end);
		if (end >= octets.n)
			break;
		put_made(c, t, BYTES("\n"), (struct helm_value){ 0 });
		at = end + 1;
	}
	return helm_give_text(c, t);
}

static bool fn_indent(const struct helm_call *c)
{
	return indent(c, false);
}

static bool fn_nindent(const struct helm_call *c)
{
	return indent(c, true);
}

/* The octets [from, to) of the last argument. */
static bool part_of(const struct helm_call *c, size_t from, size_t to)
{
	struct helm_text *whole = helm_text_of(c->h, *helm_last(c)), *t = new_text(c);

	if (from == 0 && to == whole->octets.len)
		return helm_give(c, *helm_last(c));
	put_made(c, t, bytes_slice(helm_octets(whole), from, to - from), *helm_last(c));
	return helm_give_text(c, t);
}

static bool fn_trunc(const struct helm_call *c)
{
	size_t len = helm_string(*helm_last(c)).n;
	int64_t n;

	if (!helm_number(c->args[0], &n))
		return helm_wrong(c, "trunc without a number");
	if (n < 0)
		return part_of(c, (size_t)-n < len ? len - (size_t)-n : 0, len);
	return part_of(c, 0, (size_t)n < len ? (size_t)n : len);
}

static bool fn_trim_suffix(const struct helm_call *c)
{
	bytes s = helm_string(*helm_last(c)), end = helm_string(c->args[0]);

	return part_of(c, 0, bytes_ends(s, end) ? s.n - end.n : s.n);
}

static bool fn_trim_prefix(const struct helm_call *c)
{
	bytes s = helm_string(*helm_last(c)), front = helm_string(c->args[0]);

	return part_of(c, bytes_starts(s, front) ? front.n : 0, s.n);
}

static bool fn_trim(const struct helm_call *c)
{
	struct helm_text *whole = helm_text_of(c->h, *helm_last(c)), *t = new_text(c);
	bytes s = helm_octets(whole), inside = bytes_trim(s);
	size_t from = inside.n > 0 ? bytes_search(s, inside) : 0;

	helm_put_part(c->h, t, whole, from, from + inside.n);
	return helm_give_text(c, t);
}

static bool fn_replace(const struct helm_call *c)
{
	bytes s = helm_string(c->args[2]), old = helm_string(c->args[0]);
	struct helm_text *t = new_text(c);

	while (old.n > 0 && s.n > 0) {
		size_t at = bytes_search(s, old);

		put_made(c, t, bytes_slice(s, 0, at), c->args[2]);
		if (at >= s.n)
			return helm_give_text(c, t);
		put_made(c, t, helm_string(c->args[1]), c->args[2]);
		s = bytes_skip(s, at + old.n);
	}
	put_made(c, t, s, c->args[2]);
	return helm_give_text(c, t);
}

static bool change_case(const struct helm_call *c, uint8_t from, uint8_t to, int by)
{
	bytes s = arena_bytes(c->h->r->arena, helm_string(*helm_last(c)));
	uint8_t *octets = arena_alloc(c->h->r->arena, s.n + 1);
	struct helm_text *t = new_text(c);

	for (size_t i = 0; i < s.n; i++)
		octets[i] = s.p[i] >= from && s.p[i] <= to ? (uint8_t)(s.p[i] + by) : s.p[i];
	put_made(c, t, bytes_of(octets, s.n), *helm_last(c));
	return helm_give_text(c, t);
}

static bool fn_lower(const struct helm_call *c)
{
	return change_case(c, 'A', 'Z', 32);
}

static bool fn_upper(const struct helm_call *c)
{
	return change_case(c, 'a', 'z', -32);
}

static bool fn_printf(const struct helm_call *c)
{
	bytes format = helm_string(c->args[0]);
	struct helm_text *t = new_text(c);
	size_t next = 1;

	while (format.n > 0) {
		size_t at = bytes_find(format, '%');

		put_made(c, t, bytes_slice(format, 0, at), (struct helm_value){ 0 });
		if (at + 1 >= format.n)
			break;
		uint8_t verb = format.p[at + 1];

		format = bytes_skip(format, at + 2);
		if (verb == '%') {
			put_made(c, t, BYTES("%"), (struct helm_value){ 0 });
			continue;
		}
		if (next >= c->len || !strchr("sdvq", verb))
			return helm_wrong(c, "a format that is not understood");
		if (verb == 'q')
			put_made(c, t, BYTES("\""), (struct helm_value){ 0 });
		put_made(c, t, helm_string(c->args[next]), c->args[next]);
		if (verb == 'q')
			put_made(c, t, BYTES("\""), (struct helm_value){ 0 });
		next++;
	}
	return helm_give_text(c, t);
}

static bool fn_print(const struct helm_call *c)
{
	struct helm_text *t = new_text(c);

	for (size_t i = 0; i < c->len; i++)
		put_made(c, t, helm_string(c->args[i]), c->args[i]);
	return helm_give_text(c, t);
}

static bool fn_to_string(const struct helm_call *c)
{
	return helm_give(c, helm_is_string(*helm_last(c))
	                        ? *helm_last(c)
	                        : helm_of(c->h, helm_string(*helm_last(c)), true));
}

static bool fn_contains(const struct helm_call *c)
{
	bytes s = helm_string(c->args[1]), wanted = helm_string(c->args[0]);

	return helm_give_bool(c, wanted.n == 0 || bytes_search(s, wanted) < s.n);
}

static bool fn_has_prefix(const struct helm_call *c)
{
	return helm_give_bool(c, bytes_starts(helm_string(c->args[1]), helm_string(c->args[0])));
}

static bool fn_has_suffix(const struct helm_call *c)
{
	return helm_give_bool(c, bytes_ends(helm_string(c->args[1]), helm_string(c->args[0])));
}

/* What nobody can read in a rendered chart is nothing that a rule looks at. */
static bool fn_opaque(const struct helm_call *c)
{
	struct helm_text *t = new_text(c);

	put_made(c, t, BYTES("b3BhcXVl"), *helm_last(c));
	return helm_give_text(c, t);
}

static bool fn_to_yaml(const struct helm_call *c)
{
	struct helm_value v = *helm_last(c);
	struct helm_text *t = new_text(c);
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct helm_run run = { .kind = HELM_VALUE, .part = v.part };

	if (v.text || !v.part) {
		helm_print(c->h, v, t);
		return helm_give_text(c, t);
	}
	rendered_text(v.part, &text);
	helm_put(c->h, t, bytes_trim(buf_bytes(&text)), run);
	buf_done(&text);
	return helm_give_text(c, t);
}

const struct helm_function helm_text_functions[] = {
	{ "b64enc", 1, fn_opaque },
	{ "contains", 2, fn_contains },
	{ "hasPrefix", 2, fn_has_prefix },
	{ "hasSuffix", 2, fn_has_suffix },
	{ "indent", 2, fn_indent },
	{ "lower", 1, fn_lower },
	{ "nindent", 2, fn_nindent },
	{ "print", 1, fn_print },
	{ "printf", 1, fn_printf },
	{ "quote", 0, fn_quote },
	{ "randAlphaNum", 1, fn_opaque },
	{ "replace", 3, fn_replace },
	{ "sha256sum", 1, fn_opaque },
	{ "squote", 0, fn_squote },
	{ "toString", 1, fn_to_string },
	{ "toYaml", 1, fn_to_yaml },
	{ "trim", 1, fn_trim },
	{ "trimPrefix", 2, fn_trim_prefix },
	{ "trimSuffix", 2, fn_trim_suffix },
	{ "trunc", 2, fn_trunc },
	{ "upper", 1, fn_upper },
	{ 0 },
};
