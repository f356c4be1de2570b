/* SPDX-License-Identifier: Apache-2.0 */
/* host - what this machine lets us do: its OCI runtime, its cgroups, our rights, ids of others.
 *
 * Looked at once, before anything is started. What cannot be had is a note that is told to the
 * user, never a silence. Threading: reads files, and may let cgroups of version 2 be limited below
 * the topmost one; no state. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum cgroups {
	CGROUPS_NONE, /* none that we may write to: no limits */
	CGROUPS_V1,
	CGROUPS_V2,
	CGROUPS_HYBRID, /* controllers of version 1, and the unified tree beside them */
};

/* Where ids of root's containers begin that have a user namespace of their own: behind those that
 * systemd-nspawn and others give (systemd, UIDS-GIDS.md). */
#define HOST_ID_BASE UINT32_C(0x70000000)
#define HOST_IDS 65536

struct host {
	const char *runtime;   /* path of the program */
	bool is_crun;          /* takes the compiled filter */
	bool as_user;          /* we are no root, or one without rights: a user namespace of our own */
	bool is_nested;        /* we are in a user namespace already: a container in a container */
	bool user_namespace;   /* the container gets one although we are root */
	uint32_t id_base, ids; /* what its ids 0.. are here; 1: its program's alone is ours */
	enum cgroups cgroups;
	const char
		*cgroup; /* how names of containers' begin below the mounts; NULL: none can be made */
	struct {
		const char **items; /* where cgroups are mounted */
		size_t len, cap;
	} mounts;
	bool limits_memory, limits_swap, limits_processes; /* can be set */
	const char *why_unlimited; /* the first two, the last; NULL: all of them can */
	struct {
		const char **items; /* "no limit of memory: ..." */
		size_t len, cap;
	} notes;
};

struct host_options {
	const char *runtime; /* a path, or "crun", "runc"; NULL: the first that is there */
	bool user_namespace; /* asked for */
	bool elsewhere;      /* it will be: no runtime is needed here, and every limit can be set */
	char *const *environment;
};

/* host_take_mounts(text, a, out): which cgroups this /proc/self/mountinfo (proc(5)) names; what
 * can be limited in them, unless out->as_user. Part of: */
void host_take_mounts(bytes text, struct arena *a, struct host *out);

/* host_look(options, a, out, e): ERR_ABSENT: no runtime; ERR_IO. */
int host_look(const struct host_options *options, struct arena *a, struct host *out, err *e);
