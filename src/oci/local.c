/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/local.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "oci/beneath.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel is asked for so much of what comes next, in pieces. */
#define AHEAD (8 * MIB)
#define AHEAD_PIECE (2 * MIB)

/* Say what to write instead when a folder was named as an archive or the reverse. */
static int check_kind(const struct target *target, const struct stat *st, err *e)
{
	if (target->kind == TARGET_LAYOUT && !S_ISDIR(st->st_mode))
		return err_set(e, ERR_USAGE, 0, "is no folder (an archive: oci-archive:FILE)");
	if (target->kind != TARGET_LAYOUT && S_ISDIR(st->st_mode))
		return err_set(e, ERR_USAGE, 0, "is a folder (a layout: oci:FOLDER)");
	if (target->kind != TARGET_LAYOUT && !S_ISREG(st->st_mode))
		return err_set(e, ERR_USAGE, 0, "is no regular file");
	return 0;
}

static int open_target(const struct target *target, struct local *out, err *e)
{
	struct stat st;
	/* O_NONBLOCK: opening a FIFO would wait for a writer. */
	int fd = open(target->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return err_set(e, errno == ENOENT || errno == ENOTDIR ? ERR_ABSENT : ERR_IO, errno, "open");
	if (fstat(fd, &st) < 0) {
		(void)err_set(e, ERR_IO, errno, "fstat");
		close(fd);
		return -1;
	}
	if (check_kind(target, &st, e) < 0) {
		close(fd);
		return -1;
	}
	*out = (struct local){ .fd = fd, .is_archive = target->kind != TARGET_LAYOUT };
	out->size = out->is_archive ? (uint64_t)st.st_size : 0;
	return 0;
}

int local_open(const struct target *target, struct local *out, err *e)
{
	if (open_target(target, out, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(target->path)));
	return 0;
}

void local_close(struct local *l)
{
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct local){ .fd = -1 };
}

static int compare_name(const void *key, const void *item)
{
	return bytes_compare(*(const bytes *)key, ((const struct local_name *)item)->name);
}

/* find_name(l, name, e): the file entry behind name and its links; NULL with *e set. */
static const struct local_name *find_name(const struct local *l, bytes name, err *e)
{
	uint8_t clean[LIMIT_PATH];
	bool escapes = false;

	if (name.n > sizeof(clean)) {
		(void)err_set(e, ERR_LIMIT, 0, "'%s' is longer than %d bytes", SHOW(name), LIMIT_PATH);
		return NULL;
	}
	bytes key = path_clean(name, clean, sizeof(clean), &escapes);

	for (int i = 0; i <= LIMIT_LINKS; i++) {
		const struct local_name *n = NULL;

		if (l->names.len && !escapes)
			n = bsearch(&key, l->names.items, l->names.len, sizeof(*n), compare_name);
		if (!n) {
			(void)err_set(e, ERR_ABSENT, 0, "there is no '%s' in the archive", SHOW(key));
			return NULL;
		}
		if (n->link.n == 0)
			return n;
		key = n->link;
	}
	(void)err_set(e, ERR_FORMAT, 0, "'%s' is a link that leads in a circle", SHOW(name));
	return NULL;
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int local_find(const struct local *l, bytes name, struct local_file *out, err *e)
{
	struct local_file f = { .fd = l->fd };
	struct stat st;

	if (l->is_archive) {
		const struct local_name *n = find_name(l, name, e);

		if (!n)
			return -1;
		if (fstat(l->fd, &st) < 0)
			return err_set(e, ERR_IO, errno, "fstat");
		f.offset = n->offset;
		f.size = n->size;
	} else {
		f.fd = beneath_open(l->fd, name, &st, e);
		if (f.fd < 0)
			return -1;
		f.owned = true;
		f.size = (uint64_t)st.st_size;
	}
	f.device = st.st_dev;
	f.inode = st.st_ino;
	f.mtime_ns = nanoseconds(st.st_mtim);
	f.ctime_ns = nanoseconds(st.st_ctim);
	*out = f;
	return 0;
}

/* A disk that waits while we hash and write what it gave costs as much again. */
static void read_ahead(struct local_file *f, uint64_t at)
{
	uint64_t from = f->ahead > at ? f->ahead : at;
	uint64_t to = f->size - at > AHEAD ? at + AHEAD : f->size;

	if (to < from + AHEAD_PIECE && to < f->size)
		return;
	if (from < to)
		(void)posix_fadvise(f->fd, (off_t)(f->offset + from), (off_t)(to - from),
		                    POSIX_FADV_WILLNEED);
	f->ahead = to;
}

int64_t local_file_read(struct local_file *f, uint64_t *at, uint8_t *into, size_t cap, err *e)
{
	uint64_t left = f->size - *at;

	read_ahead(f, *at);
	int64_t n = file_pread(f->fd, into, left < cap ? (size_t)left : cap, f->offset + *at, e);

	if (n == 0 && left > 0 && cap > 0)
		return err_set(e, ERR_IO, 0, "became shorter while it was read");
	*at += n > 0 ? (uint64_t)n : 0;
	return n;
}

void local_file_close(struct local_file *f)
{
	if (f->owned && f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	f->owned = false;
}

int local_read(const struct local *l, bytes name, uint64_t max, struct arena *a, bytes *out, err *e)
{
	struct local_file f = { .fd = -1 };
	int done;

	if (local_find(l, name, &f, e) < 0)
		return -1;
	if (f.size > max) {
		done = err_set(e, ERR_LIMIT, 0, "%" PRIu64 " bytes long; at most %" PRIu64 " are read",
		               f.size, max);
	} else {
		uint8_t *to = arena_alloc(a, (size_t)f.size);

		done = file_pread_all(f.fd, to, (size_t)f.size, f.offset, e);
		if (done == 0)
			*out = bytes_of(to, (size_t)f.size);
	}
	local_file_close(&f);
	return done < 0 ? err_wrap(e, "'%s'", SHOW(name)) : 0;
}
