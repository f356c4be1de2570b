/* SPDX-License-Identifier: Apache-2.0 */
/* read - bills that somebody wrote: SPDX 2.2 and 2.3 as JSON and tag-value, CycloneDX 1.2 to 1.7 as
 * JSON, also as the predicate of an in-toto statement and that in a DSSE envelope.
 *
 * The document becomes a struct sbom, which every writer of this room takes. Kept is what a bill of
 * ours holds (sbom.h), found where we, Syft and Trivy put it; the rest of a document, its files and
 * services among it, is passed over. The image is what the document describes; it is no package of
 * its own. Packages without a name are left out, edges to what is not there too.
 * A document is read piece by piece, its members in any order; packages wait in a file, so that one
 * of 300,000 needs some 30 MB of memory.
 * Hostile input: LIMIT_SBOM and its kin in base/limits.h; what fmt/json_stream refuses.
 * Threading: one thread a document, also once read. */
#pragma once

#include "base/map.h"
#include "sbom/pile.h"
#include "sbom/sbom.h"

/* Where a document comes from. more(ctx, out, e): the next octets, none at the end, -1. */
struct sbom_source {
	int (*more)(void *ctx, bytes *out, err *e);
	void *ctx;
};

/* sbom_source_of(text): one that is in memory. Borrows; is used up by reading. */
struct sbom_source sbom_source_of(bytes *text);

struct sbom_document {
	struct sbom bill; /* borrows from here: do not move */
	bytes version;    /* "SPDX-2.3", "1.6" of CycloneDX */
	bool is_spdx;
	bool is_statement; /* it came inside of an in-toto statement, about these subjects: */
	struct {
		digest *items;
		size_t len, cap;
	} subjects;
	bytes creators; /* who made it, as the document says; one a line */
	struct {
		struct sbom_layer *items;
		size_t len, cap;
	} layers;
	struct pile packages; /* as they came, the image possibly among them */
	size_t image;         /* its number; SIZE_MAX when it is none of them */
	struct map texts;     /* licences that SPDX does not know: LicenseRef-… to bytes */
	buf edges;            /* struct sbom_edge */
	bool is_tag_value;
	/* what is wrong with it (check.h) */
	uint64_t nameless, dangling;
	uint64_t bad_licences; /* called expressions, but none */
	bytes fault;           /* what its schema does not allow (schema.h); empty when nobody looked */
	buf related; /* bool for each package: somebody says how it belongs to the rest */
};

/* sbom_read(source, fd, a, out, e): fd is an empty file for the packages, kept until
 * sbom_document_done. ERR_FORMAT (no bill, an unknown version, not what its format allows),
 * ERR_LIMIT, ERR_IO (the file is full), and what the source fails with. Arena. On failure *out
 * needs no sbom_document_done. O(n log n). */
int sbom_read(const struct sbom_source *source, int fd, struct arena *a, struct sbom_document *out,
              err *e);
void sbom_document_done(struct sbom_document *document);
