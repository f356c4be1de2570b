/* SPDX-License-Identifier: Apache-2.0 */
/* owned - file lists of packages: written by an inspector, read by its collector.
 *
 * A list is front-coded: of each path the number of octets it shares with the one before it, and
 * the rest. Long lists are split over several items. Paths are clean (base/path.h).
 * Threading: one thread a writer or reader. */
#pragma once

#include "base/limits.h"
#include "image/image.h"

struct owned_writer {
	struct inspection *in;
	bytes start; /* what each item begins with: the caller's encoding of whose files these are */
	buf out;
	uint8_t clean[LIMIT_PATH]; /* the path in hand; here, so that it is not cleared for each */
	uint8_t last[LIMIT_PATH];
	size_t last_n;
};

/* owned_begin(w, in, start): start is borrowed. owned_add(w, raw): a path as the database writes
 * it, in any form; false when it is longer than LIMIT_PATH. owned_end: emit what is left, free the
 * memory. */
void owned_begin(struct owned_writer *w, struct inspection *in, bytes start);
bool owned_add(struct owned_writer *w, bytes raw);
void owned_end(struct owned_writer *w);

/* Folders lie rarely deeper below each other; where they do, the last ones are walked to. */
#define OWNED_FOLDERS 16

struct owned_reader {
	bytes rest; /* behind the start */
	uint8_t path[LIMIT_PATH];
	size_t path_n;
	/* Where the first n octets of path lead, when links are followed; the longest last. */
	struct owned_folder { size_t n; uint32_t node; } folders[OWNED_FOLDERS];
	size_t folders_n;
};
/* owned_next(r, out): 1 and the next path (valid until the next call), 0 at the end, -1 when the
 * encoding is broken. */
int owned_next(struct owned_reader *r, bytes *out);
/* owned_find(r, tree): tree_find of that path, not followed at its end: TREE_NONE where there is
 * none. Most paths lie in a folder that stood in the list, or in that of the one before, which is
 * then not walked to again. The tree is the same for all paths of a reader, and does not change. */
uint32_t owned_find(struct owned_reader *r, const struct tree *tree);

/* owned_claim(tree, node, package, layer): the visible file there belongs to this package (index +
 * 1), unless another one owns it already; TREE_NONE and folders belong to nobody. Links in the
 * parents were followed: lib/x means usr/lib/x where lib is a link. layer wrote the list: a file
 * that came later is not the one it names; it is marked as replaced (TREE_REPLACED) and stays
 * without owner, unless another list claims it. Whether its octets changed is not asked: that would
 * cost a checksum of every file, and chmod(1) in a later layer looks the same. */
void owned_claim(struct tree *tree, uint32_t node, uint32_t package, uint16_t layer);
