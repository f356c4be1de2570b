/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/place.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

/* How often and how long a cgroup is tried whose last process has just ended. */
#define CGROUP_TRIES 20
#define CGROUP_PAUSE_NS 5000000

static void remove_cgroup(const char *path)
{
	const struct timespec pause = { 0, CGROUP_PAUSE_NS };

	for (int i = 0; i < CGROUP_TRIES && rmdir(path) < 0 && errno == EBUSY; i++)
		nanosleep(&pause, NULL);
}

static void remove_cgroups(const void *ctx, const char *id)
{
	const struct host *host = ctx;
	struct arena a = ARENA_INIT;

	for (size_t i = 0; host->cgroup && i < host->mounts.len; i++)
		remove_cgroup(arena_printf(&a, "%s%s%s", host->mounts.items[i], host->cgroup, id));
	arena_done(&a);
}

int place_make(const char *stages, const struct host *host, struct arena *a, struct place *out,
               err *e)
{
	const struct folder_kind kind = { stages, "", remove_cgroups, host };

	*out = (struct place){ 0 };
	if (folder_make(&kind, a, &out->folder, e) < 0)
		return -1;
	if (host->cgroup)
		out->cgroup = arena_printf(a, "%s%s", host->cgroup, out->folder.id);
	return 0;
}

void place_remove(struct place *p)
{
	folder_remove(&p->folder);
}

void place_sweep(const char *stages, const struct host *host, bool dry, struct removed *out)
{
	const struct folder_kind kind = { stages, "", remove_cgroups, host };

	folder_sweep(&kind, dry, out);
}
