/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a container, beyond the Pod Security Standards. */
#include "base/map.h"
#include "base/path.h"
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/link.h"

#define RULE(id) (&kubernetes_rules[id])

static bool is_init(const struct kube_container *c)
{
	return strcmp(c->list, "initContainers") == 0;
}

/* -- file system ------------------------------------------------------------------------------ */

static const struct yaml_node *mount_at(const struct kube_container *c, const char *path)
{
	for (const struct yaml_node *m = yaml_items(yaml_get(c->node, "volumeMounts")); m; m = m->next)
		if (yaml_says(yaml_get(m, "mountPath"), path))
			return m;
	return NULL;
}

const struct yaml_node *kubernetes_named(const struct yaml_node *list, bytes name)
{
	for (const struct yaml_node *v = yaml_first(list); v; v = v->next)
		if (bytes_equal(yaml_text(yaml_get(v, "name")), name))
			return v;
	return NULL;
}

void kubernetes_add(const struct yaml_editor *ed, const struct yaml_node *mapping, const char *key,
                    const char *item)
{
	const struct yaml_node *list = yaml_get(mapping, key);

	if (yaml_is(list, YAML_SEQUENCE) && yaml_real(list)->count > 0) {
		yaml_edit_append(ed, list, item);
		return;
	}
	bytes rest = bytes_str(item), line;
	char *text = arena_printf(ed->arena, "%s", "");

	while (bytes_line(&rest, &line))
		text = arena_printf(ed->arena, "%s%s" PRIb, text, *text ? "\n  " : "- ", BYTESF(line));
	yaml_edit_put(ed, mapping, key, text);
}

/* "tmp", "logs", "dataprotection-keys". */
static const char *volume_name(struct arena *a, const char *path)
{
	char *name = arena_str(a, path_base(bytes_str(path)));

	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
		else if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')))
			*c = '-';
	}
	return name;
}

static void check_writable(const struct kube_object *o, const struct kube_container *c,
                           const char *path)
{
	const struct yaml_node *volumes = yaml_get(o->pod, "volumes"), *mount = mount_at(c, path);
	const struct yaml_node *volume = kubernetes_named(volumes, yaml_text(yaml_get(mount, "name")));
	const struct yaml_node *empty = yaml_find(volume, "emptyDir");
	struct arena *a = o->job->arena;

	if (mount && (!empty || yaml_get(empty, "sizeLimit")))
		return;
	struct job_finding *f = kube_find(o, RULE(KP019), c, mount,
	                                  arena_printf(a, "volumeMounts[%s]", path));
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

	if (mount) {
		f->message = arena_printf(a, "%s may fill the node's disk", path);
		yaml_edit_put_path(&ed, volume, "emptyDir.sizeLimit", "64Mi");
		return;
	}
	const char *name = volume_name(a, path);

	f->message = strcmp(path, "/tmp") == 0
	                 ? "the root is read-only, and there is no place for temporary files"
	                 : arena_printf(a, "the root is read-only, and the program writes %s", path);
	kubernetes_add(&ed, c->node, "volumeMounts",
	               arena_printf(a, "name: %s\nmountPath: %s", name, path));
	if (!kubernetes_named(volumes, bytes_str(name)))
		kubernetes_add(&ed, o->pod, "volumes",
		               arena_printf(a, "name: %s\nemptyDir:\n  sizeLimit: 64Mi", name));
}

/* Each folder that the program writes needs a place of its own below a read-only root. */
static void check_writes(const struct kube_object *o, const struct kube_container *c)
{
	struct program p = link_program(o->links, o, c);
	const char *path;

	for (size_t k = 0; (path = link_writes(&p, k, o->job->arena)); k++)
		check_writable(o, c, path);
}

static void check_root(const struct kube_object *o, const struct kube_container *c)
{
	const struct yaml_node *v = yaml_get(c->security, "readOnlyRootFilesystem");

	if (kube_is_true(v)) {
		check_writes(o, c);
		return;
	}
	struct job_finding *f = kube_find(o, RULE(KP018), c, v,
	                                  "securityContext.readOnlyRootFilesystem");
	struct program p = link_program(o->links, o, c);

	f->message = "the root file system can be written";
	if (link_needs_root(&p) && !o->job->options->harden)
		return; /* it writes where it was installed */
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_put_path(&ed, c->node, "securityContext.readOnlyRootFilesystem", "true");
}

static void check_mounts(const struct kube_object *o, const struct kube_container *c)
{
	for (const struct yaml_node *m = yaml_items(yaml_get(c->node, "volumeMounts")); m;
	     m = m->next) {
		const struct yaml_node *v = yaml_get(m, "mountPropagation");
		const struct yaml_node *part = yaml_get(m, "subPath");

		if (yaml_says(v, "Bidirectional")) {
			struct job_finding *f = kube_find(o, RULE(KP036), c, v,
			                                  "volumeMounts[*].mountPropagation");
			struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

			yaml_edit_delete(&ed, v);
		}
		if ((part || (part = yaml_get(m, "subPathExpr"))) && !kube_is_true(yaml_get(m, "readOnly")))
			kube_find(o, RULE(KP042), c, part, "volumeMounts[*].subPath");
	}
}

/* -- resources -------------------------------------------------------------------------------- */

static void need_bound(const struct kube_object *o, const struct kube_container *c,
                       enum kubernetes_rule rule, const char *path, const char *value)
{
	const char *field = arena_printf(o->job->arena, "resources.%s", path);

	if (yaml_path(c->node, field))
		return;
	struct job_finding *f = kube_find(o, RULE(rule), c, yaml_get(c->node, "resources"), field);
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	f->message = arena_printf(o->job->arena, "%s is not stated", path);
	yaml_edit_put_path(&ed, c->node, field, value);
}

static void check_resources(const struct kube_object *o, const struct kube_container *c)
{
	if (strcmp(c->list, "ephemeralContainers") == 0)
		return; /* they cannot have any */
	need_bound(o, c, KP025, "requests.cpu", "100m");
	need_bound(o, c, KP025, "requests.memory", "512Mi");
	need_bound(o, c, KP025, "limits.memory", "512Mi");
	if (o->job->options->optional)
		need_bound(o, c, KP025, "limits.cpu", "100m"); /* it throttles: a matter of taste */
	need_bound(o, c, KP026, "requests.ephemeral-storage", "64Mi");
	need_bound(o, c, KP026, "limits.ephemeral-storage", "1Gi");
}

/* -- image ------------------------------------------------------------------------------------ */

/* With the digest that was fetched for it, the tag stays for people to read. */
static void pin(const struct kube_object *o, struct job_finding *f, const struct yaml_node *image,
                bool tagged)
{
	const char *more = job_pin(o->job, f, yaml_text(image), tagged);
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_INPUT);

	if (more && text_is_utf8(yaml_text(image)))
		yaml_edit_scalar(&ed, image,
		                 arena_printf(ed.arena, PRIb "%s", BYTESF(yaml_text(image)), more));
}

static void check_image(const struct kube_object *o, const struct kube_container *c)
{
	const struct yaml_node *image = yaml_get(c->node, "image");
	const struct yaml_node *policy = yaml_get(c->node, "imagePullPolicy");
	bytes name = path_base(c->image);
	size_t colon = bytes_rfind(name, ':');

	if (!image || bytes_find(c->image, '@') < c->image.n)
		return;
	if (colon == name.n || bytes_is(bytes_skip(name, colon + 1), "latest")) {
		struct job_finding *f = kube_find(o, RULE(KP029), c, image, "image");

		f->message = arena_printf(o->job->arena, "image %s may change at any time", SHOW(c->image));
		pin(o, f, image, colon < name.n);
	}
	pin(o, kube_find(o, RULE(KP030), c, image, "image"), image, colon < name.n);
	if (yaml_says(policy, "Always"))
		return;
	struct job_finding *f = kube_find(o, RULE(KP031), c, policy ? policy : image,
	                                  "imagePullPolicy");
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

	f->message = "the node may run an older image of this tag";
	if (yaml_is(policy, YAML_SCALAR))
		yaml_edit_scalar(&ed, policy, "Always");
	else
		yaml_edit_put(&ed, c->node, "imagePullPolicy", "Always");
}

/* -- ports and probes ------------------------------------------------------------------------- */

/* The port that the program opens is known; those who declare it follow. Probes that call the
 * number move along; a Service that does is mended by its own rule. */
static void low_port(const struct kube_object *o, const struct kube_container *c,
                     const struct yaml_node *v)
{
	static const char *const probes[] = { "livenessProbe", "readinessProbe", "startupProbe" };
	static const char *const ways[] = { "httpGet.port", "tcpSocket.port", "grpc.port" };
	struct job_finding *f = kube_find(o, RULE(KP038), c, v, "ports[*].containerPort");
	struct program program = link_program(o->links, o, c);
	unsigned listens = link_port(&program, c);
	const char *port = arena_printf(o->job->arena, "%u", listens);

	if (program.image && listens == 80 && !*program.image->user)
		f->message = "nginx opens port 80 as root: nginxinc/nginx-unprivileged opens 8080";
	if (!yaml_says(v, "80") || listens < 1024)
		return;
	for (const struct yaml_node *p = yaml_items(yaml_get(c->node, "ports")); p; p = p->next)
		if (yaml_says(yaml_get(p, "containerPort"), port))
			return; /* it is taken */
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, port);
	for (size_t i = 0; i < 9; i++) {
		const struct yaml_node *called = yaml_path(yaml_get(c->node, probes[i / 3]), ways[i % 3]);

		if (called && bytes_equal(yaml_text(called), yaml_text(v)))
			yaml_edit_scalar(&ed, called, port);
	}
}

static void check_ports(const struct kube_object *o, const struct kube_container *c)
{
	for (const struct yaml_node *p = yaml_items(yaml_get(c->node, "ports")); p; p = p->next) {
		const struct yaml_node *v = yaml_get(p, "containerPort");
		int64_t port;

		if (!yaml_i64(v, &port))
			continue;
		if (port == 22)
			kube_find(o, RULE(KP039), c, v, "ports[*].containerPort");
		else if (port < 1024)
			low_port(o, c, v);
	}
}

static bool is_declared(const struct kube_container *c, const struct yaml_node *port)
{
	for (const struct yaml_node *p = yaml_items(yaml_get(c->node, "ports")); p; p = p->next)
		if (yaml_says(yaml_get(p, "protocol"), "UDP"))
			continue; /* no probe speaks it */
		else if (bytes_equal(yaml_text(port), yaml_text(yaml_get(p, "containerPort"))) ||
		         bytes_equal(yaml_text(port), yaml_text(yaml_get(p, "name"))))
			return true;
	return false;
}

static void check_probe_port(const struct kube_object *o, const struct kube_container *c,
                             const char *probe, const char *way)
{
	const char *field = arena_printf(o->job->arena, "%s.%s.port", probe, way);
	const struct yaml_node *port = yaml_path(c->node, field);
	int64_t number;

	if (!port || is_declared(c, port))
		return;
	struct job_finding *f = kube_find(o, RULE(KP028), c, port, field);

	f->message = arena_printf(o->job->arena, "port %s is not among the container's ports",
	                          SHOW(yaml_text(port)));
	if (!yaml_i64(port, &number))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

	kubernetes_add(&ed, c->node, "ports",
	               arena_printf(o->job->arena, "containerPort: %lld", (long long)number));
}

/* "touch /tmp/healthy" in the command: a file whose being there says that all is well; or NULL. */
static const char *touched_file(const struct kube_object *o, const struct kube_container *c)
{
	static const char *const lists[] = { "command", "args" };

	for (size_t i = 0; i < 2; i++)
		for (const struct yaml_node *v = yaml_items(yaml_get(c->node, lists[i])); v; v = v->next) {
			bytes text = yaml_text(v);
			bytes path = bytes_skip(text, bytes_search(text, BYTES("touch /")) + 6);
			size_t n = 0;

			while (n < path.n && (path.p[n] == '/' || path.p[n] == '-' || path.p[n] == '_' ||
			                      (path.p[n] >= 'a' && path.p[n] <= 'z')))
				n++;
			path = bytes_slice(path, 0, n);
			if (bytes_search(path, BYTES("health")) < path.n ||
			    bytes_search(path, BYTES("alive")) < path.n)
				return arena_str(o->job->arena, path);
		}
	return NULL;
}

/* Where the program answers for this probe, as its source has it; NULL: nowhere known. */
static const char *health_path(const struct kube_object *o, const struct kube_container *c,
                               bool live)
{
	static const char *const paths[][5] = {
		{ "/ready", "/readyz", "/health/ready", "/healthz", "/health" },
		{ "/healthz", "/livez", "/alive", "/health/live", "/health" },
	};
	struct program p = link_program(o->links, o, c);

	for (size_t k = 0; k < 5; k++)
		if (link_maps_health(&p, paths[live][k]))
			return paths[live][k];
	return NULL;
}

/* A probe of the first port that is declared: over HTTP where the program is known to answer. */
static void need_probe(const struct kube_object *o, const struct kube_container *c, bool live)
{
	const struct yaml_node *port = yaml_items(yaml_get(c->node, "ports"));
	const struct yaml_node *target = yaml_get(port, "name");
	const char *probe = live ? "livenessProbe" : "readinessProbe";
	bool exit_on_end = yaml_says(yaml_get(o->pod, "restartPolicy"), "Never");

	if (yaml_get(c->node, probe) || exit_on_end)
		return;
	struct job_finding *f = kube_find(o, RULE(KP027), c, NULL, probe);

	f->message = arena_printf(o->job->arena, "there is no %s", probe);
	if (live && touched_file(o, c)) {
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		yaml_edit_put(
			&ed, c->node, probe,
			arena_printf(o->job->arena,
		                 "exec:\n  command:\n    - cat\n    - %s\ninitialDelaySeconds: 5\n"
		                 "periodSeconds: 5",
		                 touched_file(o, c)));
		return;
	}
	target = target ? target : yaml_get(port, "containerPort");
	if (!target || !text_is_utf8(yaml_text(target)) || yaml_says(yaml_get(port, "protocol"), "UDP"))
		return;
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);
	const char *path = health_path(o, c, live);

	yaml_edit_put(&ed, c->node, probe,
	              arena_printf(o->job->arena, "%s%s  port: " PRIb,
	                           path ? "httpGet:\n  path: " : "tcpSocket:\n",
	                           path ? arena_printf(o->job->arena, "%s\n", path) : "",
	                           BYTESF(yaml_text(target))));
}

static void check_probes(const struct kube_object *o, const struct kube_container *c)
{
	static const char *const probes[] = { "livenessProbe", "readinessProbe", "startupProbe" };

	if (strcmp(c->list, "containers") != 0)
		return;
	for (size_t i = 0; i < 3; i++) {
		check_probe_port(o, c, probes[i], "httpGet");
		check_probe_port(o, c, probes[i], "tcpSocket");
		check_probe_port(o, c, probes[i], "grpc");
	}
	if (bytes_is(o->kind, "Job") || bytes_is(o->kind, "CronJob"))
		return;
	need_probe(o, c, true);
	need_probe(o, c, false);
}

/* -- environment ------------------------------------------------------------------------------ */

static void check_variable(const struct kube_object *o, const struct kube_container *c,
                           const struct yaml_node *v)
{
	bytes name = yaml_text(yaml_get(v, "name"));
	const struct yaml_node *value = yaml_get(v, "value");

	kubernetes_variable_check(o, c, v);
	if ((bytes_is(name, "ASPNETCORE_ENVIRONMENT") || bytes_is(name, "DOTNET_ENVIRONMENT")) &&
	    yaml_says(value, "Development")) {
		struct job_finding *f = kube_find(o, RULE(KP048), c, value, "env[*].value");
		struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);

		yaml_edit_scalar(&ed, value, "Production");
	}
}

static void check_environment(const struct kube_object *o, const struct kube_container *c)
{
	struct arena scratch = ARENA_INIT;
	struct map seen;

	map_init(&seen, &scratch);
	for (const struct yaml_node *v = yaml_items(yaml_get(c->node, "env")); v; v = v->next) {
		bytes name = yaml_text(yaml_get(v, "name"));

		check_variable(o, c, v);
		if (name.n == 0)
			continue;
		const struct yaml_node *earlier = map_get(&seen, name);

		if (earlier) {
			struct job_finding *f = kube_find(o, RULE(KP041), c, earlier, "env[*].name");
			struct yaml_editor ed = kube_fix(o, f, RULE_FIX_SAFE);

			f->message = arena_printf(o->job->arena, "%s is set again below", SHOW(name));
			yaml_edit_delete(&ed, earlier);
		}
		*map_put(&seen, name) = (void *)(uintptr_t)v;
	}
	arena_done(&scratch);
}

void kubernetes_container_check(const struct kube_object *o)
{
	for (struct kube_container c = { 0 }; kube_next(o, &c);) {
		if (!kube_is_windows(o) && strcmp(c.list, "ephemeralContainers") != 0)
			check_root(o, &c);
		check_mounts(o, &c);
		if (!is_init(&c))
			check_ports(o, &c);
		check_resources(o, &c);
		check_image(o, &c);
		check_probes(o, &c);
		check_environment(o, &c);
		kubernetes_command_check(o, &c);
	}
}
