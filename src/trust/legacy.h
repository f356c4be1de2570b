/* SPDX-License-Identifier: Apache-2.0 */
/* legacy - signatures as cosign 1 and 2 wrote them, before bundles: brought to the form of one.
 *
 * Beside an image: a payload (simple signing) or a DSSE envelope, with signature, certificate and
 * log entry in annotations (cosign, specs/SIGNATURE_SPEC.md). Beside a file: one JSON document of
 * them, or files. A log entry has a promise there and no proof. A certificate's chain is not read:
 * the trusted root says it. Threading: pure functions. */
#pragma once

#include "crypto/digest.h"
#include "trust/bundle.h"

/* What lay there; empty: not there. */
struct legacy_parts {
	bytes signature;   /* base64; of an envelope: empty */
	bytes certificate; /* PEM */
	bytes log;         /* JSON: SignedEntryTimestamp, Payload */
	bytes timestamp;   /* JSON: SignedRFC3161Timestamp */
	bytes envelope;    /* JSON; empty: a signature over a message */
};

/* legacy_bundle(parts, a, out, e): ERR_FORMAT also for a key where the certificate belongs
 * (GHSA-fx35-mq7g-6g98); ERR_LIMIT. Views of parts and arena. */
int legacy_bundle(const struct legacy_parts *parts, struct arena *a, struct bundle *out, err *e);

/* legacy_blob(text, a, out, e): the document beside a file: base64Signature, cert, rekorBundle.
 * legacy_is_blob(text): it begins as an object and holds "base64Signature": to choose, not to
 * believe. */
int legacy_blob(bytes text, struct arena *a, struct bundle *out, err *e);
bool legacy_is_blob(bytes text);

/* The payload of a simple signature. */
struct legacy_payload {
	bytes reference; /* the image's name as it was signed: says nothing of where it lies now */
	digest image;
	bytes optional; /* a JSON object of claims; empty: none */
};

/* legacy_payload(text, a, out, e): ERR_FORMAT for another type, for a digest that is missing, for a
 * member that stands there under several spellings; ERR_LIMIT. Views of text and arena. */
int legacy_payload(bytes text, struct arena *a, struct legacy_payload *out, err *e);
