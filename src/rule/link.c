/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/link.h"

#include "base/path.h"
#include "base/text.h"

#define FOLDERS 3 /* of a Dockerfile's path, from the deepest: "src", "api" of api/src/Dockerfile */

/* -- names ------------------------------------------------------------------------------------ */

/* Its letters and digits alone, in lower case. */
static bytes plain(struct arena *a, bytes name)
{
	uint8_t *to = arena_array(a, uint8_t, name.n + 1);
	size_t n = 0;

	for (size_t k = 0; k < name.n; k++) {
		uint8_t c = name.p[k];

		if (c >= 'A' && c <= 'Z')
			to[n++] = c | 0x20;
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			to[n++] = c;
	}
	return bytes_of(to, n);
}

/* The first one that is called so has the name. */
static void call(struct link_set *links, const struct link_build *b, bytes name)
{
	bytes key = plain(links->job->arena, name);

	if (key.n > 0 && !map_get(&links->names, key))
		*map_put(&links->names, key) = (void *)(uintptr_t)b;
}

static void call_all(struct link_set *links, const struct link_build *b)
{
	bytes path = bytes_str(links->job->files.items[b->docker.file].name);
	bytes base = path_base(path), dir = path_dir(path);
	size_t dot = bytes_find(base, '.');

	/* api.Dockerfile, Dockerfile.api */
	if (dot < base.n) {
		call(links, b, bytes_slice(base, 0, dot));
		call(links, b, bytes_skip(base, dot + 1));
	}
	for (unsigned k = 0; k < FOLDERS && dir.n > 0; k++, dir = path_dir(dir))
		call(links, b, path_base(dir));
	for (size_t k = 0; k < b->projects.files.len; k++) {
		const struct dotnet_file *f = &b->projects.files.items[k];
		bytes project = path_base(bytes_str(links->job->files.items[f->file].name));

		if (f->project)
			call(links, b, bytes_slice(project, 0, bytes_rfind(project, '.')));
	}
}

struct link_set *link_open(struct rule_job *job)
{
	struct link_set *links = arena_new(job->arena, struct link_set);
	struct dotnet_scope *all = arena_new(job->arena, struct dotnet_scope);

	links->job = job;
	map_init(&links->names, job->arena);
	dotnet_open(job, all);
	for (size_t k = 0; k < job->files.len; k++) {
		if (!job->files.items[k].dockerfile)
			continue;
		struct link_build *b = arena_new(job->arena, struct link_build);

		docker_open(job, k, &b->docker);
		dotnet_near(all, bytes_str(job->files.items[k].name), &b->projects);
		call_all(links, b);
		links->only = links->len++ == 0 ? b : NULL;
	}
	return links;
}

/* "shop" of "registry.example:5000/team/shop:1.2@sha256:...". */
static bytes repository_of(bytes image)
{
	image = bytes_slice(image, 0, bytes_find(image, '@'));
	image = path_base(image);
	return bytes_slice(image, 0, bytes_find(image, ':'));
}

/* By their Dockerfiles. nginx opens port 80 and writes below /var as root; its makers have another
 * image for those who are none. */
static const struct link_image images[] = {
	{ "nginx", "", "", 80, NULL },
	{ "nginxinc/nginx-unprivileged", "101", "101", 8080, NULL },
	{ "postgres", "999", "70", 5432, "/var/run/postgresql" },
	{ "redis", "999", "999", 6379, NULL },
	{ "mysql", "999", "999", 3306, "/var/run/mysqld" },
	{ "mariadb", "999", "999", 3306, "/run/mysqld" },
};

static const struct link_image *image_of(bytes image)
{
	image = bytes_slice(image, 0, bytes_find(image, '@'));
	size_t colon = bytes_rfind(image, ':'), slash = bytes_rfind(image, '/');

	if (colon < image.n && (slash == image.n || colon > slash))
		image = bytes_slice(image, 0, colon);
	(void)bytes_take_prefix(&image, BYTES("docker.io/"));
	(void)bytes_take_prefix(&image, BYTES("library/"));
	for (size_t k = 0; k < sizeof(images) / sizeof(*images); k++)
		if (bytes_is(image, images[k].name))
			return &images[k];
	return NULL;
}

static const struct link_build *find_build(const struct link_set *links,
                                           const struct kube_object *o,
                                           const struct kube_container *c)
{
	const struct yaml_node *all = yaml_get(o->pod, "containers");
	const struct link_build *b = links->len > 0
	                                 ? map_get(&links->names,
	                                           plain(links->job->arena, repository_of(c->image)))
	                                 : NULL;

	if (b || !links->only)
		return b;
	bool alone = strcmp(c->list, "containers") == 0 && yaml_is(all, YAML_SEQUENCE) &&
	             yaml_real(all)->count == 1;

	/* An official image of the hub ("redis:7") is nobody's build. */
	return alone && bytes_find(c->image, '/') < c->image.n && !image_of(c->image) ? links->only
	                                                                              : NULL;
}

/* -- programs --------------------------------------------------------------------------------- */

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

/* Its image or its variables give it away. */
static bool looks_dotnet(const struct kube_container *c)
{
	const struct yaml_node *env = yaml_get(c->node, "env");

	if (has(c->image, "dotnet") || has(c->image, "aspnet"))
		return true;
	for (const struct yaml_node *v = yaml_items(env); v; v = v->next) {
		bytes name = yaml_text(yaml_get(v, "name"));

		if (bytes_starts(name, BYTES("ASPNETCORE_")) || bytes_starts(name, BYTES("DOTNET_")) ||
		    bytes_starts(name, BYTES("ConnectionStrings__")))
			return true;
	}
	return false;
}

static bytes user_of(const struct docker_stage *last)
{
	bytes user = last->user && last->user->words.len > 0 ? last->user->words.items[0].text
	                                                     : (bytes){ 0 };

	return bytes_slice(user, 0, bytes_find(user, ':'));
}

/* The user of the image itself, not another one that the Dockerfile names. */
static bool has_own_user(const struct docker_stage *last)
{
	bytes user = user_of(last);

	return user.n == 0 || has(user, "APP_UID") || bytes_is(user, "app") || bytes_is(user, "1654");
}

struct program link_program(const struct link_set *links, const struct kube_object *o,
                            const struct kube_container *c)
{
	struct program p = { .build = links ? find_build(links, o, c) : NULL };
	const struct docker_file *f = p.build ? &p.build->docker : NULL;

	if (!f || f->stages_len == 0) {
		p.dotnet = looks_dotnet(c);
		p.official = bytes_starts(c->image, BYTES("mcr.microsoft.com/dotnet/"));
		p.web = has(c->image, "aspnet");
		p.image = image_of(c->image);
		p.alpine = has(c->image, "alpine");
		return p;
	}
	const struct docker_stage *last = &f->stages[f->final];

	p.dotnet = docker_is_dotnet(last, NULL, &p.major);
	p.web = p.dotnet &&
	        (docker_is_dotnet(last, "aspnet", &p.major) || dotnet_is_web(&p.build->projects));
	p.official = p.dotnet && p.major >= 8 && has_own_user(last);
	return p;
}

bool link_is_known(const struct program *p)
{
	return (p->build && p->build->docker.stages_len > 0) || p->official ||
	       (p->image && *p->image->user);
}

bool link_needs_root(const struct program *p)
{
	return p->image && !*p->image->user;
}

/* user_of_stage(s, dotnet, a): as whom an image made of it runs, as a number; NULL: root, or a name
 * without one. */
static const char *user_of_stage(const struct docker_stage *s, bool dotnet, struct arena *a)
{
	uint64_t number;

	if (text_take_u64(user_of(s), 10, UINT32_MAX, &number) && number > 0)
		return arena_printf(a, "%u", (unsigned)number);
	return !dotnet && strcmp(docker_user_of(s), "65532") == 0 ? "65532" : NULL;
}

const char *link_user(const struct program *p, struct arena *a)
{
	if (p->image && *p->image->user)
		return p->alpine ? p->image->alpine : p->image->user;
	const struct docker_file *f = p->build ? &p->build->docker : NULL;
	const char *user =
		f && f->stages_len > 0 ? user_of_stage(&f->stages[f->final], p->dotnet, a) : NULL;

	if (user)
		return user;
	return p->official || (p->dotnet && p->major == 0) ? "1654" : "10001";
}

/* The first port of "http://+:80;https://+:443" or "80;8081"; 0 when there is none. */
static unsigned first_port(bytes value)
{
	uint64_t port;

	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\''))
		value = bytes_slice(value, 1, value.n - 2);
	value = bytes_slice(value, 0, bytes_find(value, ';'));
	if (bytes_rfind(value, ':') < value.n)
		value = bytes_skip(value, bytes_rfind(value, ':') + 1);
	return text_take_u64(value, 10, 65535, &port) ? (unsigned)port : 0;
}

unsigned link_build_port(const struct docker_file *f)
{
	const struct docker_stage *last = &f->stages[f->final];
	unsigned major = 0, port = docker_is_dotnet(last, NULL, &major) && major >= 8 ? 8080 : 0;

	for (size_t k = last->in->first; k < last->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		for (size_t n = 0; i->kind == DOCKERFILE_ENV && n < i->pairs.len; n++) {
			bytes key = i->pairs.items[n].key.text;

			if (bytes_is(key, "ASPNETCORE_URLS") || bytes_is(key, "ASPNETCORE_HTTP_PORTS"))
				port = first_port(i->pairs.items[n].value.text);
		}
	}
	return port;
}

const struct yaml_node *link_variable(const struct kube_container *c, const char *name)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(c->node, "env")); v; v = v->next)
		if (yaml_says(yaml_get(v, "name"), name))
			return yaml_get(v, "value");
	return NULL;
}

unsigned link_port(const struct program *p, const struct kube_container *c)
{
	const struct yaml_node *urls = link_variable(c, "ASPNETCORE_URLS");
	const struct yaml_node *ports = link_variable(c, "ASPNETCORE_HTTP_PORTS");

	if (p->image)
		return p->image->port;
	if (p->dotnet && (urls || ports))
		return first_port(yaml_text(urls ? urls : ports));
	return p->web && p->build ? link_build_port(&p->build->docker) : 0;
}

/* -- health ----------------------------------------------------------------------------------- */

bool link_maps_health(const struct program *p, const char *path)
{
	const struct rule_job *job = p->build ? p->build->docker.job : NULL;

	for (size_t k = 0; job && k < job->files.len; k++) {
		const struct job_file *f = &job->files.items[k];
		bytes dir = path_dir(bytes_str(job->files.items[p->build->docker.file].name));
		const char *call = arena_printf(job->arena, "MapHealthChecks(\"%s\"", path);

		if (f->kind == JOB_PROGRAM && path_within(bytes_str(f->name), dir) && has(f->text, call))
			return true;
	}
	return false;
}

/* -- what it writes --------------------------------------------------------------------------- */

/* Packages that write files where the program works, and into which folder. */
static const struct {
	const char *package, *folder;
} writers[] = {
	{ "Serilog.Sinks.File", "logs" },
	{ "Serilog.Sinks.RollingFile", "logs" },
	{ "NLog", "logs" },
	{ "NLog.Web.AspNetCore", "logs" },
	{ "log4net", "logs" },
	{ "tusdotnet", "uploads" },
};

struct folders {
	size_t wanted;
	const char *found;
};

static void offer(struct folders *f, const char *path)
{
	if (path && f->wanted-- == 0)
		f->found = path;
}

/* It can stand in YAML without quotes. */
static bool is_word(bytes path)
{
	for (size_t k = 0; k < path.n; k++) {
		uint8_t c = path.p[k];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c != 0 && strchr("/._-", c))))
			return false;
	}
	return path.n > 1 && path.p[0] == '/';
}

/* VOLUME names what the maker of the image knew to be written. */
static void offer_volumes(struct folders *out, const struct docker_file *f, struct arena *a)
{
	const struct docker_stage *last = &f->stages[f->final];

	for (size_t k = last->in->first; k < last->in->end && !out->found; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		for (size_t n = 0; i->kind == DOCKERFILE_VOLUME && n < i->words.len && !out->found; n++) {
			bytes path = i->words.items[n].text;

			if (is_word(path) && !bytes_is(path, "/tmp"))
				offer(out, arena_str(a, path));
		}
	}
}

/* offer_packages(out, p, work, a): what the packages of a .NET program write. */
static void offer_packages(struct folders *out, const struct program *p, const char *work,
                           struct arena *a)
{
	const char *earlier = "", *base = work && is_word(bytes_str(work)) ? work : "/app";

	for (size_t k = 0; k < sizeof(writers) / sizeof(*writers) && p->dotnet && !out->found; k++)
		if (strcmp(earlier, writers[k].folder) != 0 &&
		    dotnet_uses(&p->build->projects, writers[k].package)) {
			offer(out, arena_printf(a, "%s/%s", base, writers[k].folder));
			earlier = writers[k].folder;
		}
}

const char *link_writes(const struct program *p, size_t index, struct arena *a)
{
	struct folders out = { .wanted = index };

	offer(&out, "/tmp");
	if (!out.found && p->image)
		offer(&out, p->image->folder);
	if (out.found || !p->build || p->build->docker.stages_len == 0)
		return out.found;
	const struct docker_file *f = &p->build->docker;
	const struct docker_stage *last = &f->stages[f->final];
	const struct dockerfile_instruction *end = docker_instruction(f, last->in->end - 1);

	offer_volumes(&out, f, a);
	/* Keys of data protection lie in the home of the images' user (ASP.NET Core's default). */
	if (!out.found && p->web && p->official)
		offer(&out, "/home/app/.aspnet/DataProtection-Keys");
	offer_packages(&out, p, docker_workdir_of(f, end), a);
	return out.found;
}
