/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about .NET in pods: what the manifest says against what the image and the project say.
 *
 * Facts: dotnet-docker's documentation (the user 1654 and port 8080 of the images since .NET 8),
 * the runtime's (diagnostic ports, GC settings), ASP.NET Core's (key-per-file configuration). */
#include "base/path.h"
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/link.h"

#define RULE(id) (&dotnet_rules[id])

struct pod {
	const struct kube_object *object;
	struct kube_container c;
	struct program program;
};

static struct job_finding *find(const struct pod *p, enum dotnet_rule rule,
                                const struct yaml_node *node, const char *field)
{
	return kube_find(p->object, RULE(rule), &p->c, node, field);
}

/* -- users ------------------------------------------------------------------------------------ */

static void check_number(const struct pod *p, const struct kube_container *c,
                         const struct yaml_node *security, const char *key)
{
	const struct yaml_node *v = yaml_get(security, key);
	int64_t number;

	if (!yaml_i64(v, &number) || number == 1654 || number == 0)
		return; /* root is another rule's */
	struct job_finding *f = kube_find(
		p->object, RULE(DN005), c, v,
		arena_printf(p->object->job->arena, "securityContext.%s", key));
	struct yaml_editor ed = kube_fix(p->object, f, RULE_FIX_REVIEW);

	f->message = arena_printf(p->object->job->arena, "%s is %lld; the image's own is 1654", key,
	                          (long long)number);
	yaml_edit_scalar(&ed, v, "1654");
}

static void check_user(const struct pod *p)
{
	static const char *const keys[] = { "runAsUser", "runAsGroup", "fsGroup" };

	if (!p->program.official)
		return;
	for (size_t k = 0; k < 3; k++) {
		check_number(p, NULL, yaml_get(p->object->pod, "securityContext"), keys[k]);
		check_number(p, &p->c, p->c.security, keys[k]);
	}
}

/* -- ports ------------------------------------------------------------------------------------ */

/* Where the number of a plain port 80 stands, of all addresses; SIZE_MAX for anything else. */
static size_t port_80_at(bytes value)
{
	if (bytes_is(value, "80"))
		return 0;
	return bytes_is(value, "http://+:80") || bytes_is(value, "http://*:80") ? value.n - 2
	                                                                        : SIZE_MAX;
}

/* As a user that is no root it may not open the port, or needs a capability for it. */
static void check_address(const struct pod *p)
{
	static const char *const names[] = { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS" };

	for (size_t k = 0; k < 2; k++) {
		const struct yaml_node *v = link_variable(&p->c, names[k]);
		size_t at = port_80_at(yaml_text(v));

		if (!v || at == SIZE_MAX)
			continue;
		struct job_finding *f = find(p, DN006, v, "env[*].value");
		struct yaml_editor ed = kube_fix(p->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(p->object->job->arena, "%s says port 80", names[k]);
		yaml_edit_scalar(
			&ed, v, arena_printf(ed.arena, PRIb "8080", BYTESF(bytes_slice(yaml_text(v), 0, at))));
	}
}

/* None of the declared ports is the one that the program opens. Probes that call the number follow;
 * Services have a rule of their own. */
static void check_port(const struct pod *p)
{
	static const char *const calls[] = { "livenessProbe.httpGet.port",
		                                 "readinessProbe.httpGet.port",
		                                 "startupProbe.httpGet.port" };
	const struct yaml_node *list = yaml_get(p->c.node, "ports"), *first = yaml_items(list);
	const struct yaml_node *v = yaml_get(first, "containerPort");
	unsigned port = p->program.dotnet ? link_port(&p->program, &p->c) : 0;
	int64_t number;

	for (const struct yaml_node *n = first; n; n = n->next)
		if (!yaml_i64(yaml_get(n, "containerPort"), &number) || number == port)
			return;
	if (!first || port == 0 || !v)
		return;
	struct job_finding *f = find(p, DN007, v, "ports[*].containerPort");
	const char *text = arena_printf(p->object->job->arena, "%u", port);

	f->message = arena_printf(p->object->job->arena, "the program listens on %u", port);
	if (first->next)
		return;
	struct yaml_editor ed = kube_fix(p->object, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, text);
	for (size_t k = 0; k < 3; k++) {
		const struct yaml_node *called = yaml_path(p->c.node, calls[k]);

		if (called && bytes_equal(yaml_text(called), yaml_text(v)))
			yaml_edit_scalar(&ed, called, text);
	}
}

/* -- diagnostics ------------------------------------------------------------------------------ */

static bool is_off(bytes value)
{
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\''))
		value = bytes_slice(value, 1, value.n - 2);
	return bytes_is(value, "0");
}

static bool diagnostics_are_off(const struct pod *p)
{
	static const char *const names[] = { "DOTNET_EnableDiagnostics", "DOTNET_EnableDiagnostics_IPC",
		                                 "COMPlus_EnableDiagnostics" };
	const struct link_build *b = p->program.build;

	for (size_t k = 0; k < 3; k++)
		if (is_off(yaml_text(link_variable(&p->c, names[k]))))
			return true;
	for (size_t k = 0; b && k < b->docker.dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(&b->docker, k);

		for (size_t n = 0; i->kind == DOCKERFILE_ENV && n < i->pairs.len; n++)
			for (size_t m = 0; m < 3; m++)
				if (bytes_is(i->pairs.items[n].key.text, names[m]) &&
				    is_off(i->pairs.items[n].value.text))
					return true;
	}
	return false;
}

static bool has_mount(const struct kube_container *c, const char *path)
{
	for (const struct yaml_node *m = yaml_items(yaml_get(c->node, "volumeMounts")); m; m = m->next)
		if (yaml_says(yaml_get(m, "mountPath"), path))
			return true;
	return false;
}

/* dotnet-monitor beside the program needs the port. */
static bool is_watched(const struct kube_object *o)
{
	for (struct kube_container c = { 0 }; kube_next(o, &c);)
		if (bytes_search(c.image, BYTES("dotnet/monitor")) < c.image.n)
			return true;
	return false;
}

/* The runtime makes its diagnostic port in /tmp; on a read-only root it cannot start without. */
static void check_diagnostics(const struct pod *p)
{
	const struct yaml_node *root = yaml_get(p->c.security, "readOnlyRootFilesystem");
	bool blocked = kube_is_true(root) && !has_mount(&p->c, "/tmp");

	if (diagnostics_are_off(p) || is_watched(p->object))
		return;
	struct job_finding *f = find(p, blocked ? DN008 : DN018, blocked ? root : NULL, "env");
	struct yaml_editor ed = kube_fix(p->object, f, blocked ? RULE_FIX_SAFE : RULE_FIX_REVIEW);

	kubernetes_add(&ed, p->c.node, "env",
	               p->program.major > 0 && p->program.major < 6
	                   ? "name: COMPlus_EnableDiagnostics\nvalue: \"0\""
	                   : "name: DOTNET_EnableDiagnostics\nvalue: \"0\"");
}

/* -- memory, keys ----------------------------------------------------------------------------- */

static void check_memory(const struct pod *p)
{
	const struct yaml_node *v = yaml_path(p->c.node, "resources.limits.memory");
	bytes text = yaml_text(v);
	uint64_t mib;

	if (!bytes_ends(text, BYTES("Mi")) ||
	    !text_take_u64(bytes_slice(text, 0, text.n - 2), 10, UINT32_MAX, &mib) || mib >= 128)
		return;
	struct job_finding *f = find(p, DN028, v, "resources.limits.memory");
	struct yaml_editor ed = kube_fix(p->object, f, RULE_FIX_REVIEW);

	f->message = arena_printf(p->object->job->arena,
	                          "of %u MiB the runtime gives three quarters to the heap",
	                          (unsigned)mib);
	yaml_edit_scalar(&ed, v, "128Mi");
}

static void check_keys(const struct pod *p)
{
	const struct yaml_node *volumes = yaml_get(p->object->pod, "volumes");

	for (const struct yaml_node *m = yaml_items(yaml_get(p->c.node, "volumeMounts")); m;
	     m = m->next) {
		bytes path = yaml_text(yaml_get(m, "mountPath"));
		const struct yaml_node *volume = kubernetes_named(volumes, yaml_text(yaml_get(m, "name")));

		if (bytes_search(path, BYTES("DataProtection-Keys")) < path.n &&
		    yaml_get(volume, "hostPath"))
			find(p, DN027, m, "volumeMounts[*].mountPath");
	}
}

/* -- mounted secrets that nobody reads -------------------------------------------------------- */

/* The folder of the first secret that is mounted; NULL when there is none. */
static const char *secret_folder(const struct pod *p)
{
	const struct yaml_node *volumes = yaml_get(p->object->pod, "volumes");

	for (const struct yaml_node *m = yaml_items(yaml_get(p->c.node, "volumeMounts")); m;
	     m = m->next) {
		bytes path = yaml_text(yaml_get(m, "mountPath"));
		const struct yaml_node *v = kubernetes_named(volumes, yaml_text(yaml_get(m, "name")));
		bool csi = yaml_says(yaml_path(v, "csi.driver"), "secrets-store.csi.k8s.io");

		if ((yaml_get(v, "secret") || csi) && bytes_starts(path, BYTES("/run/secrets/")) &&
		    bytes_find(path, '"') == path.n && bytes_find(path, '\\') == path.n)
			return arena_str(p->object->job->arena, path);
	}
	return yaml_get(yaml_get(p->object->pod_metadata, "annotations"),
	                "vault.hashicorp.com/agent-inject")
	           ? "/vault/secrets"
	           : NULL;
}

/* Behind "var builder = WebApplication.CreateBuilder(args);" the files become settings. */
static void check_program(const struct pod *p, size_t index, const char *folder)
{
	const struct job_file *file = &p->object->job->files.items[index];
	struct arena *a = p->object->job->arena;
	size_t at = bytes_search(file->text, BYTES(".CreateBuilder("));
	size_t end = at + bytes_find(bytes_skip(file->text, at), '\n');
	size_t start = bytes_rfind(bytes_slice(file->text, 0, at), '\n');

	if (at == file->text.n || bytes_search(file->text, BYTES("AddKeyPerFile")) < file->text.n)
		return;
	start = start == at ? 0 : start + 1;
	bytes line = bytes_trim(bytes_slice(file->text, start, end - start)), name;
	size_t indent = bytes_search(bytes_skip(file->text, start), line);
	struct job_finding *f = job_find(p->object->job, RULE(DN031), index, at, end);

	f->message = arena_printf(a, "%s is mounted, and no configuration reads it", folder);
	if (!bytes_take_prefix(&line, BYTES("var ")) || !bytes_take_until(&line, ' ', &name) ||
	    !bytes_ends(line, BYTES(");")))
		return;
	edits_add(&f->fix, a, end, end,
	          bytes_str(arena_printf(a,
	                                 "\n%*s" PRIb ".Configuration.AddKeyPerFile(\"%s\", optional: "
	                                 "true);",
	                                 (int)indent, "", BYTESF(name), folder)));
	f->fix_class = RULE_FIX_REVIEW;
}

static void check_programs(const struct pod *p)
{
	const struct link_build *b = p->program.build;
	const char *folder = secret_folder(p);
	const struct rule_job *job = p->object->job;

	if (!folder || !b)
		return;
	bytes dir = path_dir(bytes_str(job->files.items[b->docker.file].name));

	for (size_t k = 0; k < job->files.len; k++)
		if (job->files.items[k].kind == JOB_PROGRAM &&
		    path_within(bytes_str(job->files.items[k].name), dir))
			check_program(p, k, folder);
}

void dotnet_check_pods(struct rule_job *job)
{
	struct kube_objects objects = kube_objects(job);
	const struct link_set *links = objects.len > 0 ? link_open(job) : NULL;

	for (size_t i = 0; i < objects.len; i++) {
		struct pod p = { .object = &objects.items[i] };

		while (p.object->pod && kube_next(p.object, &p.c)) {
			p.program = link_program(links, p.object, &p.c);
			if (!p.program.dotnet || kube_is_windows(p.object))
				continue;
			check_user(&p);
			check_address(&p);
			check_port(&p);
			check_diagnostics(&p);
			check_memory(&p);
			check_keys(&p);
			check_programs(&p);
		}
	}
}
