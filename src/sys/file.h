/* SPDX-License-Identifier: Apache-2.0 */
/* file - files of this machine: read whole, write atomically, temporary ones.
 *
 * For names that the user or we chose; a path inside an image never comes here. Descriptors are
 * close-on-exec. Errors name the path: ERR_ABSENT when something on it does not exist, else ERR_IO.
 * Threading: pure functions over the file system. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <dirent.h>
#include <sys/types.h>

/* auto_fd: a descriptor that is closed at the end of its block. -1 is fine. */
void file_close_at_end(const int *fd);
#define auto_fd __attribute__((cleanup(file_close_at_end))) int

/* file_open_read(path, e): a regular file, opened for reading; symbolic links are followed. The
 * descriptor, or -1; ERR_IO also for folders and devices. Never blocks on a pipe. */
int file_open_read(const char *path, err *e) __attribute__((warn_unused_result));

/* file_list(dir, path): this folder, no link, opened to be listed; NULL with errno. Its readdir(3)
 * tells an error from the end only by an errno that was 0 before. */
DIR *file_list(int dir, const char *path) __attribute__((warn_unused_result));

/* file_each(list, fn, ctx): fn(ctx, dir, name) for all in a folder; what is not 0 of fn ends it and
 * is returned; -1 with errno when the folder cannot be read, also when list is NULL. Takes list. */
typedef int file_each_fn(void *ctx, int dir, const char *name);
int file_each(DIR *list, file_each_fn *fn, void *ctx);

/* file_read_all(path, max, a, out, e): the whole content. Arena. ERR_LIMIT above max octets.
 * file_read_fd: from where the descriptor stands to its end; `name` is for errors.
 * file_read_input: what a user hands over: a file, a pipe ("<(...)" of a shell), which is waited
 * for, or "-", standard input. */
int file_read_all(const char *path, size_t max, struct arena *a, bytes *out, err *e);
int file_read_fd(int fd, const char *name, size_t max, struct arena *a, bytes *out, err *e);
int file_read_input(const char *path, size_t max, struct arena *a, bytes *out, err *e);

/* file_pread(fd, into, cap, offset, e): up to cap octets from there; 0 at the end, -1 and ERR_IO.
 * file_pread_all: exactly n; a shorter file is ERR_IO. */
int64_t file_pread(int fd, uint8_t *into, size_t cap, uint64_t offset, err *e);
int file_pread_all(int fd, uint8_t *into, size_t n, uint64_t offset, err *e);

/* file_write_all(fd, name, data, e): every octet, whatever write(2) takes at a time. */
int file_write_all(int fd, const char *name, bytes data, err *e);

/* file_write_atomic(path, data, mode, e): replace path by a file with this content and this mode
 * (the umask does not apply). Whoever looks sees the old file or the new one, also after a loss of
 * power. A symbolic link at path is replaced, not followed. */
int file_write_atomic(const char *path, bytes data, mode_t mode, err *e);

/* The same in steps, for what does not fit into memory. file_draft(path, a, out_temp, e): a new
 * file beside path, of mode 0600; the descriptor, or -1. file_draft_keep(fd, temp, path, mode, e):
 * put it in path's place; the caller closes fd. To give up: close and unlink temp (arena). */
int file_draft(const char *path, struct arena *a, char **out_temp, err *e)
	__attribute__((warn_unused_result));
int file_draft_keep(int fd, const char *temp, const char *path, mode_t mode, err *e);

/* file_make_dirs(path, mode, e): make the folder and those above it that are missing. */
int file_make_dirs(const char *path, mode_t mode, err *e);

/* file_temp_unlinked(dir, e): an empty file in the folder that has no name, for reading and
 * writing, mode 0600. The descriptor, or -1. */
int file_temp_unlinked(const char *dir, err *e) __attribute__((warn_unused_result));

/* file_lock(path, timeout_ms, wait, ctx, e): nobody else who asks for it works on path until the
 * descriptor is closed; wait(ctx) (NULL is fine) is told once when somebody does. -1: ERR_IO,
 * ERR_LIMIT (he took longer; 0: LIMIT_TIME_MS). The lock lies in PATH.lock, which stays. */
int file_lock(const char *path, uint64_t timeout_ms, void (*wait)(void *ctx), void *ctx, err *e)
	__attribute__((warn_unused_result));
