/* SPDX-License-Identifier: Apache-2.0 */
/* convert - an image of a docker archive as an OCI image: its layers compressed or as they are, its
 * config as it is, and a manifest that names them (image-spec 1.1, manifest.md).
 *
 * The config's diff_ids are checked against what the layers hold. Layers that are kept give the
 * same digests everywhere; compressed ones where the compressor is the same (codec/compress.h). */
#pragma once

#include "transfer/destination.h"

/* convert_keep(t, plan, from, e): nothing is compressed. The plan gets the layers as blobs, which
 * from then yields by their digests, and last the config, which is written to t at once; the
 * manifest becomes its only document. ERR_FORMAT for a layer that is compressed in the archive. */
int convert_keep(struct destination *t, struct plan *plan, struct origin *from, err *e);

/* convert_run(t, plan, from, codec, e): CODEC_GZIP or CODEC_ZSTD: write layers and config to t; the
 * manifest becomes the plan's only document. Called by one thread. */
int convert_run(struct destination *t, struct plan *plan, struct origin *from, enum codec codec,
                err *e);
