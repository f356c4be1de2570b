/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/harden_work.h"

#include "base/text.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PREFIX "oakum-harden-"
/* Younger ones may be about to be locked. */
#define OLD_SECONDS 60

/* flock(2) takes folders, too; <sys/file.h> is hidden by ours. */
static bool lock(int fd)
{
	return fd >= 0 && syscall(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)at;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); /* what stays is old then */
}

/* Ours, old, and nobody's any more. */
static void remove_left(const char *path, int64_t now)
{
	struct stat st;
	auto_fd fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    st.st_mtime + OLD_SECONDS < now && lock(fd))
		remove_tree(path);
}

static void remove_all_left(const char *tmp_dir, int64_t now, struct arena *a)
{
	DIR *dir = opendir(tmp_dir);
	const struct dirent *entry;

	if (!dir)
		return; /* making one says why */
	while ((entry = readdir(dir)))
		if (bytes_starts(bytes_str(entry->d_name), BYTES(PREFIX)))
			remove_left(arena_printf(a, "%s/%s", tmp_dir, entry->d_name), now);
	closedir(dir);
}

int harden_work_make(const char *tmp_dir, int64_t now, struct arena *a, struct harden_work *out,
                     err *e)
{
	char *folder = arena_printf(a, "%s/" PREFIX "XXXXXX", tmp_dir);

	remove_all_left(tmp_dir, now, a);
	if (!mkdtemp(folder))
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(folder)));
	*out = (struct harden_work){ folder, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	if (lock(out->lock))
		return 0;
	(void)err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(folder)));
	harden_work_remove(out);
	return -1;
}

void harden_work_remove(struct harden_work *w)
{
	remove_tree(w->path);
	if (w->lock >= 0)
		close(w->lock);
	w->lock = -1;
}
