/* SPDX-License-Identifier: Apache-2.0 */
#include "image/rootfs.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

struct rootfs {
	int root, file; /* file: the one whose body is being given, -1 none */
	dev_t device;
	uint64_t left; /* octets of it still to give */
	uint64_t body;
	bool ended;
	buf pending; /* headers and padding that go out first */
	size_t pending_at;
	struct arena arena;
	struct { char **items; size_t len, cap; } todo; /* paths still to visit, next one last */
	struct { char **items; size_t len, cap; } gaps;
};

int rootfs_open(const char *path, struct rootfs **out, err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "open the folder '%s'",
		               SHOW(bytes_str(path)));
	if (fstat(fd, &st) < 0) {
		close(fd);
		return err_set(e, ERR_IO, errno, "look at the folder '%s'", SHOW(bytes_str(path)));
	}
	struct rootfs *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->root = fd;
	r->file = -1;
	r->device = st.st_dev;
	r->pending = (buf)BUF_INIT(4 * MIB);
	*ARENA_PUSH(&r->arena, &r->todo) = arena_str(&r->arena, BYTES("."));
	*out = r;
	return 0;
}

void rootfs_close(struct rootfs *r)
{
	if (!r)
		return;
	if (r->file >= 0)
		close(r->file);
	close(r->root);
	buf_done(&r->pending);
	arena_done(&r->arena);
	free(r);
}

const char *rootfs_gap(const struct rootfs *r, size_t i)
{
	return i < r->gaps.len ? r->gaps.items[i] : NULL;
}

static void gap(struct rootfs *r, const char *path, const char *why)
{
	if (r->gaps.len < LIMIT_GAPS_NAMED)
		*ARENA_PUSH(&r->arena, &r->gaps) =
			arena_printf(&r->arena, "'%s' %s", SHOW(bytes_str(path)), why);
}

/* open_beneath(r, path, flags): never through a link, never out of the folder. */
static int open_beneath(const struct rootfs *r, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, r->root, path, &how, sizeof(how));
}

static int by_name_falling(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

/* push_children(r, path): the folder's names go on the list so that the first comes off first. */
static void push_children(struct rootfs *r, const char *path)
{
	int fd = open_beneath(r, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	size_t first = r->todo.len;

	if (!dir) {
		gap(r, path, "could not be listed");
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		*ARENA_PUSH(&r->arena, &r->todo) = strcmp(path, ".") == 0
			? arena_str(&r->arena, bytes_str(d->d_name))
			: arena_printf(&r->arena, "%s/%s", path, d->d_name);
	}
	closedir(dir);
	qsort(r->todo.items + first, r->todo.len - first, sizeof(char *), by_name_falling);
}

static enum tar_type type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return TAR_FILE;
	case S_IFDIR: return TAR_DIR;
	case S_IFLNK: return TAR_SYMLINK;
	case S_IFCHR: return TAR_CHAR;
	case S_IFBLK: return TAR_BLOCK;
	default: return TAR_FIFO; /* sockets too: neither has content */
	}
}

static void put_header(struct rootfs *r, const char *path, const struct stat *st, bytes link,
                       bytes capability)
{
	struct tar_entry t = { .type = type_of(st->st_mode), .name = bytes_str(path), .link = link,
		                   .mode = st->st_mode & 07777, .uid = st->st_uid, .gid = st->st_gid,
		                   .mtime = st->st_mtime, .major = major(st->st_rdev),
		                   .minor = minor(st->st_rdev), .capability = capability };

	t.size = t.stored = t.type == TAR_FILE ? (uint64_t)st->st_size : 0;
	buf_clear(&r->pending);
	r->pending_at = 0;
	tar_write_header(&r->pending, &t);
	r->body = r->left = t.size;
}

/* visit(r, path): put its header before the stream; a plain file stays open for its body. */
static void visit(struct rootfs *r, const char *path)
{
	uint8_t capability[64], target[LIMIT_PATH];
	struct stat st;
	ssize_t link_n = 0, cap_n = 0;

	if (fstatat(r->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		gap(r, path, "went away");
		return;
	}
	if (S_ISLNK(st.st_mode))
		link_n = readlinkat(r->root, path, (char *)target, sizeof(target));
	if (S_ISREG(st.st_mode)) {
		int fd = open_beneath(r, path, O_RDONLY);

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
			gap(r, path, "could not be opened");
			if (fd >= 0)
				close(fd);
			return;
		}
		cap_n = fgetxattr(fd, "security.capability", capability, sizeof(capability));
		r->file = fd;
	}
	put_header(r, path, &st, bytes_of(target, link_n > 0 ? (size_t)link_n : 0),
	           bytes_of(capability, cap_n > 0 ? (size_t)cap_n : 0));
	if (S_ISDIR(st.st_mode) && st.st_dev != r->device)
		gap(r, path, "is another file system and was not entered");
	else if (S_ISDIR(st.st_mode))
		push_children(r, path);
}

/* end_file(r): close it and pad the stream to the next block. */
static void end_file(struct rootfs *r)
{
	close(r->file);
	r->file = -1;
	buf_clear(&r->pending);
	r->pending_at = 0;
	tar_write_pad(&r->pending, r->body);
}

/* give_body(r, into, cap): octets of the open file; one that shrank is filled with zeros. */
static size_t give_body(struct rootfs *r, uint8_t *into, size_t cap)
{
	size_t want = r->left < cap ? (size_t)r->left : cap;
	ssize_t n = read(r->file, into, want);

	if (n <= 0) {
		memset(into, 0, want);
		n = (ssize_t)want;
	}
	r->left -= (size_t)n;
	return (size_t)n;
}

int64_t rootfs_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct rootfs *r = ctx;

	(void)e; /* what cannot be read is a gap */
	for (;;) {
		bytes ready = bytes_slice(bytes_skip(buf_bytes(&r->pending), r->pending_at), 0, cap);

		if (ready.n > 0) {
			memcpy(into, ready.p, ready.n);
			r->pending_at += ready.n;
			return (int64_t)ready.n;
		}
		if (r->file >= 0 && r->left > 0)
			return (int64_t)give_body(r, into, cap);
		if (r->file >= 0) {
			end_file(r);
		} else if (r->todo.len > 0) {
			r->todo.len--;
			visit(r, r->todo.items[r->todo.len]);
		} else if (!r->ended) {
			r->ended = true;
			buf_clear(&r->pending);
			r->pending_at = 0;
			tar_write_end(&r->pending);
		} else {
			return 0;
		}
	}
}
