/* SPDX-License-Identifier: Apache-2.0 */
/* Templates cut into texts, actions and blocks. */
#include "rule/helm.h"

#define DEPTH 48 /* blocks in blocks */

/* -- blocks ----------------------------------------------------------------------------------- */

struct parser {
	struct helm *h;
	const struct origin *origin;
	bytes text;
	size_t at;
	bool trim; /* the action before ended in "-}}" */
};

static bytes between(bytes text, size_t from, size_t to)
{
	return bytes_slice(text, from, to - from);
}

static struct helm_node *node(struct parser *p, enum helm_kind kind, bytes text, size_t at)
{
	struct helm_node *n = arena_new(p->h->r->arena, struct helm_node);

	n->kind = kind;
	n->text = text;
	n->at = at;
	n->origin = p->origin;
	return n;
}

/* The end of an action: "}}" that stands in no string; SIZE_MAX when there is none. */
static size_t action_end(bytes text, size_t at)
{
	for (uint8_t quote = 0; at < text.n; at++) {
		uint8_t c = text.p[at];

		if (quote && c == '\\' && quote != '`')
			at++;
		else if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '`' || c == '\'')
			quote = c;
		else if (c == '}' && at + 1 < text.n && text.p[at + 1] == '}')
			return at;
	}
	return SIZE_MAX;
}

/* The text before the action at `open`; "{{- " trims its end, the action before perhaps its
 * begin. */
static void put_text(struct parser *p, size_t open, bool left, struct helm_node ***tail)
{
	size_t from = p->at, to = open;

	while (p->trim && from < to && helm_is_space(p->text.p[from]))
		from++;
	while (left && to > from && helm_is_space(p->text.p[to - 1]))
		to--;
	if (to > from) {
		**tail = node(p, HELM_TEXT, between(p->text, from, to), from);
		*tail = &(**tail)->next;
	}
}

/* The next action's inside, trimmed, and the text before it, which is put at *tail. */
static bool next_action(struct parser *p, struct helm_node ***tail, bytes *out, size_t *out_at,
                        bool *out_end)
{
	size_t open = p->at + bytes_search(bytes_skip(p->text, p->at), BYTES("{{")), inside = open + 2;
	bool left = inside + 1 < p->text.n && p->text.p[inside] == '-' &&
	            helm_is_space(p->text.p[inside + 1]);

	*out_end = open >= p->text.n;
	put_text(p, open < p->text.n ? open : p->text.n, left, tail);
	if (*out_end)
		return true;
	inside += left ? 2 : 0;
	while (inside < p->text.n && helm_is_space(p->text.p[inside]))
		inside++;
	bool comment = bytes_starts(bytes_skip(p->text, inside), BYTES("/*"));
	size_t start = inside;

	if (comment)
		start += bytes_search(bytes_skip(p->text, inside), BYTES("*/"));
	size_t end = action_end(p->text, start);

	if (end == SIZE_MAX)
		return helm_refuse(p->h, "an action without its end");
	p->trim = end > inside + 1 && p->text.p[end - 1] == '-' && helm_is_space(p->text.p[end - 2]);
	p->at = end + 2;
	*out = comment ? (bytes){ 0 } : bytes_trim(between(p->text, inside, end - p->trim));
	*out_at = inside;
	return true;
}

bool helm_take_word(bytes *in, const char *word)
{
	bytes rest = *in;

	if (!bytes_take_prefix(&rest, bytes_str(word)) ||
	    (rest.n > 0 && !helm_is_space(rest.p[0]) && rest.p[0] != '(' && rest.p[0] != '"'))
		return false;
	*in = bytes_trim(rest);
	return true;
}

enum ending { END_OF_TEXT, END_OF_BLOCK, END_ELSE };

static bool parse_nodes(struct parser *p, struct helm_node **out, enum ending *out_ending,
                        bytes *out_else, unsigned depth);

/* {{else if x}} is an if in the other part, with the same end. */
static bool parse_block(struct parser *p, struct helm_node *n, unsigned depth)
{
	enum ending ending;
	bytes rest;

	if (!parse_nodes(p, &n->body, &ending, &rest, depth - 1))
		return false;
	if (ending == END_ELSE && rest.n > 0) {
		enum helm_kind kind = helm_take_word(&rest, "if") ? HELM_IF : HELM_WITH;

		if (kind == HELM_WITH && !helm_take_word(&rest, "with"))
			return helm_refuse(p->h, "an else that is none");
		n->other = node(p, kind, rest, p->at);
		return parse_block(p, n->other, depth - 1);
	}
	if (ending == END_ELSE && !parse_nodes(p, &n->other, &ending, &rest, depth - 1))
		return false;
	return ending == END_OF_BLOCK || helm_refuse(p->h, "a block without its end");
}

static bool define(struct parser *p, bytes rest, unsigned depth)
{
	struct helm_node *n = node(p, HELM_DEFINE, rest, p->at);

	if (!parse_block(p, n, depth))
		return false;
	if (rest.n < 2 || rest.p[0] != '"' || bytes_find(bytes_skip(rest, 1), '"') != rest.n - 2)
		return helm_refuse(p->h, "a template without a name");
	*ARENA_PUSH(p->h->r->arena,
	            &p->h->defines) = (struct helm_define){ bytes_slice(rest, 1, rest.n - 2), n->body };
	return true;
}

/* {{end}} and {{else ...}}. */
static bool is_ending(bytes *action, enum ending *out_ending, bytes *out_else)
{
	*out_else = (bytes){ 0 };
	*out_ending = END_OF_BLOCK;
	if (helm_take_word(action, "end"))
		return true;
	if (!helm_take_word(action, "else"))
		return false;
	*out_ending = END_ELSE;
	*out_else = *action;
	return true;
}

static bool parse_nodes(struct parser *p, struct helm_node **out, enum ending *out_ending,
                        bytes *out_else, unsigned depth)
{
	static const struct {
		const char *word;
		enum helm_kind kind;
	} blocks[] = { { "if", HELM_IF }, { "range", HELM_RANGE }, { "with", HELM_WITH } };
	bytes action;
	size_t at;
	bool end;

	if (depth == 0)
		return helm_refuse(p->h, "blocks that nest too deep");
	for (;;) {
		size_t i = 0;

		if (!next_action(p, &out, &action, &at, &end))
			return false;
		*out_ending = END_OF_TEXT;
		if (end || is_ending(&action, out_ending, out_else))
			return true;
		if (helm_take_word(&action, "define")) {
			if (!define(p, action, depth - 1))
				return false;
			continue;
		}
		while (i < 3 && !helm_take_word(&action, blocks[i].word))
			i++;
		if (i == 3 && action.n == 0)
			continue;
		*out = node(p, i < 3 ? blocks[i].kind : HELM_ACTION, action, at);
		if (i < 3 && !parse_block(p, *out, depth))
			return false;
		out = &(*out)->next;
	}
}

bool helm_parse(struct helm *h, bytes text, const struct origin *o, struct helm_node **out)
{
	struct parser p = { .h = h, .origin = o, .text = text };
	enum ending ending;
	bytes rest;

	*out = NULL;
	return parse_nodes(&p, out, &ending, &rest, DEPTH) &&
	       (ending == END_OF_TEXT || helm_refuse(h, "an end without its block"));
}
