/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/comments.h"

#define NONE UINT32_MAX

struct span {
	uint32_t from, to;
};

struct spans {
	struct span *items;
	size_t len, cap;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The first '#' of a line when nothing but blanks stands before it. */
static uint32_t leading(bytes text, size_t from, size_t to)
{
	while (from < to && is_blank(text.p[from]))
		from++;
	return from < to && text.p[from] == '#' ? (uint32_t)from : NONE;
}

/* -- YAML ------------------------------------------------------------------------------------- */

/* What stands behind | or > on its line is no part of the value. */
static struct span span_of(bytes text, const struct yaml_node *n)
{
	struct span s = { n->from, n->to };

	if (n->style == YAML_LITERAL || n->style == YAML_FOLDED)
		s.from += (uint32_t)bytes_find(bytes_slice(text, s.from, s.to - s.from), '\n');
	return s;
}

static bool is_listed(const struct yaml_node *n)
{
	const struct yaml_node *list = n->parent;

	return yaml_is(list, YAML_SEQUENCE) && list->key && yaml_says(list->key, "items") &&
	       yaml_get(n, "metadata");
}

/* Scalars in the order of the text. fmt/yaml bounds the depth; aliases are not followed. */
static void walk(struct comments *c, const struct yaml_node *n, struct spans *spans,
                 struct arena *a)
{
	if (n->kind == YAML_SCALAR)
		*ARENA_PUSH(a, spans) = span_of(c->file->text, n);
	if (n->kind == YAML_MAPPING && is_listed(n))
		*ARENA_PUSH(a, &c->objects) = n->from;
	for (const struct yaml_node *v = n->first; v; v = v->next) {
		if (v->key)
			walk(c, v->key, spans, a);
		walk(c, v, spans, a);
	}
}

static void find_yaml(struct comments *c, struct arena *a)
{
	const struct source *source = &c->file->source;
	bytes text = c->file->text;
	struct spans spans = { 0 };
	size_t k = 0;

	for (size_t i = 0; i < c->file->yaml->documents.len; i++)
		walk(c, c->file->yaml->documents.items[i].root, &spans, a);
	for (size_t line = 0; line < source->len; line++) {
		size_t end = line + 1 < source->len ? source->lines[line + 1] : text.n;

		for (size_t at = source->lines[line]; at < end && c->at[line] == NONE; at++) {
			if (text.p[at] != '#' || (at > source->lines[line] && !is_blank(text.p[at - 1])))
				continue;
			while (k < spans.len && spans.items[k].to <= at)
				k++;
			if (k == spans.len || at < spans.items[k].from)
				c->at[line] = (uint32_t)at;
		}
	}
}

/* -- others ----------------------------------------------------------------------------------- */

static uint32_t outside_quotes(bytes text, size_t from, size_t to)
{
	uint8_t quote = 0;

	for (size_t at = from; at < to; at++) {
		uint8_t c = text.p[at];

		if (c == '#' && !quote && (at == from || is_blank(text.p[at - 1])))
			return (uint32_t)at;
		if ((c == '"' || c == '\'') && (!quote || quote == c))
			quote = quote ? 0 : c;
	}
	return NONE;
}

static void find_lines(struct comments *c)
{
	const struct source *source = &c->file->source;
	const struct dockerfile *d = c->file->dockerfile;
	size_t k = 0;

	for (size_t line = 0; line < source->len; line++) {
		size_t from = source->lines[line], to = source_line_end(source, from);

		while (d && k < d->instructions.len && d->instructions.items[k].to <= from)
			k++;
		if (d && k < d->instructions.len && d->instructions.items[k].line_end < from)
			continue; /* in a heredoc */
		c->at[line] = c->file->kind == JOB_TEMPLATE ? outside_quotes(c->file->text, from, to)
		                                            : leading(c->file->text, from, to);
	}
}

void comments_find(struct comments *c, const struct job_file *file, struct arena *a)
{
	*c = (struct comments){ .file = file, .at = arena_array(a, uint32_t, file->source.len) };
	for (size_t i = 0; i < file->source.len; i++)
		c->at[i] = NONE;
	if (file->yaml && !file->yaml->is_json)
		find_yaml(c, a);
	else if (file->kind == JOB_DOCKERFILE || file->kind == JOB_TEMPLATE || file->kind == JOB_ENV ||
	         file->kind == JOB_IGNORE)
		find_lines(c);
}

/* -- questions -------------------------------------------------------------------------------- */

bytes comments_on(const struct comments *c, size_t line)
{
	const struct source *source = &c->file->source;

	if (line == 0 || line > source->len || c->at[line - 1] == NONE)
		return (bytes){ 0 };
	size_t at = c->at[line - 1];

	return bytes_slice(c->file->text, at, source_line_end(source, at) - at);
}

bool comments_alone(const struct comments *c, size_t line)
{
	if (comments_on(c, line).n == 0)
		return false;
	size_t from = c->file->source.lines[line - 1];

	return leading(c->file->text, from, c->at[line - 1] + 1) == c->at[line - 1];
}

bytes comments_behind(const struct comments *c, size_t at)
{
	size_t line = source_position(&c->file->source, at).line, low = 0, high = c->objects.len;
	bytes comment = comments_on(c, line);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->objects.items[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return comment.n > 0 && low < c->objects.len && c->objects.items[low] < c->at[line - 1]
	           ? (bytes){ 0 }
	           : comment;
}
