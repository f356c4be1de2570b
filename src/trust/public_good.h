/* SPDX-License-Identifier: Apache-2.0 */
/* public_good - the trusted root of Sigstore's public instance, as data/sigstore-root.json has it,
 * and the root of the repository that publishes it (data/sigstore-tuf-root.json, version 15), from
 * which an update walks on; made by the build. Static. */
#pragma once

#include <stddef.h>

extern const char trust_public_good[];
extern const size_t trust_public_good_len;

extern const char trust_public_tuf[];
extern const size_t trust_public_tuf_len;
#define TRUST_PUBLIC_MIRROR "https://tuf-repo-cdn.sigstore.dev"

/* Whom it asks to be asked (data/sigstore-signing.json, a signing configuration). */
extern const char signing_public_good[];
extern const size_t signing_public_good_len;
