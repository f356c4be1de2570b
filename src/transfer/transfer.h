/* SPDX-License-Identifier: Apache-2.0 */
/* transfer - an image moved from one place to another, as it is.
 *
 * Places: a repository of a registry, an OCI layout, an oci-archive, a docker archive, an engine.
 * Manifests and blobs are copied octet for octet, so digests stay; only docker archives and
 * engines, which know neither manifests nor compression, force another form: from them a manifest
 * is made and layers are compressed, into them layers are expanded. Every blob's digest is checked
 * while it streams, and nothing is in its place before it fits. What the destination has is not
 * sent again; an interrupted copy is gone on with by the next one. Documents are parsed in a sealed
 * worker. Memory: LIMIT_DOCUMENTS, about 1 MiB a thread, 2 MiB a compressing thread; never a whole
 * blob. Threading: forks a worker and starts threads of its own: called by a process with one
 * thread. */
#pragma once

#include "codec/codec.h"
#include "oci/registry.h"
#include "oci/target.h"

/* A file beside the image, in an oci-archive: whoever reads the image passes over it. */
struct transfer_file {
	const char *name;
	bytes content;
};

struct transfer_options {
	struct platform platform; /* which image of an index, unless all */
	bool all;                 /* every platform: the index itself */
	bool referrers;           /* signatures and attestations, too */
	bool verify;              /* read blobs that a layout has already, too */
	bool foreign;             /* foreign layers that the source itself holds */
	enum codec compress;      /* layers that come uncompressed out of an archive or engine */
	unsigned threads;         /* blobs at once; 0: TRANSFER_THREADS */
	struct registry_options registry;
	char *const *environment; /* engines are found by it */
	const char *tmp_dir;
	const struct transfer_file *more; /* borrows; into an oci-archive alone */
	size_t more_len;
	void (*report)(void *ctx, uint64_t done, uint64_t total); /* ten times a second; may be NULL */
	void *report_ctx;
};
#define TRANSFER_THREADS 4

struct transfer_result {
	digest digest;         /* of the manifest or index that was written; none for docker's form */
	digest config;         /* of the config, where either side has docker's form; else none */
	const char *tag;       /* under which name in the destination; "" none */
	uint64_t octets, sent; /* of all blobs; those that were not there before */
	size_t blobs, manifests;
	size_t left_behind;    /* signatures and attestations in a layout, which nobody asked for */
	bool kept_expanded; /* layers of a docker archive, which could be smaller */
};

/* transfer_run(from, to, options, a, out, e): ERR_USAGE (places that cannot be read or written so),
 * ERR_ABSENT, ERR_IO, ERR_NET, ERR_FORMAT, ERR_LIMIT, ERR_BUG. */
int transfer_run(const struct target *from, const struct target *to,
                 const struct transfer_options *options, struct arena *a,
                 struct transfer_result *out, err *e);

/* transfer_tag(name): the tag that a name in a source gives in the destination: of "shop:1" and
 * "registry/team/shop:1" it is "1", of "1" it is "1". Arena. */
const char *transfer_tag(bytes name, struct arena *a);
