/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/place.h"

#include "base/buf.h"
#include "base/text.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static void remove_cgroups(const struct host *host, const char *id)
{
	struct arena a = ARENA_INIT;

	for (size_t i = 0; host->cgroup && i < host->mounts.len; i++)
		remove_cgroup(arena_printf(&a, "%s%s%s", host->mounts.items[i], host->cgroup, id));
	arena_done(&a);
}

/* flock(2) takes folders, too; <sys/file.h> is hidden by ours. */
static bool lock(int fd)
{
	return fd >= 0 && syscall(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0;
}

static bool is_id(bytes name)
{
	uint8_t octets[PLACE_ID / 2];

	return text_from_hex(name, octets, sizeof(octets));
}

/* -- what others left -------------------------------------------------------------------------- */

static void sweep_one(int stages, const char *id, const struct host *host)
{
	auto_fd fd = openat(stages, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (!lock(fd))
		return; /* it runs */
	remove_cgroups(host, id);
	(void)unlinkat(stages, id, AT_REMOVEDIR); /* else the next one does */
}

static void sweep(const char *path, const struct host *host)
{
	DIR *stages = opendir(path);
	const struct dirent *entry;

	while (stages && (entry = readdir(stages)))
		if (is_id(bytes_str(entry->d_name)))
			sweep_one(dirfd(stages), entry->d_name, host);
	if (stages)
		closedir(stages);
}

/* -- one of ours ------------------------------------------------------------------------------- */

static const char *new_id(struct arena *a, err *e)
{
	uint8_t octets[PLACE_ID / 2];
	buf text = BUF_INIT(PLACE_ID);

	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets)) {
		(void)err_set(e, ERR_IO, errno, "getrandom");
		return NULL;
	}
	text_hex(&text, bytes_of(octets, sizeof(octets)));
	const char *id = arena_str(a, buf_bytes(&text));

	buf_done(&text);
	return id;
}

/* The lock is ours as long as one of our processes has it; a sweep may have been quicker, and took
 * the folder with it. */
static int take(struct place *p, err *e)
{
	struct stat st;

	if (mkdir(p->path, 0700) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(p->path)));
	p->lock = open(p->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (lock(p->lock) && fstat(p->lock, &st) == 0 && st.st_nlink > 0)
		return 1;
	if (p->lock >= 0)
		close(p->lock);
	p->lock = -1;
	return 0;
}

int place_make(const char *stages, const struct host *host, struct arena *a, struct place *out,
               err *e)
{
	int taken = 0;

	*out = (struct place){ .host = host, .lock = -1 };
	sweep(stages, host);
	while (taken == 0) {
		out->id = new_id(a, e);
		if (!out->id)
			return -1;
		out->path = arena_printf(a, "%s/%s", stages, out->id);
		taken = take(out, e);
	}
	if (host->cgroup)
		out->cgroup = arena_printf(a, "%s%s", host->cgroup, out->id);
	return taken < 0 ? -1 : 0;
}

void place_remove(struct place *p)
{
	if (p->lock < 0)
		return;
	remove_cgroups(p->host, p->id);
	(void)rmdir(p->path); /* else the next one does */
	close(p->lock);
	p->lock = -1;
}
