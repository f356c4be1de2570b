/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a template's own lines: only where it is plain what a new line does. */
#include "base/buf.h"
#include "base/limits.h"
#include "rule/helm.h"

struct line {
	size_t start, end; /* without its end */
	size_t column;     /* of the part */
};

static struct line line_of(const struct source *s, size_t at)
{
	struct line l = { source_line_start(s, at), source_line_end(s, at), 0 };

	l.column = at - l.start;
	return l;
}

/* How many blocks ({{if}}, {{range}}, {{with}}, {{define}}) are open there. */
static size_t blocks_at(bytes text, size_t at)
{
	static const char *const openers[] = { "if", "range", "with", "define", "block" };
	size_t open = 0;

	for (size_t i = 0;;) {
		i += bytes_search(bytes_skip(text, i), BYTES("{{"));
		if (i >= at)
			return open;
		bytes inside = bytes_skip(text, i += 2);

		if (bytes_starts(inside, BYTES("-")))
			inside = bytes_skip(inside, 1);
		inside = bytes_trim(inside);
		if (bytes_starts(inside, BYTES("end")))
			open -= open > 0;
		for (size_t k = 0; k < sizeof(openers) / sizeof(*openers); k++)
			if (bytes_starts(inside, bytes_str(openers[k])) &&
			    bytes_find(inside, ' ') == strlen(openers[k]))
				open++;
	}
}

static bool is_blank(const struct source *s, size_t from, size_t to)
{
	for (; from < to; from++)
		if (s->text.p[from] != ' ')
			return false;
	return true;
}

/* The line opens and closes no block behind the part. */
static bool is_closed(const struct source *s, const struct line *l)
{
	return blocks_at(s->text, l->start) == blocks_at(s->text, l->end);
}

static void put_spaces(buf *out, size_t n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

static void put_lines(buf *out, const char *value, size_t indent)
{
	bytes rest = bytes_str(value), line;

	for (bool first = true; bytes_line(&rest, &line); first = false) {
		if (!first) {
			buf_putc(out, '\n');
			put_spaces(out, indent);
		}
		buf_put(out, line);
	}
}

static bool is_block(const char *value)
{
	bytes v = bytes_str(value);

	return bytes_starts(v, BYTES("- ")) || bytes_find(v, '\n') < v.n ||
	       bytes_search(v, BYTES(": ")) < v.n;
}

/* What would be an action is no text that a template may get. */
static bool is_harmless(const char *text)
{
	bytes s = bytes_str(text);

	return bytes_search(s, BYTES("{{")) >= s.n;
}

static void put_value(buf *out, const char *value, size_t indent)
{
	if (is_block(value)) {
		buf_putc(out, '\n');
		put_spaces(out, indent + 2);
		put_lines(out, value, indent + 2);
	} else {
		buf_printf(out, " %s", value);
	}
}

static bool add(struct rendering *r, struct edits *out, size_t from, size_t to, buf *text)
{
	edits_add(out, r->arena, from, to, arena_bytes(r->arena, buf_bytes(text)));
	buf_done(text);
	return true;
}

/* The member beside which a new one is put: one that no block makes conditional. */
static const struct part *anchor(const struct part *p, const struct source *s)
{
	const struct part *best = NULL;
	size_t least = SIZE_MAX;

	for (const struct part *c = p->first; c; c = c->next) {
		size_t blocks = c->template == p->template ? blocks_at(s->text, c->at) : SIZE_MAX;
		struct line l = line_of(s, c->at);
		bool plain = is_closed(s, &l) && (!c->first || is_blank(s, l.start, c->at));

		if (blocks < least && plain) {
			best = c;
			least = blocks;
		}
	}
	return best;
}

static bool put_member(struct rendering *r, const struct part *p, const char *key,
                       const char *value, struct edits *out)
{
	const struct source *s = &p->template->source;
	const struct part *c = anchor(p, s);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	if (!c)
		return false;
	struct line l = line_of(s, c->at);
	bool behind = !c->first;

	buf_puts(&text, behind ? "\n" : "");
	put_spaces(&text, l.column);
	buf_printf(&text, "%s:", key);
	put_value(&text, value, l.column);
	buf_puts(&text, behind ? "" : "\n");
	return add(r, out, behind ? l.end : l.start, behind ? l.end : l.start, &text);
}

/* In front of the first item, whose line begins with its dash. */
static bool put_item(struct rendering *r, const struct part *p, const char *value,
                     struct edits *out)
{
	const struct source *s = &p->template->source;
	const struct part *first = p->first;
	buf text = BUF_INIT(LIMIT_SETTINGS);

	if (!first || first->template != p->template ||
	    blocks_at(s->text, first->at) != blocks_at(s->text, p->at))
		return false;
	struct line l = line_of(s, first->at);

	if (l.column < 2 || s->text.p[first->at - 2] != '-' || !is_blank(s, l.start, first->at - 2))
		return false;
	put_spaces(&text, l.column - 2);
	buf_puts(&text, "- ");
	put_lines(&text, value, l.column);
	buf_putc(&text, '\n');
	return add(r, out, l.start, l.start, &text);
}

static bool set_value(struct rendering *r, const struct part *p, const char *value,
                      struct edits *out)
{
	const struct source *s = &p->template->source;
	struct line l = line_of(s, p->at);
	size_t from = p->value_at;
	buf text = BUF_INIT(LIMIT_SETTINGS);

	if (p->value_at == 0 || p->first)
		return false;
	if (!is_block(value)) {
		buf_puts(&text, value);
		return add(r, out, from, p->value_to, &text);
	}
	while (from > p->at && s->text.p[from - 1] == ' ')
		from--;
	put_value(&text, value, l.column);
	return add(r, out, from, p->value_to, &text);
}

static bool delete (struct rendering *r, const struct part *p, struct edits *out)
{
	const struct source *s = &p->template->source;
	struct line l = line_of(s, p->at);
	buf nothing = BUF_INIT(1);

	if (p->first || !is_blank(s, l.start, p->at) || !is_closed(s, &l) || l.end >= s->text.n ||
	    p->key.n == 0)
		return false;
	return add(r, out, l.start, l.end + 1, &nothing);
}

bool helm_edit(struct rendering *r, const struct part *p, enum helm_change change, const char *key,
               const char *value, struct edits *out)
{
	if ((key && !is_harmless(key)) || (value && !is_harmless(value)))
		return false;
	switch (change) {
	case HELM_PUT: return put_member(r, p, key, value, out);
	case HELM_APPEND: return put_item(r, p, value, out);
	case HELM_SET: return set_value(r, p, value, out);
	case HELM_DELETE: return delete (r, p, out);
	}
	return false;
}
