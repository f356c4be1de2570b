/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that charts use: those of Go's templates, of Sprig, and Helm's own. */
#include "base/text.h"
#include "rule/helm_call.h"

bool helm_number(struct helm_value v, int64_t *out)
{
	bytes s = helm_string(v);
	bool minus = bytes_take_prefix(&s, BYTES("-"));
	uint64_t n;

	if (!text_take_u64(bytes_slice(s, 0, bytes_find(s, '.')), 10, INT64_MAX, &n))
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool give_number(const struct helm_call *c, int64_t n)
{
	return helm_give(
		c, helm_of(c->h, bytes_str(arena_printf(c->h->r->arena, "%lld", (long long)n)), false));
}

/* -- what is and what is not ------------------------------------------------------------------ */

static bool fn_default(const struct helm_call *c)
{
	return helm_give(c, helm_is_true(*helm_last(c)) ? *helm_last(c) : c->args[0]);
}

static bool fn_coalesce(const struct helm_call *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (helm_is_true(c->args[i]))
			return helm_give(c, c->args[i]);
	return helm_give(c, (struct helm_value){ 0 });
}

static bool fn_ternary(const struct helm_call *c)
{
	return helm_give(c, c->args[helm_is_true(c->args[2]) ? 0 : 1]);
}

static bool fn_required(const struct helm_call *c)
{
	if (helm_is_nil(*helm_last(c)) ||
	    (helm_is_string(*helm_last(c)) && !helm_is_true(*helm_last(c))))
		return helm_wrong(c, "it needs a value that the chart does not give");
	return helm_give(c, *helm_last(c));
}

static bool fn_fail(const struct helm_call *c)
{
	return helm_wrong(c, "it fails with the chart's own values");
}

static bool fn_empty(const struct helm_call *c)
{
	return helm_give_bool(c, !helm_is_true(*helm_last(c)));
}

static bool fn_not(const struct helm_call *c)
{
	return helm_give_bool(c, !helm_is_true(*helm_last(c)));
}

static bool fn_and(const struct helm_call *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (!helm_is_true(c->args[i]))
			return helm_give(c, c->args[i]);
	return helm_give(c, *helm_last(c));
}

static bool fn_or(const struct helm_call *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (helm_is_true(c->args[i]))
			return helm_give(c, c->args[i]);
	return helm_give(c, *helm_last(c));
}

static bool equal(struct helm_value x, struct helm_value y)
{
	return helm_is_nil(x) == helm_is_nil(y) && bytes_equal(helm_string(x), helm_string(y));
}

static bool fn_eq(const struct helm_call *c)
{
	for (size_t i = 1; i < c->len; i++)
		if (equal(c->args[0], c->args[i]))
			return helm_give_bool(c, true);
	return helm_give_bool(c, false);
}

static bool fn_ne(const struct helm_call *c)
{
	return helm_give_bool(c, !equal(c->args[0], c->args[1]));
}

static bool compare(const struct helm_call *c, int *out)
{
	int64_t x, y;

	if (!helm_number(c->args[0], &x) || !helm_number(c->args[1], &y))
		return helm_wrong(c, "a comparison of what are no numbers");
	*out = (x > y) - (x < y);
	return true;
}

static bool fn_lt(const struct helm_call *c)
{
	int order;

	return compare(c, &order) && helm_give_bool(c, order < 0);
}

static bool fn_le(const struct helm_call *c)
{
	int order;

	return compare(c, &order) && helm_give_bool(c, order <= 0);
}

static bool fn_gt(const struct helm_call *c)
{
	int order;

	return compare(c, &order) && helm_give_bool(c, order > 0);
}

static bool fn_ge(const struct helm_call *c)
{
	int order;

	return compare(c, &order) && helm_give_bool(c, order >= 0);
}

static bool fn_kind_is(const struct helm_call *c)
{
	bytes kind = helm_string(c->args[0]);
	struct helm_value v = c->args[1];
	bool string = helm_is_string(v), node = v.part && !v.text;

	if (bytes_is(kind, "string"))
		return helm_give_bool(c, string);
	if (bytes_is(kind, "map"))
		return helm_give_bool(c, node && v.part->kind == YAML_MAPPING);
	if (bytes_is(kind, "slice"))
		return helm_give_bool(c, node && v.part->kind == YAML_SEQUENCE);
	if (bytes_is(kind, "bool"))
		return helm_give_bool(
			c, !string && (bytes_is(helm_string(v), "true") || bytes_is(helm_string(v), "false")));
	return helm_wrong(c, "a kind that is not understood");
}

/* Charts ask whether the server is new enough, or older than what is long gone. */
static bool fn_semver_compare(const struct helm_call *c)
{
	bytes s = helm_string(c->args[0]);

	return helm_give_bool(c, bytes_starts(s, BYTES(">")) || bytes_starts(s, BYTES("^")));
}

static bool fn_int(const struct helm_call *c)
{
	int64_t n;

	return give_number(c, helm_number(*helm_last(c), &n) ? n : 0);
}

static bool fn_add(const struct helm_call *c)
{
	int64_t sum = 0, n;

	for (size_t i = 0; i < c->len; i++)
		if (helm_number(c->args[i], &n) && __builtin_add_overflow(sum, n, &sum))
			return helm_wrong(c, "a sum that is too large");
	return give_number(c, sum);
}

static bool fn_len(const struct helm_call *c)
{
	struct helm_value v = *helm_last(c);
	int64_t n = 0;

	if (v.text || !v.part || v.part->kind == YAML_SCALAR)
		return give_number(c, (int64_t)helm_string(v).n);
	for (const struct part *p = v.part->first; p; p = p->next)
		n++;
	return give_number(c, n);
}

/* -- maps and lists --------------------------------------------------------------------------- */

static struct part *part_from(const struct helm_call *c, struct helm_value v)
{
	struct part *p;

	if (v.part && !v.text)
		return part_clone(c->h->r, v.part);
	if (!(p = part_new(c->h->r, YAML_SCALAR)))
		return NULL;
	p->text = helm_string(v);
	p->quoted = v.text != NULL;
	return p;
}

static bool fn_dict(const struct helm_call *c)
{
	struct part *map = part_new(c->h->r, YAML_MAPPING);

	for (size_t i = 0; map && i + 1 < c->len; i += 2) {
		struct part *p = part_from(c, c->args[i + 1]);

		if (!p)
			return helm_wrong(c, "too much to render");
		p->key = helm_string(c->args[i]);
		part_append(map, p);
	}
	return map ? helm_give(c, (struct helm_value){ .part = map })
	           : helm_wrong(c, "too much to render");
}

static bool fn_list(const struct helm_call *c)
{
	struct part *list = part_new(c->h->r, YAML_SEQUENCE);

	for (size_t i = 0; list && i < c->len; i++) {
		struct part *p = part_from(c, c->args[i]);

		if (!p)
			return helm_wrong(c, "too much to render");
		part_append(list, p);
	}
	return list ? helm_give(c, (struct helm_value){ .part = list })
	            : helm_wrong(c, "too much to render");
}

static bool fn_has_key(const struct helm_call *c)
{
	return helm_give_bool(c, part_get(c->args[0].part, helm_string(c->args[1])) != NULL);
}

static bool fn_get(const struct helm_call *c)
{
	return helm_give(
		c, (struct helm_value){ .part = part_get(c->args[0].part, helm_string(c->args[1])) });
}

static bool fn_index(const struct helm_call *c)
{
	struct helm_value v = c->args[0];
	int64_t n;

	for (size_t i = 1; i < c->len; i++) {
		const struct part *p = v.part;

		if (p && p->kind == YAML_SEQUENCE && helm_number(c->args[i], &n)) {
			for (p = p->first; p && n > 0; n--)
				p = p->next;
			v = (struct helm_value){ .part = p };
		} else {
			v = (struct helm_value){ .part = part_get(p, helm_string(c->args[i])) };
		}
	}
	return helm_give(c, v);
}

static bool fn_first(const struct helm_call *c)
{
	const struct part *p = helm_last(c)->part;

	return helm_give(c, (struct helm_value){ .part = p ? p->first : NULL });
}

static bool fn_last(const struct helm_call *c)
{
	const struct part *p = helm_last(c)->part;

	return helm_give(c, (struct helm_value){ .part = p ? p->last : NULL });
}

static bool fn_nothing(const struct helm_call *c)
{
	return helm_give(c, (struct helm_value){ .part = part_new(c->h->r, YAML_MAPPING) });
}

/* -- templates -------------------------------------------------------------------------------- */

static bool fn_include(const struct helm_call *c)
{
	struct helm_text *t = arena_new(c->h->r->arena, struct helm_text);

	return helm_include(c->h, helm_string(c->args[0]), c->args[1], t, c->depth) &&
	       helm_give_text(c, t);
}

static bool fn_tpl(const struct helm_call *c)
{
	struct helm_text *t = arena_new(c->h->r->arena, struct helm_text);
	struct helm_node *nodes;

	/* A value without actions stays the value that it is. */
	if (bytes_search(helm_string(c->args[0]), BYTES("{{")) >= helm_string(c->args[0]).n)
		return helm_give(c, c->args[0]);
	return helm_parse(c->h, helm_string(c->args[0]), NULL, &nodes) &&
	       helm_render_nodes(c->h, nodes, c->args[1], t, c->depth - 1) && helm_give_text(c, t);
}

/* -- the table -------------------------------------------------------------------------------- */

static const struct helm_function functions[] = {
	{ "add", 1, fn_add },
	{ "and", 1, fn_and },
	{ "coalesce", 0, fn_coalesce },
	{ "default", 2, fn_default },
	{ "dict", 0, fn_dict },
	{ "empty", 1, fn_empty },
	{ "eq", 2, fn_eq },
	{ "fail", 0, fn_fail },
	{ "first", 1, fn_first },
	{ "ge", 2, fn_ge },
	{ "get", 2, fn_get },
	{ "gt", 2, fn_gt },
	{ "hasKey", 2, fn_has_key },
	{ "include", 2, fn_include },
	{ "index", 2, fn_index },
	{ "int", 1, fn_int },
	{ "int64", 1, fn_int },
	{ "kindIs", 2, fn_kind_is },
	{ "last", 1, fn_last },
	{ "le", 2, fn_le },
	{ "len", 1, fn_len },
	{ "list", 0, fn_list },
	{ "lookup", 0, fn_nothing },
	{ "lt", 2, fn_lt },
	{ "ne", 2, fn_ne },
	{ "not", 1, fn_not },
	{ "or", 1, fn_or },
	{ "required", 2, fn_required },
	{ "semverCompare", 2, fn_semver_compare },
	{ "ternary", 3, fn_ternary },
	{ "tpl", 2, fn_tpl },
	{ "tuple", 0, fn_list },
	{ "typeIs", 2, fn_kind_is },
	{ 0 },
};

static const struct helm_function *find(const struct helm_function *table, bytes name)
{
	while (table->name && !bytes_is(name, table->name))
		table++;
	return table->name ? table : NULL;
}

bool helm_call(struct helm *h, bytes name, const struct helm_value *args, size_t len,
               struct helm_value *out, unsigned depth)
{
	const struct helm_call c = { h, args, len, depth, out };
	const struct helm_function *f = find(functions, name);

	f = f ? f : find(helm_text_functions, name);
	if (!f)
		return helm_wrong(&c, arena_printf(h->r->arena, "the function '%s' is not understood",
		                                   text_shown(h->r->arena, name)));
	return len < f->least ? helm_wrong(&c, "a function with too few arguments") : f->call(&c);
}
