/* SPDX-License-Identifier: Apache-2.0 */
/* place - the folder of one container on this machine, and its cgroup.
 *
 * The folder is empty: the guard (guard.h) mounts upon it where only it sees that. Whoever runs the
 * container holds a lock upon it, so that the next one knows what was left by a process that was
 * killed. Threading: works on the file system; a place belongs to one thread. */
#pragma once

#include "runtime/host.h"

#define PLACE_ID 16 /* letters */

struct place {
	const char *path, *id;
	const char *cgroup; /* below the mounts; NULL: none */
	const struct host *host;
	int lock;
};

/* place_make(stages, host, a, out, e): a new one below that folder, after what others left there
 * was removed. Borrows host; arena. ERR_IO. place_remove: its cgroup and folder; when all its
 * processes have ended. */
int place_make(const char *stages, const struct host *host, struct arena *a, struct place *out,
               err *e);
void place_remove(struct place *p);
