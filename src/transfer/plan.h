/* SPDX-License-Identifier: Apache-2.0 */
/* plan - everything that belongs to what is copied: documents, children before parents, and blobs.
 *
 * Made in memory before anything is written, so that a source that cannot be understood leaves no
 * trace in the destination. Documents are kept octet for octet. Threading: the first thread;
 * constant afterwards. */
#pragma once

#include "base/map.h"
#include "transfer/origin.h"

/* A manifest or an index. */
struct plan_document {
	struct descriptor
		d; /* ref_name: the tag it goes by in the destination, of cosign's; else empty */
	bytes content;
	bool has_subject;
	digest subject;
	struct oci_labels annotations; /* when it has a subject */
	size_t origin_level; /* how far from the image, by subjects: 0 the image itself */
};

/* An image of a docker archive: config and layers without a manifest. */
struct plan_image {
	bool is_image;
	bytes config; /* its octets; empty: not read yet */
	struct oci_config parsed;
	bytes *names; /* of the layers in a docker archive; NULL: blobs of a manifest */
	const struct descriptor *layers; /* of a manifest */
	size_t len;
};

struct plan {
	struct {
		struct plan_document *items;
		size_t len, cap;
	} documents;              /* the root is the last */
	struct descriptors blobs; /* each once */
	struct plan_image image;
	bytes tag;       /* what the source calls it; empty: nothing */
	uint64_t octets; /* of all blobs */
};

struct plan_options {
	struct platform platform;
	bool all, referrers, foreign;
	bool expand; /* a docker archive will be written: one image, its config is needed */
};

/* plan_make(o, options, a, out, e): ERR_ABSENT (no such tag, platform, blob), ERR_FORMAT,
 * ERR_LIMIT, ERR_USAGE (what cannot be copied so). */
int plan_make(struct origin *o, const struct plan_options *options, struct arena *a,
              struct plan *out, err *e);
