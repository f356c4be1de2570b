/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/weigh.h"

#include "base/arena.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512 /* of st_blocks, whatever the file system's are */

/* The way to the folder that is open. Up it goes by "..", and each folder must be the one that it
 * came through. */
struct step {
	dev_t device;
	ino_t inode;
};

/* A folder that was seen in the one at that depth. */
struct todo {
	const char *name;
	size_t depth;
};

struct weighing {
	struct arena arena;
	int fd;
	struct {
		struct step *items;
		size_t len, cap;
	} way;
	struct {
		struct todo *items;
		size_t len, cap;
	} todo;
	uint64_t octets;
};

/* enter(w, fd): takes the descriptor, also when it fails. */
static int enter(struct weighing *w, int fd)
{
	struct stat st;

	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
	if (fstat(fd, &st) < 0)
		return -1;
	*ARENA_PUSH(&w->arena, &w->way) = (struct step){ st.st_dev, st.st_ino };
	return 0;
}

static int go_up(struct weighing *w)
{
	const struct step above = w->way.items[w->way.len - 2];
	int fd = openat(w->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	w->way.len -= 2;
	if (enter(w, fd) < 0)
		return -1;
	const struct step here = w->way.items[w->way.len - 1];

	if (here.device == above.device && here.inode == above.inode)
		return 0;
	errno = ESTALE;
	return -1;
}

static int add(void *ctx, int dir, const char *name)
{
	struct weighing *w = ctx;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	uint64_t octets = (uint64_t)st.st_blocks * BLOCK;

	if (S_ISDIR(st.st_mode))
		*ARENA_PUSH(&w->arena, &w->todo) = (struct todo){ arena_str(&w->arena, bytes_str(name)),
			                                              w->way.len };
	else
		octets /= st.st_nlink > 0 ? st.st_nlink : 1;
	w->octets += octets;
	return 0;
}

/* look_into(w, t): the folder where it was seen is the open one or above that. */
static int look_into(struct weighing *w, struct todo t)
{
	while (w->way.len > t.depth)
		if (go_up(w) < 0)
			return -1;
	int fd = openat(w->fd, t.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == EACCES || errno == ENOENT ? 0 : -1;
	return enter(w, fd) < 0 ? -1 : file_each(file_list(w->fd, "."), add, w);
}

int weigh(int dir, const char *name, uint64_t *octets)
{
	struct weighing w = { .arena = ARENA_INIT, .fd = -1 };
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = fd < 0 || enter(&w, fd) < 0 ? -1 : add(&w, w.fd, name);

	while (status == 0 && w.todo.len > 0)
		status = look_into(&w, w.todo.items[--w.todo.len]);
	int saved = errno;

	if (w.fd >= 0)
		close(w.fd);
	arena_done(&w.arena);
	errno = saved;
	if (status == 0)
		*octets += w.octets;
	return status;
}
