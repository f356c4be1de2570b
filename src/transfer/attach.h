/* SPDX-License-Identifier: Apache-2.0 */
/* attach - put something beside an image, where others look for it.
 *
 * Two forms: a manifest of its own whose subject is the image (OCI image-spec 1.1; where the
 * registry has no referrers API the fallback tag's index is brought up to date), and cosign's tags
 * sha256-HEX.sig and .att, whose manifest gets one more layer (read, appended, written; what is
 * there is kept octet for octet, and when somebody else wrote meanwhile it is done again). Into
 * registries and layouts. Documents that are there are parsed in a sealed worker. Threading: forks a
 * worker: called by a process with one thread. */
#pragma once

#include "transfer/attachments.h"

struct attach_options {
	struct registry_options registry;
	const char *tmp_dir;
	bool replace; /* the tag form: drop what is there of the same predicate type */
};

/* What is attached. */
struct attach_item {
	struct attachable subject;
	bool by_tag;              /* else a referrer */
	const char *suffix;       /* of the tag: "sig", "att" */
	bytes artifact_type;      /* of the referrer */
	bytes media_type;         /* of the blob */
	bytes content;            /* the blob */
	struct oci_labels annotations; /* of the layer (tag) or of the manifest (referrer) */
};

struct attach_result {
	digest manifest; /* that holds it now */
};

/* attach_session: one connection for several: resolve, then put. attach_open(target, options, a,
 * out, e) forks its worker; attach_resolve(s, scope, a, out, out_len, e): the root, or root and
 * platforms. attach_put(s, item, out, e). attach_close(NULL) does nothing. ERR_* as
 * attachments_read; ERR_NET also where the registry refuses to be written to. */
struct attach;
int attach_open(const struct target *target, const struct attach_options *options,
                struct attach **out, err *e);
int attach_resolve(struct attach *s, enum attachments_scope scope, const struct platform *platform,
                   struct arena *a, struct image_attachments *out, err *e);
int attach_put(struct attach *s, const struct attach_item *item, struct attach_result *out, err *e);
void attach_close(struct attach *s);
