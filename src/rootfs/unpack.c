/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/unpack.h"

#include "base/path.h"
#include "base/text.h"
#include "image/entries.h"
#include "rootfs/unpack_tree.h"
#include "sys/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define WHITEOUT ".wh."
#define META ".wh..wh." /* of aufs, whose marks these were */
#define OPAQUE ".wh..wh..opq"

/* What an earlier entry of the layer put in an entry's place gives way: removal_all. */
struct unpacking {
	const struct unpack_options *options;
	struct unpack_result *out;
	struct unpack_tree tree;
	int tar;
};

/* What the layer asks for, and no file system does. */
static bool is_of_layer(int why)
{
	return why == ENOTDIR || why == ELOOP || why == EEXIST || why == ENOENT || why == EISDIR ||
	       why == ENAMETOOLONG || why == EINVAL;
}

static int fail(const struct entry *entry, const char *what, err *e)
{
	int why = errno;

	return err_set(e,
	               is_of_layer(why) ? ERR_FORMAT
	               : why == E2BIG   ? ERR_LIMIT
	                                : ERR_IO,
	               why, "'%s': %s", SHOW(entry->path), what);
}

static void close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

/* -- files ------------------------------------------------------------------------------------- */

static int copy_octets(int from, off_t at, uint64_t left, int to)
{
	while (left > 0) {
		ssize_t n = copy_file_range(from, &at, to, NULL, left, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		left -= (uint64_t)n;
	}
	return 0;
}

static uint32_t shifted(const struct unpacking *u, uint32_t id)
{
	if (u->options->id_base > 0 && id >= UNPACK_IDS)
		id = UNPACK_IDS - 2;
	return id + u->options->id_base;
}

static int own(const struct unpacking *u, const struct entry *entry, int dir, const char *name)
{
	return !u->options->owners ? 0
	                           : fchownat(dir, name, shifted(u, entry->uid), shifted(u, entry->gid),
	                                      AT_SYMLINK_NOFOLLOW);
}

static int new_file(int dir, const char *name)
{
	return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int make_file(struct unpacking *u, const struct entries_item *item, int dir,
                     const char *name)
{
	const struct entry *entry = &item->entry;
	struct timespec times[2] = { { .tv_sec = entry->mtime }, { .tv_sec = entry->mtime } };
	int fd = removal_all(dir, name) < 0 ? -1 : new_file(dir, name);

	if (fd < 0)
		return -1;
	int status = copy_octets(u->tar, (off_t)item->offset, entry->size, fd);

	if (status == 0)
		status = own(u, entry, dir, name); /* takes setuid bits away: before the mode */
	if (status == 0)
		status = fchmod(fd, entry->mode);
	if (status == 0)
		status = futimens(fd, times);
	u->out->octets += entry->size;
	close_keeping_errno(fd);
	return status;
}

static int make_symlink(struct unpacking *u, const struct entry *entry, int dir, const char *name)
{
	struct timespec times[2] = { { .tv_sec = entry->mtime }, { .tv_sec = entry->mtime } };

	if (removal_all(dir, name) < 0 ||
	    symlinkat(arena_str(&u->tree.arena, entry->link), dir, name) < 0 ||
	    own(u, entry, dir, name) < 0)
		return -1;
	return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
}

static int make_fifo(struct unpacking *u, const struct entry *entry, int dir, const char *name)
{
	return removal_all(dir, name) < 0 || mkfifoat(dir, name, 0600) < 0 ||
	               own(u, entry, dir, name) < 0
	           ? -1
	           : fchmodat(dir, name, entry->mode, 0);
}

/* -- folders, and what is not to be seen ------------------------------------------------------- */

/* Where something else stood, the folder is a new one: nothing below shows in it. */
static int make_folder(struct unpacking *u, const struct entry *entry, int dir, const char *name)
{
	struct stat st;
	bool stood = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	bool is_new = !stood || !S_ISDIR(st.st_mode);

	if (stood && is_new && removal_all(dir, name) < 0)
		return -1;
	if ((is_new && mkdirat(dir, name, 0700) < 0) || own(u, entry, dir, name) < 0)
		return -1;
	if (stood && is_new) {
		int fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int status = fd < 0 ? -1 : unpack_tree_hide(&u->tree, fd);

		if (fd >= 0)
			close_keeping_errno(fd);
		if (status < 0)
			return -1;
	}
	return unpack_tree_later(&u->tree, entry->path, entry->mode, entry->mtime);
}

static int make_whiteout(int dir, const char *name)
{
	return mknodat(dir, name, S_IFCHR, makedev(0, 0));
}

/* A whiteout is about the layers below, not about what its own layer has in this place. */
static int delete_below(struct unpacking *u, int dir, const char *name)
{
	struct stat st;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? make_whiteout(dir, name) : -1;
	if (!S_ISDIR(st.st_mode))
		return 0;
	int fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int status = fd < 0 ? -1 : unpack_tree_hide(&u->tree, fd);

	if (fd >= 0)
		close_keeping_errno(fd);
	return status;
}

static int leave_device_out(struct unpacking *u, int dir, const char *name)
{
	u->out->devices++;
	return removal_all(dir, name) < 0 ? -1 : make_whiteout(dir, name);
}

/* -- hard links -------------------------------------------------------------------------------- */

/* reopen(fd, flags): what an O_PATH descriptor is of. */
static int reopen(int fd, int flags)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

static int copy_file(struct unpacking *u, int from, const struct stat *st, int dir,
                     const char *name)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	int in = reopen(from, O_RDONLY), out = in < 0 ? -1 : new_file(dir, name);
	int status = out < 0 ? -1 : copy_octets(in, 0, (uint64_t)st->st_size, out);

	if (status == 0 && u->options->owners)
		status = fchown(out, st->st_uid, st->st_gid);
	if (status == 0)
		status = fchmod(out, st->st_mode & 07777);
	if (status == 0)
		status = futimens(out, times);
	if (in >= 0)
		close_keeping_errno(in);
	if (out >= 0)
		close_keeping_errno(out);
	return status;
}

/* copy_up(u, path): a file of a layer below comes to be in this one as well. */
static int copy_up(struct unpacking *u, bytes path)
{
	int from = unpack_tree_below(&u->tree, path);

	if (from < 0)
		return -1;
	struct stat st;
	int dir = unpack_tree_folder(&u->tree, path_dir(path));
	int status = dir < 0 ? -1 : fstat(from, &st);

	if (status == 0 && !S_ISREG(st.st_mode)) {
		errno = ENOENT; /* a link to something else than a file would be one to nothing here */
		status = -1;
	}
	if (status == 0)
		status = copy_file(u, from, &st, dir, arena_str(&u->tree.arena, path_base(path)));
	close_keeping_errno(from);
	if (dir >= 0)
		close_keeping_errno(dir);
	return status;
}

/* link_to(u, target, dir, name): its last part is not followed: a hard link to a symbolic link is
 * one. One to itself changes nothing. */
static int link_to(struct unpacking *u, bytes target, int dir, const char *name)
{
	const char *last = arena_str(&u->tree.arena, path_base(target));
	int from = unpack_tree_folder(&u->tree, path_dir(target));
	struct stat there, here;

	if (from < 0)
		return -1;
	int status = fstatat(from, last, &there, AT_SYMLINK_NOFOLLOW);

	if (status == 0 && (S_ISDIR(there.st_mode) || unpack_tree_is_whiteout(&there))) {
		errno = S_ISDIR(there.st_mode) ? EISDIR : ENOENT;
		status = -1;
	} else if (status == 0 && (fstatat(dir, name, &here, AT_SYMLINK_NOFOLLOW) < 0 ||
	                           here.st_ino != there.st_ino || here.st_dev != there.st_dev)) {
		status = removal_all(dir, name) < 0 ? -1 : linkat(from, last, dir, name, 0);
	}
	close_keeping_errno(from);
	return status;
}

static int make_hardlink(struct unpacking *u, const struct entry *entry, int dir, const char *name)
{
	if (link_to(u, entry->link, dir, name) == 0)
		return 0;
	if (errno != ENOENT || entry->link.n == 0 || copy_up(u, entry->link) < 0)
		return -1;
	return link_to(u, entry->link, dir, name);
}

/* -- one entry --------------------------------------------------------------------------------- */

static int make(struct unpacking *u, const struct entries_item *item, int dir, const char *name)
{
	const struct entry *entry = &item->entry;

	if (strcmp(name, OPAQUE) == 0)
		return unpack_tree_hide(&u->tree, dir);
	if (strncmp(name, META, strlen(META)) == 0)
		return 0;
	if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0)
		return delete_below(u, dir, name + strlen(WHITEOUT));
	u->out->files++;
	switch (entry->type) {
	case ENTRY_DIR: return make_folder(u, entry, dir, name);
	case ENTRY_SYMLINK: return make_symlink(u, entry, dir, name);
	case ENTRY_HARDLINK: return make_hardlink(u, entry, dir, name);
	case ENTRY_FIFO: return make_fifo(u, entry, dir, name);
	case ENTRY_CHAR:
	case ENTRY_BLOCK: return leave_device_out(u, dir, name);
	case ENTRY_NONE:
	case ENTRY_FILE: break;
	}
	return make_file(u, item, dir, name);
}

static int make_root(struct unpacking *u, const struct entry *entry, err *e)
{
	if (entry->type != ENTRY_DIR) {
		errno = EISDIR;
		return fail(entry, "the root is a folder", e);
	}
	if (own(u, entry, u->tree.folder, ".") < 0 ||
	    unpack_tree_later(&u->tree, entry->path, entry->mode, entry->mtime) < 0)
		return fail(entry, "the root", e);
	return 0;
}

static int check(const struct entry *entry, err *e)
{
	if (entry->sparse)
		return err_set(e, ERR_FORMAT, 0, "'%s' is stored with holes left out: not unpacked here",
		               SHOW(entry->path));
	if (entry->uid == UINT32_MAX || entry->gid == UINT32_MAX) /* chown(2): "as it is" */
		return err_set(e, ERR_FORMAT, 0, "'%s' belongs to nobody there can be", SHOW(entry->path));
	return 0;
}

static int unpack_entry(struct unpacking *u, const struct entries_item *item, err *e)
{
	const struct entry *entry = &item->entry;

	if (check(entry, e) < 0)
		return -1;
	if (entry->path.n == 0)
		return make_root(u, entry, e);
	int dir = unpack_tree_folder(&u->tree, path_dir(entry->path));

	if (dir < 0)
		return fail(entry, "no folder for it", e);
	int status = make(u, item, dir, arena_str(&u->tree.arena, path_base(entry->path)));

	if (status < 0)
		(void)fail(entry, "cannot be made", e);
	close(dir);
	return status;
}

static int take(void *ctx, const struct entries_item *item, err *e)
{
	struct unpacking *u = ctx;
	int status = unpack_entry(u, item, e);

	arena_reset(&u->tree.arena);
	return status;
}

/* -- all of it --------------------------------------------------------------------------------- */

int unpack_layer(int tar, uint64_t size, int folder, const struct unpack_options *options,
                 struct unpack_result *out, err *e)
{
	struct unpacking u = { .options = options,
		                   .out = out,
		                   .tar = tar,
		                   .tree = { .folder = folder,
		                             .lowers = options->lowers,
		                             .lowers_len = options->lowers_len,
		                             .owners = options->owners,
		                             .opaque = options->userxattr ? "user.overlay.opaque"
		                                                          : "trusted.overlay.opaque" } };

	*out = (struct unpack_result){ 0 };
	int status = entries_read(tar, size, options->deadline, take, &u, e);

	if (status == 0 && unpack_tree_finish(&u.tree) < 0)
		status = err_set(e, ERR_IO, errno, "modes and times of folders");
	unpack_tree_done(&u.tree);
	return status;
}
