/* SPDX-License-Identifier: Apache-2.0 */
/* Pod Security Standards: privileges, capabilities, users, devices of the host. */
#include "rule/pss_checks.h"

#include "base/text.h"

static bool among(bytes word, const char *const *words)
{
	for (; *words; words++)
		if (bytes_is(word, *words))
			return true;
	return false;
}

/* -- baseline --------------------------------------------------------------------------------- */

void pss_privileged(const struct pss_scope *s)
{
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *v = yaml_get(c.security, "privileged");

		if (!kube_is_true(v))
			continue;
		struct job_finding *f = pss_find(s, &c, v, "securityContext.privileged");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = "the container is root on the host";
		yaml_edit_scalar(&ed, v, "false");
	}
}

void pss_host_namespaces(const struct pss_scope *s)
{
	static const char *const keys[] = { "hostNetwork", "hostPID", "hostIPC" };

	for (size_t i = 0; i < 3; i++) {
		const struct yaml_node *v = yaml_get(s->object->pod, keys[i]);

		if (!kube_is_true(v))
			continue;
		struct job_finding *f = pss_find(s, NULL, v, keys[i]);
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->object->job->arena, "the pod shares the host's %s",
		                          i == 0   ? "network"
		                          : i == 1 ? "processes"
		                                   : "shared memory");
		yaml_edit_delete(&ed, v);
	}
}

/* Where the pod may still write: its mounts of one volume. False when none was changed. */
static bool lock_mounts(const struct pss_scope *s, bytes volume, const struct yaml_editor *ed)
{
	bool changed = false;

	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		for (const struct yaml_node *m = yaml_items(yaml_get(c.node, "volumeMounts")); m;
		     m = m->next)
			if (bytes_equal(yaml_text(yaml_get(m, "name")), volume) &&
			    !kube_is_true(yaml_get(m, "readOnly"))) {
				yaml_edit_put(ed, m, "readOnly", "true");
				changed = true;
			}
	return changed;
}

/* Only where a standard was asked for that leaves no folder of the host. */
static void empty_volume(const struct pss_scope *s, const struct yaml_node *path,
                         struct job_finding *f)
{
	bool json = s->object->job->files.items[s->object->file].yaml->is_json;

	if (path->key)
		edits_add(&f->fix, s->object->job->arena, path->key->from, path->to,
		          json ? BYTES("\"emptyDir\": {\"sizeLimit\": \"64Mi\"}")
		               : BYTES("emptyDir: {sizeLimit: 64Mi}"));
}

void pss_host_path(const struct pss_scope *s)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(s->object->pod, "volumes")); v;
	     v = v->next) {
		const struct yaml_node *path = yaml_get(v, "hostPath");

		if (!path)
			continue;
		struct job_finding *f = pss_find(s, NULL, path, "volumes[*].hostPath");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->object->job->arena, "%s of the host is in the pod",
		                          SHOW(yaml_text(yaml_get(path, "path"))));
		if (s->object->job->options->harden)
			empty_volume(s, path, f);
		else if (!lock_mounts(s, yaml_text(yaml_get(v, "name")), &ed))
			f->fix_class = RULE_FIX_NONE;
	}
}

void pss_host_ports(const struct pss_scope *s)
{
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		for (const struct yaml_node *p = yaml_items(yaml_get(c.node, "ports")); p; p = p->next) {
			const struct yaml_node *v = yaml_get(p, "hostPort");
			int64_t port;

			if (!v || (yaml_i64(v, &port) && port == 0))
				continue;
			struct job_finding *f = pss_find(s, &c, v, "ports[*].hostPort");
			struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

			f->message = "the container takes a port of the host";
			yaml_edit_delete(&ed, v);
		}
}

static void check_handler(const struct pss_scope *s, const struct kube_container *c,
                          const char *path)
{
	static const char *const ways[] = { "httpGet", "tcpSocket" };

	for (size_t i = 0; i < 2; i++) {
		const char *field = arena_printf(s->object->job->arena, "%s.%s.host", path, ways[i]);
		const struct yaml_node *v = yaml_path(c->node, field);

		if (yaml_text(v).n == 0)
			continue;
		struct job_finding *f = pss_find(s, c, v, field);
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_SAFE);

		f->message = "the kubelet is told to call another host";
		yaml_edit_delete(&ed, v);
	}
}

void pss_probe_hosts(const struct pss_scope *s)
{
	static const char *const paths[] = { "livenessProbe", "readinessProbe", "startupProbe",
		                                 "lifecycle.postStart", "lifecycle.preStop" };

	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
			check_handler(s, &c, paths[i]);
}

/* -- capabilities ----------------------------------------------------------------------------- */

static const char *const default_set[] = {
	"AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",       "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT", NULL
};
static const char *const bind_only[] = { "NET_BIND_SERVICE", NULL };

/* Of the added capabilities those that are not in `allowed`; with `within` only those in that. */
static void check_added(const struct pss_scope *s, const struct kube_container *c,
                        const char *const *allowed, const char *const *within)
{
	const struct yaml_node *list = yaml_path(c->security, "capabilities.add");

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next) {
		bytes name = yaml_text(v);

		if (among(name, allowed) || (within && !among(name, within)))
			continue;
		struct job_finding *f = pss_find(s, c, v, "securityContext.capabilities.add");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->object->job->arena, "capability %s is added", SHOW(name));
		yaml_edit_delete(&ed, v);
	}
}

void pss_capabilities_baseline(const struct pss_scope *s)
{
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		check_added(s, &c, default_set, NULL);
}

static bool has_low_port(const struct kube_container *c)
{
	for (const struct yaml_node *p = yaml_items(yaml_get(c->node, "ports")); p; p = p->next) {
		int64_t port;

		if (yaml_i64(yaml_get(p, "containerPort"), &port) && port < 1024)
			return true;
	}
	return false;
}

static void fix_drop(const struct pss_scope *s, const struct kube_container *c,
                     struct job_finding *f)
{
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_SAFE);
	const struct yaml_node *set = yaml_get(c->security, "capabilities");
	const struct yaml_node *drop = yaml_get(set, "drop");

	if (yaml_is(drop, YAML_SEQUENCE) && yaml_real(drop)->count > 0)
		yaml_edit_append(&ed, drop, "ALL");
	else if (has_low_port(c) && !set)
		yaml_edit_put_path(&ed, c->node, "securityContext.capabilities",
		                   "add:\n  - NET_BIND_SERVICE\ndrop:\n  - ALL");
	else
		yaml_edit_put_path(&ed, c->node, "securityContext.capabilities.drop", "- ALL");
}

void pss_capabilities_restricted(const struct pss_scope *s)
{
	if (s->version >= 25 && kube_is_windows(s->object))
		return;
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *drop = yaml_path(c.security, "capabilities.drop");
		bool all = false;

		for (const struct yaml_node *v = yaml_items(drop); v; v = v->next)
			all |= yaml_says(v, "ALL");
		if (!all) {
			struct job_finding *f = pss_find(s, &c, drop, "securityContext.capabilities.drop");

			f->message = "capabilities are kept that nobody asked for";
			fix_drop(s, &c, f);
		}
		check_added(s, &c, bind_only, s->whole ? default_set : NULL);
	}
}

/* -- escalation and users --------------------------------------------------------------------- */

/* The API server refuses allowPrivilegeEscalation: false beside these; they go first. */
static bool needs_escalation(const struct kube_container *c)
{
	const struct yaml_node *added = yaml_path(c->security, "capabilities.add");

	for (const struct yaml_node *v = yaml_items(added); v; v = v->next)
		if (yaml_says(v, "SYS_ADMIN") || yaml_says(v, "CAP_SYS_ADMIN"))
			return true;
	return kube_is_true(yaml_get(c->security, "privileged"));
}

void pss_escalation(const struct pss_scope *s)
{
	if (s->version >= 25 && kube_is_windows(s->object))
		return;
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *v = yaml_get(c.security, "allowPrivilegeEscalation");
		bool allowed = true;

		if (yaml_bool(v, &allowed) && !allowed)
			continue;
		struct job_finding *f = pss_find(s, &c, v, "securityContext.allowPrivilegeEscalation");

		f->message = "a process may gain more rights than its parent has";
		if (needs_escalation(&c))
			continue;
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_SAFE);

		yaml_edit_put_path(&ed, c.node, "securityContext.allowPrivilegeEscalation", "false");
	}
}

static void non_root(const struct pss_scope *s, const struct kube_container *c,
                     const struct yaml_node *v)
{
	struct job_finding *f = pss_find(s, c, v, "securityContext.runAsNonRoot");
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	f->message = v ? "root is allowed" : "nothing keeps the image from running as root";
	if (v)
		yaml_edit_scalar(&ed, v, "true");
	else
		yaml_edit_put_path(&ed, s->object->pod, "securityContext.runAsNonRoot", "true");
}

void pss_non_root(const struct pss_scope *s)
{
	const struct yaml_node *pod = yaml_path(s->object->pod, "securityContext.runAsNonRoot");
	bool truth, pod_says;

	if (pss_is_relaxed(s))
		return;
	pod_says = yaml_bool(pod, &truth);
	if (pod_says && !truth)
		non_root(s, NULL, pod);
	pod_says = pod_says && truth;
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *v = yaml_get(c.security, "runAsNonRoot");

		if (yaml_bool(v, &truth) ? !truth : !pod_says)
			non_root(s, &c, v);
	}
}

static void user(const struct pss_scope *s, const struct kube_container *c,
                 const struct yaml_node *security)
{
	const struct yaml_node *v = yaml_get(security, "runAsUser");
	int64_t id;

	if (!yaml_i64(v, &id) || id != 0)
		return;
	struct job_finding *f = pss_find(s, c, v, "securityContext.runAsUser");

	f->message = "the user is root";
	if (kube_needs_root(s->object))
		return;
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, kube_user_of(s->object));
}

void pss_user(const struct pss_scope *s)
{
	if (pss_is_relaxed(s))
		return;
	user(s, NULL, yaml_get(s->object->pod, "securityContext"));
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		user(s, &c, c.security);
}

/* -- volumes ---------------------------------------------------------------------------------- */

void pss_volumes(const struct pss_scope *s)
{
	static const char *const allowed[] = {
		"configMap", "csi",   "downwardAPI",           "emptyDir",
		"ephemeral", "image", "persistentVolumeClaim", "projected",
		"secret",    NULL
	};

	for (const struct yaml_node *v = yaml_items(yaml_get(s->object->pod, "volumes")); v;
	     v = v->next) {
		const struct yaml_node *source = NULL;
		bool good = true;

		for (const struct yaml_node *m = yaml_first(v); m && good; m = m->next) {
			if (yaml_says(m->key, "name") || yaml_is_null(m))
				continue;
			source = m;
			good = among(yaml_text(m->key), allowed);
		}
		/* A volume that has only a name is made an emptyDir by the API server. */
		if (good || (s->whole && yaml_says(source->key, "hostPath")))
			continue;
		struct job_finding *f = pss_find(s, NULL, source, "volumes[*]");

		f->message = arena_printf(s->object->job->arena, "volume type %s is not restricted",
		                          SHOW(yaml_text(source->key)));
	}
}
