/* SPDX-License-Identifier: Apache-2.0 */
/* errand - one read of one layer: known from the cache, to be hashed only, or to be read and merged.
 *
 * The first round has an errand for every layer, a second one for those that hold the target of a wanted
 * link (aliases). Plan them, run them together, merge them bottom to top.
 * Belongs to the process's first thread. */
#pragma once

#include "image/merge.h"
#include "image/read.h"
#include "image/session.h"

struct errand {
	uint16_t layer;
	struct aliases aliases; /* empty in the first round */
	digest version;         /* the cache key beside the blob: inspectors, and aliases where there are */
	struct local_file file;
	bool open, cached, to_read;
	int64_t row;            /* in the cache */
	uint64_t at;            /* octets of the file read so far */
	struct layer_job job;
};

struct errands {
	struct errand *items;
	size_t len, cap;
	uint64_t total; /* octets to be read, for the progress */
};

/* errand_plan(s, list, layer, aliases, e): add one. Finds the blob, compares its size with the manifest's,
 * asks the cache; a recorded diff_id that is not the config's is ERR_FORMAT. */
int errand_plan(struct session *s, struct errands *list, uint16_t layer, struct aliases aliases,
                err *e);
/* errand_plan_rootfs: the one errand of a folder. */
void errand_plan_rootfs(struct session *s, struct errands *list, struct rootfs *rootfs,
                        struct aliases aliases);
/* errands_run(s, list, e): read what has to be read. errands_merge: into m, the cache learns what is new. */
int errands_run(struct session *s, struct errands *list, err *e);
int errands_merge(struct session *s, struct errands *list, struct merge *m, err *e);
void errands_done(struct errands *list);
