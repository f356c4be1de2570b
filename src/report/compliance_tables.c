/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compliance.h"

#include "base/bytes.h"

#define SEEN(id, title, ref) { id, title, ref, NULL, NULL }
#define PART(id, title, ref, words) { id, title, ref, words, NULL }
#define UNSEEN(id, title, why) { id, title, NULL, NULL, why }

static const struct compliance_section cis_docker[] = {
	UNSEEN("1", "the host", "settings of the host are in no file of a project"),
	UNSEEN("2", "the engine's settings", "they are in daemon.json of the host"),
	UNSEEN("3", "the engine's own files", "owners and modes are those of the host"),
	SEEN("4.1", "a user other than root", "CIS-Docker 4.1"),
	SEEN("4.2", "bases that are trusted and pinned", "CIS-Docker 4.2"),
	SEEN("4.3", "nothing in the image that the service does not need", "CIS-Docker 4.3"),
	SEEN("4.4", "rebuilt with the fixes of its base", "CIS-Docker 4.4"),
	SEEN("4.5", "signed, and verified where it is pulled", "CIS-Docker 4.5"),
	SEEN("4.6", "a health check in the image", "CIS-Docker 4.6"),
	SEEN("4.7", "package lists updated and used in one step", "CIS-Docker 4.7"),
	SEEN("4.8", "no setuid, setgid or capabilities on files", "CIS-Docker 4.8"),
	SEEN("4.9", "COPY, not ADD", "CIS-Docker 4.9"),
	SEEN("4.10", "no secrets in the build", "CIS-Docker 4.10"),
	SEEN("4.11", "packages whose signatures are checked", "CIS-Docker 4.11"),
	UNSEEN("4.12", "artifacts whose signatures are checked", "that is shown where they are pulled"),
	UNSEEN("5.1", "swarm mode only where it is needed", "the engine knows it"),
	PART("5.2", "an AppArmor profile", "CIS-Docker 5.2", "apparmor appArmorProfile annotations"),
	PART("5.3", "SELinux options", "CIS-Docker 5.3", "label seLinuxOptions"),
	SEEN("5.4", "capabilities dropped", "CIS-Docker 5.4"),
	SEEN("5.5", "no privileged containers", "CIS-Docker 5.5"),
	SEEN("5.6", "no folders of the system mounted", "CIS-Docker 5.6"),
	PART("5.7", "no remote shell in containers", "CIS-Docker 5.7",
	     "ssh SSH shell telnet dropbear"),
	SEEN("5.8", "no privileged ports", "CIS-Docker 5.8"),
	UNSEEN("5.9", "only the ports that are needed", "what is needed is known to people alone"),
	PART("5.10", "not the host's network", "CIS-Docker 5.10", "network_mode"),
	SEEN("5.11", "memory limited", "CIS-Docker 5.11"),
	SEEN("5.12", "processor time limited", "CIS-Docker 5.12"),
	SEEN("5.13", "root file system read-only", "CIS-Docker 5.13"),
	SEEN("5.14", "ports bound to an address", "CIS-Docker 5.14"),
	SEEN("5.15", "restarts limited", "CIS-Docker 5.15"),
	PART("5.16", "not the host's processes", "CIS-Docker 5.16", "pid"),
	PART("5.17", "not the host's shared memory", "CIS-Docker 5.17", "ipc"),
	SEEN("5.18", "no devices of the host", "CIS-Docker 5.18"),
	PART("5.19", "ulimits set", "CIS-Docker 5.19", "ulimits"),
	SEEN("5.20", "no shared mount propagation", "CIS-Docker 5.20"),
	PART("5.21", "not the host's names", "CIS-Docker 5.21", "uts"),
	PART("5.22", "seccomp not switched off", "CIS-Docker 5.22", "seccomp"),
	UNSEEN("5.23", "no exec with more rights", "what is done with a running container"),
	UNSEEN("5.24", "no exec as root", "what is done with a running container"),
	PART("5.25", "no control group of one's own", "CIS-Docker 5.25", "cgroup"),
	SEEN("5.26", "no new privileges", "CIS-Docker 5.26"),
	SEEN("5.27", "health checked where it runs", "CIS-Docker 5.27"),
	SEEN("5.28", "versions of images named", "CIS-Docker 5.28"),
	SEEN("5.29", "number of processes limited", "CIS-Docker 5.29"),
	SEEN("5.30", "not the default network", "CIS-Docker 5.30"),
	PART("5.31", "not the host's user namespace", "CIS-Docker 5.31", "userns_mode"),
	SEEN("5.32", "engine's socket not mounted", "CIS-Docker 5.32"),
	UNSEEN("6", "operation", "how images and containers pile up is seen on the host"),
	UNSEEN("7", "swarm", "the managers know it"),
};

static const struct compliance_section pss[] = {
	SEEN("baseline", "no privileged containers", "PSS baseline privileged"),
	SEEN("baseline", "no namespaces of the host", "PSS baseline hostNamespaces"),
	SEEN("baseline", "no folders of the host", "PSS baseline hostPathVolumes"),
	SEEN("baseline", "no ports of the host", "PSS baseline hostPorts"),
	SEEN("baseline", "probes and hooks call no other host",
	     "PSS baseline hostProbesAndHostLifecycle"),
	SEEN("baseline", "no capabilities beyond the usual ones",
	     "PSS baseline capabilities_baseline"),
	SEEN("baseline", "seccomp not switched off", "PSS baseline seccompProfile_baseline"),
	SEEN("baseline", "AppArmor not switched off", "PSS baseline appArmorProfile"),
	SEEN("baseline", "SELinux not bent", "PSS baseline seLinuxOptions"),
	SEEN("baseline", "/proc masked", "PSS baseline procMount"),
	SEEN("baseline", "only safe sysctls", "PSS baseline sysctls"),
	SEEN("baseline", "no host process on Windows", "PSS baseline windowsHostProcess"),
	SEEN("restricted", "all capabilities dropped", "PSS restricted capabilities_restricted"),
	SEEN("restricted", "no privilege escalation", "PSS restricted allowPrivilegeEscalation"),
	SEEN("restricted", "must not run as root", "PSS restricted runAsNonRoot"),
	SEEN("restricted", "not user 0", "PSS restricted runAsUser"),
	SEEN("restricted", "a seccomp profile is named", "PSS restricted seccompProfile_restricted"),
	SEEN("restricted", "only harmless kinds of volumes", "PSS restricted restrictedVolumes"),
	SEEN("restricted", "/proc masked in every user namespace",
	     "PSS restricted procMount_restricted"),
};

static const struct compliance_section nsa[] = {
	SEEN("pods", "users other than root", "NSA non-root"),
	SEEN("pods", "file systems that do not change", "NSA immutable"),
	SEEN("pods", "small images", "NSA minimal"),
	SEEN("pods", "images scanned before they are used", "NSA scan"),
	SEEN("pods", "no privileged containers", "NSA privileged"),
	SEEN("pods", "no namespaces of the host", "NSA host-namespaces"),
	SEEN("pods", "no shared process namespace", "NSA share process"),
	SEEN("pods", "no folders of the host", "NSA host-path"),
	SEEN("pods", "capabilities dropped", "NSA capabilities"),
	SEEN("pods", "no privilege escalation", "NSA escalation"),
	SEEN("pods", "SELinux not bent", "NSA SELinux"),
	SEEN("pods", "AppArmor not switched off", "NSA AppArmor"),
	SEEN("pods", "a seccomp profile is named", "NSA seccomp"),
	SEEN("pods", "tokens only where they are needed", "NSA token"),
	SEEN("network", "namespaces of their own", "NSA namespaces"),
	SEEN("network", "network policies", "NSA network"),
	SEEN("network", "resources limited", "NSA resources"),
	UNSEEN("network", "control plane closed", "settings of the cluster"),
	UNSEEN("network", "worker nodes apart", "settings of the cluster"),
	UNSEEN("network", "traffic encrypted", "the cluster's network knows it"),
	SEEN("network", "secrets kept as secrets", "NSA secrets"),
	UNSEEN("network", "etcd encrypted", "settings of the API server"),
	UNSEEN("access", "no anonymous requests", "settings of the API server"),
	UNSEEN("access", "strong logins", "settings of the API server"),
	SEEN("access", "roles that give little", "NSA RBAC"),
	UNSEEN("logging", "audit log on", "settings of the API server"),
	UNSEEN("logging", "logs gathered and watched", "other systems do it"),
	SEEN("upgrading", "fixes taken in time", "NSA upgrade"),
	UNSEEN("upgrading", "cluster up to date", "the cluster knows its version"),
};

#define STANDARD(name, title, table) { name, title, table, sizeof(table) / sizeof(*(table)) }

const struct compliance_standard *compliance_find(const char *name)
{
	static const struct compliance_standard standards[] = {
		STANDARD("cis-docker", "CIS Docker Benchmark", cis_docker),
		STANDARD("pss", "Pod Security Standards", pss),
		STANDARD("nsa", "NSA/CISA Kubernetes Hardening Guide", nsa),
	};

	for (size_t i = 0; i < sizeof(standards) / sizeof(*standards); i++)
		if (strcmp(standards[i].name, name) == 0)
			return &standards[i];
	return NULL;
}
