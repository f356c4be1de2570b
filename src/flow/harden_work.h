/* SPDX-License-Identifier: Apache-2.0 */
/* harden_work - a folder for what is on its way, which nobody has to clean up.
 *
 * It is locked as long as its process lives; what a process that was killed left is removed by the
 * next one of the same user. Private to flow/harden. Threading: one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct harden_work {
	const char *path;
	int lock;
};

/* harden_work_make(tmp_dir, now, a, out, e): a new one; now: seconds. ERR_IO. harden_work_remove:
 * with all that is in it. */
int harden_work_make(const char *tmp_dir, int64_t now, struct arena *a, struct harden_work *out,
                     err *e);
void harden_work_remove(struct harden_work *w);
