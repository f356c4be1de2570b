/* SPDX-License-Identifier: Apache-2.0 */
/* bill - a bill of materials of an image: read it, gather facts, show them as a struct sbom.
 *
 * Packages that an upper layer hid are not in the image, those that a deps.json names but that
 * bring no file are not either: both are left out. What a package without files needs is needed by
 * whatever needs it. The distribution is a package of its own, the first.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "flow/audit.h"
#include "sbom/sbom.h"

struct bill_options {
	struct image_options image; /* inspectors are set by bill_make */
	int64_t now;                /* of the document, seconds */
	const char *tool_version;
	bool files; /* name every file, with its SHA-1 and SHA-256 */
};

struct bill {
	struct image image;
	struct facts facts;
	uint32_t *shown;  /* indexes into facts.packages, in their order */
	uint32_t *number; /* of each of facts.packages: its index + 1 in the bill; 0 not in it */
	size_t shown_len;
	const struct image_item **hashed; /* of each node of the tree: its digests; NULL: none */
	uint64_t gaps;    /* what could not be read */
	struct sbom sbom; /* borrows from all of the above: do not move */
};

/* bill_make(target, options, out, e): everything. Errors of image_read and catalog_collect. On
 * failure *out needs no bill_done. */
int bill_make(const struct target *target, const struct bill_options *options, struct bill *out,
              err *e);
void bill_done(struct bill *bill);

/* bill_show(bill, options): the sbom of image and facts that are there already. */
void bill_show(struct bill *bill, const struct bill_options *options);

/* bill_target(text, a, out, e): as target_parse, but a file that begins like a bill is one, without
 * "sbom:" before its name. */
int bill_target(const char *text, struct arena *a, struct target *out, err *e);
