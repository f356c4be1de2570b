/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/init_texts.h"

#include <assert.h>

#define DEPTH 8

void init_set(struct init_scope *s, struct arena *a, const char *name, const char *text)
{
	*ARENA_PUSH(a, &s->values) = (struct init_value){ .name = name, .text = text };
}

void init_set_list(struct init_scope *s, struct arena *a, const char *name,
                   const struct init_scope *list, size_t len)
{
	*ARENA_PUSH(a, &s->values) = (struct init_value){ .name = name, .list = list, .len = len };
}

static const struct init_value *find(const struct init_scope *s, bytes name)
{
	for (; s; s = s->outer)
		for (size_t i = 0; i < s->values.len; i++)
			if (bytes_is(name, s->values.items[i].name))
				return &s->values.items[i];
	return NULL;
}

static bool holds(const struct init_value *v)
{
	return v && (v->text ? *v->text != '\0' : v->len > 0);
}

static void put_line(bytes line, const struct init_scope *s, buf *out)
{
	for (;;) {
		size_t at = bytes_search(line, BYTES("@("));
		bytes rest = bytes_skip(line, at + 2);

		buf_put(out, bytes_slice(line, 0, at));
		if (at >= line.n)
			break;
		size_t end = bytes_find(rest, ')');
		const struct init_value *v = find(s, bytes_slice(rest, 0, end));

		buf_puts(out, v && v->text ? v->text : "");
		line = bytes_skip(rest, end + 1);
	}
	buf_putc(out, '\n');
}

/* The lines of a block, taken from the front of *text up to its #@end; *out_else: those behind its
 * #@else. */
static bytes take_block(bytes *text, bytes *out_else)
{
	bytes whole = *text, line;
	size_t other = 0, end = 0;

	for (unsigned depth = 1; depth > 0;) {
		end = whole.n - text->n;
		bool more = bytes_take_until(text, '\n', &line);

		assert(more);
		if (bytes_starts(line, BYTES("#@for ")) || bytes_starts(line, BYTES("#@if ")))
			depth++;
		else if (depth == 1 && bytes_is(line, "#@else"))
			other = end;
		else if (bytes_is(line, "#@end"))
			depth--;
	}
	*out_else = other ? bytes_slice(whole, other, end - other) : (bytes){ 0 };
	(void)bytes_take_until(out_else, '\n', &line); /* the #@else itself */
	return bytes_slice(whole, 0, other ? other : end);
}

static void fill(bytes text, const struct init_scope *s, buf *out, unsigned depth)
{
	bytes line, other;

	assert(depth > 0);
	while (bytes_take_until(&text, '\n', &line)) {
		bool each = bytes_take_prefix(&line, BYTES("#@for "));

		if (!each && !bytes_take_prefix(&line, BYTES("#@if "))) {
			put_line(line, s, out);
			continue;
		}
		const struct init_value *v = find(s, line);
		bytes inside = take_block(&text, &other);

		for (size_t i = 0; each && v && i < v->len; i++) {
			struct init_scope entry = v->list[i];

			entry.outer = s;
			fill(inside, &entry, out, depth - 1);
		}
		if (!each)
			fill(holds(v) ? inside : other, s, out, depth - 1);
	}
}

void init_fill(const char *name, const struct init_scope *scope, buf *out)
{
	const struct init_text *t = init_texts;

	while (t->name && strcmp(t->name, name) != 0)
		t++;
	assert(t->name);
	fill(bytes_str(t->text), scope, out, DEPTH);
}
