/* SPDX-License-Identifier: Apache-2.0 */
/* merge - evidence of layers, bottom to top, into one image.
 *
 * Applies entries to the tree, attaches items and gaps to the nodes they belong to, and notes every
 * wanted name that turned out to be a link: when its target was not looked at, the layer of the
 * target has to be read once more (merge_second_reads). Evidence is hostile until evidence_read has
 * passed it. Belongs to the process's first thread. */
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

struct merge {
	struct image *image;
	const struct inspector *const *inspectors;
	struct { uint32_t *items; size_t len, cap; } links; /* nodes whose name was wanted */
	uint64_t item_octets; /* of all items taken, against LIMIT_ITEMS */
	struct arena arena;
};

void merge_init(struct merge *m, struct image *image, const struct inspector *const *inspectors);
void merge_done(struct merge *m);

/* merge_layer(m, layer, source, e): everything of one layer; layers must not fall. ERR_BUG for
 * evidence no honest worker writes, ERR_LIMIT, and the source's errors. Sets the layer's expanded
 * and entries. */
int merge_layer(struct merge *m, uint16_t layer, const struct record_source *source, err *e);

/* merge_second_reads(m, by_layer): for each layer (array of image->layers.len) the aliases to read
 * again; false when there are none. merge_again: take in what such a read gave. */
bool merge_second_reads(struct merge *m, struct aliases *by_layer);
int merge_again(struct merge *m, uint16_t layer, const struct record_source *source, err *e);
