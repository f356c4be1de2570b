/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/rootfs_store.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define NOTE ".use"
#define LEFT ROOTFS_DRAFT "left-"

/* -- the folder -------------------------------------------------------------------------------- */

/* Who can write to it can put anything into every container. */
int rootfs_store_own(const char *path, int *out, err *e)
{
	struct stat st;

	*out = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(path)));
	if (fstat(*out, &st) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(path)));
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return err_set(e, ERR_IO, 0,
		               "%s: others can write to it: it must be yours, of mode 0700 (or elsewhere)",
		               SHOW(bytes_str(path)));
	return 0;
}

static const char *form_of(const struct unpack_options *u, struct arena *a)
{
	const char *marks = u->userxattr ? "-user" : "";

	if (!u->owners)
		return "user";
	return u->id_base > 0 ? arena_printf(a, "root-%u%s", (unsigned)u->id_base, marks)
	                      : arena_printf(a, "root%s", marks);
}

int rootfs_store_open(const char *path, const struct unpack_options *u, struct arena *a,
                      struct rootfs_store *out, err *e)
{
	int above;

	*out = (struct rootfs_store){ .folder = -1, .lock = -1 };
	out->layers = arena_printf(a, "%s/%s", path, form_of(u, a));
	if (file_make_dirs(out->layers, 0700, e) < 0)
		return -1;
	int status = rootfs_store_own(path, &above, e);

	if (above >= 0)
		close(above);
	return status < 0 ? -1 : rootfs_store_own(out->layers, &out->folder, e);
}

void rootfs_store_close(struct rootfs_store *s)
{
	if (s->lock >= 0)
		close(s->lock);
	if (s->folder >= 0)
		close(s->folder);
	s->lock = s->folder = -1;
}

bool rootfs_store_is_layer(const char *name)
{
	uint8_t octets[ROOTFS_NAME / 2];

	return text_from_hex(bytes_str(name), octets, sizeof(octets));
}

bool rootfs_store_is_draft(const char *name)
{
	return bytes_starts(bytes_str(name), BYTES(ROOTFS_DRAFT)) ||
	       bytes_starts(bytes_str(name), BYTES(".oakum-")); /* a note's (file.h) */
}

bool rootfs_store_is_note(const char *name)
{
	return strlen(name) == ROOTFS_NAME + strlen(NOTE) && strcmp(name + ROOTFS_NAME, NOTE) == 0;
}

const char *rootfs_store_clear(const struct rootfs_store *s, const char *name, struct arena *a)
{
	int status = removal_all(s->folder, name), saved = errno;

	for (unsigned i = 0; status < 0; i++) {
		if (bytes_starts(bytes_str(name), BYTES(LEFT)))
			break;
		const char *left = arena_printf(a, LEFT "%u", i);

		if (renameat2(s->folder, name, s->folder, left, RENAME_NOREPLACE) == 0)
			name = left;
		else if (errno != EEXIST)
			break;
	}
	errno = saved;
	return status < 0 ? name : NULL;
}

static int remove_drafts(const struct rootfs_store *s, err *e)
{
	struct arena a = ARENA_INIT;
	DIR *list = file_list(s->folder, ".");
	struct dirent *entry;

	if (!list)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(s->layers)));
	while ((entry = readdir(list)) != NULL)
		if (rootfs_store_is_draft(entry->d_name))
			(void)rootfs_store_clear(s, entry->d_name, &a); /* prune tells why it stays */
	closedir(list);
	arena_done(&a);
	return 0;
}

int rootfs_store_lock(struct rootfs_store *s, err *e)
{
	s->lock = file_lock(s->layers, 0, NULL, NULL, e);
	return s->lock < 0 ? -1 : remove_drafts(s, e);
}

/* -- its layers -------------------------------------------------------------------------------- */

static const char *name_of(const char *chain, struct arena *a)
{
	return arena_str(a, bytes_of(strchr(chain, ':') + 1, ROOTFS_NAME));
}

const char **rootfs_store_names(const digest *diff_ids, size_t len, struct arena *a)
{
	const char **names = arena_array(a, const char *, len + 1);
	const char *chain = "";

	for (size_t i = 0; i < len; i++) {
		if (i == 0) {
			chain = arena_printf(a, "%s", DIGEST_TEXT(&diff_ids[0]));
		} else {
			chain = arena_printf(a, "%s %s", chain, DIGEST_TEXT(&diff_ids[i]));
			digest next = digest_of(DIGEST_SHA256, bytes_str(chain));

			chain = arena_printf(a, "%s", DIGEST_TEXT(&next));
		}
		names[i] = name_of(chain, a);
	}
	return names;
}

int rootfs_store_layer(const struct rootfs_store *s, const char *name)
{
	return openat(s->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool rootfs_store_has(const struct rootfs_store *s, const char *name)
{
	struct stat st;

	return fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

bool rootfs_store_hides(int folder, const struct unpack_options *u)
{
	char value = 0;

	return fgetxattr(folder, u->userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque",
	                 &value, 1) == 1 &&
	       value == 'y';
}

/* -- who uses them ----------------------------------------------------------------------------- */

void rootfs_store_mark(int fd)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	if (fstat(fd, &st) == 0 && st.st_mtim.tv_sec < now.tv_sec - ROOTFS_MARK_S)
		(void)futimens(fd, NULL); /* it may go too early, and is made again */
}

static const char *note_of(const char *const *names, size_t len, struct arena *a)
{
	return arena_printf(a, "%s" NOTE, names[len - 1]);
}

/* Who removes a note has it locked for writing, for a moment. */
static bool lock_note(int fd, size_t len)
{
	struct flock shared = { .l_type = F_RDLCK };
	struct stat st;
	int status;

	do
		status = fcntl(fd, F_OFD_SETLKW, &shared);
	while (status < 0 && errno == EINTR);
	return status == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0 &&
	       st.st_size == (off_t)(len * (ROOTFS_NAME + 1));
}

int rootfs_store_use(const struct rootfs_store *s, const char *const *names, size_t len,
                     struct arena *a)
{
	int fd = openat(s->folder, note_of(names, len, a), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool all = fd >= 0 && lock_note(fd, len);

	for (size_t i = 0; i < len && all; i++)
		all = rootfs_store_has(s, names[i]);
	if (all)
		rootfs_store_mark(fd);
	else if (fd >= 0)
		close(fd);
	return all ? fd : -1;
}

int rootfs_store_note(const struct rootfs_store *s, const char *const *names, size_t len,
                      struct arena *a, err *e)
{
	const char *path = arena_printf(a, "%s/%s", s->layers, note_of(names, len, a));
	buf text = BUF_INIT(LIMIT_ROOTFS_LAYERS * (ROOTFS_NAME + 1));

	for (size_t i = 0; i < len; i++)
		buf_printf(&text, "%s\n", names[i]);
	int status = file_write_atomic(path, buf_bytes(&text), 0600, e);

	buf_done(&text);
	return status;
}

int rootfs_store_room(const struct rootfs_store *s, uint64_t octets, err *e)
{
	struct statvfs st;

	if (fstatvfs(s->folder, &st) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(s->layers)));
	uint64_t free = (uint64_t)st.f_bavail * st.f_frsize;
	uint64_t kept = (uint64_t)st.f_blocks * st.f_frsize / 20;

	kept = kept < LIMIT_ROOTFS_FREE ? kept : LIMIT_ROOTFS_FREE;
	if (octets > free || free - octets < kept)
		return err_set(e, ERR_LIMIT, 0, "%s: %s are free: the image needs more",
		               SHOW(bytes_str(s->layers)), SIZE_TEXT(free));
	return 0;
}

/* -- new ones ---------------------------------------------------------------------------------- */

static const char *draft_of(const char *name, struct arena *a)
{
	return arena_printf(a, ROOTFS_DRAFT "%s", name);
}

int rootfs_store_draft(const struct rootfs_store *s, const char *name, struct arena *a, err *e)
{
	const char *draft = draft_of(name, a);

	if (mkdirat(s->folder, draft, 0700) < 0 || fchmodat(s->folder, draft, 0755, 0) < 0)
		return err_set(e, ERR_IO, errno, "%s/%s", SHOW(bytes_str(s->layers)), draft);
	int fd = rootfs_store_layer(s, draft);

	return fd >= 0 ? fd : err_set(e, ERR_IO, errno, "%s/%s", SHOW(bytes_str(s->layers)), draft);
}

int rootfs_store_keep(const struct rootfs_store *s, const char *const *names, size_t len,
                      struct arena *a, err *e)
{
	if (syncfs(s->folder) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(s->layers)));
	for (size_t i = 0; i < len; i++)
		if (names[i] && renameat(s->folder, draft_of(names[i], a), s->folder, names[i]) < 0)
			return err_set(e, ERR_IO, errno, "%s/%s", SHOW(bytes_str(s->layers)), names[i]);
	return fsync(s->folder) == 0 ? 0 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(s->layers)));
}

void rootfs_store_drop(const struct rootfs_store *s, const char *const *names, size_t len,
                       struct arena *a)
{
	for (size_t i = 0; i < len; i++)
		if (names[i])
			(void)removal_all(s->folder, draft_of(names[i], a)); /* else the next run does it */
}
