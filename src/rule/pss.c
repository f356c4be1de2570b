/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/pss.h"

#include "base/text.h"
#include "rule/kubernetes_rules.h"
#include "rule/pss_checks.h"

/* One version of a check. Rows of one check stand in rising order of `since`. */
struct row {
	const char *check;
	enum pss_level level;
	unsigned since; /* the N of v1.N */
	pss_function *function;
	enum kubernetes_rule rule;
	const char *stands_for; /* the baseline check that it overrides, or NULL */
	bool catalogue;         /* counts without a policy, too */
};

#define B PSS_BASELINE
#define R PSS_RESTRICTED
static const struct row rows[] = {
	{ "hostProbesAndHostLifecycle", B, 34, pss_probe_hosts, KP005, NULL, true },
	{ "appArmorProfile", B, 0, pss_app_armor, KP012, NULL, true },
	{ "capabilities_baseline", B, 0, pss_capabilities_baseline, KP006, NULL, true },
	{ "hostNamespaces", B, 0, pss_host_namespaces, KP002, NULL, true },
	{ "hostPathVolumes", B, 0, pss_host_path, KP003, NULL, true },
	{ "hostPorts", B, 0, pss_host_ports, KP004, NULL, true },
	{ "privileged", B, 0, pss_privileged, KP001, NULL, true },
	{ "procMount", B, 0, pss_proc_mount, KP014, NULL, false },
	{ "seLinuxOptions", B, 0, pss_selinux, KP013, NULL, true },
	{ "seccompProfile_baseline", B, 0, pss_seccomp_annotations, KP011, NULL, false },
	{ "seccompProfile_baseline", B, 19, pss_seccomp_baseline, KP011, NULL, false },
	{ "sysctls", B, 0, pss_sysctls, KP015, NULL, true },
	{ "windowsHostProcess", B, 0, pss_host_process, KP016, NULL, true },
	{ "allowPrivilegeEscalation", R, 8, pss_escalation, KP008, NULL, true },
	{ "capabilities_restricted", R, 22, pss_capabilities_restricted, KP007, "capabilities_baseline",
	  true },
	{ "procMount_restricted", R, 35, pss_proc_mount, KP014, "procMount", true },
	{ "restrictedVolumes", R, 0, pss_volumes, KP017, "hostPathVolumes", true },
	{ "runAsNonRoot", R, 0, pss_non_root, KP009, NULL, true },
	{ "runAsUser", R, 23, pss_user, KP010, NULL, true },
	{ "seccompProfile_restricted", R, 19, pss_seccomp_restricted, KP011, "seccompProfile_baseline",
	  true },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

bool pss_level_from(bytes word, enum pss_level *out)
{
	static const char *const names[] = { "privileged", "baseline", "restricted" };

	for (unsigned i = 0; i < 3; i++)
		if (bytes_is(word, names[i])) {
			*out = (enum pss_level)i;
			return true;
		}
	return false;
}

bool pss_version_from(bytes word, unsigned *out)
{
	uint64_t minor;

	if (bytes_is(word, "latest")) {
		*out = PSS_LATEST;
		return true;
	}
	(void)bytes_take_prefix(&word, BYTES("v"));
	if (!bytes_take_prefix(&word, BYTES("1.")) || !text_take_u64(word, 10, 9999, &minor))
		return false;
	*out = minor > PSS_LATEST ? PSS_LATEST : (unsigned)minor;
	return true;
}

/* The last row of its check that this version has reached. */
static bool is_current(const struct row *row, unsigned version)
{
	const struct row *next = row + 1;

	return row->since <= version &&
	       (next == rows + ROWS || strcmp(next->check, row->check) != 0 || next->since > version);
}

static bool is_overridden(const struct row *row, unsigned version)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].stands_for && strcmp(rows[i].stands_for, row->check) == 0 &&
		    is_current(&rows[i], version))
			return true;
	return false;
}

static void run(const struct kube_object *o, const struct row *row, unsigned version, bool whole)
{
	struct pss_scope scope = { o, &kubernetes_rules[row->rule], row->check, version, whole };

	row->function(&scope);
}

void pss_check(const struct kube_object *o, enum pss_level level, unsigned version)
{
	for (size_t i = 0; i < ROWS && o->pod; i++)
		if (rows[i].level <= level && is_current(&rows[i], version) &&
		    (level == PSS_BASELINE || !is_overridden(&rows[i], version)))
			run(o, &rows[i], version, false);
}

void pss_check_all(const struct kube_object *o)
{
	for (size_t i = 0; i < ROWS && o->pod; i++)
		if (rows[i].catalogue && is_current(&rows[i], PSS_LATEST))
			run(o, &rows[i], PSS_LATEST, true);
}

struct job_finding *pss_find(const struct pss_scope *s, const struct kube_container *c,
                             const struct yaml_node *node, const char *field)
{
	struct job_finding *f = kube_find(s->object, s->rule, c, node, field);

	f->check = s->check;
	return f;
}

bool pss_is_relaxed(const struct pss_scope *s)
{
	bool host;

	return s->version >= 35 && yaml_bool(yaml_get(s->object->pod, "hostUsers"), &host) && !host;
}
