/* SPDX-License-Identifier: Apache-2.0 */
/* attachment - something that is attached to an image: a signature, an attestation, or what
 * somebody else calls his own. Plain data, gathered (transfer/attachments.h) and not believed.
 *
 * Sources: cosign's specs/SIGNATURE_SPEC.md and its tag scheme; bundles as referrers (cosign 3);
 * OCI image-spec 1.1 (subject, artifactType); BuildKit docs/attestations; Notary Project
 * signature-specification. Threading: constant once gathered. */
#pragma once

#include "oci/document.h"

enum attachment_kind {
	ATTACHMENT_OTHER,     /* told, never judged */
	ATTACHMENT_SIGNATURE, /* cosign's simple signing: a payload, the signature in annotations */
	ATTACHMENT_ENVELOPE,  /* a DSSE envelope in a layer; certificate and log in annotations */
	ATTACHMENT_BUNDLE,    /* a Sigstore bundle */
	ATTACHMENT_STATEMENT, /* a bare in-toto statement, as BuildKit writes it: signed by nobody */
	ATTACHMENT_NOTARY,    /* a signature of the Notary Project: recognised, not judged */
};

enum attachment_by {
	ATTACHED_BY_REFERRER, /* a manifest whose subject it is: API, fallback tag, layout */
	ATTACHED_BY_TAG,      /* sha256-HEX.sig, .att, .sbom */
	ATTACHED_BESIDE,      /* in the image's index (BuildKit) */
};

struct attachment {
	enum attachment_kind kind;
	enum attachment_by by;
	digest subject;            /* the manifest or index that it is attached to */
	digest manifest;           /* that holds it */
	bytes artifact_type;       /* of the manifest; empty: unsaid */
	bytes predicate_type;      /* as annotations say; empty: unsaid. A hint */
	bytes created;             /* annotation org.opencontainers.image.created; a hint */
	struct descriptor layer;   /* the blob; its annotations are those of the layer; without a digest
	                            * where the manifest was not read or has no layers */
	bytes content;             /* the blob's octets, of its digest; empty: not asked for, unread */
	const char *unread;        /* why it could not be had, though asked for; NULL */
};

struct attachments {
	struct attachment *items;
	size_t len, cap;
};

/* attachment_annotation(at, name): of its layer; empty when there is none. Borrows. */
bytes attachment_annotation(const struct attachment *at, const char *name);

/* attachment_kind_of(type): what a layer of this media type is, or a manifest that calls itself
 * so. */
enum attachment_kind attachment_kind_of(bytes type);
/* attachment_tag(subject, suffix, a): by which tag something is attached to it: "sha256-HEX.sig"
 * for "sig" (cosign's specs/SIGNATURE_SPEC.md, "Storage"); "" the tag that lists referrers where a
 * registry cannot (distribution-spec 1.1, "Referrers Tag Schema": at most 64 digits). Arena. */
const char *attachment_tag(const digest *subject, const char *suffix, struct arena *a);
