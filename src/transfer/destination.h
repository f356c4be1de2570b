/* SPDX-License-Identifier: Apache-2.0 */
/* destination - where a copy goes to: a registry, a layout, an oci-archive; a docker archive or an
 * engine.
 *
 * The first three take blobs and documents as they are, blobs first, children before parents, the
 * name last. The other two take one image whose layers are expanded (docker_write).
 * Threading: take is called by several threads unless one_by_one; all else by the first, or by one
 * thread at a time. */
#pragma once

#include "oci/archive.h"
#include "oci/engine.h"
#include "transfer/plan.h"
#include "transfer/pool.h"
#include "transfer/squeeze.h"

struct destination;
struct transfer_file;

struct destination_ops {
	bool one_by_one;
	/* take(t, d, from, e): have the blob d, which from holds, unless it is there. */
	int (*take)(struct destination *t, const struct descriptor *d, struct origin *from, err *e);
	/* make(t, s, tar, out, diff, e): write what tar yields, compressed by s; out: digest and size
	 * of the blob it became, diff: of what was read; when that is not *want, nothing is kept. */
	int (*make)(struct destination *t, struct squeeze *s, struct blob *tar, const digest *want,
	            struct descriptor *out, err *e);
	/* keep(t, d, content, e): a blob that is in memory. put: a manifest or an index; is_root: it is
	 * what the name shall mean. */
	int (*keep)(struct destination *t, const struct descriptor *d, bytes content, err *e);
	int (*put)(struct destination *t, const struct plan_document *doc, bool is_root, err *e);
	/* commit(t, plan, e): what makes it visible. */
	int (*commit)(struct destination *t, const struct plan *plan, err *e);
};

struct destination {
	const struct destination_ops *ops; /* NULL: docker_write */
	const struct target *target;
	struct meter *meter;
	struct parser *parser;
	struct arena *arena;
	bytes tag;                  /* the name it gets; empty: none */
	struct layout layout;       /* root -1: none */
	struct archive archive;     /* file.fd -1: none */
	struct registry *registry;  /* borrows */
	struct reference reference; /* in the registry */
	const char *mount_from;     /* repository of the same registry where the blobs are; NULL */
	const char *tmp_dir;
	bool verify; /* blobs that a layout has already */
	const struct engine *engine;
	const struct http_options *http;
	const struct transfer_file *more; /* of an archive, beside the image */
	size_t more_len;
};

/* destination_open(t, e): t->target's kind decides; the rest of *t is set by the caller.
 * destination_close: what was not committed is dropped; blobs in a layout or registry stay. */
int destination_open(struct destination *t, err *e);
void destination_close(struct destination *t);

extern const struct destination_ops to_layout, to_archive, to_registry;

/* docker_write(t, plan, from, e): config, layers and manifest.json as docker save writes them, the
 * layers expanded in the sealed worker and checked against the config. docker_finish: the file in
 * its place, or the archive given to the engine. */
int docker_write(struct destination *t, const struct plan *plan, struct origin *from, err *e);
int docker_finish(struct destination *t, err *e);

/* destination_entries(t, plan): what index.json shall name: the root under t's tag, and signatures.
 * Arena. */
struct layout_entries destination_entries(struct destination *t, const struct plan *plan);

/* squeeze_checked(s, ends, want, e): squeeze_run, and ERR_FORMAT when the layer's diff_id is not
 * *want. */
int squeeze_checked(struct squeeze *s, const struct squeeze_ends *ends, const digest *want, err *e);

/* meter_add(m, n, is_sent): n octets are done. */
void meter_add(struct meter *m, uint64_t n, bool is_sent);
