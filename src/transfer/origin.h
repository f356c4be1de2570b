/* SPDX-License-Identifier: Apache-2.0 */
/* origin - where a copy comes from: a registry, a layout, an archive, what an engine exported.
 *
 * Yields documents and blobs; documents have been checked against their digest, blobs are checked
 * by who reads them. Threading: belongs to the first thread, but blobs are opened and read by any.
 */
#pragma once

#include "oci/local.h"
#include "oci/registry.h"
#include "oci/target.h"
#include "transfer/holdings.h"
#include "transfer/parser.h"

struct origin {
	enum target_kind kind; /* TARGET_REGISTRY, _LAYOUT, _OCI_ARCHIVE or _DOCKER_ARCHIVE */
	const struct target *target;
	struct parser *parser;
	struct local local;         /* fd -1: a registry */
	struct oci_index index;     /* of a layout: what index.json names */
	struct holdings holdings;   /* of a layout, once it was asked for referrers */
	bool has_holdings;
	struct registry *registry;  /* borrows */
	struct reference reference; /* in the registry */
	struct {
		const digest *digests;
		const bytes *names;
		size_t len;
	} members; /* of a docker archive: its layers, which are blobs as they lie there */
};

/* origin_begin(o, e): once o->parser runs: what an archive is, and what index.json names. */
int origin_begin(struct origin *o, struct arena *a, err *e);

/* origin_root(o, want, a, out, content, e): the descriptor of what the target names and its
 * document, an index or a manifest; of a layout that lists one image for several platforms, the one
 * for want. out->ref_name: its tag. Not for docker archives. ERR_ABSENT. */
int origin_root(struct origin *o, const struct platform *want, struct arena *a,
                struct descriptor *out, bytes *content, err *e);
/* origin_document(o, d, a, out, e): a document by its descriptor. ERR_FORMAT, ERR_ABSENT. */
int origin_document(struct origin *o, const struct descriptor *d, struct arena *a, bytes *out,
                    err *e);
/* origin_tagged(o, subject, suffix, a, out, out_found, e): what cosign attached to subject by a tag
 * ("sig", "att", "sbom"); in a layout also what `cosign save` marked so. *out_found: is there one?
 */
int origin_tagged(struct origin *o, const digest *subject, const char *suffix, struct arena *a,
                  struct descriptor *out, bool *out_found, err *e);
/* origin_referrers(o, subject, a, out, e): who refers to subject. At most LIMIT_REFERRERS. The
 * arena must live as long as o. */
int origin_referrers(struct origin *o, const digest *subject, struct arena *a,
                     struct descriptors *out, err *e);
/* origin_local_document(l, d, a, out, e): as origin_document, of a layout. origin_blob_name(d, a):
 * "blobs/sha256/HEX". Arena. */
int origin_local_document(const struct local *l, const struct descriptor *d, struct arena *a,
                          bytes *out, err *e);
bytes origin_blob_name(const digest *d, struct arena *a);

/* A blob being read. d (borrows) is NULL for a member of a docker archive, which name tells. */
struct blob {
	struct origin *origin;
	const struct descriptor *d;
	struct registry_blob *remote;
	struct local_file file;
	uint64_t at;
};
/* blob_open(o, d, name, from, out, e): begin at octet from. ERR_ABSENT, ERR_FORMAT when its size is
 * not d's. blob_read: up to cap octets, 0 at the end, -1. blob_restart: begin anew at octet from.
 */
int blob_open(struct origin *o, const struct descriptor *d, bytes name, uint64_t from,
              struct blob *out, err *e);
int64_t blob_read(struct blob *b, uint8_t *into, size_t cap, err *e);
int blob_restart(struct blob *b, uint64_t from, err *e);
void blob_close(struct blob *b);
