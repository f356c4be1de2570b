/* SPDX-License-Identifier: Apache-2.0 */
/* reading - the flags of every command that reads an image, and what they ask for.
 *
 * A command puts a struct reading_flags into its options and the group into its applet.
 * Threading: belongs to one thread. */
#pragma once

#include "cmd/progress.h"
#include "image/image.h"

struct reading_flags {
	const char *platform, *cache_dir;
	uint64_t cache_size, timeout_ms;
	bool no_cache, verify, no_progress;
};

extern const struct flag_group reading_flag_group;

struct reading {
	struct job *job;
	struct progress progress; /* set its target before each image */
	struct image_options options;
};

/* reading_prepare(r, job, flags, e): options as the flags and the environment ask, notes and the
 * bar on standard error. Borrows both; do not move *r afterwards. ERR_USAGE. */
int reading_prepare(struct reading *r, struct job *job, const struct reading_flags *flags, err *e);
