/* SPDX-License-Identifier: Apache-2.0 */
/* convert - an image of a docker archive as an OCI image: its layers compressed, its config as it
 * is, and a manifest that names them (image-spec 1.1, manifest.md).
 *
 * The config's diff_ids are checked against what the layers hold. Deterministic for one way of
 * compressing (codec/compress.h). */
#pragma once

#include "transfer/destination.h"

/* convert_run(t, plan, from, codec, e): write layers and config to t; the manifest becomes the
 * plan's only document. Called by one thread. */
int convert_run(struct destination *t, struct plan *plan, struct origin *from, enum codec codec,
                err *e);
