/* SPDX-License-Identifier: Apache-2.0 */
/* documents - from a target to the one manifest and config that are meant.
 *
 * Takes what source.h gives, lets a sealed worker parse every document, verifies each one's
 * digest and size against the descriptor that named it, walks indexes (never deeper than
 * LIMIT_INDEX_DEPTH, never to BuildKit's attestations) and chooses the platform. Belongs to the
 * process's first thread. */
#pragma once

#include "image/image.h"
#include "oci/local.h"

/* A layer's blob: its name in the source and what the documents say of it. */
struct document_layer {
	bytes name;            /* "blobs/sha256/…" or "<id>/layer.tar" */
	struct descriptor blob; /* digest none in a docker archive */
};

struct documents {
	enum target_kind kind;
	digest manifest, config_digest;
	bytes reference;
	struct platform platform;
	struct oci_manifest image; /* empty for a docker archive */
	struct oci_config config;
	struct image_documents documents;
	struct { struct document_layer *items; size_t len, cap; } layers;
};

/* documents_read(s, a, out, e): of the session's source, for the platform its options ask for.
 * ERR_ABSENT (no such tag, platform), ERR_FORMAT, ERR_LIMIT, ERR_NET, ERR_BUG. */
struct session;
int documents_read(struct session *s, struct arena *a, struct documents *out, err *e);
