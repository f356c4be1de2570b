/* SPDX-License-Identifier: Apache-2.0 */
/* source - where an image's documents and blobs come from: files, a registry, an engine.
 *
 * A bare name is asked for in the order of image_network; what an engine exports becomes a file
 * without a name, and is then read as the archive it is. Documents of registries are kept in the
 * evidence cache by their digest, so that an image that was seen before costs one HEAD.
 * Threading: belongs to the session's thread; registry blobs are read by any. */
#pragma once

#include "oci/local.h"
#include "oci/registry.h"

struct session;

struct source {
	struct local local;         /* files and exports; fd -1: none */
	struct registry *registry;  /* NULL: none */
	struct reference reference; /* in that registry */
	struct target target;       /* what documents are looked for as: an export is an archive */
};

/* source_open(s, e): open s->image->target. Where a network or an engine is asked, every worker has
 * been forked when this returns. ERR_ABSENT, ERR_USAGE, ERR_IO, ERR_NET. source_close: whatever is
 * open. */
int source_open(struct session *s, err *e);
void source_close(struct source *source);

/* source_document(s, d, max, a, out, e): a document of the registry, by digest: out of the cache,
 * or fetched and kept. The caller checks size and digest. Arena. source_resolve(s, a, out, e): what
 * the reference means: digest, size and media type, by HEAD alone where the registry says it. */
int source_document(struct session *s, const struct descriptor *d, uint64_t max, struct arena *a,
                    bytes *out, err *e);
int source_resolve(struct session *s, struct arena *a, struct descriptor *out, err *e);
