/* SPDX-License-Identifier: Apache-2.0 */
/* document_write - the JSON documents of an image that is made (OCI image-spec 1.1, config.md,
 * manifest.md). The manifest of what is no image: artifact.h.
 *
 * Threading: pure. */
#pragma once

#include "codec/codec.h"
#include "fmt/json_write.h"
#include "oci/document.h"

struct oci_made_layer {
	digest diff_id;
	const char *made_by; /* for the history */
};

struct oci_made {
	const struct oci_config *config; /* its layers and history are left aside */
	struct platform platform;
	const char *created; /* RFC 3339 */
	const char *comment; /* what made it */
	const struct oci_made_layer *layers;
	size_t layers_len;
};

/* oci_config_write(made, a, out, e), oci_manifest_write(config, layers, len, a, out, e): the
 * documents; config, layers: descriptors. ERR_LIMIT: longer than readers take. Arena. */
int oci_config_write(const struct oci_made *made, struct arena *a, bytes *out, err *e);
int oci_manifest_write(const struct descriptor *config, const struct descriptor *layers, size_t len,
                       struct arena *a, bytes *out, err *e);

/* oci_descriptor_write(w, name, d, a): its media type, digest, size and annotations. a: scratch.
 * oci_annotations_write(w, list, a): nothing for an empty one. */
void oci_descriptor_write(struct json_writer *w, const char *name, const struct descriptor *d,
                          struct arena *a);
void oci_annotations_write(struct json_writer *w, const struct oci_labels *list, struct arena *a);

/* oci_layer_type(codec): of a layer so compressed: CODEC_NONE, CODEC_GZIP, CODEC_ZSTD. Static. */
bytes oci_layer_type(enum codec codec);
