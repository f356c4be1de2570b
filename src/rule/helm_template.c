/* SPDX-License-Identifier: Apache-2.0 */
/* The language: Go's text/template. */
#include "base/text.h"
#include "rule/helm.h"

#define ARGUMENTS 32

/* -- expressions ------------------------------------------------------------------------------ */

struct scope {
	struct helm *h;
	struct helm_value dot;
	unsigned depth;
};

static bool pipeline(const struct scope *s, bytes *in, struct helm_value *out);

static void skip_space(bytes *in)
{
	while (in->n > 0 && helm_is_space(in->p[0]))
		*in = bytes_skip(*in, 1);
}

static bool is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bytes take_name(bytes *in)
{
	size_t n = 0;

	while (n < in->n && is_name(in->p[n]))
		n++;
	bytes name = bytes_slice(*in, 0, n);

	*in = bytes_skip(*in, n);
	return name;
}

/* .a.b behind a value. A field of nothing is nothing: charts ask first, with `and`. */
static struct helm_value fields(bytes *in, struct helm_value v)
{
	while (in->n > 1 && in->p[0] == '.' && is_name(in->p[1])) {
		*in = bytes_skip(*in, 1);
		bytes name = take_name(in);

		v = (struct helm_value){ .part = v.text ? NULL : part_get(v.part, name) };
	}
	return v;
}

static bool take_string(const struct scope *s, bytes *in, struct helm_value *out)
{
	uint8_t quote = in->p[0];
	size_t end = 1, n = 0;

	while (end < in->n && in->p[end] != quote)
		end += in->p[end] == '\\' && quote == '"' ? 2 : 1;
	if (end >= in->n)
		return helm_refuse(s->h, "a string without its end");
	uint8_t *text = arena_alloc(s->h->r->arena, end);

	for (size_t i = 1; i < end; i++) {
		uint8_t c = in->p[i];

		if (c == '\\' && quote == '"' && i + 1 < end) {
			c = in->p[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		text[n++] = c;
	}
	*in = bytes_skip(*in, end + 1);
	*out = helm_of(s->h, bytes_of(text, n), true);
	return true;
}

static bool variable(const struct scope *s, bytes *in, struct helm_value *out)
{
	*in = bytes_skip(*in, 1);
	bytes name = take_name(in);

	for (size_t i = s->h->variables.len; i > s->h->scope; i--)
		if (bytes_equal(s->h->variables.items[i - 1].name, name)) {
			*out = fields(in, s->h->variables.items[i - 1].value);
			return true;
		}
	return helm_refuse(s->h, "a variable that is not there");
}

static bool word(const struct scope *s, bytes *in, struct helm_value *out)
{
	bytes name = take_name(in);

	if (bytes_is(name, "true") || bytes_is(name, "false"))
		*out = helm_of_bool(s->h, bytes_is(name, "true"));
	else if (bytes_is(name, "nil"))
		*out = (struct helm_value){ 0 };
	else
		return helm_call(s->h, name, NULL, 0, out, s->depth); /* as "dict" or "list" alone */
	return true;
}

static bool bracket(const struct scope *s, bytes *in, struct helm_value *out)
{
	const struct scope inner = { s->h, s->dot, s->depth - 1 };

	*in = bytes_skip(*in, 1);
	if (!pipeline(&inner, in, out))
		return false;
	skip_space(in);
	if (!bytes_take_prefix(in, BYTES(")")))
		return helm_refuse(s->h, "a bracket without its end");
	*out = fields(in, *out);
	return true;
}

static bool dot(const struct scope *s, bytes *in, struct helm_value *out)
{
	bool alone = in->n < 2 || !is_name(in->p[1]);

	*out = fields(in, s->dot);
	*in = bytes_skip(*in, alone);
	return true;
}

static bool number(const struct scope *s, bytes *in, struct helm_value *out)
{
	bytes whole = *in;

	(void)bytes_take_prefix(in, BYTES("-"));
	bytes digits = take_name(in);

	*out = helm_of(s->h, bytes_slice(whole, 0, whole.n - in->n), false);
	return digits.n > 0 || helm_refuse(s->h, "a word that is not understood");
}

static bool operand(const struct scope *s, bytes *in, struct helm_value *out)
{
	uint8_t c = in->n > 0 ? in->p[0] : 0;

	if (s->depth == 0)
		return helm_refuse(s->h, "expressions that nest too deep");
	if (c == '-' || (c >= '0' && c <= '9'))
		return number(s, in, out);
	switch (c) {
	case '(': return bracket(s, in, out);
	case '"':
	case '`': return take_string(s, in, out);
	case '$': return variable(s, in, out);
	case '.': return dot(s, in, out);
	default:
		return is_name(c) ? word(s, in, out) : helm_refuse(s->h, "a word that is not understood");
	}
}

static bool ends_command(bytes in)
{
	return in.n == 0 || in.p[0] == '|' || in.p[0] == ')';
}

/* What the server has; a chart that asks for an older version finds it gone. */
static bool has_api(bytes name)
{
	static const char *const known[] = { "v1",
		                                 "apps/v1",
		                                 "batch/v1",
		                                 "autoscaling/v2",
		                                 "networking.k8s.io/v1",
		                                 "policy/v1",
		                                 "rbac.authorization.k8s.io/v1" };
	bool found = false;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		found |= bytes_starts(name, bytes_str(known[i]));
	return found;
}

/* The name of a function, when the command begins with one. */
static bytes take_function(bytes *in)
{
	bytes rest = *in, name = take_name(&rest);

	if (name.n == 0 || (name.p[0] >= '0' && name.p[0] <= '9') || bytes_is(name, "true") ||
	    bytes_is(name, "false") || bytes_is(name, "nil"))
		return (bytes){ 0 };
	*in = rest;
	return name;
}

/* A value, or one of the methods of what Helm gives to templates. */
static bool value_or_method(const struct scope *s, bytes said, const struct helm_value *args,
                            size_t len, struct helm_value *out)
{
	if (len == 2 && bytes_search(said, BYTES(".Capabilities.APIVersions.Has")) < said.n) {
		*out = helm_of_bool(s->h, has_api(helm_string(args[1])));
		return true;
	}
	if (len != 1)
		return helm_refuse(s->h, "a method that is not understood");
	if (bytes_search(said, BYTES(".Files")) < said.n)
		return helm_refuse(s->h, "it reads files of the chart");
	*out = args[0];
	return true;
}

/* A function or a value; `piped` becomes the last argument. */
static bool command(const struct scope *s, bytes *in, const struct helm_value *piped,
                    struct helm_value *out)
{
	struct helm_value args[ARGUMENTS];
	bytes all = *in, name = take_function(in);
	size_t len = 0;

	for (skip_space(in); !ends_command(*in); skip_space(in)) {
		if (len == ARGUMENTS - 1)
			return helm_refuse(s->h, "a function with too many arguments");
		if (!operand(s, in, &args[len++]))
			return false;
	}
	bytes said = bytes_slice(all, 0, all.n - in->n);

	if (piped)
		args[len++] = *piped;
	return name.n > 0 ? helm_call(s->h, name, args, len, out, s->depth)
	                  : value_or_method(s, said, args, len, out);
}

static bool pipeline(const struct scope *s, bytes *in, struct helm_value *out)
{
	skip_space(in);
	if (!command(s, in, NULL, out))
		return false;
	for (skip_space(in); in->n > 0 && in->p[0] == '|'; skip_space(in)) {
		struct helm_value piped = *out;

		*in = bytes_skip(*in, 1);
		skip_space(in);
		if (!command(s, in, &piped, out))
			return false;
	}
	return true;
}

/* -- actions ---------------------------------------------------------------------------------- */

static void set_variable(struct helm *h, bytes name, struct helm_value value)
{
	*ARENA_PUSH(h->r->arena, &h->variables) = (struct helm_variable){ name, value };
}

/* "$a, $b := rest" or "$a = rest": the names, and what is behind. */
static size_t take_targets(bytes *in, bytes names[2], bool *out_new)
{
	bytes rest = *in;
	size_t n = 0;

	while (n < 2 && rest.n > 0 && rest.p[0] == '$') {
		rest = bytes_skip(rest, 1);
		names[n++] = take_name(&rest);
		skip_space(&rest);
		if (!bytes_take_prefix(&rest, BYTES(",")))
			break;
		skip_space(&rest);
	}
	*out_new = n > 0 && bytes_take_prefix(&rest, BYTES(":="));
	if (n == 0 || (!*out_new && (!bytes_take_prefix(&rest, BYTES("=")) || rest.p[0] == '=')))
		return 0;
	*in = bytes_trim(rest);
	return n;
}

static bool evaluate(const struct scope *s, bytes text, struct helm_value *out)
{
	if (s->h->steps_left == 0)
		return helm_refuse(s->h, "it takes too many steps");
	s->h->steps_left--;
	return pipeline(s, &text, out) && (text.n == 0 || helm_refuse(s->h, "an action that goes on"));
}

static bool action(const struct scope *s, const struct helm_node *n, struct helm_text *out)
{
	struct helm_value value;
	bytes text = n->text, names[2];
	bool new;
	size_t targets = take_targets(&text, names, &new);
	bool template = helm_take_word(&text, "template");

	if (template) {
		text = bytes_str(
			arena_printf(s->h->r->arena, "include %s", arena_str(s->h->r->arena, text)));
		if (bytes_rfind(text, '"') == text.n - 1)
			text = bytes_str(arena_printf(s->h->r->arena, "%s nil", (const char *)text.p));
	}
	if (!evaluate(s, text, &value))
		return false;
	if (targets == 0) {
		helm_print(s->h, value, out);
		return true;
	}
	for (size_t i = s->h->variables.len; !new &&i > s->h->scope; i--)
		if (bytes_equal(s->h->variables.items[i - 1].name, names[0])) {
			s->h->variables.items[i - 1].value = value;
			return true;
		}
	set_variable(s->h, names[0], value);
	return true;
}

static bool loop(const struct scope *s, const struct helm_node *n, struct helm_value list,
                 const bytes names[2], size_t targets, struct helm_text *out)
{
	const struct part *p = list.part && list.part->kind != YAML_SCALAR ? list.part->first : NULL;
	size_t index = 0;

	if (!p)
		return helm_render_nodes(s->h, n->other, s->dot, out, s->depth - 1);
	for (; p; p = p->next, index++) {
		size_t mark = s->h->variables.len;
		struct helm_value key = list.part->kind == YAML_MAPPING
		                            ? helm_of(s->h, p->key, true)
		                            : helm_of(s->h,
		                                      bytes_str(arena_printf(s->h->r->arena, "%zu", index)),
		                                      false);

		if (targets == 2)
			set_variable(s->h, names[0], key);
		if (targets > 0)
			set_variable(s->h, names[targets - 1], (struct helm_value){ .part = p });
		if (!helm_render_nodes(s->h, n->body, (struct helm_value){ .part = p }, out, s->depth - 1))
			return false;
		s->h->variables.len = mark;
	}
	return true;
}

static bool block(const struct scope *s, const struct helm_node *n, struct helm_text *out)
{
	bytes text = n->text, names[2];
	struct helm_value value, dot = s->dot;
	size_t mark = s->h->variables.len;
	bool new, done;
	size_t targets = take_targets(&text, names, &new);

	if (!evaluate(s, text, &value))
		return false;
	if (n->kind == HELM_RANGE) {
		done = loop(s, n, value, names, targets, out);
	} else {
		bool truth = helm_is_true(value);

		if (targets == 1)
			set_variable(s->h, names[0], value);
		if (n->kind == HELM_WITH && truth)
			dot = value;
		done = helm_render_nodes(s->h, truth ? n->body : n->other, dot, out, s->depth - 1);
	}
	s->h->variables.len = mark;
	return done;
}

bool helm_render_nodes(struct helm *h, const struct helm_node *n, struct helm_value dot,
                       struct helm_text *out, unsigned depth)
{
	const struct scope s = { h, dot, depth };
	size_t mark = h->variables.len;
	bool done = true;

	if (depth == 0)
		return helm_refuse(h, "templates that nest too deep");
	for (; n && done; n = n->next) {
		struct helm_run run = { .kind = n->origin ? HELM_LITERAL : HELM_COMPUTED,
			                    .origin = n->origin,
			                    .source = n->at };

		if (n->kind == HELM_TEXT)
			helm_put(h, out, n->text, run);
		else
			done = n->kind == HELM_ACTION ? action(&s, n, out) : block(&s, n, out);
	}
	h->variables.len = mark;
	return done && !h->why;
}

bool helm_include(struct helm *h, bytes name, struct helm_value dot, struct helm_text *out,
                  unsigned depth)
{
	size_t scope = h->scope, len = h->variables.len;

	for (size_t i = h->defines.len; i > 0; i--) {
		if (!bytes_equal(h->defines.items[i - 1].name, name))
			continue;
		h->scope = len;
		set_variable(h, (bytes){ 0 }, dot);
		bool done = depth > 1 &&
		            helm_render_nodes(h, h->defines.items[i - 1].body, dot, out, depth - 1);

		h->scope = scope;
		h->variables.len = len;
		return done || helm_refuse(h, "templates that nest too deep");
	}
	return helm_refuse(h, "it includes a template that is not among the files");
}
