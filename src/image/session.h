/* SPDX-License-Identifier: Apache-2.0 */
/* session - what one image_read holds: workers, cache, folder for temporary files, the opened
 * source.
 *
 * The order matters and is kept here: the first worker is forked before the cache is opened, the
 * others before any thread starts. Belongs to the process's first thread. */
#pragma once

#include "image/cache.h"
#include "image/documents.h"
#include "image/image.h"
#include "image/serve.h"
#include "image/source.h"

/* More workers than this gain little and cost memory (DESIGN section 7: 64 MB in all). */
#define WORKERS_MOST 4

struct rootfs;

struct session {
	const struct image_options *options;
	struct image *image;
	struct source source;
	struct rootfs *rootfs; /* the source, when it is a folder */
	struct documents documents;
	struct cache *cache; /* NULL: none, or given up */
	const char *dir;     /* for spool files and stashes */
	digest version;      /* of the inspectors: evidence made by others does not count */
	struct serve serve;
	struct worker *workers[WORKERS_MOST];
	size_t worker_count;
	struct deadline deadline;
	bool landlock_told;
	bool cache_failed; /* a kept row could not be read back: the image is begun again */
	struct arena arena;
};

/* session_init: choose the folder, know the version, begin the clock. session_done: stop and close
 * everything. */
void session_init(struct session *s, const struct image_options *options, struct image *image);
void session_done(struct session *s);

/* session_note: tell the user what stops nothing. */
void session_note(const struct session *s, const char *text);

/* session_threads(s, jobs): how many layers to read at once. session_workers(s, n, e): have at
 * least n. */
size_t session_threads(const struct session *s, size_t jobs);
int session_workers(struct session *s, size_t n, err *e);

/* session_open_cache: or note why not. session_drop_cache: after a failed write; the job goes
 * on. */
void session_open_cache(struct session *s);
void session_drop_cache(struct session *s, err *why);
