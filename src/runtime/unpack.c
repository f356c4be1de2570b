/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/unpack.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "runtime/unpack_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

struct unpacking {
	const struct unpack_options *options;
	struct unpack_result *out;
	int tar, folder;
	uint64_t size;
	struct arena arena; /* of one entry */
	struct {
		struct later {
			char *name;
			int64_t mtime;
		} * items;
		size_t len, cap;
	} folders; /* whose times are set when nothing more is put into them */
	struct arena all;
};

static int fail(const struct unpack_entry *entry, const char *what, err *e)
{
	enum err_kind kind = errno == ENOTDIR || errno == ELOOP || errno == EEXIST ? ERR_FORMAT
	                                                                           : ERR_IO;

	return err_set(e, kind, errno, "'%s': %s", SHOW(entry->name), what);
}

/* -- where it goes ----------------------------------------------------------------------------- */

static int open_in(const struct unpacking *u, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC),
		                    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, u->folder, path, &how, sizeof(how));
}

/* open_folder(u, path): the folder, made with those above it when they are missing. */
static int open_folder(struct unpacking *u, bytes path)
{
	int fd = open_in(u, path.n > 0 ? arena_str(&u->arena, path) : ".", O_DIRECTORY | O_PATH);

	if (fd >= 0 || errno != ENOENT || path.n == 0)
		return fd;
	int above = open_folder(u, path_dir(path));

	if (above < 0)
		return -1;
	int made = mkdirat(above, arena_str(&u->arena, path_base(path)), 0755);

	close(above);
	return made == 0 || errno == EEXIST
	           ? open_in(u, arena_str(&u->arena, path), O_DIRECTORY | O_PATH)
	           : -1;
}

/* What an earlier entry of the layer put there gives way; a folder only to a folder. */
static void clear_place(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) < 0 && errno == EISDIR)
		(void)unlinkat(dir, name,
		               AT_REMOVEDIR); /* one that holds something is told by who writes */
}

/* -- what is made ------------------------------------------------------------------------------ */

static int copy_body(const struct unpacking *u, const struct unpack_entry *entry, int fd)
{
	off_t at = (off_t)entry->offset;
	uint64_t left = entry->size;

	if (entry->offset > u->size || entry->size > u->size - entry->offset) {
		errno = EINVAL;
		return -1;
	}
	while (left > 0) {
		ssize_t n = copy_file_range(u->tar, &at, fd, NULL, left, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		left -= (uint64_t)n;
	}
	u->out->octets += entry->size;
	return 0;
}

static uint32_t shifted(const struct unpacking *u, uint64_t id)
{
	return (uint32_t)(id + u->options->id_base);
}

static int own(const struct unpacking *u, const struct unpack_entry *entry, int fd)
{
	struct timespec times[2] = { { .tv_sec = entry->mtime }, { .tv_sec = entry->mtime } };

	if (u->options->owners && fchown(fd, shifted(u, entry->uid), shifted(u, entry->gid)) < 0)
		return -1;
	if (fchmod(fd, entry->mode) < 0)
		return -1;
	return futimens(fd, times);
}

static int make_file(struct unpacking *u, const struct unpack_entry *entry, int dir,
                     const char *name)
{
	clear_place(dir, name);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	int status = copy_body(u, entry, fd) < 0 || own(u, entry, fd) < 0 ? -1 : 0;
	int saved = errno;

	close(fd);
	errno = saved;
	return status;
}

static int make_folder(struct unpacking *u, const struct unpack_entry *entry, int dir,
                       const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
		clear_place(dir, name);
	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return -1;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -1;
	int status = own(u, entry, fd), saved = errno;

	close(fd);
	errno = saved;
	*ARENA_PUSH(&u->all, &u->folders) = (struct later){ arena_str(&u->all, entry->name),
		                                                entry->mtime };
	return status;
}

static int make_symlink(struct unpacking *u, const struct unpack_entry *entry, int dir,
                        const char *name)
{
	struct timespec times[2] = { { .tv_sec = entry->mtime }, { .tv_sec = entry->mtime } };

	clear_place(dir, name);
	if (symlinkat(arena_str(&u->arena, entry->link), dir, name) < 0)
		return -1;
	if (u->options->owners && fchownat(dir, name, shifted(u, entry->uid), shifted(u, entry->gid),
	                                   AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
}

/* The target's last part is not followed: a hard link to a symbolic link is one. */
static int make_hardlink(struct unpacking *u, const struct unpack_entry *entry, int dir,
                         const char *name)
{
	int from = open_in(
		u, path_dir(entry->link).n > 0 ? arena_str(&u->arena, path_dir(entry->link)) : ".",
		O_DIRECTORY | O_PATH);

	if (from < 0)
		return -1;
	clear_place(dir, name);
	int status = linkat(from, arena_str(&u->arena, path_base(entry->link)), dir, name, 0);
	int saved = errno;

	close(from);
	errno = saved;
	return status;
}

static int make_opaque(const struct unpacking *u, int dir)
{
	const char *attribute = u->options->userxattr ? "user.overlay.opaque"
	                                              : "trusted.overlay.opaque";
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	return setxattr(path, attribute, "y", 1, 0);
}

static int make_whiteout(int dir, const char *name)
{
	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		errno = EEXIST; /* of the layer, not of this machine */
		return -1;
	}
	clear_place(dir, name);
	return mknodat(dir, name, S_IFCHR, makedev(0, 0));
}

static int make(struct unpacking *u, const struct unpack_entry *entry, int dir, const char *name)
{
	if (strcmp(name, OPAQUE) == 0)
		return make_opaque(u, dir);
	if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0)
		return make_whiteout(dir, name + strlen(WHITEOUT));
	u->out->files++;
	switch (entry->type) {
	case TAR_DIR: return make_folder(u, entry, dir, name);
	case TAR_SYMLINK: return make_symlink(u, entry, dir, name);
	case TAR_HARDLINK: return make_hardlink(u, entry, dir, name);
	case TAR_CHAR:
	case TAR_BLOCK: u->out->devices++; return 0;
	case TAR_FIFO: clear_place(dir, name); return mkfifoat(dir, name, (mode_t)entry->mode);
	case TAR_OTHER:
	case TAR_FILE: break;
	}
	return make_file(u, entry, dir, name);
}

static int unpack_entry(struct unpacking *u, const struct unpack_entry *entry, err *e)
{
	if (entry->name.n == 0) /* the root itself */
		return own(u, entry, u->folder) < 0 ? fail(entry, "the root", e) : 0;
	int dir = open_folder(u, path_dir(entry->name));

	if (dir < 0)
		return fail(entry, "no folder for it", e);
	int status = make(u, entry, dir, arena_str(&u->arena, path_base(entry->name)));

	if (status < 0)
		(void)fail(entry, "cannot be made", e);
	close(dir);
	return status;
}

/* -- all of it --------------------------------------------------------------------------------- */

static int unpack_all(struct unpacking *u, bytes answer, err *e)
{
	struct unpack_entry entry;

	if (!pack_take_err(&answer, e))
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	if (err_is_set(e))
		return -1;
	while (answer.n > 0) {
		if (!unpack_take(&answer, &entry))
			return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
		if (deadline_check(&u->options->deadline, e) < 0 || unpack_entry(u, &entry, e) < 0)
			return -1;
		arena_reset(&u->arena);
	}
	for (size_t i = u->folders.len; i-- > 0;) {
		struct timespec times[2] = { { .tv_sec = u->folders.items[i].mtime },
			                         { .tv_sec = u->folders.items[i].mtime } };
		int fd = open_in(u, u->folders.items[i].name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

		if (fd < 0)
			continue;              /* a later entry took its place */
		(void)futimens(fd, times); /* no file's content hangs on it */
		close(fd);
	}
	return 0;
}

int unpack_layer(int tar, uint64_t size, int folder, const struct unpack_options *options,
                 struct unpack_result *out, err *e)
{
	struct unpack_list list = { tar, size };
	struct worker_options o = {
		.serve = unpack_serve, .arg = &list, .keep = { tar, -1 }, .deadline = options->deadline
	};
	struct unpacking u = {
		.options = options, .out = out, .tar = tar, .folder = folder, .size = size
	};
	buf answer = BUF_INIT(LIMIT_UNPACK_ANSWER + 2 * LIMIT_RECORD);
	struct worker *w;
	bool landlock; /* `oakum selftest` tells */

	*out = (struct unpack_result){ 0 };
	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_take_answer(w, &answer, e);

	worker_stop(w);
	if (status == 0)
		status = unpack_all(&u, buf_bytes(&answer), e);
	buf_done(&answer);
	arena_done(&u.arena);
	arena_done(&u.all);
	return status;
}
