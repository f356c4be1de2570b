/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a rendered object: made, changed, written. */
#include "base/text.h"
#include "rule/rendered.h"

#define DEPTH 64

struct part *part_new(struct rendering *r, enum yaml_kind kind)
{
	if (r->nodes_left == 0)
		return NULL;
	r->nodes_left--;
	struct part *p = arena_new(r->arena, struct part);

	p->kind = (uint8_t)kind;
	return p;
}

void part_append(struct part *up, struct part *p)
{
	p->up = up;
	p->next = NULL;
	if (up->last)
		up->last->next = p;
	else
		up->first = p;
	up->last = p;
}

struct part *part_before(const struct part *p)
{
	struct part *b = p->up->first;

	while (b != p && b->next != p)
		b = b->next;
	return b == p ? NULL : b;
}

void part_remove(struct part *p)
{
	struct part *b = part_before(p);

	if (b)
		b->next = p->next;
	else
		p->up->first = p->next;
	if (p->up->last == p)
		p->up->last = b;
}

void part_replace(struct part *old, struct part *new)
{
	struct part *b = part_before(old);

	new->key = old->key;
	new->key_quoted = old->key_quoted;
	new->up = old->up;
	new->next = old->next;
	if (b)
		b->next = new;
	else
		old->up->first = new;
	if (old->up->last == old)
		old->up->last = new;
}

struct part *part_get(const struct part *p, bytes key)
{
	struct part *found = NULL;

	for (struct part *v = p && p->kind == YAML_MAPPING ? p->first : NULL; v; v = v->next)
		if (bytes_equal(v->key, key))
			found = v;
	return found;
}

struct part *part_path(const struct part *p, const char *path)
{
	bytes rest = bytes_str(path), name;
	struct part *found = NULL;

	while (bytes_take_until(&rest, '.', &name))
		if (!(p = found = part_get(p, name)))
			break;
	return found;
}

/* -- copies ----------------------------------------------------------------------------------- */

static struct part *copy(struct rendering *r, const struct origin *o, const struct yaml_node *n,
                         unsigned depth);

static bool is_string_tag(const struct yaml_node *n)
{
	return bytes_ends(n->tag, BYTES(":str"));
}

/* Members of a mapping; those of a merged one only where they are not there yet. */
static bool copy_members(struct rendering *r, const struct origin *o, const struct yaml_node *from,
                         struct part *to, unsigned depth)
{
	const struct yaml_node *merged = NULL;
	bool merging = yaml_real(to->node) != from;

	for (const struct yaml_node *v = yaml_first(from); v; v = v->next) {
		if (yaml_says(v->key, "<<") && !yaml_is(v, YAML_SCALAR)) {
			merged = yaml_real(v);
			continue;
		}
		if (merging && part_get(to, yaml_text(v->key)))
			continue;
		struct part *p = copy(r, o, v, depth);

		if (!p)
			return false;
		p->key = yaml_text(v->key);
		p->key_quoted = yaml_real(v->key)->style != YAML_PLAIN;
		part_append(to, p);
	}
	if (yaml_is(merged, YAML_MAPPING))
		return depth > 0 && copy_members(r, o, merged, to, depth - 1);
	for (const struct yaml_node *m = yaml_items(merged); m; m = m->next)
		if (yaml_is(m, YAML_MAPPING) &&
		    (depth == 0 || !copy_members(r, o, yaml_real(m), to, depth - 1)))
			return false;
	return true;
}

static struct part *copy(struct rendering *r, const struct origin *o, const struct yaml_node *n,
                         unsigned depth)
{
	const struct yaml_node *real = yaml_real(n);
	struct part *p = depth > 0 ? part_new(r, (enum yaml_kind)real->kind) : NULL;

	if (!p)
		return NULL;
	p->origin = o;
	p->node = n;
	p->text = real->text;
	p->quoted = real->kind == YAML_SCALAR && (real->style != YAML_PLAIN || is_string_tag(real));
	if (real->kind == YAML_MAPPING)
		return copy_members(r, o, real, p, depth - 1) ? p : NULL;
	for (const struct yaml_node *v = yaml_items(real); v; v = v->next) {
		struct part *item = copy(r, o, v, depth - 1);

		if (!item)
			return NULL;
		part_append(p, item);
	}
	return p;
}

struct part *part_copy(struct rendering *r, const struct origin *o, const struct yaml_node *node)
{
	return copy(r, o, node, DEPTH);
}

static struct part *clone(struct rendering *r, const struct part *from, unsigned depth)
{
	struct part *p = depth > 0 ? part_new(r, (enum yaml_kind)from->kind) : NULL;

	if (!p)
		return NULL;
	*p = *from;
	p->up = p->first = p->last = p->next = NULL;
	for (const struct part *v = from->first; v; v = v->next) {
		struct part *c = clone(r, v, depth - 1);

		if (!c)
			return NULL;
		part_append(p, c);
	}
	return p;
}

struct part *part_clone(struct rendering *r, const struct part *p)
{
	return clone(r, p, DEPTH);
}

/* -- as text ---------------------------------------------------------------------------------- */

static void put_quoted(buf *out, bytes text)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, c);
	}
	buf_putc(out, '"');
}

static bool is_one_line(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ')
			return false;
	return true;
}

static void put_scalar(buf *out, bytes text, bool quoted)
{
	if (quoted || !is_one_line(text))
		put_quoted(out, text);
	else
		buf_put(out, text);
}

static void put_indent(buf *out, size_t n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

/* On a line of which `indent` columns are written. Parts nest at most DEPTH deep: copies see to
 * that. */
static void put(const struct part *p, buf *out, size_t indent)
{
	for (const struct part *v = p->first; v; v = v->next) {
		if (v != p->first)
			put_indent(out, indent);
		if (p->kind == YAML_SEQUENCE) {
			buf_puts(out, "- ");
		} else {
			put_scalar(out, v->key, v->key_quoted);
			buf_putc(out, ':');
		}
		if (!v->first) {
			if (p->kind == YAML_MAPPING)
				buf_putc(out, ' ');
			if (v->kind == YAML_SCALAR)
				put_scalar(out, v->text, v->quoted);
			else
				buf_puts(out, v->kind == YAML_MAPPING ? "{}" : "[]");
			buf_putc(out, '\n');
			continue;
		}
		if (p->kind == YAML_MAPPING) {
			buf_putc(out, '\n');
			put_indent(out, indent + 2);
		}
		put(v, out, indent + 2);
	}
}

void rendered_text(const struct part *p, buf *out)
{
	if (p->first) {
		put(p, out, 0);
		return;
	}
	if (p->kind == YAML_SCALAR)
		put_scalar(out, p->text, p->quoted);
	else
		buf_puts(out, p->kind == YAML_MAPPING ? "{}" : "[]");
	buf_putc(out, '\n');
}
