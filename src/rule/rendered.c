/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rendered.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "fmt/yaml_edit.h"
#include "rule/helm.h"
#include "rule/rendered_rules.h"

/* -- files ------------------------------------------------------------------------------------ */

static bytes clean(struct arena *a, bytes name)
{
	return path_join(a, (bytes){ 0 }, name);
}

size_t rendered_file(const struct rendering *r, bytes path)
{
	return (size_t)(uintptr_t)map_get(&r->files, path);
}

const struct origin *rendered_origin(struct rendering *r, size_t file)
{
	if (!r->origins[file]) {
		struct origin *o = arena_new(r->arena, struct origin);

		o->file = file;
		o->yaml = r->job->files.items[file].yaml;
		o->source = r->job->files.items[file].source;
		r->origins[file] = o;
	}
	return r->origins[file];
}

struct rendering *rendered_open(struct rule_job *job)
{
	struct rendering *r = arena_new(job->arena, struct rendering);

	r->job = job;
	r->arena = job->arena;
	r->first = job->files.len;
	r->nodes_left = LIMIT_CHECK_NODES - job->nodes;
	map_init(&r->files, r->arena);
	for (size_t i = 0; i < r->first; i++) {
		job->files.items[i].part = false;
		*map_put(&r->files,
		         clean(r->arena, bytes_str(job->files.items[i].name))) = (void *)(uintptr_t)(i + 1);
	}
	r->origins = arena_array(r->arena, const struct origin *, r->first);
	kustomize_render(r);
	helm_render(r);
	return r;
}

void rendered_add(struct rendering *r, const struct part *root, size_t maker)
{
	struct job_file file = { .kind = JOB_YAML };
	buf text = BUF_INIT(LIMIT_CHECK_TEXT);
	err e = { 0 };

	if (r->job->files.len >= LIMIT_CHECK_FILES) {
		rendered_gap(r, maker, NULL, "more files and objects than are judged together");
		return;
	}
	file.name = arena_printf(r->arena, "%s.rendered.yaml", r->job->files.items[maker].name);
	rendered_text(root, &text);
	file.text = arena_bytes(r->arena, buf_bytes(&text));
	buf_done(&text);
	source_init(&file.source, file.text, &file.memory);
	file.yaml = arena_new(&file.memory, struct yaml_file);
	if (yaml_parse(file.text, &file.memory, file.yaml, &e) < 0 || file.yaml->documents.len != 1) {
		arena_done(&file.memory);
		rendered_gap(r, maker, NULL, "an object that cannot be read again");
		return;
	}
	*ARENA_PUSH(r->job->keep, &r->job->files) = file;
	*ARENA_PUSH(r->arena, &r->objects) = (struct rendered_object){ root, maker };
}

void rendered_gap(struct rendering *r, size_t file, const struct yaml_node *node, const char *what)
{
	size_t from = node && node->key ? node->key->from : node ? node->from : 0;
	struct job_finding *f = job_find(r->job, &rendered_rules[HK006], file, from,
	                                 node ? node->to : from);

	f->message = what;
}

/* -- octets of a file, from those of a text in it --------------------------------------------- */

static size_t outer(const struct rendering *r, const struct origin *o, size_t at)
{
	const struct source *file = &r->job->files.items[o->file].source;

	if (o->block_line == 0)
		return at;
	size_t line = o->block_line + source_position(&o->source, at).line - 2; /* from 0 */
	size_t column = at - source_line_start(&o->source, at);
	size_t start = line < file->len ? file->lines[line] : file->text.n;
	size_t end = source_line_end(file, start);

	return start + o->indent + column < end ? start + o->indent + column : end;
}

static void add_outer(const struct rendering *r, const struct origin *o, const struct edit *edit,
                      struct edits *out)
{
	buf text = BUF_INIT(LIMIT_SETTINGS);

	for (size_t i = 0; i < edit->text.n; i++) {
		buf_putc(&text, edit->text.p[i]);
		for (size_t k = 0; o->block_line > 0 && edit->text.p[i] == '\n' && k < o->indent; k++)
			buf_putc(&text, ' ');
	}
	edits_add(out, r->arena, outer(r, o, edit->from), outer(r, o, edit->to),
	          arena_bytes(r->arena, buf_bytes(&text)));
	buf_done(&text);
}

/* -- where a finding comes from --------------------------------------------------------------- */

static size_t start_of(const struct yaml_node *n)
{
	return n->key ? n->key->from : n->from;
}

/* The innermost value that begins at or before `at` and reaches to it. */
static const struct part *locate(const struct yaml_node *n, const struct part *p, size_t at)
{
	const struct yaml_node *v = n->first, *best = NULL;
	const struct part *part = p->first, *found = NULL;

	for (; v && part; v = v->next, part = part->next)
		if (start_of(v) <= at && at <= v->to) {
			best = v;
			found = part;
		}
	return best ? locate(best, found, at) : p;
}

static void move(struct rendering *r, struct job_finding *f, const struct part *p, size_t maker)
{
	while (p->up && !p->template && !(p->origin && (p->node || p->near)))
		p = p->up;
	if (p->template && !p->node) {
		f->file = p->template->file;
		f->from = p->at;
		f->to = p->value_to > p->at ? p->value_to : p->at;
		return;
	}
	const struct yaml_node *n = p->node ? p->node : p->near;

	if (p->origin && p->origin->within) {
		f->file = p->origin->file;
		f->from = start_of(p->origin->within);
		f->to = p->origin->within->to;
		return;
	}
	if (!p->origin || !n) {
		f->file = maker;
		f->from = f->to = 0;
		return;
	}
	f->file = p->origin->file;
	f->from = outer(r, p->origin, start_of(n));
	f->to = outer(r, p->origin, n->to);
}

/* -- where its fix is made -------------------------------------------------------------------- */

struct mend {
	struct rendering *r;
	struct edits out;
	const struct origin *origin; /* of the first edit */
	const struct part *where;    /* that it changes */
	bool failed;
};

/* An editor of the text that p stands in; *list gets its edits. */
static bool edit_at(struct mend *m, const struct part *p, struct edits *list,
                    struct yaml_editor *out)
{
	if (!p || !p->origin || !p->node || p->origin->within ||
	    (m->origin && m->origin->file != p->origin->file)) {
		m->failed = true;
		return false;
	}
	m->origin = p->origin;
	m->where = m->where ? m->where : p;
	*list = (struct edits){ 0 };
	*out = (struct yaml_editor){ p->origin->yaml, &p->origin->source, m->r->arena, list };
	return true;
}

static void take(struct mend *m, const struct part *p, const struct edits *list)
{
	for (size_t i = 0; i < list->len; i++)
		add_outer(m->r, p->origin, &list->items[i], &m->out);
	m->failed |= list->len == 0;
}

/* A change of a part that a template makes. False: it is none of those. */
static bool in_template(struct mend *m, const struct part *p, enum helm_change change,
                        const char *key, const char *value)
{
	if (!p || !p->template || p->node)
		return false;
	m->failed |= (m->origin && m->origin->file != p->template->file) ||
	             !helm_edit(m->r, p, change, key, value, &m->out);
	m->origin = p->template;
	m->where = m->where ? m->where : p;
	return true;
}

static const char *value_text(struct mend *m, const struct yaml_node *n)
{
	const struct part *p = part_copy(m->r, NULL, n);
	buf text = BUF_INIT(LIMIT_SETTINGS);

	if (!p) {
		m->failed = true;
		return "";
	}
	rendered_text(p, &text);
	const char *s = arena_str(m->r->arena, bytes_trim(buf_bytes(&text)));

	buf_done(&text);
	return s;
}

static void put(struct mend *m, const struct part *mapping, const struct yaml_node *value)
{
	const char *key = arena_str(m->r->arena, yaml_text(value->key)), *text = value_text(m, value);
	struct yaml_editor ed;
	struct edits list;

	if (in_template(m, mapping, HELM_PUT, key, text) || !edit_at(m, mapping, &list, &ed))
		return;
	yaml_edit_put(&ed, mapping->node, key, text);
	take(m, mapping, &list);
}

static void append(struct mend *m, const struct part *sequence, const struct yaml_node *item)
{
	struct yaml_editor ed;
	struct edits list;

	const char *text = value_text(m, item);

	if (in_template(m, sequence, HELM_APPEND, NULL, text) || !edit_at(m, sequence, &list, &ed))
		return;
	yaml_edit_append(&ed, sequence->node, text);
	take(m, sequence, &list);
}

static void delete (struct mend *m, const struct part *p)
{
	struct yaml_editor ed;
	struct edits list;

	if (in_template(m, p, HELM_DELETE, NULL, NULL) || !edit_at(m, p, &list, &ed))
		return;
	/* A template that asks for a.b fails where there is no a; what is false is as good as gone. */
	if (p->origin->is_values && yaml_says(p->node, "true"))
		yaml_edit_scalar(&ed, p->node, "false");
	else if (!p->origin->is_values || !p->node->parent || p->node->parent->count > 1)
		yaml_edit_delete(&ed, p->node);
	take(m, p, &list);
}

/* Another value where p stands: in the mapping that holds it there, which need not be that of its
 * neighbours. */
static void change(struct mend *m, const struct part *p, const struct yaml_node *after)
{
	struct yaml_editor ed;
	struct edits list;

	if (in_template(m, p, HELM_SET, NULL, value_text(m, after)) || !edit_at(m, p, &list, &ed))
		return;
	if (yaml_is(p->node, YAML_SCALAR) && after->kind == YAML_SCALAR && p->node->from < p->node->to)
		yaml_edit_scalar(&ed, p->node, arena_str(m->r->arena, after->text));
	else if (p->node->key && p->node->parent && yaml_is(p->node->parent, YAML_MAPPING))
		yaml_edit_put(&ed, p->node->parent, arena_str(m->r->arena, yaml_text(p->node->key)),
		              value_text(m, after));
	take(m, p, &list);
}

/* Another member where p stands: to take it away and to write behind it would be two edits of one
 * place. False: p does not stand in a mapping of its own. */
static bool exchange(struct mend *m, const struct part *p, const struct yaml_node *value)
{
	const struct yaml_node *n = p->node, *up = n ? n->parent : NULL;
	struct yaml_editor ed;
	struct edits list;

	if (p->template || !n || !n->key || !yaml_is(up, YAML_MAPPING) || p->origin->is_values)
		return false;
	const char *text = value_text(m, value);

	if (!edit_at(m, p, &list, &ed))
		return true;
	yaml_edit_rename(&ed, n, arena_str(m->r->arena, yaml_text(value->key)));
	yaml_edit_put(&ed, up, arena_str(m->r->arena, yaml_text(n->key)), text);
	take(m, p, &list);
	return true;
}

static bool same(const struct yaml_node *x, const struct yaml_node *y)
{
	const struct yaml_node *a = x->first, *b = y->first;

	if (x->kind != y->kind || x->count != y->count || !bytes_equal(x->text, y->text))
		return false;
	for (; a && b; a = a->next, b = b->next)
		if ((a->key && !bytes_equal(yaml_text(a->key), yaml_text(b->key))) || !same(a, b))
			return false;
	return true;
}

static const struct yaml_node *member(const struct yaml_node *mapping, bytes key)
{
	const struct yaml_node *found = NULL;

	for (const struct yaml_node *v = mapping->first; v; v = v->next)
		if (bytes_equal(yaml_text(v->key), key))
			found = v;
	return found;
}

static void compare(struct mend *m, const struct part *p, const struct yaml_node *before,
                    const struct yaml_node *after);

/* The first member from v on that the mapping does not have. */
static const struct yaml_node *next_new(const struct yaml_node *before, const struct yaml_node *v)
{
	while (v && member(before, yaml_text(v->key)))
		v = v->next;
	return v;
}

static void compare_members(struct mend *m, const struct part *p, const struct yaml_node *before,
                            const struct yaml_node *after)
{
	const struct part *part = p->first;
	const struct yaml_node *new = next_new(before, after->first);

	for (const struct yaml_node *v = before->first; v && part; v = v->next, part = part->next) {
		const struct yaml_node *now = member(after, yaml_text(v->key));

		if (now)
			compare(m, part, v, now);
		else if (new && exchange(m, part, new))
			new = next_new(before, new->next);
		else
			delete (m, part);
	}
	for (; new; new = next_new(before, new->next))
		put(m, p, new);
}

/* Items go one by one; where fewer are left behind a change, one of them has been deleted. */
static void compare_items(struct mend *m, const struct part *p, const struct yaml_node *before,
                          const struct yaml_node *after)
{
	const struct yaml_node *v = before->first, *now = after->first;
	size_t left = before->count, left_now = after->count;

	for (const struct part *part = p->first; v && part; part = part->next, v = v->next, left--) {
		if (now && (same(v, now) || left <= left_now)) {
			compare(m, part, v, now);
			now = now->next;
			left_now--;
		} else {
			delete (m, part);
		}
	}
	for (; now; now = now->next)
		append(m, p, now);
}

static void compare(struct mend *m, const struct part *p, const struct yaml_node *before,
                    const struct yaml_node *after)
{
	if (m->failed || same(before, after))
		return;
	if (before->kind != after->kind || before->kind == YAML_SCALAR)
		change(m, p, after);
	else if (before->kind == YAML_MAPPING)
		compare_members(m, p, before, after);
	else
		compare_items(m, p, before, after);
}

/* Two edits of the same octets: one of them would be lost (fmt/edit.h), and the fix be half. */
static bool overlap(const struct edits *list)
{
	for (size_t i = 0; i < list->len; i++)
		for (size_t k = 0; k < i; k++) {
			const struct edit *x = &list->items[i], *y = &list->items[k];

			if (x->from < y->to && y->from < x->to &&
			    !(x->from == y->from && x->to == y->to && bytes_equal(x->text, y->text)))
				return true;
		}
	return false;
}

/* What the fix changes, when it is made. */
static const struct part *move_fix(struct rendering *r, struct job_finding *f,
                                   const struct job_file *file, const struct part *root)
{
	struct mend m = { .r = r };
	bytes text = edits_apply(file->text, &f->fix, r->arena);
	struct yaml_file after;
	err e = { 0 };

	if (yaml_parse(text, r->arena, &after, &e) < 0 || after.documents.len != 1)
		m.failed = true;
	else
		compare(&m, root, file->yaml->documents.items[0].root, after.documents.items[0].root);
	m.failed |= overlap(&m.out);
	f->fix = m.failed ? (struct edits){ 0 } : m.out;
	f->fix_file = m.origin ? m.origin->file : f->file;
	f->fix_class = f->fix.len > 0 ? f->fix_class : RULE_FIX_NONE;
	return m.failed ? NULL : m.where;
}

void rendered_close(struct rule_job *job, struct rendering *r)
{
	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->file < r->first)
			continue;
		const struct job_file *file = &job->files.items[f->file];
		const struct rendered_object *object = &r->objects.items[f->file - r->first];
		const struct part *p = locate(file->yaml->documents.items[0].root, object->root, f->from);

		const struct part *mended = f->fix.len > 0 ? move_fix(r, f, file, object->root) : NULL;

		move(r, f, p, object->file);
		if (!mended)
			f->fix_file = f->file;
		else if (f->fix_file != f->file)
			move(r, f, mended, object->file); /* the value decides, not the line that shows it */
	}
	for (size_t i = r->first; i < job->files.len; i++)
		arena_done(&job->files.items[i].memory);
	job->files.len = r->first;
}
