/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/dockerfile_vars.h"

#include "base/buf.h"
#include "base/limits.h"

static bool is_name(uint8_t c)
{
	uint8_t low = c | 0x20;

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bytes take_name(bytes *rest)
{
	size_t n = 0;

	while (n < rest->n && is_name(rest->p[n]))
		n++;
	bytes name = bytes_slice(*rest, 0, n);

	*rest = bytes_skip(*rest, n);
	return name;
}

/* rest stands behind "${"; false when it is not closed. */
static bool take_braced(bytes *rest, struct dockerfile_var *out)
{
	size_t depth = 1, n = 0;

	for (; n < rest->n; n++) {
		if (rest->p[n] == '\\')
			n++;
		else if (rest->p[n] == '{')
			depth++;
		else if (rest->p[n] == '}' && --depth == 0)
			break;
	}
	if (n >= rest->n)
		return false;
	bytes inside = bytes_slice(*rest, 0, n);

	*rest = bytes_skip(*rest, n + 1);
	out->name = take_name(&inside);
	out->colon = bytes_take_prefix(&inside, BYTES(":"));
	if (inside.n > 0) {
		out->modifier = inside.p[0];
		inside = bytes_skip(inside, 1);
		out->twice = strchr("#%/", out->modifier) && inside.n > 0 && inside.p[0] == out->modifier;
		out->word = bytes_skip(inside, out->twice);
	}
	return out->name.n > 0;
}

/* A variable that begins right at `at`. */
static bool var_at(bytes text, size_t at, struct dockerfile_var *out)
{
	bytes rest = bytes_skip(text, at);

	*out = (struct dockerfile_var){ .from = at };
	if (!bytes_take_prefix(&rest, BYTES("$")))
		return false;
	bool found = bytes_take_prefix(&rest, BYTES("{"))
	                 ? take_braced(&rest, out)
	                 : (out->name = take_name(&rest)).n > 0;

	out->to = text.n - rest.n;
	return found;
}

bool dockerfile_var_next(bytes text, uint8_t escape, size_t *at, struct dockerfile_var *out)
{
	bool single = false, twice = false;

	for (size_t i = *at; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '\'' && !twice)
			single = !single;
		else if (single)
			continue;
		else if (c == '"')
			twice = !twice;
		else if (c == escape)
			i++;
		else if (var_at(text, i, out)) {
			*at = out->to;
			return true;
		}
	}
	*at = text.n;
	return false;
}

/* -- expansion -------------------------------------------------------------------------------- */

struct expansion {
	uint8_t escape;
	dockerfile_lookup *lookup;
	const void *context;
	buf out;
};

static void expand(struct expansion *x, bytes text, unsigned depth);

/* What a default may make of a hostile file: quadratic; beyond it nothing is added. */
static void put(struct expansion *x, bytes text)
{
	if (text.n <= x->out.max - x->out.n)
		buf_put(&x->out, text);
}

/* A prefix or suffix without wildcards is taken off; other patterns leave the value as it is. */
static bytes cut(const struct dockerfile_var *v, bytes value)
{
	if (v->modifier == '#')
		(void)bytes_take_prefix(&value, v->word);
	else if (v->modifier == '%' && bytes_ends(value, v->word))
		value.n -= v->word.n;
	return value;
}

static void expand_var(struct expansion *x, const struct dockerfile_var *v, unsigned depth)
{
	bytes value = { 0 };
	bool set = x->lookup(x->context, v->name, &value);
	bool counts = set && !(v->colon && value.n == 0);

	if (v->modifier == '-' && !counts)
		expand(x, v->word, depth + 1);
	else if (v->modifier == '+' && counts)
		expand(x, v->word, depth + 1);
	else if (v->modifier != '+')
		put(x, cut(v, value));
}

static void expand(struct expansion *x, bytes text, unsigned depth)
{
	uint8_t quote = 0;
	struct dockerfile_var v;

	for (size_t i = 0; i < text.n && depth < DOCKERFILE_VARS_DEPTH; i++) {
		uint8_t c = text.p[i];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
		} else if (c == x->escape && quote != '\'' && i + 1 < text.n) {
			put(x, bytes_slice(text, ++i, 1));
		} else if (quote != '\'' && var_at(text, i, &v)) {
			expand_var(x, &v, depth);
			i = v.to - 1;
		} else {
			put(x, bytes_slice(text, i, 1));
		}
	}
}

bytes dockerfile_expand(bytes text, uint8_t escape, dockerfile_lookup *lookup, const void *context,
                        struct arena *a)
{
	struct expansion x = { escape, lookup, context, BUF_INIT(LIMIT_PATH) };

	expand(&x, text, 0);
	bytes result = arena_bytes(a, buf_bytes(&x.out));

	buf_done(&x.out);
	return result;
}
