/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg - the database of Debian's package manager, inside this room.
 *
 * Sources: dpkg 1.21, deb822(5), dpkg's doc "triggers", Debian Policy 5 (control files). Databases
 * are var/lib/dpkg (status, info/NAME[:ARCH].list, diversions), distroless images'
 * var/lib/dpkg/status.d (one control file a package, NAME.md5sums beside it), and the same below
 * usr/lib.
 * Ownership comes from info/NAME.list, which is what `dpkg-query -S` reads: it names folders,
 * links and configuration files too, so info/NAME.md5sums and the Conffiles field add nothing. */
#pragma once

#include "base/map.h"
#include "catalog/facts.h"
#include "catalog/system_item.h"

enum dpkg_file { DPKG_NOT, DPKG_STATUS, DPKG_STATUS_D, DPKG_LIST, DPKG_MD5SUMS, DPKG_DIVERSIONS };

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
 * administrator). Files name their package as NAME, NAME:ARCH or, in status.d, by the file. */
enum dpkg_item { DPKG_ITEM_DIVERSION = SYSTEM_OWN };

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
