/* SPDX-License-Identifier: Apache-2.0 */
/* Pod Security Standards: seccomp, AppArmor, SELinux, /proc, sysctls, Windows. */
#include "base/text.h"
#include "rule/pss_checks.h"

static const struct yaml_node *pod_security(const struct pss_scope *s)
{
	return yaml_get(s->object->pod, "securityContext");
}

/* -- annotations ------------------------------------------------------------------------------ */

static void bad_annotation(const struct pss_scope *s, const struct yaml_node *v)
{
	struct arena *a = s->object->job->arena;
	const char *field = arena_printf(a, "metadata.annotations[%s]", SHOW(yaml_text(v->key)));
	struct job_finding *f = kube_object_find(s->object, s->rule, v, field);
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	f->check = s->check;
	f->message = arena_printf(a, "the annotation says %s", SHOW(yaml_text(v)));
	yaml_edit_delete(&ed, v);
}

/* The alpha annotations, whose meaning ended with Kubernetes 1.19. */
void pss_seccomp_annotations(const struct pss_scope *s)
{
	const struct yaml_node *list = yaml_get(s->object->pod_metadata, "annotations");

	for (const struct yaml_node *v = yaml_first(list); v; v = v->next) {
		bytes key = yaml_text(v->key), value = yaml_text(v);
		bool named = bytes_is(key, "seccomp.security.alpha.kubernetes.io/pod");
		bool container = bytes_take_prefix(
			&key, BYTES("container.seccomp.security.alpha.kubernetes.io/"));

		for (struct kube_container c = { 0 }; container && !named && kube_next(s->object, &c);)
			named = bytes_equal(c.name, key);
		if (named && !bytes_is(value, "runtime/default") && !bytes_is(value, "docker/default") &&
		    !bytes_starts(value, BYTES("localhost/")))
			bad_annotation(s, v);
	}
}

/* -- seccomp ---------------------------------------------------------------------------------- */

static bool is_sealed(const struct yaml_node *profile)
{
	const struct yaml_node *type = yaml_get(profile, "type");

	return yaml_says(type, "RuntimeDefault") || yaml_says(type, "Localhost");
}

/* A profile that is written and no good. In a container it goes: the pod's then counts. */
static void bad_seccomp(const struct pss_scope *s, const struct kube_container *c,
                        const struct yaml_node *profile)
{
	const struct yaml_node *type = yaml_get(profile, "type");
	struct job_finding *f = pss_find(s, c, type ? type : profile,
	                                 "securityContext.seccompProfile.type");
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	f->message = "system calls are not filtered";
	if (yaml_is(type, YAML_SCALAR))
		yaml_edit_scalar(&ed, type, "RuntimeDefault");
	else
		yaml_edit_delete(&ed, profile);
}

void pss_seccomp_baseline(const struct pss_scope *s)
{
	const struct yaml_node *pod = yaml_get(pod_security(s), "seccompProfile");

	if (pod && !is_sealed(pod))
		bad_seccomp(s, NULL, pod);
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *own = yaml_get(c.security, "seccompProfile");

		if (own && !is_sealed(own))
			bad_seccomp(s, &c, own);
	}
}

void pss_seccomp_restricted(const struct pss_scope *s)
{
	const struct yaml_node *pod = yaml_get(pod_security(s), "seccompProfile");

	if (s->version >= 25 && kube_is_windows(s->object))
		return;
	pss_seccomp_baseline(s);
	for (struct kube_container c = { 0 }; !is_sealed(pod) && kube_next(s->object, &c);) {
		if (yaml_get(c.security, "seccompProfile"))
			continue;
		struct job_finding *f = pss_find(s, &c, NULL, "securityContext.seccompProfile.type");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_SAFE);

		f->message = "system calls are not filtered";
		yaml_edit_put_path(&ed, s->object->pod, "securityContext.seccompProfile.type",
		                   "RuntimeDefault");
	}
}

/* -- AppArmor, SELinux ------------------------------------------------------------------------ */

static void app_armor(const struct pss_scope *s, const struct kube_container *c,
                      const struct yaml_node *security)
{
	const struct yaml_node *type = yaml_path(security, "appArmorProfile.type");

	if (!type || yaml_says(type, "RuntimeDefault") || yaml_says(type, "Localhost"))
		return;
	struct job_finding *f = pss_find(s, c, type, "securityContext.appArmorProfile.type");
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	f->message = "AppArmor is switched off";
	yaml_edit_scalar(&ed, type, "RuntimeDefault");
}

void pss_app_armor(const struct pss_scope *s)
{
	const struct yaml_node *list = yaml_get(s->object->pod_metadata, "annotations");

	for (const struct yaml_node *v = yaml_first(list); v; v = v->next) {
		bytes value = yaml_text(v);

		if (bytes_starts(yaml_text(v->key),
		                 BYTES("container.apparmor.security.beta.kubernetes.io/")) &&
		    value.n > 0 && !bytes_is(value, "runtime/default") &&
		    !bytes_starts(value, BYTES("localhost/")))
			bad_annotation(s, v);
	}
	app_armor(s, NULL, pod_security(s));
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		app_armor(s, &c, c.security);
}

static bool is_selinux_type(bytes type, unsigned version)
{
	return type.n == 0 || bytes_is(type, "container_t") || bytes_is(type, "container_init_t") ||
	       bytes_is(type, "container_kvm_t") ||
	       (version >= 31 && bytes_is(type, "container_engine_t"));
}

static void selinux(const struct pss_scope *s, const struct kube_container *c,
                    const struct yaml_node *security)
{
	static const char *const fields[] = { "type", "user", "role" };

	for (size_t i = 0; i < 3; i++) {
		const char *path = arena_printf(s->object->job->arena, "securityContext.seLinuxOptions.%s",
		                                fields[i]);
		const struct yaml_node *v = yaml_path(security, path + strlen("securityContext."));
		bytes value = yaml_text(v);

		if (i == 0 ? is_selinux_type(value, s->version) : value.n == 0)
			continue;
		struct job_finding *f = pss_find(s, c, v, path);
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->object->job->arena, "SELinux %s %s is set", fields[i],
		                          SHOW(value));
		yaml_edit_delete(&ed, v);
	}
}

void pss_selinux(const struct pss_scope *s)
{
	selinux(s, NULL, pod_security(s));
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		selinux(s, &c, c.security);
}

/* -- /proc, sysctls, Windows ------------------------------------------------------------------ */

/* One function for both levels: the restricted one takes no user namespace for an excuse. */
void pss_proc_mount(const struct pss_scope *s)
{
	if (strcmp(s->check, "procMount") == 0 && pss_is_relaxed(s))
		return;
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);) {
		const struct yaml_node *v = yaml_get(c.security, "procMount");

		if (!v || yaml_says(v, "Default"))
			continue;
		struct job_finding *f = pss_find(s, &c, v, "securityContext.procMount");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_SAFE);

		f->message = "/proc is not masked";
		yaml_edit_delete(&ed, v);
	}
}

static bool is_safe_sysctl(bytes name, unsigned version)
{
	static const struct {
		const char *name;
		unsigned since;
	} safe[] = {
		{ "kernel.shm_rmid_forced", 0 },
		{ "net.ipv4.ip_local_port_range", 0 },
		{ "net.ipv4.tcp_syncookies", 0 },
		{ "net.ipv4.ping_group_range", 0 },
		{ "net.ipv4.ip_unprivileged_port_start", 0 },
		{ "net.ipv4.ip_local_reserved_ports", 27 },
		{ "net.ipv4.tcp_keepalive_time", 29 },
		{ "net.ipv4.tcp_fin_timeout", 29 },
		{ "net.ipv4.tcp_keepalive_intvl", 29 },
		{ "net.ipv4.tcp_keepalive_probes", 29 },
		{ "net.ipv4.tcp_rmem", 32 },
		{ "net.ipv4.tcp_wmem", 32 },
		{ "net.ipv4.tcp_slow_start_after_idle", 37 },
		{ "net.ipv4.tcp_notsent_lowat", 37 },
	};

	for (size_t i = 0; i < sizeof(safe) / sizeof(*safe); i++)
		if (safe[i].since <= version && bytes_is(name, safe[i].name))
			return true;
	return false;
}

void pss_sysctls(const struct pss_scope *s)
{
	const struct yaml_node *list = yaml_get(pod_security(s), "sysctls");

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next) {
		bytes name = yaml_text(yaml_get(v, "name"));

		if (is_safe_sysctl(name, s->version))
			continue;
		struct job_finding *f = pss_find(s, NULL, v, "securityContext.sysctls[*].name");
		struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->object->job->arena, "sysctl %s is set", SHOW(name));
		yaml_edit_delete(&ed, v);
	}
}

static void host_process(const struct pss_scope *s, const struct kube_container *c,
                         const struct yaml_node *security)
{
	const struct yaml_node *v = yaml_path(security, "windowsOptions.hostProcess");

	if (!kube_is_true(v))
		return;
	struct job_finding *f = pss_find(s, c, v, "securityContext.windowsOptions.hostProcess");
	struct yaml_editor ed = kube_fix(s->object, f, RULE_FIX_REVIEW);

	f->message = "the process is the host's";
	yaml_edit_delete(&ed, v);
}

void pss_host_process(const struct pss_scope *s)
{
	host_process(s, NULL, pod_security(s));
	for (struct kube_container c = { 0 }; kube_next(s->object, &c);)
		host_process(s, &c, c.security);
}
