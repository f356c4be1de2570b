/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_text - a bundle as others read it: Sigstore's own form (protobuf-specs,
 * sigstore_bundle.proto, version 0.3), the envelope of DSSE (protocol.md), and the annotations in
 * which cosign's tag scheme keeps signature, certificate and log entry (cosign,
 * specs/SIGNATURE_SPEC.md). Threading: pure functions. */
#pragma once

#include "crypto/key.h"
#include "oci/document.h"
#include "trust/bundle.h"

#define BUNDLE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define ENVELOPE_MEDIA_TYPE "application/vnd.dsse.envelope.v1+json"
#define SIMPLE_SIGNING_MEDIA_TYPE "application/vnd.dev.cosign.simplesigning.v1+json"

/* bundle_hint(k, a): how cosign names a key: the base64 of its id. */
bytes bundle_hint(const struct public_key *k, struct arena *a);

/* bundle_text(b, a): version 0.3, whatever b->version says; compact. Arena. */
bytes bundle_text(const struct bundle *b, struct arena *a);

/* bundle_envelope(b, a): its envelope alone. Logs of Rekor 1 hash these octets, so what is logged
 * and what the tag scheme keeps are both made here. Arena. */
bytes bundle_envelope(const struct bundle *b, struct arena *a);

/* bundle_annotations(b, chain, a, out, e): of a layer in the tag scheme: the signature of a message
 * (empty for an envelope, which holds its own), certificate and chain (PEM; empty: none), the
 * entry's promise, the time stamp. ERR_USAGE: an entry without a promise (of Rekor 2), or an
 * envelope with a time stamp alone, has no place there. Arena. */
int bundle_annotations(const struct bundle *b, bytes chain, struct arena *a,
                       struct oci_labels *out, err *e);
