/* SPDX-License-Identifier: Apache-2.0 */
/* Which blobs a layout or an archive of one has. */
#include "base/limits.h"
#include "base/text.h"
#include "oci/local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const algorithms[] = { "sha256", "sha512" };

static int add(bytes algorithm, bytes hex, struct arena *a, struct local_digests *out, err *e)
{
	char *text = arena_printf(a, PRIb ":" PRIb, BYTESF(algorithm), BYTESF(hex));
	err ignored = { 0 }; /* a file of another name is no blob */
	digest d;

	if (digest_parse(bytes_str(text), &d, &ignored) < 0)
		return 0;
	if (out->len == LIMIT_ARCHIVE_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "more than %d blobs", LIMIT_ARCHIVE_ENTRIES);
	*ARENA_PUSH(a, out) = d;
	return 0;
}

static int list_archive(const struct local *l, struct arena *a, struct local_digests *out, err *e)
{
	for (size_t i = 0; i < l->names.len; i++) {
		bytes name = l->names.items[i].name, algorithm;

		if (bytes_take_prefix(&name, BYTES("blobs/")) &&
		    bytes_take_until(&name, '/', &algorithm) && add(algorithm, name, a, out, e) < 0)
			return -1;
	}
	return 0;
}

static int list_entries(DIR *dir, const char *algorithm, struct arena *a,
                        struct local_digests *out, err *e)
{
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);

		if (!entry)
			return errno ? err_set(e, ERR_IO, errno, "list 'blobs/%s'", algorithm) : 0;
		if (add(bytes_str(algorithm), bytes_str(entry->d_name), a, out, e) < 0)
			return -1;
	}
}

/* A folder that is a link could be any folder of this machine: not followed. */
static int list_folder(int blobs, const char *algorithm, struct arena *a,
                       struct local_digests *out, err *e)
{
	int fd = openat(blobs, algorithm, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
		           ? 0
		           : err_set(e, ERR_IO, errno, "open 'blobs/%s'", algorithm);
	if (!dir) {
		(void)err_set(e, ERR_IO, errno, "list 'blobs/%s'", algorithm);
		close(fd);
		return -1;
	}
	int status = list_entries(dir, algorithm, a, out, e);

	closedir(dir);
	return status;
}

static int compare(const void *a, const void *b)
{
	const digest *x = a, *y = b;

	if (x->algorithm != y->algorithm)
		return x->algorithm < y->algorithm ? -1 : 1;
	return memcmp(x->value, y->value, sizeof(x->value));
}

int local_blobs(const struct local *l, struct arena *a, struct local_digests *out, err *e)
{
	struct local_digests list = { 0 };
	int status = 0;

	if (l->is_archive) {
		status = list_archive(l, a, &list, e);
	} else {
		int blobs = openat(l->fd, "blobs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		for (size_t i = 0; blobs >= 0 && i < sizeof(algorithms) / sizeof(*algorithms); i++)
			if (status == 0)
				status = list_folder(blobs, algorithms[i], a, &list, e);
		if (blobs >= 0)
			close(blobs);
	}
	if (status < 0)
		return -1;
	if (list.len > 0)
		qsort(list.items, list.len, sizeof(*list.items), compare);
	*out = list;
	return 0;
}
