/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/helm.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#define DEPTH 48
/* Actions of one chart: the largest of those looked at does 4,000. */
#define STEPS 200000

struct chart_file {
	size_t file;
	struct helm_node *nodes;
};

struct chart {
	struct helm helm;
	bytes dir, templates; /* "chart", "chart/templates/" */
	struct part *root;    /* what "." is: Values, Chart, Release, ... */
	struct {
		struct chart_file *items;
		size_t len, cap;
	} files;
};

/* -- the chart's facts ------------------------------------------------------------------------ */

static struct part *put(struct rendering *r, struct part *map, const char *key, const char *text)
{
	struct part *p = part_new(r, text ? YAML_SCALAR : YAML_MAPPING);

	if (!p)
		return NULL;
	p->key = bytes_str(key);
	p->text = bytes_str(text);
	p->quoted = text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0;
	part_append(map, p);
	return p;
}

static const struct yaml_node *root_of(const struct rendering *r, size_t file)
{
	const struct yaml_file *yaml = file ? r->job->files.items[file - 1].yaml : NULL;

	return yaml && yaml->documents.len > 0 ? yaml->documents.items[0].root : NULL;
}

static size_t file_in(const struct rendering *r, bytes dir, const char *name)
{
	return rendered_file(r, path_join(r->arena, dir, bytes_str(name)));
}

static bool put_values(struct chart *c)
{
	struct rendering *r = c->helm.r;
	size_t file = file_in(r, c->dir, "values.yaml");
	const struct yaml_node *root = root_of(r, file);
	struct origin *origin = arena_new(r->arena, struct origin);
	struct part *values = part_new(r, YAML_MAPPING);

	if (yaml_is(root, YAML_MAPPING)) {
		*origin = *rendered_origin(r, file - 1);
		origin->is_values = true;
		values = part_copy(r, origin, root);
	}
	if (!values)
		return false;
	values->key = BYTES("Values");
	part_append(c->root, values);
	return true;
}

/* Chart.yaml's keys begin in upper case here. */
static bool put_chart(struct chart *c, const struct yaml_node *root)
{
	struct part *chart = put(c->helm.r, c->root, "Chart", NULL);

	for (const struct yaml_node *v = yaml_first(root); v && chart; v = v->next) {
		char *key = arena_str(c->helm.r->arena, yaml_text(v->key));

		if (!yaml_is(v, YAML_SCALAR))
			continue;
		*key = *key >= 'a' && *key <= 'z' ? (char)(*key - 32) : *key;
		if (!put(c->helm.r, chart, key, arena_str(c->helm.r->arena, yaml_text(v))))
			return false;
	}
	return chart != NULL;
}

static bool put_all(struct rendering *r, struct part *map, const char *const pairs[][2])
{
	bool done = map != NULL;

	for (size_t i = 0; done && pairs[i][0]; i++)
		done = put(r, map, pairs[i][0], pairs[i][1]) != NULL;
	return done;
}

static bool put_release(struct chart *c)
{
	static const char *const release[][2] = { { "Name", "release-name" },
		                                      { "Namespace", "default" },
		                                      { "Service", "Helm" },
		                                      { "IsInstall", "true" },
		                                      { "IsUpgrade", "false" },
		                                      { "Revision", "1" },
		                                      { 0 } };
	static const char *const version[][2] = { { "Version", "v1.32.0" },
		                                      { "GitVersion", "v1.32.0" },
		                                      { "Major", "1" },
		                                      { "Minor", "32" },
		                                      { 0 } };
	struct rendering *r = c->helm.r;
	struct part *capabilities = put(r, c->root, "Capabilities", NULL);

	return put_all(r, put(r, c->root, "Release", NULL), release) && capabilities &&
	       put_all(r, put(r, capabilities, "KubeVersion", NULL), version);
}

static bool put_template(struct chart *c, size_t file)
{
	struct part *old = part_get(c->root, BYTES("Template"));
	struct part *template = put(c->helm.r, c->root, "Template", NULL);

	if (old)
		part_remove(old);
	return template && put(c->helm.r, template, "Name", c->helm.r->job->files.items[file].name) &&
	       put(c->helm.r, template, "BasePath", "templates");
}

/* -- where rendered values come from ---------------------------------------------------------- */

struct trace {
	struct rendering *r;
	const struct helm_text *text;
};

/* From its first octet to its last; between its lines an indentation may have been put. */
static bool is_whole(const struct trace *t, const struct helm_run *run, const struct yaml_node *n)
{
	const struct helm_run *end = n->to > n->from ? helm_run_at(t->text, n->to - 1) : run;

	return end->kind == HELM_VALUE && end->part == run->part && run->part->kind == n->kind;
}

/* Octets of a template, and what they make. */
static void place(const struct trace *t, const struct yaml_node *n, struct part *p)
{
	size_t start = n->key ? n->key->from : n->from;
	const struct helm_run *first = helm_run_at(t->text, start), *from, *to;

	if (!first || first->kind != HELM_LITERAL || !first->origin)
		return;
	p->template = first->origin;
	p->at = p->value_to = first->source + (start - first->at);
	if (n->to == n->from)
		return;
	from = helm_run_at(t->text, n->from);
	to = helm_run_at(t->text, n->to - 1);
	if (from != to || from->kind != HELM_LITERAL || from->origin != p->template)
		return;
	p->value_at = from->source + (n->from - from->at);
	p->value_to = p->value_at + (n->to - n->from);
}

static const struct part *value_at(const struct trace *t, const struct yaml_node *n)
{
	const struct helm_run *run = helm_run_at(t->text, n->from);

	return run && run->kind == HELM_VALUE && run->part && is_whole(t, run, n) ? run->part : NULL;
}

/* The value that a member is: that of the value that holds it, or of one whose members stand among
 * those of the template ("{{ toYaml . }}" in a mapping). */
static const struct part *member_of(const struct trace *t, const struct part *hint,
                                    const struct yaml_node *v)
{
	const struct part *known = part_get(hint, yaml_text(v->key));
	const struct helm_run *run = helm_run_at(t->text, v->key->from);

	return !known && run && run->kind == HELM_VALUE ? part_get(run->part, yaml_text(v->key))
	                                                : known;
}

static struct part *trace(const struct trace *t, const struct yaml_node *n, const struct part *hint,
                          unsigned depth);

static bool trace_children(const struct trace *t, const struct yaml_node *n,
                           const struct part *hint, struct part *p, unsigned depth)
{
	const struct part *item = hint && hint->kind == YAML_SEQUENCE ? hint->first : NULL;

	for (const struct yaml_node *v = yaml_first(n); v; v = v->next) {
		struct part *child = trace(t, v, v->key ? member_of(t, hint, v) : item, depth);

		if (!child)
			return false;
		child->key = yaml_text(v->key);
		child->key_quoted = v->key && v->key->style != YAML_PLAIN;
		part_append(p, child);
		item = item ? item->next : NULL;
	}
	return true;
}

/* hint: the value that the node is, where that is known from what holds it. */
static struct part *trace(const struct trace *t, const struct yaml_node *n, const struct part *hint,
                          unsigned depth)
{
	struct part *p = depth > 0 ? part_new(t->r, (enum yaml_kind)n->kind) : NULL;

	if (!p)
		return NULL;
	hint = hint ? hint : value_at(t, n);
	p->text = n->text;
	p->quoted = n->kind == YAML_SCALAR && n->style != YAML_PLAIN;
	place(t, n, p);
	if (hint && hint->origin && hint->node) {
		p->origin = hint->origin;
		p->node = hint->node;
	}
	return trace_children(t, n, hint, p, depth - 1) ? p : NULL;
}

/* -- rendering -------------------------------------------------------------------------------- */

static void add_objects(struct chart *c, size_t file, const struct helm_text *text)
{
	struct rendering *r = c->helm.r;
	struct trace t = { r, text };
	struct yaml_file yaml;
	err e = { 0 };

	if (yaml_parse(helm_octets(text), r->arena, &yaml, &e) < 0 || yaml.faults.len > 0)
		rendered_gap(r, file, NULL, "with the chart's own values it renders what is no YAML");
	for (size_t i = 0; i < yaml.documents.len; i++) {
		const struct yaml_node *root = yaml_real(yaml.documents.items[i].root);
		const struct part *p = yaml_is(root, YAML_MAPPING) ? trace(&t, root, NULL, DEPTH) : NULL;

		if (p)
			rendered_add(r, p, file);
		else if (!yaml_is_null(root))
			rendered_gap(r, file, NULL, "it renders what is no object");
	}
}

/* What Helm renders for others alone, or for people. */
static bool is_partial(const char *name)
{
	bytes base = path_base(bytes_str(name));

	return bytes_starts(base, BYTES("_")) || bytes_is(base, "NOTES.txt");
}

static void render_file(struct chart *c, size_t index)
{
	struct helm *h = &c->helm;
	size_t file = c->files.items[index].file;
	struct helm_text text = { 0 };
	struct helm_value dot = { .part = c->root };

	if (is_partial(h->r->job->files.items[file].name))
		return;
	h->why = NULL;
	h->scope = h->variables.len = 0;
	if (!put_template(c, file)) {
		rendered_gap(h->r, file, NULL, "too much to render: this template is left out");
		return;
	}
	*ARENA_PUSH(h->r->arena, &h->variables) = (struct helm_variable){ .value = dot };
	if (helm_render_nodes(h, c->files.items[index].nodes, dot, &text, DEPTH))
		add_objects(c, file, &text);
	else
		rendered_gap(h->r, file, NULL,
		             arena_printf(h->r->arena, "this template is not judged: %s",
		                          h->why ? h->why : "it is not understood"));
}

/* Helm renders whatever lies below templates/; what has no actions and is YAML by its name is
 * judged as it stands. */
static bool is_read(const struct chart *c, const struct job_file *f, bytes name)
{
	return f->kind == JOB_TEMPLATE ||
	       (f->kind != JOB_YAML && bytes_starts(name, c->templates) && !is_partial(f->name));
}

/* The chart's own templates, and those of the charts in it for what they define. */
static void read_templates(struct chart *c)
{
	struct rendering *r = c->helm.r;

	for (size_t i = 0; i < r->first; i++) {
		struct job_file *f = &r->job->files.items[i];
		bytes name = path_join(r->arena, (bytes){ 0 }, bytes_str(f->name));
		struct helm_node *nodes;

		if (!path_within(name, c->dir) || !is_read(c, f, name))
			continue;
		c->helm.why = NULL;
		bool read = helm_parse(&c->helm, f->text, rendered_origin(r, i), &nodes);

		if (!bytes_starts(name, c->templates))
			continue;
		f->part = true;
		if (read)
			*ARENA_PUSH(r->arena, &c->files) = (struct chart_file){ i, nodes };
		else
			rendered_gap(r, i, NULL,
			             arena_printf(r->arena, "this template cannot be read: %s", c->helm.why));
	}
}

static void render_chart(struct rendering *r, size_t file)
{
	struct chart c = { .helm = { .r = r, .steps_left = STEPS, .octets_left = LIMIT_CHECK_TEXT } };
	const struct yaml_node *root = root_of(r, file + 1);
	bytes name = path_join(r->arena, (bytes){ 0 }, bytes_str(r->job->files.items[file].name));

	c.dir = path_dir(name);
	c.templates = bytes_str(
		arena_printf(r->arena, PRIb "%stemplates/", BYTESF(c.dir), c.dir.n > 0 ? "/" : ""));
	c.root = part_new(r, YAML_MAPPING);
	read_templates(&c);
	if (yaml_says(yaml_get(root, "type"), "library"))
		return;
	if (!c.root || !put_values(&c) || !put_chart(&c, root) || !put_release(&c)) {
		rendered_gap(r, file, NULL, "too much to render: this chart is left out");
		return;
	}
	for (size_t i = 0; i < c.files.len; i++)
		render_file(&c, i);
}

void helm_render(struct rendering *r)
{
	for (size_t i = 0; i < r->first; i++)
		if (bytes_is(path_base(bytes_str(r->job->files.items[i].name)), "Chart.yaml"))
			render_chart(r, i);
	for (size_t i = 0; i < r->first; i++) {
		const struct job_file *f = &r->job->files.items[i];

		if (f->kind == JOB_TEMPLATE && !f->part && !is_partial(f->name) &&
		    !bytes_ends(bytes_str(f->name), BYTES(".tpl")))
			rendered_gap(r, i, NULL, "a template without its Chart.yaml is not judged");
		else if (bytes_ends(bytes_str(f->name), BYTES(".tgz")))
			rendered_gap(r, i, NULL, "a packed chart is not judged: unpack it");
	}
}
