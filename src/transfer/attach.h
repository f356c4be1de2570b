/* SPDX-License-Identifier: Apache-2.0 */
/* attach - put something beside an image, where others look for it.
 *
 * Two forms: a manifest of its own whose subject is the image (OCI image-spec 1.1; where the
 * registry has no referrers API the fallback tag's index is brought up to date), and cosign's tags
 * sha256-HEX.sig and .att, whose manifest gets one more layer (read, appended, written; what is
 * there is kept octet for octet, and when somebody else wrote meanwhile it is done again). Into
 * registries and layouts: blobs first, what names them last, so that whoever is killed leaves
 * nothing half. Documents that are there are parsed in a sealed worker. For an image in a registry
 * all of it may go to another repository, as cosign's COSIGN_REPOSITORY has it.
 * Threading: attach_open forks: called by a process with one thread, before a secret is read; then
 * belongs to that thread, and starts no other: what those leave in memory the workers of a later
 * step would see. */
#pragma once

#include "oci/layout.h"
#include "transfer/gather.h"

/* One worker and one client for several images, one after the other. Set up by attach_open; whoever
 * did may set elsewhere. An image by its digest is asked for once, however often it is begun. */
struct attach {
	struct gather gather; /* at the image that was begun last */
	struct layout layout; /* to write into, when it is one */
	digest empty_in;      /* of the name of the repository that has the empty config; none */
	digest root_in;       /* of that of the repository that has root; none */
	struct attachable root; /* that was begun last */
	struct arena arena;     /* of it */
	const struct reference *elsewhere; /* whose repository gets what is attached to an image in a
	                                    * registry (COSIGN_REPOSITORY); NULL: that of the image */
};

/* attach_open(s, options, e): ERR_IO. attach_close: after attach_open, whatever became of it. */
int attach_open(struct attach *s, const struct registry_options *options, err *e);
void attach_close(struct attach *s);

/* What is to be signed. */
struct attach_image {
	struct attachable *items; /* the root first; with SCOPE_PLATFORM the platform's alone */
	size_t len;
	digest root;      /* what the target names */
	const char *name; /* "registry.example/team/shop", "" for what lies on this machine */
	const char *tag;  /* by which it was asked for; "" by digest, or on this machine */
	const char *place; /* where it is attached to: as name, or elsewhere */
};

/* attach_begin(s, target, scope, platform, a, out, e): which image is meant. What SCOPE_ALL gives
 * is what is verified with it (gather_subjects). platform: of SCOPE_PLATFORM; NULL: this machine's.
 * ERR_ABSENT, ERR_NET, ERR_FORMAT, ERR_LIMIT, ERR_IO; ERR_USAGE: neither registry nor layout. The
 * arena must live as long as the image is written to. */
int attach_begin(struct attach *s, const struct target *target, enum attachments_scope scope,
                 const struct platform *platform, struct arena *a, struct attach_image *out,
                 err *e);

/* What is attached. */
struct attach_item {
	const struct attachable *subject;
	const char *suffix;  /* of the tag: "sig", "att"; NULL: a referrer */
	bytes artifact_type; /* of the referrer */
	bytes media_type;    /* of the blob */
	bytes content;       /* the blob */
	struct oci_labels annotations; /* of the layer (tag), of the manifest (referrer) */
	bytes replace; /* by tag: layers whose annotation predicateType says this go; empty: none */
};

/* attach_put(s, item, out, e): to the image that was begun last; out: the manifest that holds it
 * now. Errors as attach_begin; ERR_NET also where the registry refuses to be written to, or others
 * write all the time. */
int attach_put(struct attach *s, const struct attach_item *item, digest *out, err *e);
