/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/unpack_tree.h"

#include "base/limits.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as the kernel */

struct unpack_folder {
	bytes path;
	size_t order;
	mode_t mode;
	int64_t mtime;
};

/* -- one layer --------------------------------------------------------------------------------- */

static int open_at(int root, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC),
		                    .resolve = resolve | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static const char *text_of(struct unpack_tree *t, bytes path)
{
	return path.n > 0 ? arena_str(&t->arena, path) : ".";
}

int unpack_tree_open(struct unpack_tree *t, bytes path, int flags)
{
	return open_at(t->folder, text_of(t, path), flags, RESOLVE_IN_ROOT);
}

bool unpack_tree_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

/* A descriptor of O_PATH takes no attribute itself. */
static void name_descriptor(int fd, char *out, size_t cap)
{
	(void)snprintf(out, cap, "/proc/self/fd/%d", fd);
}

int unpack_tree_hide(const struct unpack_tree *t, int folder)
{
	char path[32];

	name_descriptor(folder, path, sizeof(path));
	return setxattr(path, t->opaque, "y", 1, 0);
}

static bool is_opaque(const struct unpack_tree *t, int folder)
{
	char path[32], value = 0;

	name_descriptor(folder, path, sizeof(path));
	return getxattr(path, t->opaque, &value, 1) == 1 && value == 'y';
}

/* hides_below(t, root, path): the layer there has a folder above path beneath which nothing of the
 * layers below it shows. */
static bool hides_below(struct unpack_tree *t, int root, bytes path)
{
	bool hides = false;

	while (!hides && path.n > 0) {
		path = path_dir(path);
		int fd = open_at(root, text_of(t, path), O_PATH | O_DIRECTORY,
		                 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

		if (fd < 0)
			continue;
		hides = is_opaque(t, fd);
		close(fd);
	}
	return hides;
}

int unpack_tree_below(struct unpack_tree *t, bytes path)
{
	struct stat st;
	bool hidden = hides_below(t, t->folder, path);

	for (size_t i = 0; !hidden && i < t->lowers_len; i++) {
		int fd = open_at(t->lowers[i], text_of(t, path), O_PATH | O_NOFOLLOW,
		                 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

		if (fd >= 0 && fstat(fd, &st) == 0 && !unpack_tree_is_whiteout(&st))
			return fd;
		/* gone, or it has something else than a folder above it */
		hidden = fd >= 0 || errno != ENOENT || hides_below(t, t->lowers[i], path);
		if (fd >= 0)
			close(fd);
	}
	errno = ENOENT;
	return -1;
}

/* -- folders ----------------------------------------------------------------------------------- */

/* make_folder(t, path, like): `like` is what is below, or NULL. */
static int make_folder(struct unpack_tree *t, bytes path, const struct stat *like)
{
	int above = unpack_tree_open(t, path_dir(path), O_DIRECTORY | O_PATH);
	const char *name = text_of(t, path_base(path));

	if (above < 0)
		return -1;
	int status = mkdirat(above, name, 0700);

	if (status == 0 && like && t->owners)
		status = fchownat(above, name, like->st_uid, like->st_gid, AT_SYMLINK_NOFOLLOW);
	int saved = errno;

	close(above);
	errno = saved;
	return status < 0 ? -1
	                  : unpack_tree_later(t, path, like ? like->st_mode & 07777 : 0755,
	                                      like ? like->st_mtim.tv_sec : 0);
}

/* What stands below in this place: a folder, which is made here as well: 1; a link: 0, *out_link.
 * Nothing: a folder is made: 1. */
static int enter_below(struct unpack_tree *t, bytes path, bytes *out_link)
{
	struct stat st;
	int fd = unpack_tree_below(t, path), status = -1;

	if (fd < 0)
		return make_folder(t, path, NULL) < 0 ? -1 : 1;
	char *link = arena_alloc(&t->arena, LIMIT_PATH);
	ssize_t n = readlinkat(fd, "", link, LIMIT_PATH);

	if (n > 0) {
		*out_link = bytes_of(link, (size_t)n);
		status = 0;
	} else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		status = make_folder(t, path, &st) < 0 ? -1 : 1;
	} else {
		errno = ENOTDIR;
	}
	int saved = errno;

	close(fd);
	errno = saved;
	return status;
}

/* A folder in place of what the layer itself deletes: nothing below shows in it. */
static int make_in_place_of_whiteout(struct unpack_tree *t, bytes path)
{
	int above = unpack_tree_open(t, path_dir(path), O_DIRECTORY | O_PATH);

	if (above < 0)
		return -1;
	int status = unlinkat(above, text_of(t, path_base(path)), 0);

	close(above);
	if (status < 0 || make_folder(t, path, NULL) < 0)
		return -1;
	int fd = unpack_tree_open(t, path, O_DIRECTORY | O_PATH);

	status = fd < 0 ? -1 : unpack_tree_hide(t, fd);
	if (fd >= 0)
		close(fd);
	return status;
}

/* enter(t, path, out_link): 1: it is a folder of this layer now; 0: a link; -1. */
static int enter(struct unpack_tree *t, bytes path, bytes *out_link)
{
	struct stat st;
	int fd = unpack_tree_open(t, path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? enter_below(t, path, out_link) : -1;
	char *link = arena_alloc(&t->arena, LIMIT_PATH);
	ssize_t n = readlinkat(fd, "", link, LIMIT_PATH);
	int status = fstat(fd, &st);

	close(fd);
	if (n > 0) {
		*out_link = bytes_of(link, (size_t)n);
		return 0;
	}
	if (status == 0 && S_ISDIR(st.st_mode))
		return 1;
	if (status == 0 && unpack_tree_is_whiteout(&st))
		return make_in_place_of_whiteout(t, path) < 0 ? -1 : 1;
	errno = ENOTDIR;
	return -1;
}

/* walk(t, path): part by part, as the kernel would if the layers were mounted. */
static int walk(struct unpack_tree *t, bytes path)
{
	bytes at = { 0 }, part, link;
	int links = 0;

	while (path.n > 0) {
		(void)bytes_take_until(&path, '/', &part);
		if (part.n == 0 || bytes_is(part, "."))
			continue;
		if (bytes_is(part, "..")) {
			at = path_dir(at);
			continue;
		}
		bytes next = path_join(&t->arena, at, part);
		int kind = enter(t, next, &link);

		if (kind < 0)
			return -1;
		if (kind > 0) {
			at = next;
			continue;
		}
		if (++links > LINKS_MOST || link.n + path.n + 1 > LIMIT_PATH) {
			errno = ELOOP;
			return -1;
		}
		at = link.p[0] == '/' ? (bytes){ 0 } : at;
		path = bytes_str(arena_printf(&t->arena, "%.*s/%.*s", (int)link.n, (const char *)link.p,
		                              (int)path.n, (const char *)path.p));
	}
	return unpack_tree_open(t, at, O_DIRECTORY | O_PATH);
}

int unpack_tree_folder(struct unpack_tree *t, bytes path)
{
	int fd = unpack_tree_open(t, path, O_DIRECTORY | O_PATH);

	return fd >= 0 || (errno != ENOENT && errno != ENOTDIR) ? fd : walk(t, path);
}

/* -- the end ----------------------------------------------------------------------------------- */

int unpack_tree_later(struct unpack_tree *t, bytes path, mode_t mode, int64_t mtime)
{
	if (t->kept.used > LIMIT_UNPACK_FOLDERS) {
		errno = E2BIG;
		return -1;
	}
	*ARENA_PUSH(&t->kept, &t->folders) = (struct unpack_folder){ arena_bytes(&t->kept, path),
		                                                         t->folders.len, mode, mtime };
	return 0;
}

/* What lies in a folder comes before it; what was said last, first. */
static int compare(const void *a, const void *b)
{
	const struct unpack_folder *x = a, *y = b;
	int order = bytes_compare(y->path, x->path);

	return order != 0 ? order : (x->order < y->order) - (x->order > y->order);
}

static int set_one(struct unpack_tree *t, const struct unpack_folder *folder)
{
	struct timespec times[2] = { { .tv_sec = folder->mtime }, { .tv_sec = folder->mtime } };
	int fd = open_at(t->folder, text_of(t, folder->path), O_RDONLY | O_DIRECTORY,
	                 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

	if (fd < 0) /* a later entry took its place */
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
	int status = fchmod(fd, folder->mode) < 0 ? -1 : futimens(fd, times), saved = errno;

	close(fd);
	errno = saved;
	return status;
}

int unpack_tree_finish(struct unpack_tree *t)
{
	struct unpack_folder *items = t->folders.items;

	if (t->folders.len > 0)
		qsort(items, t->folders.len, sizeof(*items), compare);
	for (size_t i = 0; i < t->folders.len; i++) {
		if (i > 0 && bytes_equal(items[i - 1].path, items[i].path))
			continue;
		if (set_one(t, &items[i]) < 0)
			return -1;
		arena_reset(&t->arena);
	}
	return 0;
}

void unpack_tree_done(struct unpack_tree *t)
{
	arena_done(&t->arena);
	arena_done(&t->kept);
}
