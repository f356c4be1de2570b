/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg - the database of Debian's package manager, inside this room.
 *
 * Sources: dpkg 1.21, deb822(5), dpkg's doc "triggers", Debian Policy 5 (control files). Databases
 * are var/lib/dpkg (status, info/NAME[:ARCH].list, diversions), distroless images'
 * var/lib/dpkg/status.d (one control file a package, NAME.md5sums beside it), and the same below
 * usr/lib.
 * Ownership comes from info/NAME.list, which is what `dpkg-query -S` reads: it names folders,
 * links and configuration files too, so info/NAME.md5sums and the Conffiles field add nothing.
 * An interrupted dpkg leaves a journal: updates/NNNN, names of digits only, each with paragraphs
 * that stand for those of the same package in status; the highest number counts (dpkg's
 * modstatdb_init reads them so, and dpkg-query(1) with it). */
#pragma once

#include "base/map.h"
#include "catalog/facts.h"
#include "catalog/system_item.h"

enum dpkg_file {
	DPKG_NOT,
	DPKG_STATUS,
	DPKG_STATUS_D,
	DPKG_UPDATE,
	DPKG_LIST,
	DPKG_MD5SUMS,
	DPKG_DIVERSIONS
};

/* dpkg_file_of(path): which part of a database the file at path is. */
enum dpkg_file dpkg_file_of(bytes path);

/* One paragraph of a control file. Empty slices for fields that are absent. */
struct dpkg_stanza {
	bytes package, version, architecture, source, status, maintainer;
	bytes pre_depends, depends, provides; /* may run over several lines */
	const char *fault; /* what is wrong in it, NULL when nothing; static */
	uint64_t line;     /* of the fault, else its first */
};

struct dpkg_reader {
	bytes rest;
	uint64_t line;
};

/* dpkg_stanza_next(r, out): the next paragraph; false at the end. Borrows. */
bool dpkg_stanza_next(struct dpkg_reader *r, struct dpkg_stanza *out);

/* dpkg_relations(w, field, kind): the packages of a relationship field (Debian Policy 7.1):
 * "a (>= 1) | b:any, c [i386]". Versions and architectures are passed over: dpkg has seen to
 * them. */
void dpkg_relations(struct relations_writer *w, bytes field, enum relation kind);

/* Items, beside those of system_item.h: a diversion is from, to, by which package (":" for the
 * administrator). Files name their package as NAME, NAME:ARCH or, in status.d, by the file. An
 * update is the name and architecture of a package that the journal speaks of; the package itself
 * follows when its files are there. */
enum dpkg_item { DPKG_ITEM_DIVERSION = SYSTEM_OWN, DPKG_ITEM_UPDATE };

/* dpkg_files_inspect(in, kind): emit the items of a list, md5sums or diversions file. */
void dpkg_files_inspect(struct inspection *in, enum dpkg_file kind);

/* dpkg_files_collect(image, owners, a, facts): mark the files that the visible lists give to
 * packages (map of "NAME" and "NAME:ARCH" to struct dpkg_owner). */
struct dpkg_owner {
	uint32_t package; /* index + 1 */
	bytes name;
};
void dpkg_files_collect(struct image *image, const struct map *owners, struct arena *a,
                        struct facts *facts);

/* The journal of each database (dpkg_journal.c). */
struct dpkg_journal {
	struct image *image;
	struct arena *arena;
	struct map latest; /* database, name, architecture -> struct image_item that counts */
};
/* dpkg_journal_emit(in, stanza): in the worker: the update item.
 * dpkg_journal_init(j, image, a), dpkg_journal_read(j, item): remember a visible update; false when
 * it is broken.
 * dpkg_journal_holds(j, item, update, name, architecture): does the package of this item count?
 * update is the update item it stands behind, NULL for status: then nothing newer may be in the
 * journal. */
void dpkg_journal_emit(struct inspection *in, const struct dpkg_stanza *stanza);
void dpkg_journal_init(struct dpkg_journal *j, struct image *image, struct arena *a);
bool dpkg_journal_read(struct dpkg_journal *j, const struct image_item *item);
bool dpkg_journal_holds(const struct dpkg_journal *j, const struct image_item *item,
                        const struct image_item *update, const struct package *p);
