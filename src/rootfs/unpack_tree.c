/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/unpack_tree.h"

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

static void close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

/* -- a walk ------------------------------------------------------------------------------------ */

/* Where a walk stands: in a folder of this layer, and in those of the same name in the layers below
 * that show through it, the topmost first. */
struct walk {
	struct unpack_tree *tree;
	bytes path;
	int folder;
	int below[LIMIT_ROOTFS_LAYERS];
	size_t len;
};

static void forget_below(struct walk *w, size_t from)
{
	for (size_t i = from; i < w->len; i++)
		close_keeping_errno(w->below[i]);
	w->len = from < w->len ? from : w->len;
}

static void end_walk(struct walk *w)
{
	forget_below(w, 0);
	if (w->folder >= 0)
		close_keeping_errno(w->folder);
	w->folder = -1;
}

static int open_in(int folder, const char *name)
{
	return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_folder(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

static int begin_walk(struct unpack_tree *t, struct walk *w)
{
	*w = (struct walk){ .tree = t, .folder = open_in(t->folder, ".") };
	if (w->folder < 0)
		return -1;
	for (size_t i = 0; i < t->lowers_len && !is_opaque(t, i > 0 ? w->below[i - 1] : w->folder);
	     i++) {
		w->below[i] = open_in(t->lowers[i], ".");
		if (w->below[i] < 0)
			return -1;
		w->len = i + 1;
	}
	return 0;
}

/* descend(w, folder, name): into this folder of ours (taken), and into those below it. */
static void descend(struct walk *w, int folder, const char *name)
{
	size_t kept = 0;
	bool hidden = is_opaque(w->tree, folder);

	for (size_t i = 0; i < w->len; i++) {
		int fd = hidden ? -1 : open_in(w->below[i], name);

		close(w->below[i]);
		if (fd < 0) {
			hidden = hidden || errno != ENOENT;
			continue;
		}
		if (is_folder(fd)) {
			hidden = is_opaque(w->tree, fd);
			w->below[kept++] = fd;
		} else {
			hidden = true;
			close(fd);
		}
	}
	w->len = kept;
	close(w->folder);
	w->folder = folder;
}

/* shown_below(w, name): what the layers below show there (O_PATH), or -1 and ENOENT. */
static int shown_below(const struct walk *w, const char *name)
{
	struct stat st;

	for (size_t i = 0; i < w->len; i++) {
		int fd = open_in(w->below[i], name);

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd >= 0 && fstat(fd, &st) == 0 && !unpack_tree_is_whiteout(&st))
			return fd;
		if (fd >= 0)
			close(fd);
		break;
	}
	errno = ENOENT;
	return -1;
}

/* make_folder(w, name, like): `like` is what is below, or NULL. */
static int make_folder(struct walk *w, const char *name, const struct stat *like)
{
	struct unpack_tree *t = w->tree;

	if (mkdirat(w->folder, name, 0700) < 0)
		return -1;
	if (like && t->owners &&
	    fchownat(w->folder, name, like->st_uid, like->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return unpack_tree_later(t, path_join(&t->arena, w->path, bytes_str(name)),
	                         like ? like->st_mode & 07777 : 0755, like ? like->st_mtim.tv_sec : 0);
}

/* read_link(t, fd, out): false when it is none. */
static bool read_link(struct unpack_tree *t, int fd, bytes *out)
{
	char *text = arena_alloc(&t->arena, LIMIT_PATH);
	ssize_t n = readlinkat(fd, "", text, LIMIT_PATH);

	*out = bytes_of(text, n > 0 ? (size_t)n : 0);
	return n > 0;
}

/* make_missing(w, name, out_link): 1: a folder that the layer itself does not name is there now; 0:
 * there is a link below; -1. */
static int make_missing(struct walk *w, const char *name, bytes *out_link)
{
	struct stat st;
	int fd = shown_below(w, name), status = -1;

	if (fd < 0)
		return make_folder(w, name, NULL) < 0 ? -1 : 1;
	if (read_link(w->tree, fd, out_link))
		status = 0;
	else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		status = make_folder(w, name, &st) < 0 ? -1 : 1;
	else
		errno = ENOTDIR;
	close_keeping_errno(fd);
	return status;
}

/* replace_whiteout(w, name): what the layer itself deletes becomes a folder in which nothing below
 * shows. */
static int replace_whiteout(struct walk *w, const char *name)
{
	if (unlinkat(w->folder, name, 0) < 0 || make_folder(w, name, NULL) < 0)
		return -1;
	int fd = open_in(w->folder, name), status = fd < 0 ? -1 : unpack_tree_hide(w->tree, fd);

	if (fd >= 0)
		close_keeping_errno(fd);
	return status;
}

/* enter(w, name, out_link): 1: the folder was entered; 0: a link stands there; -1. */
static int enter(struct walk *w, const char *name, bytes *out_link)
{
	struct stat st;
	int fd = open_in(w->folder, name), status = 1;

	if (fd < 0) {
		status = errno == ENOENT ? make_missing(w, name, out_link) : -1;
	} else if (read_link(w->tree, fd, out_link)) {
		status = 0;
	} else if (fstat(fd, &st) < 0 || unpack_tree_is_whiteout(&st)) {
		status = replace_whiteout(w, name) < 0 ? -1 : 1;
	} else if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		status = -1;
	}
	if (fd >= 0)
		close_keeping_errno(fd);
	if (status <= 0)
		return status;
	fd = open_in(w->folder, name);
	if (fd < 0)
		return -1;
	descend(w, fd, name);
	w->path = path_join(&w->tree->arena, w->path, bytes_str(name));
	return 1;
}

/* follow(w, link, rest): the path that is meant by a link in the folder where the walk stands, and
 * what was to come behind it. */
static bytes follow(struct walk *w, bytes link, bytes rest)
{
	struct arena *a = &w->tree->arena;
	bytes to = path_join(a, w->path, link);

	return rest.n > 0 ? path_join(a, to, rest) : to;
}

/* walk(t, path, w): to the folder at path, as the kernel would go if the layers were mounted; what
 * is missing is made. A link begins it anew. After a failure, too, end_walk. */
static int walk(struct unpack_tree *t, bytes path, struct walk *w)
{
	bytes part, link, rest = path;
	int links = 0;

	if (begin_walk(t, w) < 0)
		return -1;
	while (bytes_take_until(&rest, '/', &part)) {
		int status = enter(w, arena_str(&t->arena, part), &link);

		if (status < 0)
			return -1;
		if (status > 0)
			continue;
		if (++links > LINKS_MOST) {
			errno = ELOOP;
			return -1;
		}
		rest = follow(w, link, rest);
		end_walk(w);
		if (begin_walk(t, w) < 0)
			return -1;
	}
	return 0;
}

int unpack_tree_folder(struct unpack_tree *t, bytes path)
{
	int fd = open_at(t->folder, text_of(t, path), O_DIRECTORY | O_PATH, RESOLVE_IN_ROOT);
	struct walk w;

	if (fd >= 0 || (errno != ENOENT && errno != ENOTDIR))
		return fd;
	if (walk(t, path, &w) == 0) {
		fd = w.folder;
		w.folder = -1;
	}
	end_walk(&w);
	return fd;
}

int unpack_tree_below(struct unpack_tree *t, bytes path)
{
	struct walk w;
	int fd = walk(t, path_dir(path), &w) < 0 ? -1 : shown_below(&w, text_of(t, path_base(path)));

	end_walk(&w);
	return fd;
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
