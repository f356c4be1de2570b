/* SPDX-License-Identifier: Apache-2.0 */
/* artifact - the manifest of what is no image: one layer, and the empty config.
 *
 * OCI image-spec 1.1, manifest.md, "Guidelines for Artifact Usage". Threading: pure functions. */
#pragma once

#include "oci/document.h"

#define ARTIFACT_CONFIG_TEXT "{}"

struct artifact {
	bytes type;
	struct descriptor layer;          /* media type, digest, size, annotations */
	const struct descriptor *subject; /* what it is attached to; NULL: it stands by itself */
	struct oci_labels annotations;
};

/* artifact_config(): the descriptor of ARTIFACT_CONFIG_TEXT. */
struct descriptor artifact_config(void);
/* artifact_text(v, a, out, e): the manifest. ERR_LIMIT: longer than readers take. Arena. */
int artifact_text(const struct artifact *v, struct arena *a, bytes *out, err *e);
