/* SPDX-License-Identifier: Apache-2.0 */
/* read - bills that somebody wrote: SPDX 2.2 and 2.3, CycloneDX 1.2 to 1.7, all as JSON, also as
 * the predicate of an in-toto statement.
 *
 * The document becomes a struct sbom, which every writer of this room takes. Kept is what a bill of
 * ours holds (sbom.h), found where we, Syft and Trivy put it; the rest of a document, its files and
 * services among it, is passed over. The image is what the document describes; it is no package of
 * its own. Packages without a name are left out, edges to what is not there too.
 * Hostile input: at most LIMIT_SBOM_PACKAGES packages and as many edges; what fmt/json refuses.
 * Threading: a document is constant once read. */
#pragma once

#include "sbom/sbom.h"

struct sbom_document {
	struct sbom bill; /* borrows from here: do not move */
	bytes version;    /* "SPDX-2.3", "1.6" of CycloneDX */
	bool is_spdx;
	struct {
		struct sbom_package *items;
		size_t len, cap;
	} packages;
	struct {
		struct sbom_layer *items;
		size_t len, cap;
	} layers;
	struct {
		struct sbom_edge *items;
		size_t len, cap;
	} edges;
};

/* sbom_read(text, a, out, e): ERR_FORMAT (no JSON, no bill, an unknown version), ERR_LIMIT. Borrows
 * text; arena. O(n log n). */
int sbom_read(bytes text, struct arena *a, struct sbom_document *out, err *e);
