/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/folder.h"

#include "base/buf.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/removal.h"
#include "sys/weigh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* flock(2) takes folders, too; <sys/file.h> is hidden by ours. */
static bool lock(int fd)
{
	return syscall(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0;
}

static void remove_one(const struct folder_kind *kind, int dir, const char *path, const char *id)
{
	if (kind->leave)
		kind->leave(kind->ctx, id);
	(void)removal_all(dir, path); /* else the next one does */
}

/* -- what others left -------------------------------------------------------------------------- */

static bool is_id(bytes name)
{
	uint8_t octets[FOLDER_ID / 2];

	return text_from_hex(name, octets, sizeof(octets));
}

static void sweep_one(const struct folder_kind *kind, int above, const char *name, bool dry,
                      struct removed *out)
{
	struct stat st;
	auto_fd fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* In /tmp others can make what is named so; a lock says that its process lives. */
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	bool is_left = lock(fd);

	if (out && is_left) {
		(void)weigh(above, name, &out->octets); /* what cannot be weighed goes all the same */
		out->count++;
	} else if (out) {
		out->kept++;
	}
	if (is_left && !dry)
		remove_one(kind, above, name, name + strlen(kind->prefix));
}

void folder_sweep(const struct folder_kind *kind, bool dry, struct removed *out)
{
	DIR *above = opendir(kind->above); /* making one says why not */
	const struct dirent *entry;

	while (above && (entry = readdir(above))) {
		bytes id = bytes_str(entry->d_name);

		if (bytes_take_prefix(&id, bytes_str(kind->prefix)) && is_id(id))
			sweep_one(kind, dirfd(above), entry->d_name, dry, out);
	}
	if (above)
		closedir(above);
}

/* -- one of ours ------------------------------------------------------------------------------- */

static const char *new_id(struct arena *a, err *e)
{
	uint8_t octets[FOLDER_ID / 2];
	buf text = BUF_INIT(FOLDER_ID);

	if (getrandom(octets, sizeof(octets), 0) != sizeof(octets)) {
		(void)err_set(e, ERR_IO, errno, "getrandom");
		return NULL;
	}
	text_hex(&text, bytes_of(octets, sizeof(octets)));
	const char *id = arena_str(a, buf_bytes(&text));

	buf_done(&text);
	return id;
}

/* take(f, e): 0: a sweep was quicker, and takes the folder with it. */
static int take(struct folder *f, err *e)
{
	struct stat st;

	if (mkdir(f->path, 0700) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(f->path)));
	f->lock = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool locked = f->lock >= 0 && lock(f->lock);
	int why = errno;

	if (locked && fstat(f->lock, &st) == 0 && st.st_nlink > 0)
		return 1;
	file_close_at_end(&f->lock);
	f->lock = -1;
	if (locked || why == ENOENT || why == EWOULDBLOCK)
		return 0;
	(void)rmdir(f->path); /* the first failure is the one to report */
	return err_set(e, ERR_IO, why, "lock %s", SHOW(bytes_str(f->path)));
}

int folder_make(const struct folder_kind *kind, struct arena *a, struct folder *out, err *e)
{
	int taken = 0;

	*out = (struct folder){ .kind = *kind, .lock = -1 };
	folder_sweep(kind, false, NULL);
	while (taken == 0) {
		out->id = new_id(a, e);
		if (!out->id)
			return -1;
		out->path = arena_printf(a, "%s/%s%s", kind->above, kind->prefix, out->id);
		taken = take(out, e);
	}
	return taken < 0 ? -1 : 0;
}

void folder_remove(struct folder *f)
{
	if (f->lock < 0)
		return;
	remove_one(&f->kind, AT_FDCWD, f->path, f->id);
	close(f->lock);
	f->lock = -1;
}
