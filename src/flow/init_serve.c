/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's end of `oakum init`: reads what enemies wrote, fills the texts. */
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/init_project.h"
#include "flow/init_texts.h"
#include "flow/init_wire.h"

struct server {
	struct arena arena;
	struct rule_job job;
	struct job_options options;
	struct init_project project;
	buf answer;
};

static const char *number(struct server *s, size_t n)
{
	return arena_printf(&s->arena, "%zu", n);
}

static void set(struct server *s, struct init_scope *scope, const char *name, const char *text)
{
	init_set(scope, &s->arena, name, text ? text : "");
}

/* -- facts as values -------------------------------------------------------------------------- */

static void set_ports(struct server *s, struct init_scope *scope, const struct init_ports *ports)
{
	struct init_scope *list = arena_array(&s->arena, struct init_scope, ports->len);

	for (size_t i = 0; i < ports->len; i++) {
		set(s, &list[i], "number", number(s, ports->items[i]));
		set(s, &list[i], "portname",
		    i == 0 ? "http" : arena_printf(&s->arena, "port-%u", ports->items[i]));
	}
	init_set_list(scope, &s->arena, "port", list, ports->len);
	set(s, scope, "source", text_shown(&s->arena, bytes_str(ports->source)));
}

static void set_label(struct server *s, struct init_scope *scope, const char *key,
                      const char *value)
{
	set(s, scope, "key", key);
	set(s, scope, "value", value);
}

/* A variable's name of Azure Pipelines has neither hyphen nor point. */
static const char *job_name(struct server *s, const char *name)
{
	char *copy = arena_str(&s->arena, bytes_str(name));

	for (char *c = copy; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return arena_printf(&s->arena, "image_%s", copy);
}

static struct init_scope service_scope(struct server *s, const struct init_service *v)
{
	struct init_scope scope = { 0 }, *label = arena_new(&s->arena, struct init_scope);

	set(s, &scope, "name", v->name);
	set(s, &scope, "job", job_name(s, v->name));
	set(s, &scope, "image", v->name);
	set(s, &scope, "version", v->version);
	set(s, &scope, "dockerfile", v->dockerfile);
	set(s, &scope, "context", v->context);
	set(s, &scope, "projectfile", v->dockerfile ? "" : v->project);
	set(s, &scope, "user", v->user);
	set(s, &scope, "dotnet", v->dotnet ? "yes" : "");
	set(s, &scope, "probe", v->ports.len > 0 ? "http" : "");
	set_ports(s, &scope, &v->ports);
	set_label(s, label, "app.kubernetes.io/name", v->name);
	init_set_list(&scope, &s->arena, "label", label, 1);
	return scope;
}

static struct init_scope workload_scope(struct server *s, const struct init_workload *w)
{
	struct init_scope scope = { 0 };
	struct init_scope *containers = arena_array(&s->arena, struct init_scope, w->containers.len);
	struct init_scope *labels = arena_array(&s->arena, struct init_scope, w->labels.len);

	set(s, &scope, "name", w->name);
	set(s, &scope, "api", w->api);
	set(s, &scope, "kind", w->kind);
	set(s, &scope, "user", w->user);
	set_ports(s, &scope, &w->ports);
	for (size_t i = 0; i < w->containers.len; i++)
		set(s, &containers[i], "container", w->containers.items[i]);
	init_set_list(&scope, &s->arena, "container", containers, w->containers.len);
	for (size_t i = 0; i < w->labels.len; i++)
		set_label(s, &labels[i], w->labels.items[i].key, w->labels.items[i].value);
	init_set_list(&scope, &s->arena, "label", labels, w->labels.len);
	return scope;
}

static bool is_deployed(const struct init_project *p, const char *name)
{
	for (size_t i = 0; i < p->workloads.len; i++)
		if (strcmp(p->workloads.items[i].name, name) == 0)
			return true;
	return false;
}

/* Every service of the project, those without a workload, the workloads, and what listens. */
struct lists {
	struct init_scope *service, *new, *workload, *open;
	size_t services, news, workloads, opens;
};

static struct lists make_lists(struct server *s)
{
	const struct init_project *p = &s->project;
	struct lists l = { 0 };

	l.service = arena_array(&s->arena, struct init_scope, p->services.len);
	l.new = arena_array(&s->arena, struct init_scope, p->services.len);
	l.workload = arena_array(&s->arena, struct init_scope, p->workloads.len);
	l.open = arena_array(&s->arena, struct init_scope, p->services.len + p->workloads.len);
	for (size_t i = 0; i < p->services.len; i++) {
		const struct init_service *v = &p->services.items[i];
		struct init_scope scope = service_scope(s, v);

		l.service[l.services++] = scope;
		if (is_deployed(p, v->name))
			continue;
		if (v->ports.len > 0)
			l.open[l.opens++] = scope;
		set(s, &scope, "second", l.news > 0 ? "yes" : "");
		l.new[l.news++] = scope;
	}
	for (size_t i = 0; i < p->workloads.len; i++) {
		const struct init_workload *w = &p->workloads.items[i];

		l.workload[l.workloads++] = workload_scope(s, w);
		if (w->ports.len > 0 && w->labels.len > 0)
			l.open[l.opens++] = l.workload[i];
	}
	return l;
}

/* Each port of the whole project, once. */
static void set_every_port(struct server *s, struct init_scope *scope)
{
	const struct init_project *p = &s->project;
	struct init_scope *list = arena_array(&s->arena, struct init_scope,
	                                      p->services.len * INIT_PORTS + 1);
	size_t len = 0;

	for (size_t i = 0; i < p->services.len; i++)
		for (size_t k = 0; k < p->services.items[i].ports.len; k++) {
			const char *port = number(s, p->services.items[i].ports.items[k]);
			bool known = false;

			for (size_t n = 0; n < len; n++)
				known |= strcmp(list[n].values.items[0].text, port) == 0;
			if (!known)
				set(s, &list[len++], "number", port);
		}
	init_set_list(scope, &s->arena, "every", list, len);
}

static struct init_scope project_scope(struct server *s)
{
	const struct init_project *p = &s->project;
	struct lists l = make_lists(s);
	struct init_scope scope = { 0 };
	const struct init_service *first = p->services.len > 0 ? p->services.items : NULL;
	bool dockerfiles = false, projects = false;
	const char *sdk = "10.0";

	for (size_t i = 0; i < p->services.len; i++) {
		const struct init_service *v = &p->services.items[i];

		dockerfiles |= v->dockerfile != NULL;
		projects |= v->dockerfile == NULL;
		if (!v->dockerfile && *v->sdk)
			sdk = v->sdk;
	}
	set(s, &scope, "project", p->name);
	set(s, &scope, "image", first ? first->name : p->name);
	set(s, &scope, "user", first ? first->user : "10001");
	set(s, &scope, "sdk", sdk);
	set(s, &scope, "dockerfiles", dockerfiles ? "yes" : "");
	set(s, &scope, "projects", projects ? "yes" : "");
	init_set_list(&scope, &s->arena, "service", l.service, l.services);
	init_set_list(&scope, &s->arena, "new", l.new, l.news);
	init_set_list(&scope, &s->arena, "workload", l.workload, l.workloads);
	init_set_list(&scope, &s->arena, "open", l.open, l.opens);
	set_every_port(s, &scope);
	return scope;
}

/* -- the answer ------------------------------------------------------------------------------- */

static bool is_needed(const struct init_project *p, const struct init_target *t)
{
	bool new = false;

	for (size_t i = 0; i < p->services.len; i++)
		new |= !is_deployed(p, p->services.items[i].name);
	if (strcmp(t->text, "base-workloads.yaml") == 0)
		return new;
	if (strcmp(t->text, "restricted-kustomization.yaml") == 0)
		return p->workloads.len > 0;
	/* A pipeline without anything to build would be refused. */
	if (strcmp(t->area, "github") == 0 || strcmp(t->area, "gitlab") == 0 ||
	    strcmp(t->area, "azure") == 0)
		return p->services.len > 0;
	return true;
}

static void pack_texts(struct server *s)
{
	struct init_scope scope = project_scope(s);
	size_t len = 0;

	for (size_t i = 0; init_targets[i].area; i++)
		len += is_needed(&s->project, &init_targets[i]);
	pack_u64(&s->answer, len);
	for (size_t i = 0; init_targets[i].area; i++) {
		buf text = BUF_INIT(LIMIT_SETTINGS);

		if (!is_needed(&s->project, &init_targets[i]))
			continue;
		init_fill(init_targets[i].text, &scope, &text);
		pack_u64(&s->answer, i);
		pack_bytes(&s->answer, buf_bytes(&text));
		buf_done(&text);
	}
}

static void put_ports(buf *line, const struct init_ports *ports)
{
	for (size_t i = 0; i < ports->len; i++)
		buf_printf(line, "%s%u", i == 0 ? ", port " : " and ", ports->items[i]);
	if (ports->len > 0)
		buf_printf(line, " (%s)", ports->source);
}

static void pack_found(struct server *s)
{
	const struct init_project *p = &s->project;

	pack_u64(&s->answer, p->services.len + p->workloads.len);
	for (size_t i = 0; i < p->services.len; i++) {
		const struct init_service *v = &p->services.items[i];
		buf line = BUF_INIT(LIMIT_SETTINGS);

		buf_printf(&line, "%s: %s", v->name, v->dockerfile ? v->dockerfile : v->project);
		if (v->dockerfile && v->project)
			buf_printf(&line, " builds %s", v->project);
		if (*v->sdk)
			buf_printf(&line, ", .NET %s", v->sdk);
		put_ports(&line, &v->ports);
		buf_printf(&line, ", user %s", v->user);
		pack_bytes(&s->answer, buf_bytes(&line));
		buf_done(&line);
	}
	for (size_t i = 0; i < p->workloads.len; i++) {
		const struct init_workload *w = &p->workloads.items[i];
		buf line = BUF_INIT(LIMIT_SETTINGS);

		buf_printf(&line, "%s/%s: %zu container%s", w->kind, w->name, w->containers.len,
		           w->containers.len == 1 ? "" : "s");
		put_ports(&line, &w->ports);
		pack_bytes(&s->answer, buf_bytes(&line));
		buf_done(&line);
	}
	pack_u64(&s->answer, p->notes.len);
	for (size_t i = 0; i < p->notes.len; i++)
		pack_str(&s->answer, p->notes.items[i]);
}

_Noreturn int init_serve(struct worker_side *side, void *arg)
{
	const struct init_served *served = arg;
	struct server s = { .answer = BUF_INIT(LIMIT_CHECK_ANSWER) };
	bytes ask;
	bool last;

	job_init(&s.job, &s.arena, &s.options);
	for (size_t i = 0; i < served->found->len; i++) {
		const struct check_file *f = &served->found->files[i];
		err e = { 0 };

		/* What cannot be read is left out: `oakum check` says why. */
		if (!err_is_set(&f->error))
			(void)job_add(&s.job, f->name, f->text, &e);
	}
	init_project_read(&s.job, bytes_str(served->name), &s.project);
	pack_texts(&s);
	pack_found(&s);
	side_take(side, &ask, &last);
	side_taken(side);
	side_answer(side, buf_bytes(&s.answer), true);
	side_idle(side);
}
