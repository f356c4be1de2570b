/* SPDX-License-Identifier: Apache-2.0 */
/* reading - the flags of every command that reads an image, and what they ask for.
 *
 * A command puts a struct reading_flags into its options and the group into its applet.
 * Threading: belongs to one thread. */
#pragma once

#include "cmd/network.h"
#include "cmd/progress.h"
#include "cmd/status.h"
#include "image/image.h"

struct reading_flags {
	const char *platform, *image_src, *cache_dir;
	uint64_t cache_size, timeout_ms;
	bool no_cache, verify, no_progress;
};

extern const struct flag_group reading_flag_group;

struct reading {
	struct job *job;
	struct progress progress; /* set its target before each image */
	struct image_network network;
	struct image_options options;
};

/* reading_cache_dir(job, given): where evidence is kept when --cache-dir says this (NULL: nothing).
 * NULL: there is no home folder. Arena of the job. */
const char *reading_cache_dir(struct job *job, const char *given);

/* reading_prepare(r, job, flags, network, first, e): options as the flags and the environment ask,
 * notes and the bar on standard error. A password of the flags is meant for the registry that the
 * target `first` names. Borrows all; do not move *r afterwards. ERR_USAGE. */
int reading_prepare(struct reading *r, struct job *job, const struct reading_flags *flags,
                    const struct network_flags *network, const char *first, err *e);

/* reading_each(r, targets, one, ctx): one(ctx, target, e) for each. What fails is told and the
 * others are still done; gives the worst status of the failures. */
enum status reading_each(struct reading *r, const struct texts *targets,
                         int (*one)(void *ctx, const char *target, err *e), void *ctx);
