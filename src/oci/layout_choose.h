/* SPDX-License-Identifier: Apache-2.0 */
/* layout_choose - which entries of a layout's index.json are the image that is meant.
 *
 * Source: OCI image layout 1.1 (org.opencontainers.image.ref.name). Whoever pulls or copies with
 * signatures has them in index.json as well: what is attached to an image is none itself, unless
 * it is named. Threading: pure function. */
#pragma once

#include "oci/document.h"
#include "oci/target.h"

/* layout_choose(entries, target, want, a, out, e): the entries that target's tag names, by name or
 * digest; without one, all that are no signature or attestation (those with an artifactType,
 * BuildKit's attestations, cosign's tags); where `cosign save` has marked the image, only that.
 * Each digest once; more than one entry only for several platforms: platform_choose decides.
 * ERR_ABSENT: none; or several that `want` fits, since which is meant cannot be told. Borrows from
 * entries; the list is the arena's. */
int layout_choose(const struct descriptors *entries, const struct target *target,
                  const struct platform *want, struct arena *a, struct descriptors *out, err *e);

/* layout_attached(entries): how many of them are signatures and attestations. */
size_t layout_attached(const struct descriptors *entries);
