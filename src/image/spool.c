/* SPDX-License-Identifier: Apache-2.0 */
#include "image/spool.h"

#include "base/limits.h"
#include "sys/file.h"

#include <errno.h>
#include <unistd.h>

#define WINDOW ((size_t)256 << 10)

void spool_init(struct spool *s, int fd)
{
	*s = (struct spool){ .fd = fd, .dirty = true, .window = BUF_INIT(WINDOW) };
}

void spool_done(struct spool *s)
{
	buf_done(&s->window);
}

static bool write_all(struct spool *s, bytes part)
{
	while (part.n > 0) {
		ssize_t n = pwrite(s->fd, part.p, part.n, (off_t)s->size);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		s->size += n > 0 ? (size_t)n : 0;
		part = bytes_skip(part, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* settle(s): what still gathers goes to the file. */
static bool settle(struct spool *s)
{
	bool ok = write_all(s, buf_bytes(&s->window));

	buf_clear(&s->window);
	return ok;
}

void spool_reset(struct spool *s)
{
	if (s->dirty)
		s->dirty = ftruncate(s->fd, 0) < 0; /* what stays is overwritten: reads stop at size */
	s->size = 0;
	buf_clear(&s->window);
}

bool spool_add(struct spool *s, bytes part)
{
	s->dirty = true;
	if (s->size + s->window.n + part.n > LIMIT_SPOOL)
		return false;
	if (s->window.n + part.n <= WINDOW) {
		buf_put(&s->window, part);
		return true;
	}
	return settle(s) && write_all(s, part);
}

static bool settle_to_read(struct spool *s)
{
	if (!settle(s))
		(void)err_set(&s->fault, ERR_IO, errno, "write a file aside");
	return !err_is_set(&s->fault);
}

bool spool_read(struct spool *s, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	if (n > LIMIT_KEEP || !settle_to_read(s) || offset > s->size || n > s->size - offset)
		return false;
	uint8_t *p = arena_alloc(a, n);

	if (file_pread_all(s->fd, p, n, offset, &s->fault) < 0)
		return false;
	*out = bytes_of(p, n);
	return true;
}

/* Windows overlap by what.n - 1 octets, so a run across a border is found. */
bool spool_search(struct spool *s, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	bool found = false;

	if (what.n == 0 || what.n > WINDOW / 2 || !settle_to_read(s))
		return false;
	to = to < s->size ? to : s->size;
	while (!found && from < to && to - from >= what.n) {
		size_t n = to - from < WINDOW ? (size_t)(to - from) : WINDOW;

		if (file_pread_all(s->fd, buf_room(&s->window, n), n, from, &s->fault) < 0)
			return false;
		size_t at = bytes_search(bytes_of(s->window.p, n), what);

		if (at < n) {
			*out = from + at;
			found = true;
		}
		from += n - (what.n - 1);
	}
	return found;
}

enum file_kind kind_of(bytes head, uint64_t size)
{
	static const bytes archives[] = {
		BYTES_INIT("PK\003\004"), BYTES_INIT("\037\213"), BYTES_INIT("\050\265\057\375"),
		BYTES_INIT("\3757zXZ"),   BYTES_INIT("BZh"),      BYTES_INIT("!<arch>\n"),
	};

	if (size == 0)
		return KIND_EMPTY;
	if (bytes_starts(head, BYTES("\177ELF")))
		return KIND_ELF;
	if (bytes_starts(head, BYTES("MZ")))
		return KIND_PE;
	if (bytes_starts(head, BYTES("#!")))
		return KIND_SCRIPT;
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++)
		if (bytes_starts(head, archives[i]))
			return KIND_ARCHIVE;
	return bytes_starts(bytes_skip(head, 257), BYTES("ustar")) ? KIND_ARCHIVE : KIND_DATA;
}
