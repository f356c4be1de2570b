/* SPDX-License-Identifier: Apache-2.0 */
/* read - layers through workers: feed, hash, collect evidence; several at once.
 *
 * The parent's half of the engine. One thread a worker: it reads the stored blob piece by piece, hashes
 * each piece before the worker gets it, hashes what the worker expands, and puts the answers aside.
 * Nothing is believed before both digests fit. The largest layers go first, so that the last core is
 * not left alone with the largest one. */
#pragma once

#include "crypto/digest.h"
#include "image/serve.h"
#include "image/stash.h"
#include "oci/local.h"

/* Where a layer's octets come from. read(ctx, into, cap, e): up to cap octets, 0 at the end, -1. */
struct layer_source {
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e);
	void *ctx;
};

struct layer_job {
	/* asked */
	struct layer_source source;
	uint64_t size;          /* of the blob, for the order of work and the progress; 0 unknown */
	digest blob;            /* expected; none: not told */
	digest diff_id;         /* expected; none: a root file system, nothing to verify */
	struct aliases aliases; /* a second read */
	bool hash_only;         /* evidence is known: only the blob's digest is to be verified */
	/* restart(ctx, e): begin the source anew, for the second engine. */
	int (*restart)(void *ctx, err *e);
	/* answered */
	struct stash evidence;
	uint64_t fed;
	err error; /* set when the layer could not be read */
};

struct read_options {
	struct worker **workers; /* count of them, idle; may be NULL when every job is hash_only */
	size_t count;            /* threads */
	uint64_t timeout_ms;     /* for all of them together; ERR_LIMIT */
	/* progress(ctx, fed): octets fed so far by all; about ten times a second, from the calling thread. */
	void (*progress)(void *ctx, uint64_t fed);
	void *ctx;
};

/* read_layers(jobs, n, options): do them all, in an order of its own (jobs is sorted); failures stand in each job. After the first failure no
 * further job is begun (they say so). */
void read_layers(struct layer_job **jobs, size_t n, const struct read_options *options);
