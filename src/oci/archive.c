/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/archive.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "fmt/tar.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define HEADER UINT64_C(512)
#define UNKNOWN UINT64_MAX
/* ustar: eleven octal digits. A header with a pax record before it would be longer than the room.
 */
#define MEMBER_MOST (8 * GIB - 1)

int archive_create(const char *path, struct arena *a, struct archive *out, err *e)
{
	bytes whole = bytes_str(path), dir = path_dir(whole);
	struct archive t = { .path = path, .name = arena_str(a, path_base(whole)) };
	const char *folder = dir.n > 0 ? arena_str(a, dir) : path[0] == '/' ? "/" : ".";

	if (!*t.name)
		return err_set(e, ERR_USAGE, 0, "'%s' names no file", SHOW(whole));
	t.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.folder < 0)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "open the folder '%s'",
		               SHOW(bytes_str(folder)));
	if (staged_open(t.folder, &t.file, e) < 0) {
		close(t.folder);
		return err_wrap(e, "'%s'", SHOW(whole));
	}
	*out = t;
	return 0;
}

int archive_nameless(const char *dir, struct archive *out, err *e)
{
	struct archive t = { .folder = -1, .path = dir };

	t.file.fd = file_temp_unlinked(dir, e);
	if (t.file.fd < 0)
		return -1;
	*out = t;
	return 0;
}

void archive_close(struct archive *t)
{
	staged_drop(&t->file);
	if (t->folder >= 0)
		close(t->folder);
	t->folder = -1;
}

static int put(struct archive *t, bytes data, err *e)
{
	t->end += data.n;
	return file_write_all(t->file.fd, t->path, data, e);
}

static int put_buf(struct archive *t, buf *b, err *e)
{
	int status = put(t, buf_bytes(b), e);

	buf_done(b);
	return status;
}

static void header(const struct archive *t, uint64_t size, buf *out)
{
	tar_write_header(
		out, &(struct tar_entry){
				 .type = TAR_FILE, .name = bytes_str(t->member), .mode = 0644, .size = size });
}

int archive_begin(struct archive *t, const char *name, uint64_t size, err *e)
{
	buf b = BUF_INIT(64 * KIB);

	snprintf(t->member, sizeof(t->member), "%s", name);
	t->begun = t->end;
	t->announced = size;
	header(t, size == UNKNOWN ? 0 : size, &b);
	return put_buf(t, &b, e);
}

/* written(t): octets of the open member. Its header is one block unless its size is announced and
 * too large for that. */
static uint64_t written(const struct archive *t)
{
	bool is_long = t->announced != UNKNOWN && t->announced > MEMBER_MOST;

	return t->end - t->begun - (is_long ? 3 * HEADER : HEADER);
}

int archive_write(struct archive *t, bytes part, err *e)
{
	uint64_t most = t->announced == UNKNOWN ? MEMBER_MOST : t->announced;

	if (part.n > most - written(t))
		return t->announced == UNKNOWN
		           ? err_set(e, ERR_LIMIT, 0, "'%s' would have more than 8 GiB", t->member)
		           : err_set(e, ERR_BUG, 0, "'%s' is larger than was said", t->member);
	return put(t, part, e);
}

/* The header again, now that the size is known. */
static int mend_header(const struct archive *t, uint64_t size, err *e)
{
	buf b = BUF_INIT(64 * KIB);

	header(t, size, &b);
	ssize_t n = pwrite(t->file.fd, b.p, b.n, (off_t)t->begun);
	bool whole = n == (ssize_t)b.n;
	int why = n < 0 ? errno : 0;

	buf_done(&b);
	return whole ? 0 : err_set(e, ERR_IO, why, "write '%s'", SHOW(bytes_str(t->path)));
}

int archive_end(struct archive *t, err *e)
{
	buf b = BUF_INIT(64 * KIB);
	uint64_t size = written(t);

	if (t->announced == UNKNOWN && mend_header(t, size, e) < 0)
		return -1;
	if (t->announced != UNKNOWN && size != t->announced)
		return err_set(e, ERR_BUG, 0, "'%s' is shorter than was said", t->member);
	tar_write_pad(&b, size);
	return put_buf(t, &b, e);
}

void archive_rename(struct archive *t, const char *name)
{
	snprintf(t->member, sizeof(t->member), "%s", name);
}

int archive_rewind(struct archive *t, err *e)
{
	t->end -= written(t);
	if (ftruncate(t->file.fd, (off_t)t->end) < 0 || lseek(t->file.fd, (off_t)t->end, SEEK_SET) < 0)
		return err_set(e, ERR_IO, errno, "begin a member of '%s' anew", SHOW(bytes_str(t->path)));
	return 0;
}

int archive_add(struct archive *t, const char *name, bytes content, err *e)
{
	if (archive_begin(t, name, content.n, e) < 0 || archive_write(t, content, e) < 0)
		return -1;
	return archive_end(t, e);
}

int archive_commit(struct archive *t, err *e)
{
	buf b = BUF_INIT(64 * KIB);

	tar_write_end(&b);
	if (put_buf(t, &b, e) < 0)
		return -1;
	if (!t->name)
		return lseek(t->file.fd, 0, SEEK_SET) < 0 ? err_set(e, ERR_IO, errno, "seek") : 0;
	return staged_place(&t->file, t->name, e);
}
