/* SPDX-License-Identifier: Apache-2.0 */
/* sign - a signature or an attestation made, and attached to an image or written beside a file.
 *
 * What says "signed": a bundle around a statement of the type cosign/sign/v1 (cosign 3), attached
 * as a referrer; and the older simple signing under the tag sha256-HEX.sig (cosign 1 and 2). What
 * says more: a statement in a bundle, or in an envelope under sha256-HEX.att. Everything that is
 * to be attached to an image is made and checked before the first octet is sent, and lies in the
 * file that was asked for: what a log witnessed cannot be made again. Private keys and
 * tokens stay in this process: workers are forked before (attach_open, testimony_read,
 * keyless_open). Threading: belongs to one thread. */
#pragma once

#include "flow/claimant.h"
#include "flow/keyless.h"
#include "flow/testimony.h"
#include "transfer/attach.h"
#include "trust/signer.h"

/* Who signs, and who witnesses. */
struct sign_who {
	const struct signer *signer;
	struct keyless *keyless; /* NULL: nobody witnesses */
	bool by_certificate;     /* the key is keyless's own, and has a certificate */
};

struct sign_wish {
	const struct oci_labels *pairs; /* of a signature: -a k=v */
	const struct testimony *testimony; /* what is attested; NULL: a signature */
	bytes kept; /* instead: a bundle that was made before, attached as it is; empty */
	struct worker *claimant; /* who reads it */
	enum attachments_scope scope;
	const struct platform *platform; /* of SCOPE_PLATFORM; NULL: this machine's */
	bool as_bundle, as_tag;
	bool replace; /* by tag: attestations of the same type go */
	bool keep;    /* make it, and attach nothing */
	const char *bundle_file; /* of one image: its bundle goes there, too; NULL */
	int64_t now;
};

/* One subject, signed. */
struct signed_image {
	struct attachable subject;
	bytes bundle;           /* text; empty: by tag alone */
	bytes payload;          /* what the tag's signature is over; empty: no tag */
	bytes signature;        /* of that payload; empty: an envelope holds it */
	digest referrer, tagged; /* the manifests that hold them; none: not attached */
	const char *tag;        /* "sha256-HEX.sig"; NULL */
	bytes identity, issuer; /* of the certificate */
	bool is_logged;
	uint64_t log_index;
};

struct sign_result {
	struct attach_image image;
	struct signed_image *items; /* one for each of image's */
	size_t len;
};

/* sign_image(who, wish, session, target, a, out, e): errors as attach_begin, attach_put,
 * signer_sign, keyless_witness; ERR_UNTRUSTED: a statement, or a kept bundle, about something else;
 * ERR_USAGE: the tag form cannot hold it; ERR_IO: the file. A failure to attach says whether it is
 * logged, and where its bundle is. Arena. */
int sign_image(const struct sign_who *who, const struct sign_wish *wish, struct attach *session,
               const struct target *target, struct arena *a, struct sign_result *out, err *e);

/* A file. */
struct sign_blob {
	bytes name;
	bytes content;         /* whole, or empty where it is too large for that */
	bool is_whole;
	digest sha256, sha512; /* of it */
	const struct testimony *testimony; /* attested; NULL: the file itself is signed */
	int64_t now;
};

struct signed_blob {
	bytes bundle;
	bytes signature;
	bytes certificate; /* PEM; empty: a key signed */
	bytes identity, issuer;
	bool is_logged;
	uint64_t log_index;
};

/* sign_file(who, blob, a, out, e): errors as sign_image; ERR_LIMIT: it would have to be whole
 * (Ed25519; P-384 and P-521 where signer_hash says so). Arena. */
int sign_file(const struct sign_who *who, const struct sign_blob *blob, struct arena *a,
              struct signed_blob *out, err *e);
