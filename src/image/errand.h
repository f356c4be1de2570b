/* SPDX-License-Identifier: Apache-2.0 */
/* errand - one read of one layer, from plan to merge.
 *
 * Known from the cache, to be hashed only, or to be read. The first round has an errand for every
 * layer, a second one for those that hold the target of a wanted link (aliases). Plan them, run
 * them together (read.h), merge them bottom to top. Belongs to the process's first thread, but for
 * what read.h's threads do with one each. */
#pragma once

#include "image/merge.h"
#include "image/session.h"
#include "image/stash.h"

/* Where a layer's octets come from. read(ctx, into, cap, e): up to cap octets, 0 at the end, -1.
 * restart(ctx, e): begin anew. */
struct layer_source {
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e);
	int (*restart)(void *ctx, err *e);
	void *ctx;
};

struct errand {
	uint16_t layer;
	struct aliases aliases; /* empty in the first round */
	struct layer_source source;
	uint64_t size;        /* of the blob, for the order of work and the progress; 0 unknown */
	digest blob, diff_id; /* expected (none: not told); once read, what they are */
	digest version; /* the cache key beside the blob: inspectors, and aliases where there are */
	bool cached;    /* evidence is known, at this row; what is read is only hashed */
	int64_t row;
	bool to_read;
	struct errand *same;    /* an errand before this one reads the very same blob; NULL: none */
	struct stash evidence;  /* what was read */
	struct local_file file; /* of a local source */
	bool open;
	uint64_t at; /* octets of the file read so far */
	const struct descriptor *remote; /* a blob of this registry; NULL: none */
	struct registry *registry;
	const struct reference *reference;
	struct registry_blob *stream; /* NULL: not begun */
};

struct errands {
	struct errand *items;
	size_t len, cap;
};

/* errand_plan(s, list, layer, aliases, e): add one. Finds the blob, compares its size with the
 * manifest's, asks the cache; a recorded diff_id that is not the config's is ERR_FORMAT. */
int errand_plan(struct session *s, struct errands *list, uint16_t layer, struct aliases aliases,
                err *e);
/* errands_run(s, list, e): read what has to be read. errands_merge: into m; the cache learns what
 * is new. */
int errands_run(struct session *s, struct errands *list, err *e);
int errands_merge(struct session *s, struct errands *list, struct merge *m, err *e);
void errands_done(struct errands *list);
