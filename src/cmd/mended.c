/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mended.h"

#include "base/text.h"
#include "cmd/message.h"
#include "sys/file.h"

#include <stdlib.h>
#include <sys/stat.h>

/* What somebody made meanwhile stays. */
static int make_file(struct job *job, const struct check_file *f, err *e)
{
	struct stat st;

	if (lstat(f->name, &st) == 0) {
		message_detail(job, f->name, "is there already");
		return 0;
	}
	if (file_write_atomic(f->name, f->after, 0644, e) < 0)
		return -1;
	message_detail(job, f->name, "made");
	return 0;
}

int mended_write(struct job *job, const struct check *check, err *e)
{
	for (size_t i = 0; i < check->len; i++) {
		const struct check_file *f = &check->files[i];
		struct stat st;

		if (!f->after.p || strcmp(f->name, "-") == 0)
			continue;
		if (f->made) {
			if (make_file(job, f, e) < 0)
				return -1;
			continue;
		}
		/* A link is followed: the file that it names is mended. */
		char *path = realpath(f->name, NULL);
		int written = path && stat(path, &st) == 0
		                  ? file_write_atomic(path, f->after, st.st_mode & 07777, e)
		                  : err_set(e, ERR_ABSENT, 0, "'%s' has gone", SHOW(bytes_str(f->name)));

		free(path);
		if (written < 0)
			return -1;
		message_detail(job, f->name, "mended");
	}
	return 0;
}
