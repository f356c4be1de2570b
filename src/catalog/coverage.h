/* SPDX-License-Identifier: Apache-2.0 */
/* coverage - is every file of the image accounted for?
 *
 * Each visible regular file belongs to exactly one class. Owned: a package of the distribution
 * lists it. Identified: a cataloger knows what it is. Derived: compiled from a file that is owned
 * or identified (Python's __pycache__). Generated: package managers and their scripts write it;
 * the table in coverage_generated.c says which and why, for data only - a program in such a place
 * is unknown. Unknown: nobody says where it comes from. A file that a later layer put in the place
 * of a package's is unknown too, and said to be replaced: the package's list names another one
 * (owned.h). The layer that wrote the list counts: one whose package manager wrote its database
 * again (apk, rpm) vouches for what layers below it replaced. Not a judgement: an unknown file is
 * no finding, but "nothing found" holds only for what is known. So unknown programs (ELF, PE) and
 * archives count for --fail-on-gap as what could not be read does: what they are made of is hidden.
 * Unknown scripts and data do not: every image has some of its own, and they are what they show.
 * Threading: a pure function of constant facts. */
#pragma once

#include "catalog/facts.h"

enum coverage_class {
	COVERAGE_UNKNOWN,
	COVERAGE_OWNED,
	COVERAGE_IDENTIFIED,
	COVERAGE_DERIVED,
	COVERAGE_GENERATED,
};
#define COVERAGE_CLASSES (COVERAGE_GENERATED + 1)
#define COVERAGE_KINDS (KIND_ARCHIVE + 1)

/* Octets of a file with several names count once. */
struct coverage_sum {
	uint64_t files, bytes;
};

struct coverage_file {
	bytes path;
	uint64_t size;
	uint32_t node;
	uint16_t layer;
	bool replaced; /* in the place of a package's file */
};

struct coverage_folder { /* the first two parts of a path, or the folder of a file that has fewer */
	bytes path;
	struct coverage_sum unknown;
};

struct coverage {
	struct coverage_sum total;
	struct coverage_sum of[COVERAGE_CLASSES];
	struct coverage_sum unknown[COVERAGE_KINDS]; /* by enum file_kind */
	struct coverage_sum replaced;                /* of the unknown */
	/* the largest unknown files of each kind that can hold code (ELF, PE, scripts, archives),
	 * largest first; empty for other kinds. unknown[kind].files says how many there are. */
	struct { struct coverage_file *items; size_t len, cap; } largest[COVERAGE_KINDS];
	/* where unknown files lie, most files first; folders beyond the bound are only in the sums */
	struct { struct coverage_folder *items; size_t len, cap; } folders;
};

/* coverage_count(image, facts, a, out): facts as catalog_collect gave them. Arena. O(files). */
void coverage_count(const struct image *image, const struct facts *facts, struct arena *a,
                    struct coverage *out);

/* coverage_opaque(c): how many unknown files hide what they are made of: ELF, PE, archives. */
uint64_t coverage_opaque(const struct coverage *c);

/* coverage_class_name: "owned", "unknown". coverage_kind_name: "elf", "script". */
const char *coverage_class_name(enum coverage_class class);
const char *coverage_kind_name(enum file_kind kind);

/* coverage_generated(path, kind): who writes this file and why nobody owns it; NULL when it is not
 * in the table. Static. */
const char *coverage_generated(bytes path, enum file_kind kind);
