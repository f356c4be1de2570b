/* SPDX-License-Identifier: Apache-2.0 */
/* check - does a bill say what it must? NTIA, "The Minimum Elements For a Software Bill of
 * Materials" (2021), data fields: supplier, component name, version, other unique identifiers,
 * dependency relationship, author, timestamp.
 *
 * A supplier that is NOASSERTION is missing. So our own bills of images lack it of packages of
 * languages: no database in the image says it, and we make nothing up. Of an operating system
 * name and version are enough: they are ID and VERSION_ID of os-release(5), which tell who made it
 * and which it is.
 *
 * Whether a document is what its format's schema allows, schema.h says; here it is one more thing
 * that may be wrong, as are references to nothing and licences that are no expressions.
 * Threading: pure functions. */
#pragma once

#include "sbom/read.h"

/* Of each element, so many packages are named that lack it. */
#define SBOM_CHECK_NAMED 20

struct sbom_lack {
	uint64_t packages;
	bytes named[SBOM_CHECK_NAMED]; /* "libc6@2.36-9" */
	size_t named_len;
};

struct sbom_check {
	bytes format; /* "SPDX-2.3", "CycloneDX 1.6"; empty for an image */
	uint64_t packages;
	bytes author; /* the first who made it; empty when unsaid */
	int64_t created;
	uint64_t nameless; /* packages without a name */
	struct sbom_lack supplier, version, identifier, relation;
	uint64_t dangling;     /* dependencies that name what is not there */
	uint64_t bad_licences; /* packages whose licence should be an expression and is none */
	bytes fault;           /* what the format's schema does not allow; empty: it is valid */
};

/* sbom_check_document(document, a, out), sbom_check_bill(bill, a, out): of one that was read, and
 * of an image, whose packages all belong to it. Arena. O(packages). */
void sbom_check_document(const struct sbom_document *document, struct arena *a,
                         struct sbom_check *out);
void sbom_check_bill(const struct sbom *bill, struct arena *a, struct sbom_check *out);

/* sbom_is_complete(c): nothing is missing. */
bool sbom_is_complete(const struct sbom_check *c);
