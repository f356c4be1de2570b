/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "store/sorted.h"
#include "sys/file.h"
#include "vuln/update.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct filling {
	struct registry *registry;
	const struct file_place *place;
	const struct update_moved *moved;
	struct arena arena;
	int fd;
	uint64_t size, fetched;
	bool in_part; /* the server gives parts */
};

static void moved(void *ctx, uint64_t done, uint64_t total)
{
	const struct filling *f = ctx;

	(void)total;
	if (f->moved && f->moved->moved && f->size > 0)
		f->moved->moved(f->moved->ctx, done, f->size);
}

static int fetch(void *ctx, uint64_t from, uint64_t n, err *e)
{
	struct filling *f = ctx;
	const struct file_saving saving = { .ask = { .from = from, .n = n },
		                                .fd = f->fd,
		                                .in_part = true,
		                                .max = LIMIT_SORTED,
		                                .moved = moved,
		                                .ctx = f };
	struct file_answer answer;

	if (!f->in_part)
		return err_set(e, ERR_FORMAT, 0, "%s: a block that came is not what it should be",
		               f->place->what);
	if (registry_file_save(f->registry, f->place, &saving, &f->arena, &answer, e) < 0)
		return -1;
	f->fetched += n;
	return 0;
}

/* fetch_header(f, old, out_header, out_same, e): the first octets, or all of them where the server
 * gives no parts. */
static int fetch_header(struct filling *f, const struct sorted *old, uint8_t *header,
                        bool *out_same, err *e)
{
	const struct file_saving saving = { .ask = { .n = SORTED_HEADER },
		                                .fd = f->fd,
		                                .in_part = true,
		                                .max = LIMIT_SORTED,
		                                .moved = moved,
		                                .ctx = f };
	struct file_answer answer;
	digest root;

	if (registry_file_save(f->registry, f->place, &saving, &f->arena, &answer, e) < 0)
		return -1;
	f->in_part = answer.size != UINT64_MAX && answer.is_part;
	f->fetched = SORTED_HEADER;
	struct stat st;

	if (!f->in_part && fstat(f->fd, &st) == 0)
		f->fetched = (uint64_t)st.st_size;
	if (file_pread_all(f->fd, header, SORTED_HEADER, 0, e) < 0 ||
	    sorted_size(bytes_of(header, SORTED_HEADER), &f->size, &root, e) < 0) {
		e->kind = ERR_FORMAT;
		return err_wrap(e, "%s: no database", f->place->what);
	}
	digest have = old ? sorted_root(old) : (digest){ 0 };

	*out_same = old && digest_equal(&have, &root);
	return 0;
}

int update_digest(int fd, enum digest_algorithm algorithm, digest *out, err *e)
{
	struct hasher *hasher = hasher_new(algorithm);
	buf room = BUF_INIT(1 * MIB);
	uint8_t *part = buf_room(&room, 1 * MIB);
	uint64_t at = 0;
	int64_t n;

	while ((n = file_pread(fd, part, 1 * MIB, at, e)) > 0) {
		hasher_update(hasher, bytes_of(part, (size_t)n));
		at += (uint64_t)n;
	}
	*out = hasher_final(hasher);
	hasher_free(hasher);
	buf_done(&room);
	return (int)n;
}

static int check_whole(const struct filling *f, const digest *want, err *e)
{
	digest have;

	if (update_digest(f->fd, want->algorithm, &have, e) < 0)
		return -1;
	return digest_equal(&have, want) ? 0
	                                 : err_set(e, ERR_FORMAT, 0,
	                                           "%s: it has the digest %s and should have %s",
	                                           f->place->what, DIGEST_TEXT(&have),
	                                           DIGEST_TEXT(want));
}

/* With nothing here, all is fetched in one go; what an earlier try left is its front, or has holes
 * which are filled below. */
static int fetch_all(struct filling *f, err *e)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return err_set(e, ERR_IO, errno, "%s", f->place->what);
	uint64_t from = st.st_size > SORTED_HEADER ? (uint64_t)st.st_size : SORTED_HEADER;

	return from < f->size ? fetch(f, from, f->size - from, e) : 0;
}

/* What is here is what is there: then it has the digest, too. Else one of the two is of something
 * newer, or older, and somebody should know. */
static int check_same(const struct filling *f, const char *path, const digest *want, err *e)
{
	struct filling here = *f;
	auto_fd fd = file_open_read(path, e);

	here.fd = fd;
	return fd < 0 ? -1 : check_whole(&here, want, e);
}

static int fill(struct filling *f, struct sorted *old, const struct update_wish *wish,
                bool *out_same, err *e)
{
	const digest *want = &wish->digest;
	uint8_t header[SORTED_HEADER];

	if (fetch_header(f, old, header, out_same, e) < 0)
		return -1;
	if (*out_same)
		return check_same(f, wish->old, want, e);
	const struct sorted_elsewhere from = { bytes_of(header, sizeof(header)), fetch, f };

	if (!old && f->in_part && fetch_all(f, e) < 0)
		return -1;
	if (sorted_fill(&from, old, f->fd, e) < 0)
		return e->kind == ERR_FORMAT ? err_wrap(e, "%s", f->place->what) : -1;
	return check_whole(f, want, e);
}

int update_base(struct registry *r, const struct update_wish *wish, struct update_base *out, err *e)
{
	struct filling f = { .registry = r, .place = &wish->place, .moved = &wish->moved };
	struct sorted *old = NULL;
	bool same = false;
	err none = { 0 }; /* an old one that cannot be read has nothing to give */

	if (registry_file_check(r, &wish->place, &f.arena, e) < 0) {
		arena_done(&f.arena);
		return -1;
	}
	f.fd = open(wish->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (f.fd < 0) {
		arena_done(&f.arena);
		return err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(wish->path)));
	}
	if (sorted_open(wish->old, &old, &none) < 0)
		old = NULL;
	int result = fill(&f, old, wish, &same, e);

	/* Octets that are wrong, or for which there is no room, are no beginning. */
	if (same || (result < 0 && (e->kind == ERR_FORMAT || e->kind == ERR_IO)))
		(void)unlink(wish->path);
	*out = (struct update_base){ same, f.size, f.fetched };
	sorted_close(old);
	(void)close(f.fd);
	arena_done(&f.arena);
	return result;
}
