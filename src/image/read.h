/* SPDX-License-Identifier: Apache-2.0 */
/* read - layers through workers: feed, hash, collect evidence; several at once.
 *
 * The parent's half of the engine. One thread a worker: it reads the stored blob piece by piece,
 * hashes each piece before the worker gets it, hashes what the worker expands, and puts the answers
 * aside. Nothing is believed before both digests fit. The largest layers go first, so that the last
 * core is not left alone with the largest one. */
#pragma once

#include "image/errand.h"

struct read_options {
	struct worker **workers; /* count of them, idle; NULL when every errand only hashes */
	size_t count;            /* threads */
	struct deadline deadline;
	struct image_progress progress; /* called from the calling thread */
};

/* read_layers(errands, n, options, e): do them all, in an order of its own (the array is sorted).
 * When several layers cannot be read, the failure of the lowest one is given, whatever the
 * timing. */
int read_layers(struct errand **errands, size_t n, const struct read_options *options, err *e);
