/* SPDX-License-Identifier: Apache-2.0 */
/* attachments - everything that is attached to an image, gathered and not believed.
 *
 * Asked are, at once: the referrers API with the fallback tag, the tags sha256-HEX.sig, .att and
 * .sbom, and what BuildKit puts beside the platforms; then their manifests, then their blobs, each
 * in parallel: an image by its tag takes four requests one after the other. In a layout: what has a
 * subject, cosign's tags, and the `kind` annotations of `cosign save`.
 * A question that fails is an error, never "nothing is attached". A single thing that cannot be had
 * as it is listed (gone, changed, too large, no manifest) is told as unread: who can attach
 * something must not be able to hide what others attached.
 * Limits: LIMIT_REFERRERS, LIMIT_REFERRER_PAGES, LIMIT_ATTACHABLES, LIMIT_ATTACHMENTS,
 * LIMIT_ATTACHED_DOCUMENTS, LIMIT_ATTACHMENT octets each, LIMIT_ATTACHMENTS_SIZE together, of which
 * the smallest are fetched first.
 * Documents are parsed in a sealed worker. Threading: forks a worker and then starts threads:
 * called by a process with one thread; none is left behind. */
#pragma once

#include "oci/attachment.h"
#include "oci/registry.h"
#include "oci/target.h"

/* What an attachment can be attached to. */
struct attachable {
	digest digest;
	bytes media_type;
	uint64_t size;
	struct platform platform; /* of a manifest in an index */
	bool is_index;
};

enum attachments_scope {
	SCOPE_ROOT,     /* what the target names */
	SCOPE_PLATFORM, /* the manifest for options->platform, and the index above it */
	SCOPE_ALL,      /* the index and the manifest of every platform */
};

struct attachments_options {
	enum attachments_scope scope;
	struct platform platform;
	unsigned kinds; /* 1 << ATTACHMENT_...: whose contents are fetched; others are only told */
	const char *predicate_type; /* contents of attestations that say another type are not fetched;
	                             * NULL: all */
	bool tell_all; /* others are looked for, too, and told as their manifests say; else only what
	                * is come by, as it is listed: without layer and size */
	const struct reference *elsewhere; /* whose repository keeps them, for an image in a registry
	                                    * (COSIGN_REPOSITORY); NULL: that of the image */
	struct registry_options registry;
};

struct image_attachments {
	struct attachable *subjects; /* the root first */
	size_t subjects_len;
	const char *name; /* "registry.example/team/shop", "" for what lies on this machine */
	const char *tag;  /* by which it was asked for; "" by digest */
	struct attachments list; /* sorted: by subject, then as attached */
	size_t requests;         /* sent to the registry */
};

/* attachments_read(target, options, a, out, e): ERR_ABSENT (no such image or platform), ERR_NET,
 * ERR_FORMAT, ERR_LIMIT, ERR_IO, ERR_BUG; ERR_USAGE: docker's archives, engines and folders hold
 * nothing that is attached, and what lies on this machine nothing elsewhere. An empty list is no
 * error. Arena. */
int attachments_read(const struct target *target, const struct attachments_options *options,
                     struct arena *a, struct image_attachments *out, err *e);
