/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml_edit.h"

#include "base/buf.h"
#include "base/limits.h"

#define STEP 2 /* columns of one level, as nearly all manifests have it */

/* -- the hand of the author ------------------------------------------------------------------- */

static const char *line_end_at(const struct yaml_editor *ed, size_t at)
{
	size_t end = source_line_end(ed->source, at);
	bytes text = ed->source->text;

	if (end == text.n) /* the last line: as the first one */
		end = source_line_end(ed->source, 0);
	return end < text.n && text.p[end] == '\r' ? "\r\n" : "\n";
}

static size_t column_of(const struct yaml_editor *ed, size_t at)
{
	return at - source_line_start(ed->source, at);
}

/* Nothing but space stands before it on its line. */
static bool is_first_on_line(const struct yaml_editor *ed, size_t at)
{
	for (size_t i = source_line_start(ed->source, at); i < at; i++)
		if (ed->source->text.p[i] != ' ' && ed->source->text.p[i] != '\t')
			return false;
	return true;
}

static size_t start_of(const struct yaml_node *v)
{
	return v->key ? v->key->from : v->from;
}

static const struct yaml_node *last_of(const struct yaml_node *container)
{
	const struct yaml_node *last = container->first;

	while (last && last->next)
		last = last->next;
	return last;
}

static void add(const struct yaml_editor *ed, size_t from, size_t to, const buf *text)
{
	edits_add(ed->edits, ed->arena, from, to, arena_bytes(ed->arena, buf_bytes(text)));
}

static void put_spaces(buf *out, size_t n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

/* -- new values ------------------------------------------------------------------------------- */

/* Lines of members or items, not a scalar. */
static bool is_block(const char *value)
{
	bytes v = bytes_str(value);

	return bytes_starts(v, BYTES("- ")) || bytes_find(v, '\n') < v.n ||
	       bytes_search(v, BYTES(": ")) < v.n;
}

/* The lines of a value, all but the first one behind a line end and so many spaces. */
static void put_lines(buf *out, const char *value, const char *line_end, size_t indent)
{
	bytes rest = bytes_str(value), line;

	for (bool first = true; bytes_line(&rest, &line); first = false) {
		if (!first) {
			buf_puts(out, line_end);
			put_spaces(out, indent);
		}
		buf_put(out, line);
	}
}

static void put_word(buf *out, const struct yaml_node *n, bool json)
{
	bool quote = json && yaml_is_string(n);

	if (quote)
		buf_putc(out, '"');
	buf_put(out, yaml_text(n)); /* our own texts: nothing in them needs an escape */
	if (quote)
		buf_putc(out, '"');
}

/* Our own values nest a few levels deep. */
static void put_flow(buf *out, const struct yaml_node *n, bool json)
{
	bool mapping = yaml_is(n, YAML_MAPPING);

	if (!mapping && !yaml_is(n, YAML_SEQUENCE)) {
		put_word(out, n, json);
		return;
	}
	buf_putc(out, mapping ? '{' : '[');
	for (const struct yaml_node *v = n->first; v; v = v->next) {
		if (v != n->first)
			buf_puts(out, ", ");
		if (mapping) {
			put_word(out, v->key, json);
			buf_puts(out, ": ");
		}
		put_flow(out, v, json);
	}
	buf_putc(out, mapping ? '}' : ']');
}

static void put_value_flow(const struct yaml_editor *ed, buf *out, const char *value)
{
	struct yaml_file file;
	err e = { 0 };

	/* Our own text: that it cannot be read is not possible. */
	if (yaml_parse(bytes_str(value), ed->arena, &file, &e) == 0 && file.documents.len > 0)
		put_flow(out, file.documents.items[0].root, ed->file->is_json);
}

/* key: value, in block style; its lines begin at column `indent`. */
static void put_member(buf *out, const char *key, const char *value, const char *line_end,
                       size_t indent)
{
	buf_printf(out, "%s:", key);
	if (is_block(value)) {
		buf_puts(out, line_end);
		put_spaces(out, indent + STEP);
		put_lines(out, value, line_end, indent + STEP);
	} else if (*value) {
		buf_printf(out, " %s", value);
	}
}

/* -- adding ----------------------------------------------------------------------------------- */

/* Behind the last of a flow collection; key is NULL for an item. */
static void add_flow(const struct yaml_editor *ed, const struct yaml_node *c, const char *key,
                     const char *value)
{
	const struct yaml_node *last = last_of(c);
	buf text = BUF_INIT(LIMIT_SETTINGS);
	size_t at = last ? last->to : (size_t)c->from + 1;

	if (last && is_first_on_line(ed, start_of(last))) {
		buf_printf(&text, ",%s", line_end_at(ed, at));
		buf_put(&text, bytes_slice(ed->source->text, source_line_start(ed->source, start_of(last)),
		                           column_of(ed, start_of(last))));
	} else if (last) {
		buf_puts(&text, ", ");
	}
	if (key)
		buf_printf(&text, ed->file->is_json ? "\"%s\": " : "%s: ", key);
	put_value_flow(ed, &text, value);
	add(ed, at, at, &text);
	buf_done(&text);
}

/* {} becomes lines where its surroundings are lines. */
static bool fill_empty(const struct yaml_editor *ed, const struct yaml_node *m, const char *key,
                       const char *value)
{
	if (m->count > 0 || ed->file->is_json || !m->key || m->parent->style != YAML_BLOCK)
		return false;
	size_t indent = column_of(ed, m->key->from) + STEP, from = m->from;
	const char *line_end = line_end_at(ed, from);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	while (from > m->key->to && ed->source->text.p[from - 1] == ' ')
		from--;
	buf_puts(&text, line_end);
	put_spaces(&text, indent);
	put_member(&text, key, value, line_end, indent);
	add(ed, from, m->to, &text);
	buf_done(&text);
	return true;
}

static void add_member(const struct yaml_editor *ed, const struct yaml_node *m, const char *key,
                       const char *value)
{
	if (m->style == YAML_FLOW) {
		if (!fill_empty(ed, m, key, value))
			add_flow(ed, m, key, value);
		return;
	}
	size_t at = source_line_end(ed->source, m->to), indent = column_of(ed, m->from);
	const char *line_end = line_end_at(ed, at);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	buf_puts(&text, line_end);
	put_spaces(&text, indent);
	put_member(&text, key, value, line_end, indent);
	add(ed, at, at, &text);
	buf_done(&text);
}

/* The value of a member of a block mapping. */
static void replace_block(const struct yaml_editor *ed, const struct yaml_node *v,
                          const char *value)
{
	size_t from = v->from, indent = column_of(ed, v->key->from) + STEP;
	const char *line_end = line_end_at(ed, from);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	if (!is_block(value)) {
		if (v->from == v->to)
			buf_putc(&text, ' ');
		buf_puts(&text, value);
	} else if (v->style == YAML_BLOCK && is_first_on_line(ed, from)) {
		put_lines(&text, value, line_end, column_of(ed, from));
	} else {
		while (from > v->key->to && ed->source->text.p[from - 1] == ' ')
			from--;
		buf_puts(&text, line_end);
		put_spaces(&text, indent);
		put_lines(&text, value, line_end, indent);
	}
	add(ed, from, v->to, &text);
	buf_done(&text);
}

void yaml_edit_put(const struct yaml_editor *ed, const struct yaml_node *mapping, const char *key,
                   const char *value)
{
	const struct yaml_node *v = yaml_find(mapping, key);

	mapping = yaml_real(mapping);
	if (!yaml_is(mapping, YAML_MAPPING))
		return;
	if (!v) {
		add_member(ed, mapping, key, value);
	} else if (mapping->style == YAML_BLOCK) {
		replace_block(ed, v, value);
	} else {
		buf text = BUF_INIT(LIMIT_SETTINGS);

		put_value_flow(ed, &text, value);
		add(ed, v->from, v->to, &text);
		buf_done(&text);
	}
}

/* Path "a.b.c" with value v: the member a, whose value is b with c: v below it. */
static void put_nested(const struct yaml_editor *ed, const struct yaml_node *m, bytes path,
                       const char *value)
{
	buf text = BUF_INIT(LIMIT_SETTINGS);
	bytes first, part;
	size_t indent = 0;

	(void)bytes_take_until(&path, '.', &first);
	for (; bytes_take_until(&path, '.', &part); indent += STEP) {
		if (indent > 0) {
			buf_putc(&text, '\n');
			put_spaces(&text, indent);
		}
		put_member(&text, arena_str(ed->arena, part), path.n > 0 ? "" : value, "\n", indent);
	}
	buf_putc(&text, '\0');
	yaml_edit_put(ed, m, arena_str(ed->arena, first), indent > 0 ? (const char *)text.p : value);
	buf_done(&text);
}

void yaml_edit_put_path(const struct yaml_editor *ed, const struct yaml_node *mapping,
                        const char *path, const char *value)
{
	bytes rest = bytes_str(path);

	for (;;) {
		size_t dot = bytes_find(rest, '.');
		const struct yaml_node *next = dot < rest.n
		                                   ? yaml_get(mapping, arena_str(ed->arena,
		                                                                 bytes_slice(rest, 0, dot)))
		                                   : NULL;

		if (!yaml_is(next, YAML_MAPPING))
			break;
		mapping = next;
		rest = bytes_skip(rest, dot + 1);
	}
	put_nested(ed, mapping, rest, value);
}

void yaml_edit_append(const struct yaml_editor *ed, const struct yaml_node *sequence,
                      const char *item)
{
	sequence = yaml_real(sequence);
	if (!yaml_is(sequence, YAML_SEQUENCE))
		return;
	if (sequence->style == YAML_FLOW) {
		add_flow(ed, sequence, NULL, item);
		return;
	}
	size_t at = source_line_end(ed->source, sequence->to);
	size_t indent = column_of(ed, sequence->from);
	const char *line_end = line_end_at(ed, at);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	buf_puts(&text, line_end);
	put_spaces(&text, indent);
	buf_puts(&text, "- ");
	put_lines(&text, item, line_end, indent + STEP);
	add(ed, at, at, &text);
	buf_done(&text);
}

/* -- deleting and renaming -------------------------------------------------------------------- */

static const struct yaml_node *before(const struct yaml_node *v)
{
	const struct yaml_node *p = v->parent->first;

	while (p != v && p->next != v)
		p = p->next;
	return p == v ? NULL : p;
}

static void delete_flow(const struct yaml_editor *ed, const struct yaml_node *v)
{
	const struct yaml_node *previous = before(v);
	buf nothing = BUF_INIT(1);

	if (v->next)
		add(ed, start_of(v), start_of(v->next), &nothing);
	else
		add(ed, previous ? previous->to : start_of(v), v->to, &nothing);
}

/* Where an item's dash stands: behind the item before it, past space and comments. */
static size_t dash_of(const struct yaml_editor *ed, const struct yaml_node *v)
{
	const struct yaml_node *previous = before(v);
	bytes text = ed->source->text;
	size_t at = previous ? source_line_end(ed->source, previous->to) : v->parent->from;

	while (at < v->from && text.p[at] != '-')
		at += text.p[at] == '#' ? bytes_find(bytes_skip(text, at), '\n') : 1;
	return at;
}

/* Whole lines, with the end of the last one; at the end of the text with the end before it. */
static void delete_lines(const struct yaml_editor *ed, size_t from, size_t to)
{
	bytes text = ed->source->text;
	buf nothing = BUF_INIT(1);

	from = source_line_start(ed->source, from);
	to = source_line_end(ed->source, to);
	if (to < text.n)
		to += text.p[to] == '\r' ? 2 : 1;
	else if (from > 0)
		from -= from > 1 && text.p[from - 2] == '\r' ? 2 : 1;
	add(ed, from, to, &nothing);
}

/* The first member of an item ("- name: x"): what follows takes its place. */
static void delete_first(const struct yaml_editor *ed, const struct yaml_node *v)
{
	bytes text = ed->source->text;
	size_t from = start_of(v), to = v->next ? start_of(v->next) : v->to;
	bytes gap = bytes_slice(text, v->to, to - v->to);
	buf nothing = BUF_INIT(1);

	if (bytes_find(gap, '#') < gap.n)
		to = v->to; /* a comment stays, behind the dash */
	add(ed, from, to, &nothing);
}

void yaml_edit_delete(const struct yaml_editor *ed, const struct yaml_node *value)
{
	while (value->parent && value->parent->count == 1 && value->parent->parent)
		value = value->parent;
	if (!value->parent)
		return;
	if (value->parent->style == YAML_FLOW) {
		delete_flow(ed, value);
		return;
	}
	size_t start = value->key ? value->key->from : dash_of(ed, value);

	if (is_first_on_line(ed, start))
		delete_lines(ed, start, value->to);
	else
		delete_first(ed, value);
}

static void put_quoted(const struct yaml_editor *ed, const struct yaml_node *n, const char *text)
{
	const char *quote = n->style == YAML_DOUBLE ? "\"" : n->style == YAML_SINGLE ? "'" : "";
	buf out = BUF_INIT(LIMIT_SETTINGS);

	buf_printf(&out, "%s%s%s%s", n->from == n->to ? " " : "", quote, text, quote);
	add(ed, n->from, n->to, &out);
	buf_done(&out);
}

void yaml_edit_scalar(const struct yaml_editor *ed, const struct yaml_node *scalar,
                      const char *text)
{
	put_quoted(ed, yaml_real(scalar), text);
}

void yaml_edit_rename(const struct yaml_editor *ed, const struct yaml_node *value, const char *key)
{
	put_quoted(ed, value->key, key);
}
