/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/init_project.h"

#include "base/path.h"
#include "base/text.h"
#include "rule/dotnet.h"
#include "rule/kubernetes.h"

#define LABEL_MOST 40
#define SOMEBODY "10001" /* a user that no system has */

struct reader {
	struct rule_job *job;
	struct arena *arena;
	struct init_project *out;
	struct dotnet_scope projects;
};

/* -- words ------------------------------------------------------------------------------------ */

static bool is_word(bytes s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr(more, c))))
			return false;
	}
	return s.n > 0;
}

/* What may stand in a shell line and in YAML as it is. */
static bool is_plain_path(bytes s)
{
	return is_word(s, "._/-+") && s.p[0] != '-';
}

static bool is_ours(const char *name)
{
	return path_within(bytes_str(name), BYTES(INIT_FOLDER));
}

/* RFC 1123: letters of any name in lower case, all else a hyphen. */
static const char *label_of(struct arena *a, bytes name)
{
	char label[LABEL_MOST + 1];
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < LABEL_MOST; i++) {
		uint8_t c = name.p[i];

		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			label[n++] = (char)c;
		else if (n > 0 && label[n - 1] != '-')
			label[n++] = '-';
	}
	while (n > 0 && label[n - 1] == '-')
		n--;
	return n > 0 ? arena_str(a, bytes_of(label, n)) : "app";
}

static void note(struct reader *r, const char *name, const char *why)
{
	*ARENA_PUSH(r->arena, &r->out->notes) = arena_printf(
		r->arena, "%s: %s", text_shown(r->arena, bytes_str(name)), why);
}

/* -- ports ------------------------------------------------------------------------------------ */

static void add_port(struct init_ports *p, bytes text, const char *source)
{
	uint64_t port;

	text = bytes_slice(text, 0, bytes_find(text, '/'));
	if (!text_take_u64(bytes_trim(text), 10, 65535, &port) || port == 0 || p->len == INIT_PORTS)
		return;
	for (size_t i = 0; i < p->len; i++)
		if (p->items[i] == port)
			return;
	p->items[p->len++] = (uint32_t)port;
	p->source = source;
}

/* "http://+:8080;https://+:8081" or "8080;8081". */
static void add_ports(struct init_ports *p, bytes list, const char *source)
{
	bytes one;

	while (bytes_take_until(&list, ';', &one)) {
		size_t colon = bytes_rfind(one, ':');

		one = colon < one.n ? bytes_skip(one, colon + 1) : one;
		add_port(p, bytes_slice(one, 0, bytes_find(one, '/')), source);
	}
}

static bool is_port_variable(bytes name)
{
	static const char *const names[] = { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS",
		                                 "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(name, names[i]))
			return true;
	return false;
}

static bytes unquoted(bytes s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return bytes_slice(s, 1, s.n - 2);
	return s;
}

/* The last stage and those that it is built on. */
static void ports_of_dockerfile(const struct docker_file *f, const char *name,
                                struct init_ports *out, struct arena *a)
{
	for (size_t s = f->final + 1; s > 0; s = f->stages[s - 1].parent) {
		for (size_t k = f->stages[s - 1].in->first; k < f->stages[s - 1].in->end; k++) {
			const struct dockerfile_instruction *i = docker_instruction(f, k);

			for (size_t w = 0; i->kind == DOCKERFILE_EXPOSE && w < i->words.len; w++)
				add_port(out, i->words.items[w].text, arena_printf(a, "EXPOSE in %s", name));
			for (size_t p = 0; i->kind == DOCKERFILE_ENV && p < i->pairs.len; p++)
				if (is_port_variable(i->pairs.items[p].key.text))
					add_ports(out, unquoted(i->pairs.items[p].value.text),
					          arena_printf(a, "ENV in %s", name));
		}
		if (f->stages[s - 1].parent >= s)
			break; /* stages are built on earlier ones */
	}
}

/* What the container profiles of Properties/launchSettings.json say; the others are for the
 * developer's machine. */
static void ports_of_launch(struct reader *r, bytes dir, struct init_ports *out)
{
	const char *name = arena_printf(r->arena, "%s%sProperties/launchSettings.json",
	                                arena_str(r->arena, dir), dir.n > 0 ? "/" : "");

	for (size_t i = 0; i < r->job->files.len; i++) {
		const struct job_file *f = &r->job->files.items[i];

		if (!f->yaml || strcmp(f->name, name) != 0 || f->yaml->documents.len == 0)
			continue;
		const struct yaml_node *p = yaml_get(f->yaml->documents.items[0].root, "profiles");

		for (p = yaml_first(p); p; p = p->next) {
			const struct yaml_node *v = yaml_get(p, "environmentVariables");

			if (!yaml_says(yaml_get(p, "commandName"), "Docker") &&
			    !yaml_says(yaml_get(p, "commandName"), "SdkContainer"))
				continue;
			for (v = yaml_first(v); v; v = v->next)
				if (is_port_variable(yaml_text(v->key)))
					add_ports(out, yaml_text(v), name);
		}
	}
}

/* -- projects --------------------------------------------------------------------------------- */

static bytes property(const struct dotnet_file *p, const char *name)
{
	for (const struct xml_element *e = p->root; e; e = xml_after(e, p->root))
		if (bytes_is(e->name, name) && bytes_find(e->text, '$') == e->text.n)
			return bytes_trim(e->text);
	return (bytes){ 0 };
}

static bytes sdk_of(const struct dotnet_file *p)
{
	const struct xml_attribute *sdk = xml_attribute(p->root, "Sdk");

	return sdk ? sdk->value : (bytes){ 0 };
}

static bool is_web(const struct dotnet_file *p)
{
	return bytes_is(sdk_of(p), "Microsoft.NET.Sdk.Web");
}

static bool is_runnable(const struct dotnet_file *p)
{
	return !bytes_equal_nocase(property(p, "IsTestProject"), BYTES("true")) &&
	       (is_web(p) || bytes_is(sdk_of(p), "Microsoft.NET.Sdk.Worker") ||
	        bytes_equal_nocase(property(p, "OutputType"), BYTES("Exe")));
}

static const char *path_of(const struct reader *r, const struct dotnet_file *p)
{
	return r->job->files.items[p->file].name;
}

/* "src/Shop.Web/Shop.Web.csproj": "Shop.Web". */
static bytes assembly_of(const struct reader *r, const struct dotnet_file *p)
{
	bytes base = path_base(bytes_str(path_of(r, p))), own = property(p, "AssemblyName");

	return own.n > 0 ? own : bytes_slice(base, 0, bytes_rfind(base, '.'));
}

/* What the project says about a service that is made of it. */
static void apply_project(struct reader *r, const struct dotnet_file *p, struct init_service *s)
{
	bytes version = property(p, "Version"), framework = property(p, "TargetFramework");
	uint64_t major = 0;

	s->project = path_of(r, p);
	s->dotnet = true;
	if (is_word(version, ".-"))
		s->version = arena_str(r->arena, version);
	if (bytes_take_prefix(&framework, BYTES("net")) && is_word(framework, ".-")) {
		framework = bytes_slice(framework, 0, bytes_find(framework, '-'));
		s->sdk = arena_str(r->arena, framework);
	}
	for (const struct xml_element *e = p->root; e; e = xml_after(e, p->root)) {
		const struct xml_attribute *port = bytes_is(e->name, "ContainerPort")
		                                       ? xml_attribute(e, "Include")
		                                       : NULL;

		if (port && !s->dockerfile)
			add_port(&s->ports, port->value,
			         arena_printf(r->arena, "ContainerPort in %s", s->project));
	}
	if (s->ports.len == 0)
		ports_of_launch(r, path_dir(bytes_str(s->project)), &s->ports);
	if (s->ports.len == 0 && is_web(p) &&
	    text_take_u64(bytes_slice(framework, 0, bytes_find(framework, '.')), 10, 99, &major))
		add_port(&s->ports, major >= 8 ? BYTES("8080") : BYTES("80"),
		         "what the images of .NET listen on");
}

/* -- services --------------------------------------------------------------------------------- */

static struct init_service *add_service(struct reader *r, bytes name)
{
	const char *label = label_of(r->arena, name);

	for (size_t i = 0; i < r->out->services.len; i++)
		if (strcmp(r->out->services.items[i].name, label) == 0)
			return NULL;
	struct init_service *s = ARENA_PUSH(r->arena, &r->out->services);

	*s = (struct init_service){ .name = label, .version = "1.0.0", .sdk = "", .user = SOMEBODY };
	s->ports.source = "";
	return s;
}

/* The project that a Dockerfile builds: the one whose assembly it starts, else the one beside
 * it. */
static const struct dotnet_file *project_of(const struct reader *r, const struct docker_file *f,
                                            bytes dir)
{
	const struct docker_stage *final = &f->stages[f->final];

	for (size_t k = final->in->first; k < final->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind != DOCKERFILE_ENTRYPOINT && i->kind != DOCKERFILE_CMD)
			continue;
		for (size_t w = 0; w < i->words.len; w++) {
			bytes word = path_base(i->words.items[w].text);

			if (bytes_ends(word, BYTES(".dll")))
				word.n -= 4;
			for (size_t p = 0; p < r->projects.files.len; p++)
				if (r->projects.files.items[p].project &&
				    bytes_equal(assembly_of(r, &r->projects.files.items[p]), word))
					return &r->projects.files.items[p];
		}
	}
	for (size_t p = 0; p < r->projects.files.len; p++) {
		const struct dotnet_file *d = &r->projects.files.items[p];

		if (d->project && bytes_equal(path_dir(bytes_str(path_of(r, d))), dir))
			return d;
	}
	return NULL;
}

static bool has_file(const struct reader *r, bytes dir, bytes name)
{
	bytes path = path_join(r->arena, dir, name);

	for (size_t i = 0; i < r->job->files.len; i++)
		if (bytes_is(path, r->job->files.items[i].name))
			return true;
	return false;
}

/* The folder that the Dockerfile's COPY lines are written for: its own, or one above it in which
 * what they name is there. */
static const char *context_of(const struct reader *r, const struct docker_file *f, bytes dir)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind != DOCKERFILE_COPY || dockerfile_flag(i, "from") || i->words.len < 2)
			continue;
		bytes source = unquoted(i->words.items[0].text), above = dir;

		if (!is_plain_path(source) || bytes_is(source, "."))
			continue;
		while (above.n > 0 && !has_file(r, above, source))
			above = path_dir(above);
		if (has_file(r, above, source))
			return above.n > 0 ? arena_str(r->arena, above) : ".";
	}
	return dir.n > 0 ? arena_str(r->arena, dir) : ".";
}

static const char *user_of(const struct docker_file *f, struct arena *a)
{
	const struct docker_stage *final = &f->stages[f->final];
	uint64_t user;
	unsigned major;

	if (final->user && final->user->words.len > 0) {
		bytes name = final->user->words.items[0].text;

		name = bytes_slice(name, 0, bytes_find(name, ':'));
		if (text_take_u64(name, 10, UINT32_MAX, &user) && user > 0)
			return arena_str(a, name);
	}
	return docker_is_dotnet(final, NULL, &major) ? "1654" : SOMEBODY;
}

static bool has_service_in(const struct reader *r, bytes dir)
{
	for (size_t i = 0; i < r->out->services.len; i++) {
		const char *dockerfile = r->out->services.items[i].dockerfile;

		if (dockerfile && bytes_equal(path_dir(bytes_str(dockerfile)), dir))
			return true;
	}
	return false;
}

static void add_dockerfile(struct reader *r, size_t index)
{
	const char *path = r->job->files.items[index].name;
	bytes dir = path_dir(bytes_str(path));
	struct docker_file f;
	unsigned major;

	docker_open(r->job, index, &f);
	if (f.stages_len == 0)
		return;
	if (!is_plain_path(bytes_str(path))) {
		note(r, path, "left out: its name is no plain word");
		return;
	}
	const struct dotnet_file *project = project_of(r, &f, dir);
	bytes name = project ? assembly_of(r, project) : path_base(dir);
	struct init_service *s = add_service(r, name.n > 0 ? name : bytes_str(r->out->name));

	/* Two folders of one name, in two others. */
	if (!s && !has_service_in(r, dir))
		s = add_service(r, bytes_str(arena_printf(r->arena, PRIb "-" PRIb,
		                                          BYTESF(path_base(path_dir(dir))), BYTESF(name))));
	if (!s) {
		note(r, path, "left out: another Dockerfile makes the same service");
		return;
	}
	s->dockerfile = path;
	s->context = context_of(r, &f, dir);
	s->user = user_of(&f, r->arena);
	s->dotnet = docker_is_dotnet(&f.stages[f.final], NULL, &major);
	ports_of_dockerfile(&f, path, &s->ports, r->arena);
	if (project)
		apply_project(r, project, s);
}

static void add_projects(struct reader *r)
{
	for (size_t i = 0; i < r->projects.files.len; i++) {
		const struct dotnet_file *p = &r->projects.files.items[i];
		bool built = false;

		for (size_t k = 0; k < r->out->services.len; k++)
			built |= r->out->services.items[k].project == path_of(r, p);
		if (built || !p->project || !is_runnable(p))
			continue;
		if (!is_plain_path(bytes_str(path_of(r, p)))) {
			note(r, path_of(r, p), "left out: its name is no plain word");
			continue;
		}
		struct init_service *s = add_service(r, assembly_of(r, p));

		if (s) {
			s->user = "1654"; /* the SDK builds on the images of .NET */
			apply_project(r, p, s);
		}
	}
}

/* -- workloads -------------------------------------------------------------------------------- */

static void take_labels(struct reader *r, const struct kube_object *o, struct init_workload *w)
{
	const struct yaml_node *labels = yaml_path(o->root, "spec.selector.matchLabels");

	for (const struct yaml_node *v = yaml_first(labels); v; v = v->next)
		if (is_word(yaml_text(v->key), "._/-") && is_word(yaml_text(v), "._-"))
			*ARENA_PUSH(r->arena,
			            &w->labels) = (struct init_label){ arena_str(r->arena, yaml_text(v->key)),
				                                           arena_str(r->arena, yaml_text(v)) };
}

static void add_workload(struct reader *r, const struct kube_object *o)
{
	struct init_workload w = { .user = kube_user_of(o), .ports = { .source = "" } };
	const char *file = r->job->files.items[o->file].name;

	/* Of an image that nobody knows: as the chart has it. */
	if (strcmp(w.user, SOMEBODY) == 0 && r->out->services.len > 0)
		w.user = r->out->services.items[0].user;

	for (struct kube_container c = { 0 }; kube_next(o, &c);) {
		if (strcmp(c.list, "containers") == 0 && is_word(c.name, "-"))
			*ARENA_PUSH(r->arena, &w.containers) = arena_str(r->arena, c.name);
		const struct yaml_node *p = yaml_items(yaml_get(c.node, "ports"));

		for (; p; p = p->next)
			add_port(&w.ports, yaml_text(yaml_get(p, "containerPort")), file);
	}
	if (!is_word(o->name, "-.") || !is_word(o->api, "/.") || w.containers.len == 0)
		return;
	for (size_t i = 0; i < r->out->workloads.len; i++)
		if (bytes_is(o->name, r->out->workloads.items[i].name) &&
		    bytes_is(o->kind, r->out->workloads.items[i].kind))
			return;
	w.api = arena_str(r->arena, o->api);
	w.kind = arena_str(r->arena, o->kind);
	w.name = arena_str(r->arena, o->name);
	take_labels(r, o, &w);
	*ARENA_PUSH(r->arena, &r->out->workloads) = w;
}

static void add_workloads(struct reader *r)
{
	struct kube_objects all = kube_objects(r->job);

	for (size_t i = 0; i < all.len; i++) {
		const struct kube_object *o = &all.items[i];
		bool known = bytes_is(o->kind, "Deployment") || bytes_is(o->kind, "StatefulSet") ||
		             bytes_is(o->kind, "DaemonSet");

		if (o->pod && known && !is_ours(r->job->files.items[o->file].name))
			add_workload(r, o);
	}
}

void init_project_read(struct rule_job *job, bytes name, struct init_project *out)
{
	struct reader r = { .job = job, .arena = job->arena, .out = out };

	*out = (struct init_project){ .name = label_of(job->arena, name) };
	dotnet_open(job, &r.projects);
	for (size_t i = 0; i < job->files.len; i++)
		if (job->files.items[i].dockerfile && !is_ours(job->files.items[i].name))
			add_dockerfile(&r, i);
	add_projects(&r);
	add_workloads(&r);
}
