/* SPDX-License-Identifier: Apache-2.0 */
/* append - one more layer for the manifest in which cosign's tag scheme keeps signatures (cosign,
 * specs/SIGNATURE_SPEC.md, "Storage").
 *
 * What is there stays octet for octet: other layers, in their order, and other members; the config,
 * which lists the layers as diff_ids, is made anew. Runs in a sealed worker: what is there was
 * written by others. Limits: LIMIT_MANIFEST, LIMIT_ATTACHMENTS layers.
 * Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "oci/document.h"

struct append {
	bytes old;        /* the manifest that is there; empty: none */
	bytes entry;      /* the new layer's descriptor, as layout_entry_text makes it */
	digest layer;     /* and its digest */
	bytes replace;    /* layers whose annotation predicateType says this go; empty: all stay */
};

struct appended {
	bool is_there; /* nothing is to be done: that very layer is one of them */
	bytes manifest;
	struct descriptor config; /* media type, digest and size */
	bytes config_text;
};

/* append_make(in, a, out, e): ERR_FORMAT: no image manifest; ERR_LIMIT. Arena. */
int append_make(const struct append *in, struct arena *a, struct appended *out, err *e);

/* To the worker and back. The unpacked borrow; false, or ERR_BUG, when malformed. */
void append_pack(const struct append *v, buf *out);
bool append_unpack(bytes in, struct append *out);
void appended_pack(const struct appended *v, buf *out);
int appended_unpack(bytes in, struct arena *a, struct appended *out, err *e);
