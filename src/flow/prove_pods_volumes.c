/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest alone tells of a container: what its volumes, its groups and the namespaces that
 * it shares give it, which no container on this machine has. */
#include "base/limits.h"
#include "base/text.h"
#include "confine/probes.h"
#include "flow/prove_wire.h"
#include "rule/kubernetes.h"

struct reader {
	struct arena *a;
	const struct kube_object *o;
	const struct kube_container *c;
	struct prove_pod *out;
};

bool prove_is_place(bytes path)
{
	static const char *const kept[] = { "/proc", "/sys", "/dev", "/.oakum", "/run/secrets" };
	bytes rest = bytes_skip(path, 1), part;

	if (path.n < 2 || path.p[0] != '/' || bytes_find(path, 0) < path.n ||
	    bytes_find(path, ',') < path.n)
		return false;
	while (bytes_take_until(&rest, '/', &part))
		if (part.n == 0 || bytes_is(part, ".") || bytes_is(part, ".."))
			return false;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		bytes under = path;

		if (bytes_take_prefix(&under, bytes_str(kept[i])) && (under.n == 0 || under.p[0] == '/'))
			return false;
	}
	return true;
}

/* Of many answers for one probe the first that fell is told, else the first. */
void prove_pod_say(struct prove_pod *p, struct arena *a, const char *probe, bool fell,
                   const char *what)
{
	for (size_t i = 0; i < p->said.len; i++)
		if (p->said.items[i].probe == probe_find(bytes_str(probe))) {
			if (fell && !p->said.items[i].fell)
				p->said.items[i] = (struct prove_said){ p->said.items[i].probe, true, what };
			return;
		}
	*ARENA_PUSH(a, &p->said) = (struct prove_said){ probe_find(bytes_str(probe)), fell, what };
}

/* -- volumes ----------------------------------------------------------------------------------- */

/* is_within(path, folder): it is the folder or lies in it; "/" and "/run/" are written so, too. */
static bool is_within(bytes path, bytes folder)
{
	while (folder.n > 0 && folder.p[folder.n - 1] == '/')
		folder.n--;
	return bytes_take_prefix(&path, folder) && (path.n == 0 || path.p[0] == '/');
}

/* What of the node is worth a row of its own. Of an engine's socket and of processes it is enough
 * to see them; with the others it depends on rights that only the node knows. */
static const struct {
	const char *place, *probe;
	bool fell;
} of_node[] = {
	{ "/run/docker.sock", "engine-socket", true },
	{ "/run/containerd/containerd.sock", "engine-socket", true },
	{ "/run/crio/crio.sock", "engine-socket", true },
	{ "/run/podman/podman.sock", "engine-socket", true },
	{ "/run/cri-dockerd.sock", "engine-socket", true },
	{ "/run/k3s/containerd/containerd.sock", "engine-socket", true },
	{ "/run/dbus/system_bus_socket", "engine-socket", true },
	{ "/run/systemd/private", "engine-socket", true },
	{ "/proc", "see-processes", true },
	{ "/proc/sys/vm", "write-proc-sys", false },
	{ "/proc/sys/kernel/core_pattern", "core-pattern", false },
	{ "/proc/sysrq-trigger", "sysrq", false },
	{ "/proc/kcore", "kernel-memory", false },
	{ "/proc/keys", "kernel-tables", false },
	{ "/sys/kernel", "write-sys", false },
	{ "/dev", "devices", false },
	{ "/dev/shm", "shared-memory", true },
	{ "/etc/shadow", "stored-secrets", false },
	{ "/root", "stored-secrets", false },
	{ "/var/lib/kubelet/pods", "stored-secrets", false },
};

static void say_host_path(struct reader *r, bytes path, bytes mount)
{
	const char *what = arena_printf(r->a, "%s of the node, at %s", SHOW(bytes_slice(path, 0, 80)),
	                                SHOW(bytes_slice(mount, 0, 80)));
	const char *open = arena_printf(r->a, "the pod is given %s", what);

	prove_pod_say(r->out, r->a, "host-files", true, what);
	if (bytes_starts(path, BYTES("/var/run/"))) /* a link to /run */
		path = bytes_skip(path, 4);
	if (bytes_ends(path, BYTES(".sock")))
		prove_pod_say(r->out, r->a, "engine-socket", true, what);
	for (size_t i = 0; i < sizeof(of_node) / sizeof(*of_node); i++) {
		bytes place = bytes_str(of_node[i].place);

		if (is_within(place, path) || is_within(path, place))
			prove_pod_say(r->out, r->a, of_node[i].probe, of_node[i].fell,
			              of_node[i].fell ? what : open);
	}
}

static const struct yaml_node *volume_of(const struct reader *r, bytes name)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(r->o->pod, "volumes")); v; v = v->next)
		if (bytes_equal(yaml_text(yaml_get(v, "name")), name))
			return yaml_real(v);
	return NULL;
}

/* Whatever else it is, it is not here. */
static void say_volume(struct reader *r, const struct yaml_node *volume, const char *what)
{
	const struct yaml_node *sources = yaml_path(volume, "projected.sources");
	bool is_configuration = yaml_find(volume, "configMap") || yaml_find(volume, "downwardAPI");

	for (const struct yaml_node *s = yaml_items(sources); s; s = s->next)
		r->out->has_token |= yaml_find(yaml_real(s), "serviceAccountToken") != NULL;
	if (sources || yaml_find(volume, "secret"))
		prove_pod_say(r->out, r->a, "stored-secrets", false, what);
	else if (!is_configuration)
		prove_pod_say(r->out, r->a, "host-files", false, what);
}

static void read_mount(struct reader *r, const struct yaml_node *mount)
{
	bytes name = yaml_text(yaml_get(mount, "name"));
	bytes path = yaml_text(yaml_get(mount, "mountPath"));
	const struct yaml_node *volume = volume_of(r, name);
	/* "emptyDir:" alone is null, and an emptyDir all the same. */
	const struct yaml_node *empty = yaml_find(volume, "emptyDir");
	const struct yaml_node *host = yaml_find(volume, "hostPath");
	uint64_t size = prove_quantity(yaml_get(empty, "sizeLimit"), HARDENING_TMP);
	const char *why = arena_printf(r->a, "volume '%s' is not mounted here%s",
	                               SHOW(bytes_slice(name, 0, 80)),
	                               host ? ": it shows files of the node" : "");

	if (empty && !kube_is_true(yaml_get(mount, "readOnly")) && prove_is_place(path) &&
	    r->out->folders.len < LIMIT_PROVE_ITEMS)
		*ARENA_PUSH(r->a, &r->out->folders) = (struct hardening_folder){
			arena_str(r->a, path), size > 0 && size < LIMIT_PROVE_FOLDER ? size : HARDENING_TMP
		};
	if (empty)
		return;
	if (r->out->notes.len < LIMIT_PROVE_ITEMS)
		*ARENA_PUSH(r->a, &r->out->notes) = why;
	if (host)
		say_host_path(r, yaml_text(yaml_get(yaml_real(host), "path")), path);
	else
		say_volume(r, volume, why);
}

/* -- variables, groups, namespaces ------------------------------------------------------------- */

/* A name and whose it is; no value is known. */
static void say_source(struct reader *r, bytes variable, const struct yaml_node *secret,
                       const struct yaml_node *map)
{
	bytes name = yaml_text(yaml_get(secret ? secret : map, "name"));

	if (secret || map)
		prove_pod_say(r->out, r->a, "environment", secret != NULL,
		              arena_printf(r->a, "%s: from %s '%s'", SHOW(bytes_slice(variable, 0, 60)),
		                           secret ? "Secret" : "ConfigMap",
		                           SHOW(bytes_slice(name, 0, 60))));
}

static void say_variables(struct reader *r)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(r->c->node, "env")); v; v = v->next)
		say_source(r, yaml_text(yaml_get(v, "name")), yaml_path(v, "valueFrom.secretKeyRef"),
		           yaml_path(v, "valueFrom.configMapKeyRef"));
	for (const struct yaml_node *v = yaml_items(yaml_get(r->c->node, "envFrom")); v; v = v->next)
		say_source(r, BYTES("variables"), yaml_get(v, "secretRef"), yaml_get(v, "configMapRef"));
}

static bool is_zero(const struct yaml_node *n)
{
	int64_t id;

	return yaml_i64(n, &id) && id == 0;
}

static void say_pod(struct reader *r)
{
	const struct yaml_node *groups = yaml_path(r->o->pod, "securityContext.supplementalGroups");

	for (const struct yaml_node *v = yaml_items(groups); v; v = v->next)
		if (is_zero(v))
			prove_pod_say(r->out, r->a, "root-group", true, "supplementalGroups has 0");
	if (is_zero(yaml_path(r->o->pod, "securityContext.fsGroup")))
		prove_pod_say(r->out, r->a, "root-group", true, "fsGroup is 0");
	if (kube_is_true(yaml_get(r->o->pod, "hostIPC")))
		prove_pod_say(r->out, r->a, "shared-memory", true, "hostIPC");
	if (kube_is_true(yaml_get(r->o->pod, "shareProcessNamespace"))) {
		static const char why[] = "the pod's other containers are not here";

		prove_pod_say(r->out, r->a, "see-processes", true, "shareProcessNamespace");
		prove_pod_say(r->out, r->a, "trace", false, why);
		prove_pod_say(r->out, r->a, "signal", false, why);
	}
}

void prove_pod_read_given(const struct kube_object *o, const struct kube_container *c,
                          struct arena *a, struct prove_pod *out)
{
	struct reader r = { a, o, c, out };
	const struct yaml_node *mounts = yaml_get(c->node, "volumeMounts");

	for (const struct yaml_node *m = yaml_items(mounts); m; m = m->next)
		read_mount(&r, m);
	for (const struct yaml_node *d = yaml_items(yaml_get(c->node, "volumeDevices")); d; d = d->next)
		prove_pod_say(out, a, "devices", false, "a volume that is a disk is not here");
	say_variables(&r);
	say_pod(&r);
}
