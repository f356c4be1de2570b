/* SPDX-License-Identifier: Apache-2.0 */
/* pss_checks - the checks behind rule/pss.h, one function a check and version. For rule/pss.c.
 *
 * Each reports every violation of its check in one pod, with its fix.
 * Threading: constant. */
#pragma once

#include "rule/pss.h"

struct pss_scope {
	const struct kube_object *object;
	const struct rule *rule; /* the finding is told under its id */
	const char *check;
	unsigned version;
	bool whole; /* the catalogue's run: every rule tells its own part, no part twice */
};

typedef void pss_function(const struct pss_scope *s);

pss_function pss_privileged, pss_host_namespaces, pss_host_path, pss_host_ports, pss_probe_hosts,
	pss_capabilities_baseline, pss_capabilities_restricted, pss_escalation, pss_non_root, pss_user,
	pss_seccomp_annotations, pss_seccomp_baseline, pss_seccomp_restricted, pss_app_armor,
	pss_selinux, pss_proc_mount, pss_sysctls, pss_host_process, pss_volumes;

/* pss_find: kube_find under the scope's rule and check. */
struct job_finding *pss_find(const struct pss_scope *s, const struct kube_container *c,
                             const struct yaml_node *node, const char *field)
	__attribute__((returns_nonnull));
/* pss_is_relaxed(s): spec.hostUsers is false and the policy takes that for isolation (1.35). */
bool pss_is_relaxed(const struct pss_scope *s);
