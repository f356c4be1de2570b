/* SPDX-License-Identifier: Apache-2.0 */
/* prove_pods - what the containers of a Kubernetes manifest would really be given: the settings of
 * pod and container together, with the defaults of Kubernetes and containerd for what is unsaid.
 *
 * Kubernetes API v1, PodSecurityContext and SecurityContext: a container's field wins over the
 * pod's; privileged gives everything. A manifest is an enemy's: it is read in a sealed worker.
 * Limits: LIMIT_PROVE_PODS. Threading: as worker_start. */
#pragma once

#include "confine/hardening.h"
#include "sys/deadline.h"

/* What a manifest tells of an attack, whatever happens on this machine. */
struct prove_said {
	size_t probe;     /* of confine/probes.h */
	bool fell;        /* else: it cannot be tried here */
	const char *what; /* printable */
};

struct prove_pod {
	const char *name;      /* "Deployment/shop, container web"; printable */
	const char *container; /* its name alone */
	const char *image;     /* printable; may be "" */
	bool has_user, has_group;
	uint32_t uid, gid;
	bool must_not_be_root; /* runAsNonRoot */
	bool is_windows;
	bool has_other_filter; /* a Localhost profile of seccomp: what it holds is not known here */
	const char *fault;     /* why the cluster would not take it; printable; "": it would */
	bool has_token;        /* of a service account: it is mounted */
	unsigned without;      /* 1 << enum defence: what is left out, but for user and capabilities */
	uint64_t capabilities; /* 1 << CAP_...: those that it has */
	uint64_t memory;       /* resources.limits.memory; 0: none */
	struct {
		struct hardening_folder *items; /* emptyDir volumes that it may write to */
		size_t len, cap;
	} folders;
	struct strings env; /* with literal values */
	struct {
		struct prove_said *items; /* a probe at most once */
		size_t len, cap;
	} said;
	struct {
		const char **items; /* what is not done here: "volume data is not mounted" */
		size_t len, cap;
	} notes;
};

struct prove_pods {
	struct prove_pod *items;
	size_t len, cap;
};

/* prove_pods_read(text, a, out, e): the containers of all workloads of a manifest, init containers
 * too, in their order. Arena. ERR_FORMAT (not YAML; no workload in it), ERR_LIMIT, ERR_BUG. */
int prove_pods_read(bytes text, struct arena *a, struct prove_pods *out, err *e);
