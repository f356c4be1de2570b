/* SPDX-License-Identifier: Apache-2.0 */
/* seal_keep - what earlier runs of `oakum seal` did, so that one that was stopped goes on and an
 * unchanged one has nothing to do.
 *
 * Kept are, in a folder of the cache: when something was said of an image, by what it says but for
 * that time, so that the same is not said and signed twice; and what was attached to an image.
 * Nothing of it is signed, and nothing of it is believed: what is said is written anew by each run,
 * and whether what was attached is still there, says that and is signed by who signs now is asked
 * of the place itself. A file that is not as it was written counts as none.
 * Limits: LIMIT_SEAL_KEPT a file, LIMIT_SEAL_CACHE all of them. Threading: pure functions over the
 * file system; files appear whole. */
#pragma once

#include "base/arena.h"
#include "crypto/digest.h"

struct seal_keep {
	const char *dir; /* NULL: nothing is kept */
	uint64_t limit;  /* octets of all files; what was not used for longest goes first */
	/* note(ctx, text): it could not be kept; nothing else stops for that. */
	void (*note)(void *ctx, const char *text);
	void *note_ctx;
};

/* seal_keep_folder(dir, a): the folder of the cache in which it is. Arena. */
const char *seal_keep_folder(const char *dir, struct arena *a);

/* seal_keep_time(k, timeless, now): when what says this (`timeless`: the same without a time) was
 * said first, as an earlier run kept it; else now, which the next one finds. Never later than
 * now. */
int64_t seal_keep_time(const struct seal_keep *k, bytes timeless, int64_t now);

/* One thing that was attached. */
struct seal_attached {
	digest subject;
	digest content;  /* of the paper; of a signature that of its predicate's type */
	digest manifest; /* the referrer; none: by tag alone */
	digest layer;    /* by tag: the payload; none: a referrer alone */
};

/* What one signer attached to one image; who that is, the request says. */
struct seal_record {
	digest name; /* of place, image and signer: seal_keep_name */
	struct {
		struct seal_attached *items;
		size_t len, cap;
	} attached;
};

/* seal_keep_name(place, root, signer): what a record goes by.
 * seal_keep_read(k, name, a, out): an empty one where there is none. Arena. seal_keep_write(k, r).
 * seal_keep_find(r, subject, content): NULL when it was not attached. */
digest seal_keep_name(const char *place, const digest *root, bytes signer);
void seal_keep_read(const struct seal_keep *k, const digest *name, struct arena *a,
                    struct seal_record *out);
void seal_keep_write(const struct seal_keep *k, const struct seal_record *r);
const struct seal_attached *seal_keep_find(const struct seal_record *r, const digest *subject,
                                           const digest *content);
