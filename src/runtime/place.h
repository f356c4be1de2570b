/* SPDX-License-Identifier: Apache-2.0 */
/* place - the folder of one container on this machine (sys/folder.h), and its cgroup.
 *
 * The folder is empty: the guard (guard.h) mounts upon it where only it sees that. Threading: works
 * on the file system; a place belongs to one thread. */
#pragma once

#include "runtime/host.h"
#include "sys/folder.h"

struct place {
	struct folder folder;
	const char *cgroup; /* below the mounts; NULL: none */
};

/* place_make(stages, host, a, out, e): a new one below that folder, after what others left there
 * was removed, their cgroups too. Borrows stages and host; arena. ERR_IO. place_remove: its cgroup
 * and folder, if there is one; when all its processes have ended. */
int place_make(const char *stages, const struct host *host, struct arena *a, struct place *out,
               err *e);
void place_remove(struct place *p);

/* place_sweep(stages, host, dry, out): what others left there, as place_make begins
 * (folder_sweep). */
void place_sweep(const char *stages, const struct host *host, bool dry, struct removed *out);
