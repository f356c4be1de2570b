/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"

#include "image/errand.h"
#include "image/session.h"

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

	if (local_open(&image->target, &s->local, e) < 0)
		return -1;
	if (s->local.is_archive) {
		s->serve.archive_fd = s->local.fd;
		s->serve.archive_size = s->local.size;
	}
	if (session_workers(s, 1, e) < 0 ||
	    documents_read(&s->local, &image->target, &s->options->platform, s->workers[0],
	                   &image->arena, &s->documents, e) < 0)
		return -1;
	take_documents(image, &s->documents);
	session_open_cache(s);
	return 0;
}

/* round(s, m, aliases, e): read and merge every layer (aliases NULL), or those that have aliases. */
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

static void state_rootfs_gaps(struct image *image, const struct rootfs *rootfs)
{
	const char *text;

	for (size_t i = 0; (text = rootfs_gap(rootfs, i)) != NULL; i++) {
		struct image_gap *gap = ARENA_PUSH(&image->arena, &image->gaps);

		gap->node = TREE_NONE;
		gap->text = bytes_str(arena_str(&image->arena, bytes_str(text)));
		image->gaps_total++;
	}
}

/* A folder is walked anew for a second round; what it could not open is stated once. */
static int read_rootfs_round(struct session *s, struct merge *m, const struct aliases *aliases, err *e)
{
	struct errands list = { 0 };
	struct rootfs *rootfs;

	if (rootfs_open(s->image->target.path, &rootfs, e) < 0)
		return -1;
	errand_plan_rootfs(s, &list, rootfs, aliases ? aliases[0] : (struct aliases){ 0 });
	int status = errands_run(s, &list, e);

	if (status == 0)
		status = errands_merge(s, &list, m, e);
	if (aliases)
		s->image->second_reads++;
	else
		state_rootfs_gaps(s->image, rootfs);
	errands_done(&list);
	rootfs_close(rootfs);
	return status;
}

static int read_rounds(struct session *s, struct merge *m, err *e)
{
	bool folder = s->image->kind == TARGET_ROOTFS;

	if ((folder ? read_rootfs_round(s, m, NULL, e) : read_round(s, m, NULL, e)) < 0)
		return -1;
	struct aliases *again = arena_array(&s->arena, struct aliases, s->image->layers.len);

	if (merge_second_reads(m, again) == 0)
		return 0;
	return folder ? read_rootfs_round(s, m, again, e) : read_round(s, m, again, e);
}

static int read_image(struct session *s, err *e)
{
	struct image *image = s->image;
	struct merge m;

	switch (image->target.kind) {
	case TARGET_ROOTFS:
		image->kind = TARGET_ROOTFS;
		(void)ARENA_PUSH(&image->arena, &image->layers);
		break;
	case TARGET_LAYOUT:
	case TARGET_ARCHIVE:
	case TARGET_OCI_ARCHIVE:
	case TARGET_DOCKER_ARCHIVE:
		if (open_source(s, e) < 0)
			return -1;
		break;
	case TARGET_NONE:
	case TARGET_REGISTRY:
	case TARGET_DAEMON:
	case TARGET_SBOM:
		return err_set(e, ERR_ABSENT, 0,
		               "this version reads OCI layouts, archives and folders; fetch the image first, "
		               "for example: skopeo copy docker://IMAGE oci:DIR:TAG");
	}
	merge_init(&m, image, s->options->inspectors);
	int status = read_rounds(s, &m, e);

	merge_done(&m);
	return status;
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

int image_read(const struct target *target, const struct image_options *options, struct image *out,
               err *e)
{
	struct image_options without = *options;
	bool cache_failed;

	if (read_once(target, options, out, &cache_failed, e) == 0)
		return 0;
	if (!cache_failed)
		return -1;
	/* A kept row that cannot be read back was found half-way through a merge: what is kept may cost
	 * time, never the result. */
	err_wrap(e, "reading again without the evidence cache");
	if (options->note)
		options->note(options->note_ctx, e->text);
	err_clear(e);
	without.cache_dir = NULL;
	return read_once(target, &without, out, &cache_failed, e);
}

void image_done(struct image *image)
{
	tree_free(image->tree);
	image->tree = NULL;
	arena_done(&image->arena);
}
