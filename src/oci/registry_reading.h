/* SPDX-License-Identifier: Apache-2.0 */
/* registry_reading - what manifests, blobs and lists share when they are read. Private to the room.
 * Threading: as registry.h. */
#pragma once

#include "oci/registry_call.h"

/* reading_media_type(x): Content-Type without its parameters. Borrows from x. */
bytes reading_media_type(const struct http_exchange *x);
/* reading_digest(x, out, e): Docker-Content-Digest, none when unsaid. ERR_FORMAT. */
int reading_digest(const struct http_exchange *x, digest *out, err *e);
/* reading_mirror(r, ref, i, a, out): ref at the i-th mirror of its registry; false beyond the last.
 * Arena. */
bool reading_mirror(struct registry *r, const struct reference *ref, size_t i, struct arena *a,
                    struct reference *out);
/* reading_blob(ref, blob, a): what is asked for a blob there. Arena. */
struct call reading_blob(const struct reference *ref, const digest *blob, struct arena *a);
/* reading_manifest(r, ref, a, out, out_etag, e): from the registry itself, as registry_manifest;
 * out_etag: a strong one, or NULL. Arena. */
int reading_manifest(struct registry *r, const struct reference *ref, struct arena *a,
                     struct registry_document *out, const char **out_etag, err *e);
