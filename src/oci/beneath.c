/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/beneath.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: opening a FIFO would wait for a writer. O_NOCTTY: a terminal would become ours. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* EAGAIN means that something was renamed meanwhile (openat2(2)); a folder that never rests is
 * given up. */
#define OPEN_TRIES 16

static int open_kernel(int folder, const char *path)
{
	struct open_how how = { .flags = OPEN_FLAGS,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	long fd = -1;

	for (int i = 0; i < OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

/* Without openat2: part by part, following no link at all. path is clean. */
static int open_by_parts(int folder, bytes path)
{
	char name[LIMIT_NAME + 1];
	int at = folder, sys = ENOENT;
	bytes part;

	while (bytes_take_until(&path, '/', &part)) {
		int flags = path.n ? O_PATH | O_DIRECTORY | O_CLOEXEC : OPEN_FLAGS, next = -1;

		sys = ENAMETOOLONG;
		if (part.n <= LIMIT_NAME) {
			memcpy(name, part.p, part.n);
			name[part.n] = '\0';
			next = openat(at, name, flags | O_NOFOLLOW);
			sys = errno;
		}
		if (at != folder)
			close(at);
		at = next;
		if (at < 0)
			break;
	}
	errno = sys;
	return at == folder ? -1 : at;
}

static int check_file(int fd, struct stat *out_st, err *e)
{
	if (fstat(fd, out_st) < 0)
		return err_set(e, ERR_IO, errno, "fstat");
	if (S_ISDIR(out_st->st_mode))
		return err_set(e, ERR_FORMAT, 0, "is a folder");
	if (!S_ISREG(out_st->st_mode))
		return err_set(e, ERR_FORMAT, 0, "is no regular file");
	return 0;
}

static int refuse(int sys, bytes name, err *e)
{
	switch (sys) {
	case ENOENT:
	case ENOTDIR: return err_set(e, ERR_ABSENT, 0, "there is no '%s'", SHOW(name));
	case EXDEV:
	case ELOOP:
		return err_set(e, ERR_FORMAT, 0,
		               "'%s' is a link that leads out of the folder or in a circle (cp -rL makes a "
		               "copy without links)",
		               SHOW(name));
	case ENXIO: return err_set(e, ERR_FORMAT, 0, "'%s' is no regular file", SHOW(name));
	default: return err_set(e, ERR_IO, sys, "open '%s'", SHOW(name));
	}
}

int beneath_open(int folder, bytes name, struct stat *out_st, err *e)
{
	char path[LIMIT_PATH + 1];
	bool escapes = false;

	if (name.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "'%s' is longer than %d bytes", SHOW(name), LIMIT_PATH);
	bytes clean = path_clean(name, (uint8_t *)path, LIMIT_PATH, &escapes);

	if (escapes || clean.n == 0 || bytes_find(name, 0) < name.n)
		return err_set(e, ERR_FORMAT, 0, "'%s' is no name of a file in a folder", SHOW(name));
	path[clean.n] = '\0';
	int fd = open_kernel(folder, path);

	/* EPERM is what older container sandboxes answer for calls they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = open_by_parts(folder, clean);
	if (fd < 0)
		return refuse(errno, name, e);
	if (check_file(fd, out_st, e) < 0) {
		close(fd);
		return err_wrap(e, "'%s'", SHOW(name));
	}
	return fd;
}
