/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/layout.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/staged.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL ".oakum-partial"
/* Which octet of the file `oci-layout` is locked while partial blobs may be written; the first one
 * is locked for index.json. */
#define HELD 1
#define HASH_PIECE ((size_t)256 << 10)
/* A blob goes to the disk in steps of this size while the next ones are made: the sync at its end
 * then waits for the last of them. */
#define WRITE_BACK ((uint64_t)16 << 20)

/* -- the folder -------------------------------------------------------------------------------- */

static bool is_there(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is no layout and not empty is somebody's: no blobs between their files. */
static int check_ours(int root, const char *path, err *e)
{
	bool other = false;

	if (is_there(root, "oci-layout") || is_there(root, "index.json"))
		return 0;
	DIR *dir = file_list(root, ".");

	if (!dir)
		return err_set(e, ERR_IO, errno, "read the folder '%s'", SHOW(bytes_str(path)));
	for (struct dirent *d; !other && (d = readdir(dir)) != NULL;)
		other = strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
		        strcmp(d->d_name, "blobs") != 0 && strcmp(d->d_name, PARTIAL) != 0;
	(void)closedir(dir); /* was only read */
	if (other)
		return err_set(e, ERR_USAGE, 0,
		               "'%s' is a folder of other things: name a new one, or a layout",
		               SHOW(bytes_str(path)));
	return 0;
}

/* open_folder(at, name, e): made when it is not there; a link is not followed. */
static int open_folder(int at, const char *name, err *e)
{
	if (mkdirat(at, name, 0777) < 0 && errno != EEXIST && errno != EROFS)
		return err_set(e, ERR_IO, errno, "make the folder '%s'", name);
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_set(e, ERR_IO, errno, "open the folder '%s'", name) : fd;
}

/* put_file(folder, name, content, e): whole or not at all. */
static int put_file(int folder, const char *name, bytes content, err *e)
{
	struct staged s;
	int status = staged_open(folder, &s, e);

	if (status < 0)
		return -1;
	status = file_write_all(s.fd, name, content, e);
	if (status == 0)
		status = staged_place(&s, name, e);
	staged_drop(&s);
	return status;
}

/* An open file description lock: ends with the descriptor, holds between threads too. */
static int lock(int fd, off_t at, short type, int command)
{
	struct flock octet = { .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
	int status;

	do
		status = fcntl(fd, command, &octet);
	while (status < 0 && errno == EINTR);
	return status;
}

int layout_lock(int fd)
{
	return lock(fd, 0, F_WRLCK, F_OFD_SETLKW);
}

/* hold(l, e): a shared lock on the file `oci-layout` keeps others from removing the folder of
 * partial blobs. Whoever began at the same moment may have replaced the file. */
static int hold(struct layout *l, err *e)
{
	for (;;) {
		struct stat ours, named;
		auto_fd fd = openat(l->root, "oci-layout", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0 || lock(fd, HELD, F_RDLCK, F_OFD_SETLKW) < 0 || fstat(fd, &ours) < 0)
			return err_set(e, ERR_IO, errno, "lock 'oci-layout'");
		if (fstatat(l->root, "oci-layout", &named, AT_SYMLINK_NOFOLLOW) < 0 ||
		    named.st_ino != ours.st_ino)
			continue;
		l->held = fd;
		fd = -1;
		return 0;
	}
}

/* release(l): the folder of partial blobs goes, unless it holds something, or somebody else may be
 * about to put something there. */
static void release(struct layout *l)
{
	file_close_at_end(&l->held);
	auto_fd fd = openat(l->root, "oci-layout", O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && lock(fd, HELD, F_WRLCK, F_OFD_SETLK) == 0)
		(void)unlinkat(l->root, PARTIAL, AT_REMOVEDIR);
}

static int prepare(struct layout *l, const char *path, err *e)
{
	if (check_ours(l->root, path, e) < 0)
		return -1;
	if (!is_there(l->root, "oci-layout") &&
	    put_file(l->root, "oci-layout", BYTES("{\"imageLayoutVersion\":\"1.0.0\"}\n"), e) < 0)
		return -1;
	int blobs = open_folder(l->root, "blobs", e);

	if (blobs < 0)
		return -1;
	close(blobs);
	if (hold(l, e) < 0)
		return -1;
	l->partial = open_folder(l->root, PARTIAL, e);
	return l->partial < 0 ? -1 : 0;
}

int layout_open(const char *path, struct layout *out, err *e)
{
	struct layout l = LAYOUT_CLOSED;

	if (file_make_dirs(path, 0777, e) < 0)
		return -1;
	l.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l.root < 0)
		return err_set(e, ERR_IO, errno, "open the folder '%s'", SHOW(bytes_str(path)));
	if (prepare(&l, path, e) < 0) {
		layout_close(&l);
		return err_wrap(e, "layout '%s'", SHOW(bytes_str(path)));
	}
	*out = l;
	return 0;
}

void layout_close(struct layout *l)
{
	file_close_at_end(&l->partial);
	if (l->held >= 0)
		release(l);
	if (l->root >= 0)
		close(l->root);
	*l = (struct layout)LAYOUT_CLOSED;
}

/* -- blobs ------------------------------------------------------------------------------------- */

static const char *algorithm_name(enum digest_algorithm algorithm)
{
	return algorithm == DIGEST_SHA512 ? "sha512" : "sha256";
}

static int open_blobs(const struct layout *l, enum digest_algorithm algorithm, err *e)
{
	auto_fd blobs = open_folder(l->root, "blobs", e);

	return blobs < 0 ? -1 : open_folder(blobs, algorithm_name(algorithm), e);
}

/* The part of a digest that is a file's name. */
static const char *hex_of(struct digest_chars *chars, const digest *d)
{
	return strchr(digest_text_into(chars, d), ':') + 1;
}

/* hash_file(fd, h, out_n, e): hash what there is. Returns the octets by *out_n. */
static int hash_file(int fd, struct hasher *h, uint64_t *out_n, err *e)
{
	buf room = BUF_INIT(HASH_PIECE);
	uint8_t *piece = buf_room(&room, HASH_PIECE);
	uint64_t at = 0;
	ssize_t n;

	while ((n = pread(fd, piece, HASH_PIECE, (off_t)at)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		hasher_update(h, bytes_of(piece, (size_t)n));
		at += (uint64_t)n;
	}
	if (n < 0)
		(void)!err_set(e, ERR_IO, errno, "read");
	else
		*out_n = at;
	buf_done(&room);
	return n < 0 ? -1 : 0;
}

static int fits(int fd, const struct descriptor *d, bool *out, err *e)
{
	struct hasher *h = hasher_new(d->digest.algorithm);
	uint64_t n = 0;
	int status = hash_file(fd, h, &n, e);
	digest have = hasher_final(h);

	hasher_free(h);
	*out = status == 0 && n == d->size && digest_equal(&have, &d->digest);
	return status;
}

int layout_has(const struct layout *l, const struct descriptor *d, bool *out, err *e)
{
	auto_fd folder = open_blobs(l, d->digest.algorithm, e);
	struct digest_chars chars;
	struct stat st;

	if (folder < 0)
		return -1;
	/* O_NONBLOCK: opening a FIFO would wait for a writer. */
	auto_fd fd = openat(folder, hex_of(&chars, &d->digest),
	                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*out = false;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != d->size)
		return 0; /* what cannot be read is written anew, which tells what is wrong */
	*out = !l->verify;
	if (*out)
		return 0;
	return fits(fd, d, out, e) < 0 ? err_wrap(e, "blob %s", DIGEST_TEXT(&d->digest)) : 0;
}

/* lock_partial(b, e): open the file of what there is of the blob, alone. Another process that had
 * it may have put it in its place meanwhile: then a new one is made. */
static int lock_partial(struct layout_blob *b, err *e)
{
	for (;;) {
		struct stat ours, named;
		auto_fd fd = openat(b->folder, b->name, O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0666);

		if (fd < 0 || layout_lock(fd) < 0 || fstat(fd, &ours) < 0)
			return err_set(e, ERR_IO, errno, "open '%s'", b->name);
		if (fstatat(b->folder, b->name, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
		    named.st_ino != ours.st_ino)
			continue;
		b->fd = fd;
		fd = -1;
		return 0;
	}
}

static int begin_known(struct layout_blob *b, err *e)
{
	struct digest_chars chars;

	snprintf(b->name, sizeof(b->name), "%s-%s", algorithm_name(b->want->digest.algorithm),
	         hex_of(&chars, &b->want->digest));
	if (lock_partial(b, e) < 0)
		return -1;
	if (layout_has(b->layout, b->want, &b->there, e) < 0)
		return -1;
	if (b->there)
		return 0;
	if (hash_file(b->fd, b->hasher, &b->at, e) < 0)
		return -1;
	if (b->at > b->want->size)
		return layout_blob_restart(b, e);
	return lseek(b->fd, (off_t)b->at, SEEK_SET) < 0 ? err_set(e, ERR_IO, errno, "seek") : 0;
}

static int begin_unknown(struct layout_blob *b, err *e)
{
	struct staged s;

	if (staged_open(b->folder, &s, e) < 0)
		return -1;
	b->fd = s.fd;
	memcpy(b->name, s.name, sizeof(s.name));
	return 0;
}

static void end(struct layout_blob *b)
{
	if (b->fd >= 0)
		close(b->fd);
	hasher_free(b->hasher);
	b->fd = -1;
	b->hasher = NULL;
}

static void drop(struct layout_blob *b)
{
	if (b->name[0])
		(void)unlinkat(b->folder, b->name, 0); /* the failure before it is the one to tell */
	end(b);
}

int layout_blob_begin(const struct layout *l, const struct descriptor *want,
                      struct layout_blob *out, err *e)
{
	*out = (struct layout_blob){ .layout = l, .want = want, .fd = -1, .folder = l->partial };
	out->hasher = hasher_new(want ? want->digest.algorithm : DIGEST_SHA256);
	if ((want ? begin_known(out, e) : begin_unknown(out, e)) == 0)
		return 0;
	end(out);
	return -1;
}

/* write_back(b, before): the file had so many octets before. The sync tells what fails here. */
static void write_back(const struct layout_blob *b, uint64_t before)
{
	uint64_t from = before - before % WRITE_BACK;

	if (b->at - from >= WRITE_BACK)
		(void)sync_file_range(b->fd, (off_t)from, 0, SYNC_FILE_RANGE_WRITE);
}

int layout_blob_write(struct layout_blob *b, bytes part, err *e)
{
	if (b->want && part.n > b->want->size - b->at)
		return err_set(e, ERR_FORMAT, 0,
		               "blob %s is larger than the %" PRIu64 " bytes it should have",
		               DIGEST_TEXT(&b->want->digest), b->want->size);
	hasher_update(b->hasher, part);
	if (file_write_all(b->fd, "blob", part, e) < 0)
		return -1;
	b->at += part.n;
	write_back(b, b->at - part.n);
	return 0;
}

int layout_blob_restart(struct layout_blob *b, err *e)
{
	hasher_reset(b->hasher);
	b->at = 0;
	if (ftruncate(b->fd, 0) < 0 || lseek(b->fd, 0, SEEK_SET) < 0)
		return err_set(e, ERR_IO, errno, "begin a blob anew");
	return 0;
}

static int check(const struct layout_blob *b, const digest *have, err *e)
{
	if (!b->want)
		return 0;
	if (b->at != b->want->size)
		return err_set(e, ERR_FORMAT, 0, "blob %s ends after %" PRIu64 " of %" PRIu64 " bytes",
		               DIGEST_TEXT(&b->want->digest), b->at, b->want->size);
	if (!digest_equal(have, &b->want->digest))
		return err_set(e, ERR_FORMAT, 0,
		               "blob %s has the digest %s: it was changed or cut on its way",
		               DIGEST_TEXT(&b->want->digest), DIGEST_TEXT(have));
	return 0;
}

/* place_nameless(b, folder, name, e): it gets its first name at its place. */
static int place_nameless(struct layout_blob *b, int folder, const char *name, err *e)
{
	struct staged s = { .fd = b->fd, .folder = folder };
	int status = staged_place(&s, name, e);

	b->fd = -1;
	staged_drop(&s);
	return status;
}

static int place(struct layout_blob *b, const digest *d, err *e)
{
	auto_fd folder = open_blobs(b->layout, d->algorithm, e);
	struct digest_chars chars;

	if (folder < 0)
		return -1;
	if (!b->name[0])
		return place_nameless(b, folder, hex_of(&chars, d), e);
	if (fdatasync(b->fd) < 0)
		return err_set(e, ERR_IO, errno, "sync");
	if (renameat(b->folder, b->name, folder, hex_of(&chars, d)) < 0)
		return err_set(e, ERR_IO, errno, "put a blob in its place");
	b->name[0] = '\0';
	return 0;
}

int layout_blob_commit(struct layout_blob *b, struct descriptor *out, err *e)
{
	digest have = hasher_final(b->hasher);

	if (b->there) {
		drop(b); /* what was opened beside it is empty */
		return 0;
	}
	if (check(b, &have, e) < 0 || place(b, &have, e) < 0) {
		drop(b);
		return -1;
	}
	if (out) {
		out->digest = have;
		out->size = b->at;
	}
	end(b);
	return 0;
}

void layout_blob_abandon(struct layout_blob *b)
{
	if (!b->want || b->there || b->at == 0)
		drop(b);
	else
		end(b);
}

int layout_put(const struct layout *l, const struct descriptor *d, bytes content, err *e)
{
	struct layout_blob b;

	if (layout_blob_begin(l, d, &b, e) < 0)
		return -1;
	if (!b.there && (layout_blob_restart(&b, e) < 0 || layout_blob_write(&b, content, e) < 0)) {
		layout_blob_abandon(&b);
		return -1;
	}
	return layout_blob_commit(&b, NULL, e);
}
