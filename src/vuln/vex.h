/* SPDX-License-Identifier: Apache-2.0 */
/* vex - what somebody says about vulnerabilities of products: that they are not affected, and why.
 *
 * Read are OpenVEX 0.2, CSAF 2.0 (category csaf_vex) and CycloneDX with vulnerabilities.analysis,
 * bare or as the predicate of an in-toto statement (v0.1, v1), also within a DSSE envelope, whose
 * signatures are not looked at: what it says is no more trusted than the place it came from.
 * Kept is what can be compared: an id, the purl of a product, the purl of a part of it. A
 * statement about a part of another product than the image counts for nothing: who says that a
 * library is safe inside of another one does not say it of every use in the image. A product that
 * is not named by a purl matches nothing. Of several statements the latest counts, and of the same
 * time the last. Hostile input: LIMIT_SETTINGS and what fmt/json refuses. Threading: constant once
 * read. */
#pragma once

#include "crypto/digest.h"
#include "model/purl.h"

enum vex_status { VEX_UNKNOWN, VEX_NOT_AFFECTED, VEX_AFFECTED, VEX_FIXED, VEX_UNDER_INVESTIGATION };

struct vex_statement {
	bytes id;
	bytes product, part; /* purls; part may be empty */
	enum vex_status status;
	bytes why;    /* the justification's word, else what is said in sentences */
	bytes source; /* the document it stands in, when that is told */
	int64_t time; /* seconds; 0 unknown */
};

struct vex_list {
	struct vex_statement *items;
	size_t len, cap;
};

/* vex_read(text, about, a, out, e): add the document's statements. about: what an in-toto statement
 * must have as its subject; none: anything. Arena; borrows text. ERR_FORMAT when it is of none of
 * the three, ERR_LIMIT, ERR_UNTRUSTED (a statement about something else). */
int vex_read(bytes text, const digest *about, struct arena *a, struct vex_list *out, err *e);

/* vex_find(list, id, purl, image, a): what counts for this id of this package; NULL: nobody speaks
 * of it. image: what holds it: the last part of its repository's name, and its manifest's digest as
 * the version; a name that is empty is no product's. */
const struct vex_statement *vex_find(const struct vex_list *list, bytes id, const struct purl *purl,
                                     const struct purl *image, struct arena *a);

/* vex_status_name: "not_affected". Static. */
const char *vex_status_name(enum vex_status status);
