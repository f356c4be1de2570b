/* SPDX-License-Identifier: Apache-2.0 */
#include "image/rootfs.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/tar.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* O_NONBLOCK and O_NOCTTY: should a plain file have become a FIFO or a terminal meanwhile. */
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* One folder on the way: its names, and how far they have been visited. */
struct level {
	int fd;
	size_t path_n; /* of the folder's own path */
	struct arena names;
	struct {
		char **items;
		size_t len, cap;
	} list;
	size_t next;
};

struct rootfs {
	int root;
	dev_t device;
	struct level levels[ROOTFS_DEPTH];
	size_t depth; /* levels in use; 0: not begun or done */
	bool begun, ended;
	char path[LIMIT_PATH + LIMIT_NAME + 2];
	int file;       /* the one whose body is being given, -1 none */
	struct stat st; /* of that file when its header was written */
	uint64_t left;  /* octets of it still to give */
	buf pending;    /* headers and padding that go out first */
	size_t pending_at;
	struct arena arena; /* of the gaps */
	struct {
		char **items;
		size_t len, cap;
	} gaps;
	uint64_t gaps_total;
};

/* -- life ------------------------------------------------------------------------------------ */

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
	*out = r;
	return 0;
}

static void leave(struct rootfs *r)
{
	struct level *level = &r->levels[--r->depth];

	close(level->fd);
	arena_done(&level->names);
}

int rootfs_restart(void *ctx, err *e)
{
	struct rootfs *r = ctx;

	(void)e;
	while (r->depth > 0)
		leave(r);
	if (r->file >= 0)
		close(r->file);
	r->file = -1;
	r->begun = r->ended = false;
	buf_clear(&r->pending);
	r->pending_at = 0;
	arena_reset(&r->arena);
	memset(&r->gaps, 0, sizeof(r->gaps));
	r->gaps_total = 0;
	return 0;
}

void rootfs_close(struct rootfs *r)
{
	err none = { 0 };

	if (!r)
		return;
	(void)rootfs_restart(r, &none);
	close(r->root);
	buf_done(&r->pending);
	arena_done(&r->arena);
	free(r);
}

uint64_t rootfs_gaps(const struct rootfs *r)
{
	return r->gaps_total;
}

const char *rootfs_gap(const struct rootfs *r, size_t i)
{
	return i < r->gaps.len ? r->gaps.items[i] : NULL;
}

/* gap(r, why): about the path in hand. */
static void gap(struct rootfs *r, const char *why)
{
	if (r->gaps_total++ < LIMIT_GAPS_NAMED)
		*ARENA_PUSH(&r->arena, &r->gaps) = arena_printf(&r->arena, "'%s' %s",
		                                                SHOW(bytes_str(r->path)), why);
}

/* -- folders --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* list(r, level): the folder's names, sorted. */
static void list(struct rootfs *r, struct level *level)
{
	DIR *dir = file_list(level->fd, ".");
	struct dirent *d;

	if (!dir) {
		gap(r, "could not be listed");
		return;
	}
	while (errno = 0, (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			*ARENA_PUSH(&level->names, &level->list) = arena_str(&level->names,
			                                                     bytes_str(d->d_name));
	if (errno)
		gap(r, "could not be listed to the end");
	closedir(dir);
	if (level->list.len > 0)
		qsort(level->list.items, level->list.len, sizeof(char *), by_name);
}

/* enter(r, fd): the folder whose path is in hand; takes fd. */
static void enter(struct rootfs *r, int fd)
{
	struct stat st;

	if (fd < 0) {
		gap(r, "could not be opened");
		return;
	}
	if (fstat(fd, &st) < 0 || st.st_dev != r->device || r->depth == ROOTFS_DEPTH) {
		gap(r, r->depth == ROOTFS_DEPTH ? "lies too deep and was not entered"
		                                : "is another file system and was not entered");
		close(fd);
		return;
	}
	struct level *level = &r->levels[r->depth++];

	*level = (struct level){ .fd = fd, .path_n = strlen(r->path) };
	list(r, level);
}

/* -- entries --------------------------------------------------------------------------------- */

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

/* put_header(r, link, capability): of what r->st says, under the path in hand. */
static void put_header(struct rootfs *r, bytes link, bytes capability)
{
	const struct stat *st = &r->st;
	struct tar_entry t = { .type = type_of(st->st_mode),
		                   .name = bytes_str(r->path),
		                   .link = link,
		                   .mode = st->st_mode & 07777,
		                   .uid = st->st_uid,
		                   .gid = st->st_gid,
		                   .mtime = st->st_mtime,
		                   .major = major(st->st_rdev),
		                   .minor = minor(st->st_rdev),
		                   .capability = capability };

	t.size = t.stored = r->left = r->file >= 0 ? (uint64_t)st->st_size : 0;
	tar_write_header(&r->pending, &t);
}

/* Nobody looks into so large a file, and one of holes can be made of any size at no cost. */
static bool is_hollow(const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size, there = (uint64_t)st->st_blocks * 512;

	return size > LIMIT_SPOOL || (size > 64 * MIB && there < size / 64);
}

/* A plain file stays open for its body; one that cannot be opened is given without. */
static void visit_file(struct rootfs *r, int folder, const char *name)
{
	uint8_t capability[256];
	ssize_t n = 0;
	struct stat st;

	r->file = openat(folder, name, FILE_FLAGS);
	if (r->file < 0 || fstat(r->file, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (r->file >= 0)
			close(r->file);
		r->file = -1;
		gap(r, "could not be opened");
	} else if (is_hollow(&st)) {
		close(r->file);
		r->file = -1;
		gap(r, "is too large, or nothing but holes: its content was not read");
	} else {
		r->st = st;
		n = fgetxattr(r->file, "security.capability", capability, sizeof(capability));
		if (n < 0 && errno != ENODATA && errno != ENOTSUP)
			gap(r, "has attributes that could not be read");
	}
	put_header(r, bytes_of(NULL, 0), bytes_of(capability, n > 0 ? (size_t)n : 0));
}

static void visit_link(struct rootfs *r, int fd)
{
	uint8_t target[LIMIT_PATH];
	ssize_t n = readlinkat(fd, "", (char *)target, sizeof(target));

	if (n <= 0 || n == (ssize_t)sizeof(target)) {
		gap(r, "is a link that could not be read");
		return;
	}
	put_header(r, bytes_of(target, (size_t)n), bytes_of(NULL, 0));
}

static void visit(struct rootfs *r, int folder, const char *name)
{
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &r->st) < 0) {
		gap(r, "went away");
	} else if (S_ISREG(r->st.st_mode)) {
		visit_file(r, folder, name);
	} else if (S_ISLNK(r->st.st_mode)) {
		visit_link(r, fd);
	} else {
		put_header(r, bytes_of(NULL, 0), bytes_of(NULL, 0));
		if (S_ISDIR(r->st.st_mode))
			enter(r, openat(folder, name, FOLDER_FLAGS));
	}
	if (fd >= 0)
		close(fd);
}

/* step(r): visit the next name, or leave a folder that has no more. */
static void step(struct rootfs *r)
{
	struct level *level = &r->levels[r->depth - 1];

	r->path[level->path_n] = '\0';
	if (level->next == level->list.len) {
		leave(r);
		return;
	}
	const char *name = level->list.items[level->next++];
	size_t n = strlen(name), at = level->path_n + (level->path_n > 0);

	if (at + n > LIMIT_PATH) {
		gap(r, "holds names that are too long");
		return;
	}
	r->path[level->path_n] = '/'; /* overwritten at the top, where at is 0 */
	memcpy(r->path + at, name, n + 1);
	visit(r, level->fd, name);
}

/* -- the stream ------------------------------------------------------------------------------ */

/* end_file(r): close it and pad the stream to the next block. */
static void end_file(struct rootfs *r)
{
	struct stat st;

	if (fstat(r->file, &st) < 0 || st.st_size != r->st.st_size ||
	    st.st_mtim.tv_sec != r->st.st_mtim.tv_sec || st.st_mtim.tv_nsec != r->st.st_mtim.tv_nsec)
		gap(r, "changed while it was read");
	close(r->file);
	r->file = -1;
	tar_write_pad(&r->pending, (uint64_t)r->st.st_size);
}

/* give_body(r, into, cap): octets of the open file. What a file that shrank no longer has is filled
 * with zeros, since its header is out; end_file notes it, and a failing disk is noted here. */
static size_t give_body(struct rootfs *r, uint8_t *into, size_t cap)
{
	size_t want = r->left < cap ? (size_t)r->left : cap;
	ssize_t n;

	do
		n = read(r->file, into, want);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		gap(r, "could not be read to its end");
	if (n <= 0) {
		memset(into, 0, want);
		n = (ssize_t)want;
	}
	r->left -= (size_t)n;
	return (size_t)n;
}

static size_t give_pending(struct rootfs *r, uint8_t *into, size_t cap)
{
	bytes ready = bytes_slice(bytes_skip(buf_bytes(&r->pending), r->pending_at), 0, cap);

	memcpy(into, ready.p, ready.n);
	r->pending_at += ready.n;
	if (r->pending_at == r->pending.n) {
		buf_clear(&r->pending);
		r->pending_at = 0;
	}
	return ready.n;
}

int64_t rootfs_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct rootfs *r = ctx;

	(void)e; /* what cannot be read is a gap */
	for (;;) {
		if (r->pending.n > 0)
			return (int64_t)give_pending(r, into, cap);
		if (r->file >= 0 && r->left > 0)
			return (int64_t)give_body(r, into, cap);
		if (r->file >= 0) {
			end_file(r);
		} else if (r->depth > 0) {
			step(r);
		} else if (!r->begun) {
			r->begun = true;
			r->path[0] = '\0';
			enter(r, openat(r->root, ".", FOLDER_FLAGS));
		} else if (!r->ended) {
			r->ended = true;
			tar_write_end(&r->pending);
		} else {
			return 0;
		}
	}
}
