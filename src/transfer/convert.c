/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/convert.h"

#include "oci/document_write.h"
#include "oci/media_type.h"

#include <unistd.h>

struct convert {
	struct destination *to;
	struct plan *plan;
	struct origin *from;
	struct squeeze *squeeze;
	struct descriptors layers;
};

/* What is compressed already can be compared with its diff_id only by inflating it, which is the
 * sealed worker's affair (expand.h). docker save writes such layers only beside a layout. */
static int refuse_compressed(struct blob *tar, err *e)
{
	uint8_t head[4];
	int64_t n = blob_read(tar, head, sizeof(head), e);

	if (n < 0 || blob_restart(tar, 0, e) < 0)
		return -1;
	if (n == (int64_t)sizeof(head) && codec_detect(bytes_of(head, sizeof(head))) != CODEC_NONE)
		return err_set(
			e, ERR_FORMAT, 0,
			"compressed in the archive; name it without 'docker-archive:' when it holds a "
			"layout, else copy it to docker-archive:OTHER, which expands its layers");
	return 0;
}

/* same_before(c, i): a layer before it that has the same content, or NULL. */
static const struct descriptor *same_before(const struct convert *c, size_t i)
{
	const digest *diff_ids = c->plan->image.parsed.diff_ids.items;

	for (size_t k = 0; k < i; k++)
		if (digest_equal(&diff_ids[k], &diff_ids[i]))
			return &c->layers.items[k];
	return NULL;
}

static int convert_layer(struct convert *c, size_t i, enum codec codec, err *e)
{
	const struct plan_image *image = &c->plan->image;
	const struct descriptor *same = same_before(c, i);
	struct descriptor made = { .media_type = oci_layer_type(codec) };
	struct blob tar;

	if (!same) {
		if (blob_open(c->from, NULL, image->names[i], 0, &tar, e) < 0)
			return -1;
		int status = refuse_compressed(&tar, e);

		if (status == 0)
			status = c->to->ops->make(c->to, c->squeeze, &tar, &image->parsed.diff_ids.items[i],
			                          &made, e);
		blob_close(&tar);
		if (status < 0)
			return -1;
		same = &made;
		*ARENA_PUSH(c->to->arena, &c->plan->blobs) = made;
	}
	struct descriptor kept = *same;

	*ARENA_PUSH(c->to->arena, &c->layers) = kept;
	return 0;
}

static int finish(struct convert *c, err *e)
{
	struct plan_image *image = &c->plan->image;
	struct descriptor config = { .media_type = BYTES(OCI_CONFIG_TYPE),
		                         .digest = digest_of(DIGEST_SHA256, image->config),
		                         .size = image->config.n };

	if (c->to->ops->keep(c->to, &config, image->config, e) < 0)
		return err_wrap(e, "config");
	struct plan_document *doc = ARENA_PUSH(c->to->arena, &c->plan->documents);

	*ARENA_PUSH(c->to->arena, &c->plan->blobs) = config;
	if (oci_manifest_write(&config, c->layers.items, c->layers.len, c->to->arena, &doc->content,
	                       e) < 0)
		return err_wrap(e, "manifest");
	doc->d = (struct descriptor){ .media_type = BYTES(OCI_MANIFEST_TYPE),
		                          .digest = digest_of(DIGEST_SHA256, doc->content),
		                          .size = doc->content.n,
		                          .platform = image->parsed.platform };
	return 0;
}

/* keep_layer(c, i, e): its diff_id is its digest. */
static int keep_layer(struct convert *c, size_t i, err *e)
{
	const struct plan_image *image = &c->plan->image;
	struct descriptor kept = { .media_type = oci_layer_type(CODEC_NONE),
		                       .digest = image->parsed.diff_ids.items[i] };
	const struct descriptor *same = same_before(c, i);
	struct blob tar;

	if (same) {
		kept = *same;
	} else {
		if (blob_open(c->from, NULL, image->names[i], 0, &tar, e) < 0)
			return -1;
		kept.size = tar.file.size;
		int status = refuse_compressed(&tar, e);

		blob_close(&tar);
		if (status < 0)
			return -1;
		*ARENA_PUSH(c->to->arena, &c->plan->blobs) = kept;
	}
	*ARENA_PUSH(c->to->arena, &c->layers) = kept;
	return 0;
}

int convert_keep(struct destination *t, struct plan *plan, struct origin *from, err *e)
{
	struct convert c = { .to = t, .plan = plan, .from = from };

	for (size_t i = 0; i < plan->image.len; i++)
		if (keep_layer(&c, i, e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
	from->members.digests = plan->image.parsed.diff_ids.items;
	from->members.names = plan->image.names;
	from->members.len = plan->image.len;
	return finish(&c, e);
}

int convert_run(struct destination *t, struct plan *plan, struct origin *from, enum codec codec,
                err *e)
{
	struct convert c = { .to = t, .plan = plan, .from = from };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int status = squeeze_new(codec, cores > 0 ? (unsigned)cores : 1, &c.squeeze, e);

	for (size_t i = 0; i < plan->image.len && status == 0; i++)
		if (convert_layer(&c, i, codec, e) < 0)
			status = err_wrap(e, "layer %zu", i + 1);
	if (status == 0)
		status = finish(&c, e);
	squeeze_free(c.squeeze);
	return status;
}
