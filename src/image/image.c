/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/errand.h"
#include "image/rootfs.h"
#include "image/session.h"
#include "oci/platform.h"

/* The history line of each layer: those that made none are marked empty (config.md §Properties). */
static void name_layers(struct image *image)
{
	size_t layer = 0;

	for (size_t i = 0; i < image->config.history.len && layer < image->layers.len; i++) {
		const struct oci_history *h = &image->config.history.items[i];

		if (!h->empty_layer)
			image->layers.items[layer++].created_by = h->created_by;
	}
}

static void take_documents(struct image *image, const struct documents *d)
{
	image->kind = d->kind;
	image->manifest = d->manifest;
	image->config_digest = d->config_digest;
	image->reference = d->reference;
	image->has_config = true;
	image->config = d->config;
	image->documents = d->documents;
	image->platform = d->platform;
	image->base_name = d->image.base_name;
	image->base_digest = d->image.base_digest;
	for (size_t i = 0; i < d->layers.len; i++) {
		struct image_layer *layer = ARENA_PUSH(&image->arena, &image->layers);

		layer->blob = d->layers.items[i].blob.digest;
		layer->media_type = d->layers.items[i].blob.media_type;
		layer->diff_id = d->config.diff_ids.items[i];
	}
	name_layers(image);
}

static int open_source(struct session *s, err *e)
{
	struct image *image = s->image;

	/* The first worker is forked before the cache is opened. */
	if (source_open(s, e) < 0)
		return -1;
	session_open_cache(s);
	/* A mistyped path is the other thing a name without a prefix may be. */
	if (documents_read(s, &image->arena, &s->documents, e) < 0)
		return image->target.tag == image->target.text
		           ? err_wrap(e, "no file or folder of this name here, and as an image's name")
		           : -1;
	take_documents(image, &s->documents);
	if (s->options->platform_asked && image->platform.architecture.n > 0 &&
	    !platform_matches(&image->platform, &s->options->platform))
		return err_set(e, ERR_ABSENT, 0, "the image is for %s, not for %s",
		               SHOW(bytes_str(platform_text(&image->platform, &s->arena))),
		               SHOW(bytes_str(platform_text(&s->options->platform, &s->arena))));
	return 0;
}

/* Counted, and named as long as there is room. */
static void state_rootfs_gaps(struct image *image, const struct rootfs *rootfs)
{
	const char *text;

	for (size_t i = 0; (text = rootfs_gap(rootfs, i)) != NULL; i++) {
		if (image->gaps.len >= LIMIT_GAPS_NAMED)
			break;
		struct image_gap *gap = ARENA_PUSH(&image->arena, &image->gaps);

		gap->node = TREE_NONE;
		gap->text = bytes_str(arena_str(&image->arena, bytes_str(text)));
	}
	image->gaps_total += rootfs_gaps(rootfs);
}

/* read_round(s, m, aliases, e): read and merge every layer (aliases NULL), or those that have
 * aliases. */
static int read_round(struct session *s, struct merge *m, const struct aliases *aliases, err *e)
{
	struct errands list = { 0 };
	int status = 0;

	for (uint16_t i = 0; i < s->image->layers.len && status == 0; i++)
		if (!aliases || aliases[i].len > 0)
			status = errand_plan(s, &list, i, aliases ? aliases[i] : (struct aliases){ 0 }, e);
	if (status == 0)
		status = errands_run(s, &list, e);
	if (status == 0)
		status = errands_merge(s, &list, m, e);
	if (aliases)
		s->image->second_reads += (uint32_t)list.len;
	errands_done(&list);
	return status;
}

/* Files that links kept from the inspectors. */
static int read_again(struct session *s, struct merge *m, err *e)
{
	merge_fixed_paths(m);
	for (int round = 0; round < LIMIT_ROUNDS; round++) {
		struct aliases *again = arena_array(&s->arena, struct aliases, s->image->layers.len);

		if (!merge_second_reads(m, again))
			return 0;
		if (read_round(s, m, again, e) < 0)
			return -1;
	}
	merge_give_up(m);
	return 0;
}

static int read_rounds(struct session *s, err *e)
{
	struct merge m;
	int status;

	merge_init(&m, s->image, s->options->inspectors);
	status = read_round(s, &m, NULL, e);
	if (s->rootfs)
		state_rootfs_gaps(s->image, s->rootfs);
	if (status == 0)
		status = read_again(s, &m, e);
	merge_done(&m);
	return status;
}

static int open_folder(struct session *s, err *e)
{
	s->image->kind = TARGET_ROOTFS;
	(void)ARENA_PUSH(&s->image->arena, &s->image->layers);
	return rootfs_open(s->image->target.path, &s->rootfs, e);
}

static int read_image(struct session *s, err *e)
{
	switch (s->image->target.kind) {
	case TARGET_ROOTFS: return open_folder(s, e) < 0 ? -1 : read_rounds(s, e);
	case TARGET_LAYOUT:
	case TARGET_ARCHIVE:
	case TARGET_OCI_ARCHIVE:
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_REGISTRY:
	case TARGET_DAEMON: return open_source(s, e) < 0 ? -1 : read_rounds(s, e);
	case TARGET_NONE:
	case TARGET_SBOM: break;
	}
	/* What to do instead, flow/ has said before. */
	return err_set(e, ERR_BUG, 0, "the target is no image");
}

static int read_once(const struct target *target, const struct image_options *options,
                     struct image *out, bool *out_cache_failed, err *e)
{
	struct session s;

	*out = (struct image){ .target = *target, .tree = tree_new() };
	session_init(&s, options, out);
	int status = read_image(&s, e);

	*out_cache_failed = s.cache_failed;
	session_done(&s);
	if (status < 0)
		image_done(out);
	return status;
}

/* What is kept may cost time, never the result: a row that cannot be read back shows itself only
 * half-way through a merge, and then the image is read again, with a new cache and at last without
 * one. */
int image_read(const struct target *target, const struct image_options *options, struct image *out,
               err *e)
{
	struct image_options o = *options;
	bool cache_failed = false;

	for (int attempt = 0; read_once(target, &o, out, &cache_failed, e) < 0; attempt++) {
		if (!cache_failed)
			return -1;
		err_wrap(e, "what the evidence cache kept cannot be used; reading the image again");
		if (o.note)
			o.note(o.note_ctx, e->text);
		err_clear(e);
		if (attempt > 0)
			o.cache_dir = NULL;
	}
	return 0;
}

void image_done(struct image *image)
{
	tree_free(image->tree);
	image->tree = NULL;
	arena_done(&image->arena);
}
