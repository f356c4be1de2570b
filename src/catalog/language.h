/* SPDX-License-Identifier: Apache-2.0 */
/* language - what the catalogers of programming languages share: the wire form of one package, and
 * how it becomes a fact.
 *
 * Every file a package was read from is identified. A package that something installed owns what
 * its format says (a folder, a list of files); what another package owns stays its. A declared
 * package stands in a lock file. It is a fact only of a folder (rootfs:), which may be a source
 * tree, and only where nothing tells what was really installed; in an image a lock file is
 * evidence of what somebody once meant to install (Trivy decides the same: `trivy image` leaves
 * lock files out, `trivy fs` reads them).
 * Threading: one collector's. */
#pragma once

#include "catalog/needs.h"
#include "catalog/system_item.h"

enum language_kind {
	LANGUAGE_NONE,
	LANGUAGE_INSTALLED, /* it is there */
	LANGUAGE_DECLARED,  /* a lock file says that it should be */
	LANGUAGE_KNOWN,     /* no package, but the file is understood; no name */
	LANGUAGE_FILES,     /* followed by a list of paths (owned.h); no name */
	LANGUAGE_NEEDS,     /* of the package before it: followed by pairs (relations_next); no name */
};

struct language_item {
	enum language_kind kind;
	bytes name, version, licence;
	bytes place; /* cataloger's own: a folder, relative to that of the file */
};

/* -- in the worker -- */
/* language_emit(in, item): one item; a value above LIMIT_PACKAGE_FIELD is a stated gap instead.
 * language_known(in): the file is understood, whatever else it says.
 * language_files_start(out): what items of LANGUAGE_FILES begin with, for owned_begin. */
void language_emit(struct inspection *in, const struct language_item *item);
void language_known(struct inspection *in);
void language_files_start(buf *out);
/* language_needs_begin(w, in): relations_add the names that the package emitted last needs, then
 * relations_end. */
void language_needs_begin(struct relations_writer *w, struct inspection *in);

/* -- in the parent -- */
struct language {
	struct image *image;
	struct arena *arena;
	struct facts *facts;
	enum ecosystem ecosystem;
	struct needs needs;
	const struct image_item *last; /* the package added last, and */
	uint32_t package;              /* its index + 1; 0 when it is hidden or was not added */
	uint32_t path_node;            /* whose path was asked for last */
	bytes path;
};
void language_init(struct language *l, enum ecosystem ecosystem, struct image *image,
                   struct arena *a, struct facts *facts);

/* language_take(payload, out): the item's front from *payload; false when it is broken. For files
 * the list is what is left, else nothing may be left. */
bool language_take(bytes *payload, struct language_item *out);

/* language_add(l, item, p): a new package; marks the file it was read from. Gives index + 1, 0
 * above LIMIT_PACKAGES (a gap is stated) and for what an image only declares. language_broken:
 * state that an item cannot be read. */
uint32_t language_add(struct language *l, const struct image_item *item,
                      const struct language_item *p);
void language_broken(struct language *l, const struct image_item *item);

/* language_mark(l, node, package): this file is identified and belongs to the package (index + 1,
 * or 0: to none). language_claim(l, dir, package, except): so do all visible files below a folder,
 * except in folders of that name. O(files below). */
void language_mark(struct language *l, uint32_t node, uint32_t package);
void language_claim(struct language *l, uint32_t dir, uint32_t package, bytes except);

/* language_needs(l, item, pairs, scope): what the package before this item needs, by names that
 * mean something in this scope; edges come with needs_resolve. False when it is broken. */
bool language_needs(struct language *l, const struct image_item *item, bytes pairs, bytes scope);

/* language_collect(inspector, ecosystem, image, a, facts): all of it, for a cataloger whose files
 * say what they hold and own nothing else. */
void language_collect(uint16_t inspector, enum ecosystem ecosystem, struct image *image,
                      struct arena *a, struct facts *facts);
