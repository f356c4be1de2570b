/* SPDX-License-Identifier: Apache-2.0 */
/* image - an image read whole: its documents, its merged files, what inspectors found.
 *
 * image_read opens a target, chooses the platform, reads every layer once (or takes its evidence
 * from the cache) and merges. The result is plain data in the arena plus the tree; judgements work
 * on it and never read an image. Threading: image_read forks workers and starts threads of its own,
 * so it is called from a process with one thread; the result is constant. */
#pragma once

#include "image/inspector.h"
#include "image/tree.h"
#include "oci/document.h"
#include "oci/registry.h"
#include "oci/target.h"

struct image_layer {
	digest blob, diff_id;   /* blob: none for a root file system */
	bytes media_type;
	uint64_t compressed, expanded, entries;
	bytes created_by;       /* the history line that made it; empty when unsaid */
	bool from_cache;        /* evidence was not made in this run */
};

struct image_item {
	uint16_t inspector, layer;
	uint32_t node; /* whose TREE_HIDDEN flag says whether the container still sees it */
	bytes payload;
};

struct image_gap {
	uint16_t inspector, layer; /* inspector 0: the engine */
	uint32_t node;             /* TREE_NONE: the layer as a whole */
	bytes text;                /* printable */
};

/* A document of the image (or of what led to it), as oci/strings.h packs it. */
struct image_document {
	const char *name; /* "config", "manifest", "index" */
	bytes strings;
};
struct image_documents {
	struct image_document *items;
	size_t len, cap;
};

struct image {
	struct target target;
	enum target_kind kind;  /* what the target turned out to be */
	digest manifest;        /* none for docker archives and root file systems */
	digest config_digest;
	bytes reference;        /* tag or repository name the source gives; empty when none */
	bytes source;           /* who answered, for people: "docker (unix:/run/docker.sock)"; empty for
	                         * files */
	bool has_config;        /* false for a root file system */
	struct oci_config config;
	struct image_documents documents;
	bytes base_name, base_digest;
	struct platform platform;
	struct { struct image_layer *items; size_t len, cap; } layers;
	struct tree *tree;
	struct { struct image_item *items; size_t len, cap; } items;
	struct { struct image_gap *items; size_t len, cap; } gaps;
	uint64_t gaps_total;    /* named above or only counted */
	uint32_t second_reads;  /* layers read again for a wanted link */
	struct arena arena;
};

struct image_progress {
	/* report(ctx, done, total): compressed octets; called about ten times a second from one
	 * thread. */
	void (*report)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/* Who may hold an image that is named without a prefix. */
enum image_source_kind {
	IMAGE_SOURCE_NONE,
	IMAGE_SOURCE_DOCKER,
	IMAGE_SOURCE_PODMAN,
	IMAGE_SOURCE_REMOTE
};
#define IMAGE_SOURCES_MOST 3

struct image_network {
	struct registry_options registry;
	char *const *environment; /* engines are found by it */
	enum image_source_kind order[IMAGE_SOURCES_MOST];
	size_t order_len;
};

struct image_options {
	const struct image_network *network; /* NULL: no socket is opened, whatever the target */
	const struct inspector *const *inspectors; /* NULL-terminated */
	struct platform platform;
	bool platform_asked;    /* by the user: an image for another one is ERR_ABSENT */
	const char *cache_dir;  /* NULL: no cache, spool files go to tmp_dir */
	const char *tmp_dir;
	uint64_t cache_limit;
	bool verify;            /* read local blobs again even when they look unchanged */
	bool no_landlock;       /* for tests */
	unsigned workers;       /* 0: one a processor */
	uint64_t timeout_ms;    /* for the whole image; 0: LIMIT_TIME_MS */
	int64_t now_ns;
	struct image_progress progress;
	/* note(ctx, text): something the user should know but that stops nothing (a cache that cannot
	 * be used, a kernel without Landlock). */
	void (*note)(void *ctx, const char *text);
	void *note_ctx;
};

/* image_read(target, options, out, e): ERR_ABSENT, ERR_IO, ERR_FORMAT, ERR_LIMIT, ERR_BUG (a worker
 * died). On failure *out needs no image_done. */
int image_read(const struct target *target, const struct image_options *options, struct image *out,
               err *e);
void image_done(struct image *image);
