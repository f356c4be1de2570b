/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/file.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_POLL_MS 50
#define READ_PIECE 65536

void file_close_at_end(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read only, or already fsynced */
}

DIR *file_list(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !list)
		close(fd);
	return list;
}

static bool is_itself(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int file_each(DIR *list, file_each_fn *fn, void *ctx)
{
	struct dirent *entry;
	int status = 0;

	if (!list)
		return -1;
	while (status == 0 && (errno = 0, entry = readdir(list)) != NULL)
		if (!is_itself(entry->d_name))
			status = fn(ctx, dirfd(list), entry->d_name);
	if (status == 0 && errno)
		status = -1;
	int saved = errno;

	closedir(list);
	errno = saved;
	return status;
}

/* ERR_IO, or ERR_ABSENT when errno says that the object is not there. */
static int failed(err *e, const char *what, const char *name)
{
	int why = errno;

	return err_set(e, why == ENOENT || why == ENOTDIR ? ERR_ABSENT : ERR_IO, why, "%s '%s'", what,
	               SHOW(bytes_str(name)));
}

static int open_read(const char *path, bool or_pipe, err *e)
{
	struct stat st;
	/* O_NONBLOCK: opening a named pipe must not wait for a writer. Regular files ignore it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (or_pipe ? 0 : O_NONBLOCK));

	if (fd < 0)
		return failed(e, "open", path);
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || (or_pipe && S_ISFIFO(st.st_mode))))
		return fd;
	(void)close(fd); /* nothing was written */
	return err_set(e, ERR_IO, 0, "open '%s': not a regular file%s", SHOW(bytes_str(path)),
	               or_pipe ? " and no pipe" : "");
}

int file_open_read(const char *path, err *e)
{
	return open_read(path, false, e);
}

/* piece_of(fd): of a small file the whole and its end at once: all room that is made here is
 * overwritten when it is given back. */
static size_t piece_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size >= READ_PIECE)
		return READ_PIECE;
	return (size_t)st.st_size + 1;
}

int file_read_fd(int fd, const char *name, size_t max, struct arena *a, bytes *out, err *e)
{
	/* It may be a file of passwords: the caller has the only copy. */
	buf b = BUF_SECRET(max + READ_PIECE);
	size_t piece = piece_of(fd);
	ssize_t n;

	do {
		uint8_t *room = buf_room(&b, b.n < b.cap ? 1 : piece);

		n = read(fd, room, b.cap - b.n);
		if (n < 0 && errno != EINTR)
			break;
		b.n += n > 0 ? (size_t)n : 0;
	} while (n != 0 && b.n <= max);
	if (n < 0)
		(void)failed(e, "read", name);
	else if (b.n > max)
		(void)err_set(e, ERR_LIMIT, 0, "'%s' is longer than %zu bytes", SHOW(bytes_str(name)), max);
	else
		*out = arena_bytes(a, buf_bytes(&b));
	buf_done(&b);
	return err_is_set(e) ? -1 : 0;
}

int file_read_all(const char *path, size_t max, struct arena *a, bytes *out, err *e)
{
	auto_fd fd = file_open_read(path, e);

	return fd < 0 ? -1 : file_read_fd(fd, path, max, a, out, e);
}

int file_read_input(const char *path, size_t max, struct arena *a, bytes *out, err *e)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", max, a, out, e);
	auto_fd fd = open_read(path, true, e);

	return fd < 0 ? -1 : file_read_fd(fd, path, max, a, out, e);
}

int64_t file_pread(int fd, uint8_t *into, size_t cap, uint64_t offset, err *e)
{
	ssize_t n;

	do
		n = pread(fd, into, cap, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_set(e, ERR_IO, errno, "read") : n;
}

int file_pread_all(int fd, uint8_t *into, size_t n, uint64_t offset, err *e)
{
	for (size_t done = 0; done < n;) {
		int64_t got = file_pread(fd, into + done, n - done, offset + done, e);

		if (got < 0)
			return -1;
		if (got == 0)
			return err_set(e, ERR_IO, 0, "became shorter while it was read");
		done += (size_t)got;
	}
	return 0;
}

int file_write_all(int fd, const char *name, bytes data, err *e)
{
	while (data.n > 0) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno != EINTR)
			return failed(e, "write", name);
		data = bytes_skip(data, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

/* The folder of path. */
static char *folder_of(struct arena *a, const char *path)
{
	bytes dir = path_dir(bytes_str(path));

	if (dir.n == 0)
		return arena_str(a, path[0] == '/' ? BYTES("/") : BYTES("."));
	return arena_str(a, dir);
}

static int sync_folder(const char *path, err *e)
{
	auto_fd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* EINVAL: file systems that cannot sync a folder keep its order themselves. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return failed(e, "sync the folder", path);
	return 0;
}

int file_draft(const char *path, struct arena *a, char **out_temp, err *e)
{
	char *temp = arena_printf(a, "%s/.oakum-XXXXXX", folder_of(a, path));
	int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return failed(e, "make a temporary file beside", path);
	*out_temp = temp;
	return fd;
}

int file_draft_keep(int fd, const char *temp, const char *path, mode_t mode, err *e)
{
	struct arena a = ARENA_INIT;
	int status = 0;

	if (fchmod(fd, mode) < 0)
		status = failed(e, "set the mode of", path);
	else if (fsync(fd) < 0)
		status = failed(e, "sync", path);
	else if (rename(temp, path) < 0)
		status = failed(e, "replace", path);
	else
		status = sync_folder(folder_of(&a, path), e);
	arena_done(&a);
	return status;
}

static int write_and_rename(struct arena *a, const char *path, bytes data, mode_t mode, err *e)
{
	char *temp;
	auto_fd fd = file_draft(path, a, &temp, e);

	if (fd < 0)
		return -1;
	if (file_write_all(fd, path, data, e) == 0 && file_draft_keep(fd, temp, path, mode, e) == 0)
		return 0;
	(void)unlink(temp); /* the first failure is the one to report; gone already once renamed */
	return -1;
}

int file_write_atomic(const char *path, bytes data, mode_t mode, err *e)
{
	struct arena a = ARENA_INIT;
	int status = write_and_rename(&a, path, data, mode, e);

	arena_done(&a);
	return status;
}

static int make_dir(const char *path, mode_t mode, err *e)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	/* Another process may have made it; a read-only parent answers EROFS for what is there. */
	int why = errno;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = why;
	return failed(e, "make the folder", path);
}

int file_make_dirs(const char *path, mode_t mode, err *e)
{
	struct arena a = ARENA_INIT;
	bytes whole = bytes_str(path);
	err ignored = { 0 };
	int status = 0;

	/* Nearly always nothing is missing above it. */
	if (make_dir(path, mode, &ignored) == 0)
		return 0;
	for (size_t n = 1; n <= whole.n && status == 0; n++) {
		bool is_end = n == whole.n || whole.p[n] == '/';

		if (is_end && whole.p[n - 1] != '/')
			status = make_dir(arena_str(&a, bytes_slice(whole, 0, n)), mode, e);
	}
	arena_done(&a);
	return status;
}

int file_temp_unlinked(const char *dir, err *e)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	if (fd >= 0)
		return fd;

	/* Not every file system knows O_TMPFILE. */
	struct arena a = ARENA_INIT;
	char *name = arena_printf(&a, "%s/.oakum-XXXXXX", dir);

	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		(void)failed(e, "make a temporary file in", dir);
	else
		(void)unlink(name); /* a name left behind does no harm: the mode is 0600 */
	arena_done(&a);
	return fd;
}

int file_lock(const char *path, uint64_t timeout_ms, void (*wait)(void *ctx), void *ctx, err *e)
{
	static const struct timespec poll = { 0, LOCK_POLL_MS * 1000000L };
	const struct deadline deadline = deadline_in(timeout_ms ? timeout_ms : LIMIT_TIME_MS);
	struct arena a = ARENA_INIT;
	int fd = open(arena_printf(&a, "%s.lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	bool told = false;

	arena_done(&a);
	if (fd < 0)
		return err_set(e, ERR_IO, errno, "'%s.lock'", SHOW(bytes_str(path)));
	/* Of the open file, not of the process: a worker that lives a moment longer keeps it, too. */
	while (fcntl(fd, F_OFD_SETLK, &(struct flock){ .l_type = F_WRLCK }) < 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			(void)err_set(e, ERR_IO, errno, "lock '%s.lock'", SHOW(bytes_str(path)));
		else if (deadline_check(&deadline, e) < 0)
			(void)err_wrap(e, "another process updates '%s'", SHOW(bytes_str(path)));
		if (err_is_set(e)) {
			(void)close(fd);
			return -1;
		}
		if (!told && wait)
			wait(ctx);
		told = true;
		(void)nanosleep(&poll, NULL); /* it may be woken earlier */
	}
	return fd;
}
