/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/removal.h"

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder in the folder that goes is moved to its top, by a name of ours, before it is emptied:
 * so no path becomes long and nothing is called again within itself. */
struct removal {
	int top;
	uint64_t moved;
	bool found; /* something in the top, in this round */
};

/* What is mounted there is another's (since Linux 5.8 statx(2) says so). */
static bool is_mount(int fd)
{
	struct statx st = { 0 };

	return statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* open_own(at): the folder, with our own right to what is ours, which an ordinary user needs. */
static int open_own(int at)
{
	char path[32];

	if (is_mount(at)) {
		errno = EBUSY;
		return -1;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", at);
	if (chmod(path, 0700) < 0) /* fchmod takes none that cannot be read */
		return -1;
	return openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_folder(int dir, const char *name)
{
	int at = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (at < 0)
		return -1;
	int fd = open_own(at), saved = errno;

	close(at);
	errno = saved;
	return fd;
}

/* What is there may have such a name, too: the next number then. */
static int move_up(struct removal *r, int dir, const char *name)
{
	char moved[32];

	for (;;) {
		(void)snprintf(moved, sizeof(moved), ".removed-%llu", (unsigned long long)r->moved++);
		if (renameat2(dir, name, r->top, moved, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
}

static int take_one(void *ctx, int dir, const char *name)
{
	struct removal *r = ctx;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -1;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return 0;
	int fd = open_folder(dir, name); /* its ".." is written */

	if (fd < 0)
		return -1;
	close(fd);
	return move_up(r, dir, name);
}

/* empty(r, fd): takes the descriptor. */
static int empty(struct removal *r, int fd)
{
	DIR *list = fdopendir(fd);

	if (!list)
		close(fd);
	return file_each(list, take_one, r);
}

/* Of the top: it goes with all that is in it, but what is moved up meanwhile. */
static int take_top(void *ctx, int top, const char *name)
{
	struct removal *r = ctx;

	r->found = true;
	if (unlinkat(top, name, 0) == 0)
		return 0;
	int fd = errno == EISDIR ? open_folder(top, name) : -1;

	return fd >= 0 && empty(r, fd) == 0 ? unlinkat(top, name, AT_REMOVEDIR) : -1;
}

/* empty_top(r): round by round, until one finds nothing. */
static int empty_top(struct removal *r)
{
	int status;

	do {
		r->found = false;
		status = file_each(file_list(r->top, "."), take_top, r);
	} while (status == 0 && r->found);
	return status;
}

int removal_all(int dir, const char *name)
{
	struct removal r = { .top = -1 };

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -1;
	r.top = open_folder(dir, name);
	if (r.top < 0)
		return -1;
	int status = empty_top(&r), saved = errno;

	close(r.top);
	errno = saved;
	return status == 0 ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}

int removal_old_one(int dir, const char *name, int64_t before, bool dry, struct removed *out)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1; /* another process may have taken it */
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_mtim.tv_sec >= before) {
		out->kept++;
		return 0;
	}
	if (!dry && unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -1;
	out->count++;
	out->octets += (uint64_t)st.st_blocks * 512;
	return 0;
}

struct ageing {
	int64_t before;
	bool dry;
	struct removed *out;
};

static int age(void *ctx, int dir, const char *name)
{
	const struct ageing *a = ctx;

	return removal_old_one(dir, name, a->before, a->dry, a->out);
}

int removal_old(const char *folder, int64_t before, bool dry, struct removed *out)
{
	struct ageing a = { before, dry, out };
	DIR *list = file_list(AT_FDCWD, folder);

	return !list && errno == ENOENT ? 0 : file_each(list, age, &a);
}
