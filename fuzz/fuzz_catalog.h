/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_catalog - what the targets of catalogers share.
 *
 * The first octet of the input chooses what the rest is: '0', '1', … the body of the target's file
 * of that number, anything else an item as a worker that was taken over might send it. Both go the
 * way of the engine (dispatch, evidence, merge) into catalog_collect, beside a sound sample. */
#pragma once

#include "base/limits.h"
#include "catalog/catalogers.h"
#include "catalog/coverage.h"
#include "image/merge.h"

#include <stdlib.h>

struct fuzz_catalog {
	const struct cataloger *cataloger;
	const char *sample;   /* body of paths[0], sound */
	const char *paths[7]; /* NULL ends */
};

static inline void fuzz_keep(void *ctx, bytes records)
{
	buf_put(ctx, records);
}

static inline int fuzz_next(void *ctx, bytes *out, err *e)
{
	bytes *rest = ctx;

	(void)e;
	*out = *rest;
	*rest = bytes_of(NULL, 0);
	return out->n > 0;
}

static inline void fuzz_file(struct dispatch *d, const char *path, bytes body)
{
	struct tar_entry entry = {
		.type = TAR_FILE, .mode = 0644, .name = bytes_str(path), .size = body.n, .stored = body.n
	};
	err e = { 0 };

	if (dispatch_events.entry(d, &entry, &e) < 0 || dispatch_events.data(d, body, &e) < 0 ||
	    dispatch_events.end(d, &e) < 0)
		abort(); /* bad input is a gap, never a failure */
}

/* fuzz_layer: the sample and, when path is not NULL, the input as one layer of image. */
static inline void fuzz_layer(const struct fuzz_catalog *f, const char *path, bytes body,
                              struct image *image)
{
	buf records = BUF_INIT(64 * MIB);
	struct arena a = ARENA_INIT;
	struct dispatch_options options = {
		.inspectors = catalog_inspectors, .spool_fd = -1, .flush = fuzz_keep, .ctx = &records
	};
	struct dispatch *d = dispatch_new(&a, &options);
	struct merge merge;
	err e = { 0 };

	fuzz_file(d, f->paths[0], bytes_str(f->sample));
	fuzz_file(d, "usr/bin/x", BYTES("\177ELF"));
	if (path)
		fuzz_file(d, path, body);
	dispatch_finish(d, 0, 0);
	dispatch_done(d);
	bytes rest = buf_bytes(&records);
	struct record_source source = { .next = fuzz_next, .ctx = &rest };

	merge_init(&merge, image, catalog_inspectors);
	if (merge_layer(&merge, 0, &source, &e) < 0)
		abort();
	merge_done(&merge);
	buf_done(&records);
	arena_done(&a);
}

static inline void fuzz_catalog(const struct fuzz_catalog *f, bytes input)
{
	struct image image = { 0 };
	struct arena a = ARENA_INIT;
	struct coverage coverage;
	struct facts facts;
	const char *path = NULL;
	uint8_t choice = 0;
	err e = { 0 };

	if (!bytes_take_u8(&input, &choice))
		return;
	for (size_t i = 0; f->paths[i]; i++)
		if (choice == '0' + i)
			path = f->paths[i];
	image.kind = TARGET_ROOTFS; /* lock files count */
	image.tree = tree_new();
	(void)ARENA_PUSH(&image.arena, &image.layers);
	fuzz_layer(f, path, input, &image);
	if (!path)
		*ARENA_PUSH(&image.arena, &image.items) = (struct image_item){
			f->cataloger->inspector.id, 0, tree_find(image.tree, bytes_str(f->paths[0]), false),
			input
		};
	if (catalog_collect(&image, &a, &facts, &e) < 0)
		abort();
	coverage_count(&image, &facts, &a, &coverage);
	tree_free(image.tree);
	arena_done(&image.arena);
	arena_done(&a);
}
