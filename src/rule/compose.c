/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/compose.h"

#include "base/path.h"
#include "base/text.h"

#define EXTENDS_MOST 4 /* a chain of `extends`; more of it is not looked at */

/* -- files ------------------------------------------------------------------------------------ */

static bool has_compose_name(const char *name)
{
	bytes base = path_base(bytes_str(name));

	return bytes_starts(base, BYTES("compose.")) || bytes_starts(base, BYTES("docker-compose")) ||
	       bytes_starts(base, BYTES("podman-compose")) || bytes_is(base, "-");
}

/* What a service has and the values of a chart, which may have services as well, have not. */
static bool is_service(const struct yaml_node *v)
{
	static const char *const keys[] = { "build",        "extends",        "cap_drop", "cap_add",
		                                "security_opt", "network_mode",   "read_only",
		                                "depends_on",   "container_name", "privileged" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (yaml_find(v, keys[i]))
			return true;
	return yaml_is(yaml_get(v, "image"), YAML_SCALAR);
}

/* All members of `services` are mappings or not written yet; a list of services is GitLab's. */
static bool is_compose(const char *name, const struct yaml_node *root)
{
	const struct yaml_node *services = yaml_get(root, "services");
	bool known = has_compose_name(name);

	if (!yaml_is(services, YAML_MAPPING) || yaml_get(root, "apiVersion") ||
	    yaml_get(root, "jobs") || bytes_starts(path_base(bytes_str(name)), BYTES("values")))
		return false;
	for (const struct yaml_node *v = yaml_first(services); v; v = v->next) {
		if (!yaml_is(v, YAML_MAPPING) && !yaml_is_null(v))
			return false;
		known |= is_service(v);
	}
	return known;
}

struct compose_files compose_files(struct rule_job *job)
{
	struct compose_files out = { 0 };

	for (size_t i = 0; i < job->files.len; i++) {
		const struct yaml_file *yaml = job->files.items[i].yaml;
		const struct yaml_node *root = yaml && yaml->documents.len > 0
		                                   ? yaml_real(yaml->documents.items[0].root)
		                                   : NULL;

		if (is_compose(job->files.items[i].name, root))
			*ARENA_PUSH(job->arena, &out) = (struct compose_file){
				job, i, root, yaml_real(yaml_get(root, "services"))
			};
	}
	return out;
}

static bytes file_name(const struct compose_file *c)
{
	bytes name = bytes_str(c->job->files.items[c->file].name);

	(void)bytes_take_prefix(&name, BYTES("./"));
	return name;
}

/* Names are compared cleaned: "./a/../compose.yaml" is "compose.yaml". */
static bool is_called(const struct rule_job *job, const char *name, bytes clean)
{
	return bytes_equal(path_join(job->arena, (bytes){ 0 }, bytes_str(name)), clean);
}

static const struct compose_file *file_called(const struct compose_files *files,
                                              const struct compose_file *near, bytes name)
{
	struct rule_job *job = near->job;
	bytes path = path_join(job->arena, path_dir(file_name(near)), name);

	for (size_t i = 0; i < files->len; i++)
		if (is_called(job, job->files.items[files->items[i].file].name, path))
			return &files->items[i];
	return NULL;
}

/* -- services --------------------------------------------------------------------------------- */

static const struct yaml_node *service_of(const struct compose_file *c, bytes name)
{
	const struct yaml_node *v = c ? yaml_get(c->services, arena_str(c->job->arena, name)) : NULL;

	return yaml_is(v, YAML_MAPPING) ? yaml_real(v) : NULL;
}

static void add_layer(struct compose_service *s, const struct yaml_node *node)
{
	if (node && s->layers_len < COMPOSE_LAYERS)
		s->layers[s->layers_len++] = node;
}

/* "extends: base", "extends: {service: base, file: common.yml}". */
static void follow_extends(const struct compose_files *files, const struct compose_file *in,
                           const struct yaml_node *node, struct compose_service *s)
{
	for (unsigned i = 0; i < EXTENDS_MOST && in && node; i++) {
		const struct yaml_node *extends = yaml_get(node, "extends");
		bytes file = yaml_text(yaml_get(extends, "file"));
		bytes name = yaml_text(yaml_get(extends, "service"));

		if (yaml_is(extends, YAML_SCALAR))
			name = yaml_text(extends);
		if (name.n == 0)
			return;
		if (file.n > 0)
			in = file_called(files, in, file);
		node = service_of(in, name);
		s->partial |= !node; /* it goes on in a file that is not here */
		add_layer(s, node);
	}
}

static bytes without_suffix(bytes name)
{
	return bytes_slice(name, 0, bytes_rfind(name, '.'));
}

/* Compose reads compose.override.yaml with compose.yaml by itself; any other file that names the
 * same service is one of those given with -f. */
static void follow_overrides(const struct compose_files *files, struct compose_service *s)
{
	struct arena *a = s->in->job->arena;
	bytes mine = without_suffix(file_name(s->in));

	for (size_t i = 0; i < files->len; i++) {
		const struct compose_file *other = &files->items[i];
		bytes theirs = without_suffix(file_name(other));
		const struct yaml_node *node;

		if (other == s->in || !bytes_equal(path_dir(mine), path_dir(theirs)) ||
		    !(node = service_of(other, yaml_text(s->member->key))))
			continue;
		if (bytes_is(theirs, arena_printf(a, "%s.override", arena_str(a, mine))))
			add_layer(s, node);
		bytes rest = mine;

		s->partial |= bytes_take_prefix(&rest, theirs) && bytes_starts(rest, BYTES("."));
	}
}

/* The Dockerfile of `build`, when it is among the files. */
static void find_build(struct compose_service *s)
{
	const struct yaml_node *build = compose_get(s, "build");
	struct rule_job *job = s->in->job;
	bytes context = yaml_is(build, YAML_SCALAR) ? yaml_text(build)
	                                            : yaml_text(yaml_get(build, "context"));
	bytes name = yaml_text(yaml_get(build, "dockerfile"));

	if (!build)
		return;
	bytes folder = path_join(job->arena, path_dir(file_name(s->in)), context);
	bytes path = path_join(job->arena, folder, name.n > 0 ? name : BYTES("Dockerfile"));

	for (size_t i = 0; i < job->files.len; i++)
		if (job->files.items[i].dockerfile && is_called(job, job->files.items[i].name, path)) {
			docker_open(job, i, &s->build);
			return;
		}
}

bool compose_service(const struct compose_files *files, const struct compose_file *in,
                     const struct yaml_node *member, struct compose_service *out)
{
	if (!yaml_is(member, YAML_MAPPING))
		return false;
	*out = (struct compose_service){ .in = in, .member = member, .node = yaml_real(member) };
	out->label = arena_printf(in->job->arena, "service/%s",
	                          arena_str(in->job->arena, yaml_text(member->key)));
	add_layer(out, out->node);
	follow_extends(files, in, out->node, out);
	follow_overrides(files, out);
	docker_name_image(&out->image, yaml_text(compose_get(out, "image")));
	find_build(out);
	out->partial |= !compose_get(out, "image") && !compose_get(out, "build");
	return true;
}

const struct yaml_node *compose_get(const struct compose_service *s, const char *path)
{
	const struct yaml_node *v = NULL;

	for (size_t i = 0; i < s->layers_len && !v; i++)
		v = yaml_path(s->layers[i], path);
	return v;
}

bool compose_is_literal(bytes text)
{
	return bytes_find(text, '$') == text.n;
}

const struct compose_image *compose_known(const struct compose_service *s)
{
	static const struct compose_image known[] = {
		{ "postgres", "postgres", "[CMD, pg_isready]", true },
		{ "redis", "redis", "[CMD, redis-cli, ping]", false },
		{ "mysql", "mysql", "[CMD, mysqladmin, ping]", true },
		{ "mariadb", "mysql", "[CMD, healthcheck.sh, --connect]", true },
		{ "mongo", "mongodb", "[CMD, mongosh, --quiet, --eval, db.runCommand('ping').ok]", true },
		{ "rabbitmq", "rabbitmq", "[CMD, rabbitmq-diagnostics, -q, ping]", false },
		{ "memcached", "memcache", NULL, false },
	};
	bytes name = s->image.name;

	(void)bytes_take_prefix(&name, BYTES("docker.io/"));
	(void)bytes_take_prefix(&name, BYTES("library/"));
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(name, known[i].name))
			return &known[i];
	return NULL;
}

/* -- findings --------------------------------------------------------------------------------- */

struct job_finding *compose_find(const struct compose_service *s, enum compose_rule rule,
                                 const struct yaml_node *node, const char *field)
{
	const struct yaml_node *at = node && node->key ? node->key : node ? node : s->member->key;
	struct job_finding *f = job_find(s->in->job, &compose_rules[rule], s->in->file, at->from,
	                                 node ? node->to : at->to);

	f->object = s->label;
	f->field = field;
	return f;
}

struct yaml_editor compose_fix(const struct compose_service *s, struct job_finding *finding,
                               enum rule_fix class)
{
	const struct job_file *file = &s->in->job->files.items[s->in->file];

	finding->fix_class = class;
	return (struct yaml_editor){ file->yaml, &file->source, s->in->job->arena, &finding->fix };
}

void compose_append(const struct compose_service *s, const struct yaml_editor *ed, const char *key,
                    const char *item)
{
	const struct yaml_node *list = yaml_get(s->node, key);

	if (yaml_is(list, YAML_SEQUENCE) && yaml_real(list)->count > 0)
		yaml_edit_append(ed, list, item);
	else
		yaml_edit_put(ed, s->node, key, arena_printf(s->in->job->arena, "- %s", item));
}
