/* SPDX-License-Identifier: Apache-2.0 */
/* papers - config and manifest of an image that is made (OCI image-spec 1.1, config.md,
 * manifest.md).
 *
 * Threading: pure. */
#pragma once

#include "oci/document.h"

struct papers_layer {
	struct descriptor blob;
	digest diff_id;
	const char *made_by; /* for the history */
};

struct papers {
	const struct oci_config *config; /* its layers and history are left aside */
	struct platform platform;
	const char *created; /* RFC 3339 */
	const char *comment; /* what made it */
	const struct papers_layer *layers;
	size_t layers_len;
};

/* papers_config(p, a), papers_manifest(p, config, a): the documents. config: its descriptor.
 * Arena. */
bytes papers_config(const struct papers *p, struct arena *a);
bytes papers_manifest(const struct papers *p, const struct descriptor *config, struct arena *a);

#define PAPERS_CONFIG_TYPE "application/vnd.oci.image.config.v1+json"
#define PAPERS_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
