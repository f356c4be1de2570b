/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/staged.h"

#include "base/bytes.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that nobody else takes: 64 random bits. */
static void make_name(struct staged *s)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)getpid(); /* O_EXCL and EEXIST still decide */
	snprintf(s->name, sizeof(s->name), ".oakum-%016llx", (unsigned long long)number);
}

/* Whether a file without a name can get one later: by /proc, as linkat(2) says. */
static bool can_link(int fd)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return stat(path, &st) == 0;
}

int staged_open(int folder, struct staged *out, err *e)
{
	struct staged s = { .folder = folder };

	s.fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (s.fd >= 0 && !can_link(s.fd)) {
		(void)close(s.fd); /* empty */
		s.fd = -1;
	}
	if (s.fd < 0) {
		make_name(&s);
		s.fd = openat(folder, s.name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
	}
	if (s.fd < 0)
		return err_set(e, ERR_IO, errno, "make a temporary file");
	*out = s;
	return 0;
}

/* link_as(s, name): the nameless file appears as name; false, with errno, when it cannot. */
static bool link_as(const struct staged *s, const char *name)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	return linkat(AT_FDCWD, path, s->folder, name, AT_SYMLINK_FOLLOW) == 0;
}

/* appear(s, name, e): at its place. What lies there is replaced, by way of a temporary name; only a
 * process that is killed between the two calls leaves that behind. */
static int appear(struct staged *s, const char *name, err *e)
{
	if (!s->name[0] && link_as(s, name))
		return 0;
	if (!s->name[0]) {
		make_name(s);
		if (!link_as(s, s->name)) {
			s->name[0] = '\0';
			return err_set(e, ERR_IO, errno, "name a temporary file");
		}
	}
	if (renameat(s->folder, s->name, s->folder, name) < 0)
		return err_set(e, ERR_IO, errno, "put '%s' in its place", SHOW(bytes_str(name)));
	s->name[0] = '\0';
	return 0;
}

int staged_place(struct staged *s, const char *name, err *e)
{
	if (fsync(s->fd) < 0)
		return err_set(e, ERR_IO, errno, "sync");
	if (appear(s, name, e) < 0)
		return -1;
	/* Some file systems cannot sync a folder and keep its order themselves (EINVAL). */
	if (fsync(s->folder) < 0 && errno != EINVAL)
		return err_set(e, ERR_IO, errno, "sync the folder of '%s'", SHOW(bytes_str(name)));
	return 0;
}

void staged_drop(struct staged *s)
{
	if (s->name[0])
		(void)unlinkat(s->folder, s->name, 0); /* the failure before it is the one to tell */
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	s->name[0] = '\0';
}
