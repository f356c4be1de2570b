/* SPDX-License-Identifier: Apache-2.0 */
/* tuf - the walk from a root that is believed to the trusted root of today (The Update Framework,
 * specification 1.0, section 5, "Detailed client workflow").
 *
 * It asks for one file after the other and judges what comes; who fetches is not its business.
 * Whatever was kept of an earlier walk is never gone behind: versions do not sink, no listed file
 * goes away. Where keys were replaced, a kept file that they signed no longer counts (5.3.11).
 * Not done: delegations. A target stands in the top-level targets, as Sigstore's do.
 * Threading: belongs to one thread. */
#pragma once

#include "trust/tuf_file.h"

/* What a walk keeps, in the order in which it is kept. */
enum tuf_part {
	TUF_PART_ROOT,
	TUF_PART_TIMESTAMP,
	TUF_PART_SNAPSHOT,
	TUF_PART_TARGETS,
	TUF_PART_TRUSTED_ROOT,
	TUF_PART_SIGNING_CONFIG, /* a repository need not have one */
};
#define TUF_PARTS 6

/* tuf_part_name(part): of its file here, and of the target there. Static. */
const char *tuf_part_name(enum tuf_part part);

struct tuf_wish {
	const char *name; /* of the file, below the repository's address; valid until tuf_take */
	uint64_t most;    /* octets */
	enum tuf_part part;
	bool may_be_absent; /* the next root: the walk ends with the one before */
};

struct tuf;

/* tuf_new(pinned, kept, now, out, e): kept: a file for each part, empty where there is none; what
 * cannot be read of them counts as none. now: seconds since 1970; one time for the whole walk.
 * ERR_FORMAT, ERR_UNTRUSTED: of pinned. Copies. tuf_free(NULL) is fine. */
int tuf_new(bytes pinned, const bytes kept[TUF_PARTS], int64_t now, struct tuf **out, err *e);
void tuf_free(struct tuf *t);

/* tuf_wants(t, out): the file that is to be fetched next; false: the walk is at its end. */
bool tuf_wants(const struct tuf *t, struct tuf_wish *out);

/* tuf_take(t, content, out_keep, e): what came; NULL: it does not exist there. out_keep: it is to
 * be kept as its part once the walk is at its end; else what is kept stays. ERR_UNTRUSTED says what
 * does not hold, ERR_FORMAT what cannot be read, ERR_LIMIT; the walk is over then. */
int tuf_take(struct tuf *t, const bytes *content, bool *out_keep, err *e);

/* tuf_version(t, role): of the file that holds; 0: not reached. */
uint64_t tuf_version(const struct tuf *t, enum tuf_role role);
