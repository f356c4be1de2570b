/* SPDX-License-Identifier: Apache-2.0 */
/* holdings - what in a layout, or an archive of one, refers to something else: the manifests that
 * have a subject (OCI image-spec 1.1, manifest.md).
 *
 * A layout has no list of referrers: index.json may name them, or the index of a fallback tag, or
 * nothing at all (`cosign save` since version 3). So index.json is read, and then every blob that
 * can be a manifest. Limits: LIMIT_REFERRERS, LIMIT_HOLDINGS_READ, LIMIT_ARCHIVE_ENTRIES.
 * Threading: as parser.h. */
#pragma once

#include "oci/local.h"
#include "transfer/parser.h"

struct holding {
	struct descriptor d; /* artifact_type and annotations as its manifest says them */
	digest subject;
};
struct holdings {
	struct holding *items;
	size_t len, cap;
};

/* holdings_read(local, index, parser, a, out, e): in the order of `index` (index.json), then by
 * digest. A manifest that index.json names must be there and be one; a blob that is none is passed
 * over. Arena. ERR_FORMAT, ERR_ABSENT, ERR_LIMIT, ERR_IO, ERR_BUG. */
int holdings_read(const struct local *local, const struct oci_index *index, struct parser *parser,
                  struct arena *a, struct holdings *out, err *e);
