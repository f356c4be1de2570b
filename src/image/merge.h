/* SPDX-License-Identifier: Apache-2.0 */
/* merge - evidence of layers, bottom to top, into one image.
 *
 * Applies entries to the tree, attaches items and gaps to the nodes they belong to, and finds out
 * which wanted files nobody looked at because of a link (again.c). Evidence is hostile until
 * evidence_read has passed it. Belongs to the process's first thread. */
#pragma once

#include "image/dispatch.h"
#include "image/image.h"

/* A source of framed records: 1 and a run of octets (records may be cut anywhere), 0 at the end,
 * -1. */
struct record_source {
	int (*next)(void *ctx, bytes *out, err *e);
	void *ctx;
	/* tee(ctx, records, e): whole records, as they are merged; NULL when nobody keeps them. */
	int (*tee)(void *ctx, bytes records, err *e);
	void *tee_ctx;
};

/* A file that may have to be read again: under this name, or (empty) under its own path. */
struct candidate {
	uint32_t node;
	bytes as;
};

struct merge {
	struct image *image;
	const struct inspector *const *inspectors;
	struct {
		struct candidate *items;
		size_t len, cap;
	} candidates;
	buf ordinals;         /* u32 a node: which entry of its layer made it */
	uint64_t item_octets; /* of all items taken, against LIMIT_ITEMS */
	struct arena arena, scratch;
};

void merge_init(struct merge *m, struct image *image, const struct inspector *const *inspectors);
void merge_done(struct merge *m);

/* merge_layer(m, layer, source, e): everything of one layer; layers must not fall. ERR_BUG for
 * evidence no honest worker writes, ERR_LIMIT, and the source's errors. Sets the layer's expanded
 * and entries. */
int merge_layer(struct merge *m, uint16_t layer, const struct record_source *source, err *e);

/* merge_fixed_paths(m): after all layers, look up the inspectors' paths.
 * merge_second_reads(m, by_layer): where a name that an inspector wants leads (through a link at
 * its end, in its folders, or in how the archive spelt it) to a file that this inspector has not
 * seen as that. Fills for each layer (array of image->layers.len, empty) the aliases to read again,
 * takes them off its own list, and says whether there are any; one file under two names takes two
 * rounds. merge_again: take in what such a read gave; an alias that was not served (asked: how
 * many) is a gap. merge_give_up: what is still on the list becomes gaps. */
void merge_fixed_paths(struct merge *m);
bool merge_second_reads(struct merge *m, struct aliases *by_layer);
int merge_again(struct merge *m, uint16_t layer, size_t asked, const struct record_source *source,
                err *e);
void merge_give_up(struct merge *m);
