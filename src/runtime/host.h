/* SPDX-License-Identifier: Apache-2.0 */
/* host - what this machine lets us do: its OCI runtime, its cgroups, our rights, ids of others.
 *
 * Looked at once, before anything is started. What cannot be had is a note that is told to the user,
 * never a silence. Threading: reads files; no state. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum cgroups {
	CGROUPS_NONE, /* none that we may write to: no limits */
	CGROUPS_V1,
	CGROUPS_V2,
	CGROUPS_HYBRID, /* controllers of version 1, and the unified tree beside them */
};

struct host {
	const char *runtime;   /* path of the program */
	bool is_crun;          /* takes the compiled filter */
	bool as_user;          /* we are no root: a user namespace of our own */
	bool user_namespace;   /* the container gets one although we are root */
	uint32_t id_base, ids; /* what its ids 0.. are here: of subuid(5), or chosen (root) */
	enum cgroups cgroups;
	const char *cgroup; /* folder of ours below the mounts, to put containers' into; NULL: none */
	struct {
		const char **items; /* where cgroups are mounted */
		size_t len, cap;
	} mounts;
	struct {
		const char **items; /* "no limit of memory: an ordinary user has no cgroup of his own" */
		size_t len, cap;
	} notes;
};

struct host_options {
	const char *runtime; /* a path, or "crun", "runc"; NULL: the first that is there */
	bool user_namespace; /* asked for */
	char *const *environment;
};

/* host_look(options, a, out, e): ERR_ABSENT (no runtime), ERR_IO (no namespaces for us here). */
int host_look(const struct host_options *options, struct arena *a, struct host *out, err *e);
