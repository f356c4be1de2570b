/* SPDX-License-Identifier: Apache-2.0 */
#include "image/stash.h"

#include "base/limits.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>

/* An image may have LIMIT_LAYERS of them at once. */
#define IN_MEMORY ((size_t)64 << 10)

void stash_init(struct stash *s, const char *dir)
{
	*s = (struct stash){ .dir = dir, .fd = -1, .head = BUF_INIT(IN_MEMORY + (1 << 20)) };
}

void stash_done(struct stash *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->size = 0;
	buf_done(&s->head);
}

void stash_clear(struct stash *s)
{
	const char *dir = s->dir;

	stash_done(s);
	stash_init(s, dir);
}

static int spill(struct stash *s, err *e)
{
	if (s->fd < 0)
		s->fd = file_temp_unlinked(s->dir, e);
	if (s->fd < 0)
		return -1;
	for (bytes rest = buf_bytes(&s->head); rest.n > 0;) {
		ssize_t n = write(s->fd, rest.p, rest.n);

		if (n < 0)
			return err_set(e, ERR_IO, errno, "write evidence aside in '%s'", s->dir);
		rest = bytes_skip(rest, (size_t)n);
	}
	buf_clear(&s->head);
	return 0;
}

int stash_add(struct stash *s, bytes part, err *e)
{
	if (part.n > LIMIT_EVIDENCE - s->size)
		return err_set(e, ERR_LIMIT, 0, "more than %u MiB of evidence in one layer",
		               (unsigned)(LIMIT_EVIDENCE / MIB));
	if (s->head.n + part.n > IN_MEMORY && spill(s, e) < 0)
		return -1;
	s->size += part.n;
	return buf_append(&s->head, part, e);
}

int stash_read(struct stash *s, uint64_t offset, buf *into, err *e)
{
	uint64_t filed = s->size - s->head.n;

	buf_clear(into);
	if (offset >= filed)
		return buf_append(into,
		                  bytes_slice(buf_bytes(&s->head), (size_t)(offset - filed), into->max), e);
	size_t n = filed - offset < into->max ? (size_t)(filed - offset) : into->max;

	if (file_pread_all(s->fd, buf_room(into, n), n, offset, e) < 0)
		return err_wrap(e, "evidence that was written aside");
	into->n = n;
	return 0;
}
