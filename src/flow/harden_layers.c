/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of the image, read once more: expanded, checked, and where each body lies. */
#include "base/limits.h"
#include "base/text.h"
#include "flow/harden_draft.h"
#include "image/entries.h"
#include "sys/file.h"
#include "transfer/expand.h"

#include <errno.h>
#include <unistd.h>

/* -- expanding --------------------------------------------------------------------------------- */

static int spool_write(void *ctx, bytes part, err *e)
{
	struct draft_spool *s = ctx;

	s->size += part.n;
	return file_write_all(s->fd, "the layer's tar", part, e);
}

static int spool_restart(void *ctx, err *e)
{
	struct draft_spool *s = ctx;

	s->size = 0;
	if (lseek(s->fd, 0, SEEK_SET) < 0 || ftruncate(s->fd, 0) < 0)
		return err_set(e, ERR_IO, errno, "the layer's tar");
	return 0;
}

static int expand_layer(struct draft *d, struct cargo *source, size_t i, err *e)
{
	const struct plan_image *image = &source->plan.image;
	const struct descriptor *blob_d = image->layers ? &image->layers[i] : NULL;
	struct blob blob;

	d->spools[i].fd = file_temp_unlinked(d->wish->source->tmp_dir, e);
	if (d->spools[i].fd < 0 ||
	    blob_open(&source->origin, blob_d, image->names ? image->names[i] : BYTES(""), 0, &blob,
	              e) < 0)
		return -1;
	struct expand x = { source->parser.worker, &blob, spool_write, spool_restart, &d->spools[i] };
	int status = expand_run(&x, &image->parsed.diff_ids.items[i], e);

	blob_close(&blob);
	return status;
}

/* The facts are those of this image and of no other. */
static int check_same(const struct draft *d, const struct cargo *source, err *e)
{
	const struct plan_image *image = &source->plan.image;
	const struct image *read = d->wish->image;
	bool same = image->len == read->layers.len && image->parsed.diff_ids.len == image->len;

	for (size_t i = 0; same && i < image->len; i++)
		same = digest_equal(&image->parsed.diff_ids.items[i], &read->layers.items[i].diff_id);
	return same ? 0
	            : err_set(e, ERR_FORMAT, 0, "it is another image now than it was when it was read");
}

static int expand_all(struct draft *d, err *e)
{
	struct plan_options want = { .platform = d->wish->image->platform, .expand = true };
	struct cargo source = { .target = d->wish->from,
		                    .options = d->wish->source,
		                    .arena = d->arena };
	int status = cargo_open(&source, &want, e);

	if (status == 0)
		status = check_same(d, &source, e);
	for (size_t i = 0; status == 0 && i < d->spools_len; i++)
		if (expand_layer(d, &source, i, e) < 0)
			status = err_wrap(e, "layer %zu", i + 1);
	cargo_close(&source);
	return status;
}

/* -- where the bodies are ---------------------------------------------------------------------- */

struct placing {
	struct draft *draft;
	struct tree *tree;
	uint16_t layer;
};

static int place(void *ctx, const struct entries_item *item, err *e)
{
	struct placing *p = ctx;
	uint32_t node;
	err trouble = { 0 };

	if (tree_apply(p->tree, &item->entry, &node, &trouble) < 0) {
		if (trouble.kind == ERR_FORMAT)
			return 0; /* no system could unpack it: the facts have it as a gap */
		*e = trouble;
		return -1;
	}
	if (node == TREE_NONE)
		return 0;
	if (node >= tree_count(p->draft->wish->image->tree))
		return err_set(e, ERR_FORMAT, 0, "it has other files now than it had when it was read");
	p->draft->bodies[node] = (struct draft_body){ .mtime = item->entry.mtime,
		                                          .offset = item->offset,
		                                          .layer = p->layer,
		                                          .is_there = true,
		                                          .sparse = item->entry.sparse };
	return 0;
}

/* The same entries in the same order make the same nodes. */
static int place_all(struct draft *d, err *e)
{
	struct placing p = { d, tree_new(), 0 };
	int status = 0;

	for (size_t i = 0; status == 0 && i < d->spools_len; i++) {
		p.layer = (uint16_t)i;
		tree_layer(p.tree, p.layer);
		if (entries_read(d->spools[i].fd, d->spools[i].size, d->wish->deadline, place, &p, e) < 0)
			status = err_wrap(e, "layer %zu", i + 1);
	}
	if (status == 0 && tree_count(p.tree) != tree_count(d->wish->image->tree))
		status = err_set(e, ERR_FORMAT, 0, "it has other files now than it had when it was read");
	tree_free(p.tree);
	return status;
}

int draft_open(struct draft *d, err *e)
{
	d->spools_len = d->wish->image->layers.len;
	d->spools = arena_array(d->arena, struct draft_spool, d->spools_len + 1);
	d->bodies = arena_array(d->arena, struct draft_body, tree_count(d->wish->image->tree));
	for (size_t i = 0; i < d->spools_len; i++)
		d->spools[i].fd = -1;
	return expand_all(d, e) < 0 ? -1 : place_all(d, e);
}

void draft_close(struct draft *d)
{
	for (size_t i = 0; i < d->spools_len; i++)
		if (d->spools[i].fd >= 0)
			close(d->spools[i].fd);
	pour_done(&d->pours[0]);
	pour_done(&d->pours[1]);
}
