/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/plan.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/attachment.h"
#include "oci/docker.h"
#include "oci/platform.h"

#include <inttypes.h>

struct planner {
	struct origin *origin;
	const struct plan_options *options;
	struct arena *arena;
	struct plan *plan;
	/* Digest to descriptor. Kept apart, since the author of a manifest may name another manifest as
	 * a layer: it is copied as a blob, and must not hide the document and all below it. */
	struct map seen_documents, seen_blobs;
	uint64_t kept; /* octets of documents */
};

/* first_time(p, seen, d, e): 1 when it is new, 0 when it was seen, -1 when it was seen with another
 * size. */
static int first_time(struct planner *p, struct map *seen, const struct descriptor *d, err *e)
{
	bytes key = bytes_str(arena_printf(p->arena, "%s", DIGEST_TEXT(&d->digest)));
	void **place = map_put(seen, key);
	struct descriptor *before = *place;

	if (before && before->size != d->size)
		return err_set(e, ERR_FORMAT, 0,
		               "two descriptors of %s: one says %" PRIu64 " bytes, one %" PRIu64,
		               DIGEST_TEXT(&d->digest), before->size, d->size);
	if (before)
		return 0;
	before = arena_new(p->arena, struct descriptor);
	*before = *d;
	*place = before;
	return 1;
}

/* -- manifests and indexes --------------------------------------------------------------------- */

static int add_document(struct planner *p, const struct descriptor *d, bytes content,
                        struct plan_document **out, err *e)
{
	p->kept += content.n;
	if (p->kept > LIMIT_DOCUMENTS || p->plan->documents.len >= LIMIT_TRANSFER_DOCUMENTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d manifests, or of more than %u MiB in all",
		               LIMIT_TRANSFER_DOCUMENTS, (unsigned)(LIMIT_DOCUMENTS / MIB));
	struct plan_document *doc = ARENA_PUSH(p->arena, &p->plan->documents);

	doc->d = *d;
	doc->content = content;
	doc->d.ref_name = (bytes){ 0 };
	doc->d.annotations = (struct oci_labels){ 0 }; /* they are the source's: names, kinds */
	*out = doc;
	return 0;
}

static int add_blob(struct planner *p, const struct descriptor *d, err *e)
{
	if (d->foreign && !p->options->foreign)
		return err_set(e, ERR_FORMAT, 0,
		               "blob %s is a foreign layer: its octets lie where its author says; "
		               "--foreign-layers copies those that the source itself holds",
		               DIGEST_TEXT(&d->digest));
	int is_new = first_time(p, &p->seen_blobs, d, e);

	if (is_new <= 0)
		return is_new;
	*ARENA_PUSH(p->arena, &p->plan->blobs) = *d;
	p->plan->octets += d->size;
	return 0;
}

static int visit_manifest(struct planner *p, const struct descriptor *d, bytes content, err *e)
{
	struct oci_manifest m;
	struct plan_document *doc;

	if (parser_manifest(p->origin->parser, content, p->arena, &m, e) < 0 ||
	    oci_check_said(d, m.media_type, e) < 0 || add_blob(p, &m.config, e) < 0)
		return -1;
	for (size_t i = 0; i < m.layers.len; i++)
		if (add_blob(p, &m.layers.items[i], e) < 0)
			return -1;
	if (add_document(p, d, content, &doc, e) < 0)
		return -1;
	doc->has_subject = m.has_subject;
	doc->subject = m.subject;
	doc->annotations = m.annotations;
	if (doc->d.artifact_type.n == 0 && m.has_subject)
		doc->d.artifact_type = m.artifact_type.n > 0 ? m.artifact_type : m.config.media_type;
	return 0;
}

static int visit(struct planner *p, const struct descriptor *d, const bytes *content, int depth,
                 err *e);

static int visit_index(struct planner *p, const struct descriptor *d, bytes content, int depth,
                       err *e)
{
	struct oci_index index;
	struct plan_document *doc;

	if (depth >= LIMIT_INDEX_DEPTH)
		return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
	if (parser_index(p->origin->parser, content, p->arena, &index, e) < 0 ||
	    oci_check_said(d, index.media_type, e) < 0)
		return -1;
	for (size_t i = 0; i < index.manifests.len; i++)
		if (visit(p, &index.manifests.items[i], NULL, depth + 1, e) < 0)
			return -1;
	return add_document(p, d, content, &doc, e);
}

/* visit(p, d, content, depth, e): d and all below it. content NULL: to be fetched. */
static int visit(struct planner *p, const struct descriptor *d, const bytes *content, int depth,
                 err *e)
{
	bytes text = content ? *content : bytes_of(NULL, 0);
	int status = first_time(p, &p->seen_documents, d, e);

	if (status <= 0)
		return status;
	if (!oci_is_index(d->media_type) && !oci_is_manifest(d->media_type))
		status = err_set(e, ERR_FORMAT, 0, "of type '%s', which is neither manifest nor index",
		                 SHOW(d->media_type));
	else if (!content && origin_document(p->origin, d, p->arena, &text, e) < 0)
		status = -1;
	else if (oci_is_index(d->media_type))
		status = visit_index(p, d, text, depth, e);
	else
		status = visit_manifest(p, d, text, e);
	if (status < 0 && depth < 2) /* one name is enough */
		return err_wrap(e, "%s %s", oci_is_index(d->media_type) ? "index" : "manifest",
		                DIGEST_TEXT(&d->digest));
	return status;
}

/* -- one platform ------------------------------------------------------------------------------ */

static int no_platform(const struct planner *p, const struct oci_index *index, err *e)
{
	buf have = BUF_INIT(MIB);

	for (size_t i = 0; i < index->manifests.len && have.n < 200; i++)
		if (!oci_is_attestation(&index->manifests.items[i]))
			buf_printf(
				&have, " %s",
				SHOW(bytes_str(platform_text(&index->manifests.items[i].platform, p->arena))));
	char *list = text_shown(p->arena, buf_bytes(&have));

	buf_done(&have);
	return err_set(
		e, ERR_ABSENT, 0, "no image for %s; there is%s (choose with --platform, or --all)",
		SHOW(bytes_str(platform_text(&p->options->platform, p->arena))), *list ? list : " none");
}

/* choose(p, d, content, e): from an index to the manifest of the wanted platform. */
static int choose(struct planner *p, struct descriptor *d, bytes *content, err *e)
{
	for (int depth = 0; oci_is_index(d->media_type); depth++) {
		struct oci_index index;

		if (depth >= LIMIT_INDEX_DEPTH)
			return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
		if (parser_index(p->origin->parser, *content, p->arena, &index, e) < 0 ||
		    oci_check_said(d, index.media_type, e) < 0)
			return err_wrap(e, "index %s", DIGEST_TEXT(&d->digest));
		int at = platform_choose(&index.manifests, &p->options->platform);

		if (at < 0)
			return no_platform(p, &index, e);
		*d = index.manifests.items[at];
		if (origin_document(p->origin, d, p->arena, content, e) < 0)
			return err_wrap(e, "manifest %s", DIGEST_TEXT(&d->digest));
	}
	return 0;
}

/* -- signatures and attestations --------------------------------------------------------------- */

static int add_referrer(struct planner *p, const struct descriptor *d, size_t level, bytes tag,
                        err *e)
{
	size_t before = p->plan->documents.len;

	if (visit(p, d, NULL, 0, e) < 0)
		return err_wrap(e, "referrer");
	for (size_t i = before; i < p->plan->documents.len; i++)
		p->plan->documents.items[i].origin_level = level;
	if (p->plan->documents.len > before)
		p->plan->documents.items[p->plan->documents.len - 1].d.ref_name = tag;
	return 0;
}

/* cosign keeps what belongs to sha256:X under the tags sha256-X.sig, .att and .sbom. */
static int add_cosign_tags(struct planner *p, const digest *d, size_t level, err *e)
{
	static const char *const kinds[] = { "sig", "att", "sbom" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct descriptor found = { 0 };
		bool is_there;

		if (origin_tagged(p->origin, d, kinds[i], p->arena, &found, &is_there, e) < 0)
			return -1;
		if (is_there && add_referrer(p, &found, level,
		                             bytes_str(attachment_tag(d, kinds[i], p->arena)), e) < 0)
			return -1;
	}
	return 0;
}

/* add_referrers(p, e): of every document, and of those that this adds. A digest is visited once and
 * the documents are counted, so it ends. */
static int add_referrers(struct planner *p, err *e)
{
	for (size_t i = 0; i < p->plan->documents.len; i++) {
		digest subject = p->plan->documents.items[i].d.digest;
		size_t level = p->plan->documents.items[i].origin_level + 1;
		struct descriptors list = { 0 };

		if (level > LIMIT_INDEX_DEPTH)
			continue;
		if (origin_referrers(p->origin, &subject, p->arena, &list, e) < 0)
			return err_wrap(e, "referrers of %s", DIGEST_TEXT(&subject));
		for (size_t k = 0; k < list.len; k++)
			if (add_referrer(p, &list.items[k], level, bytes_of(NULL, 0), e) < 0)
				return -1;
		if (add_cosign_tags(p, &subject, level, e) < 0)
			return -1;
	}
	return 0;
}

/* root_last(p, at): whoever sees the image sees its signatures. */
static void root_last(struct planner *p, size_t at)
{
	struct plan_document *items = p->plan->documents.items, root = items[at];

	for (size_t i = at; i + 1 < p->plan->documents.len; i++)
		items[i] = items[i + 1];
	items[p->plan->documents.len - 1] = root;
}

/* -- images as docker saves them --------------------------------------------------------------- */

static int check_image(const struct plan_image *image, err *e)
{
	if (image->parsed.diff_ids.len == image->len)
		return 0;
	return err_set(e, ERR_FORMAT, 0, "the config names %zu diff_ids, the image has %zu layers",
	               image->parsed.diff_ids.len, image->len);
}

static int plan_docker(struct planner *p, err *e)
{
	struct plan_image *image = &p->plan->image;
	const struct target *t = p->origin->target;
	struct local *local = &p->origin->local;
	const struct docker_item *item;
	struct docker_manifest manifest;
	bytes text;

	if (local_read(local, BYTES("manifest.json"), LIMIT_MANIFEST, p->arena, &text, e) < 0)
		return -1;
	if (parser_docker(p->origin->parser, text, p->arena, &manifest, e) < 0)
		return err_wrap(e, "manifest.json");
	if (docker_choose(&manifest, bytes_str(t->text), bytes_str(t->tag), p->arena, &item, e) < 0)
		return -1;
	if (local_read(local, item->config, LIMIT_CONFIG, p->arena, &image->config, e) < 0 ||
	    parser_config(p->origin->parser, image->config, p->arena, &image->parsed, e) < 0)
		return err_wrap(e, "config '%s'", SHOW(item->config));
	image->is_image = true;
	image->names = item->layers.items;
	image->len = item->layers.len;
	if (item->repo_tags.len > 0)
		p->plan->tag = item->repo_tags.items[0];
	for (size_t i = 0; i < image->len; i++) {
		struct local_file file;

		if (local_find(local, image->names[i], &file, e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
		p->plan->octets += file.size;
		local_file_close(&file);
	}
	return check_image(image, e);
}

/* plan_expanded(p, e): the one image of a manifest, whose layers are to be expanded. */
static int plan_expanded(struct planner *p, const struct plan_document *doc, err *e)
{
	struct plan_image *image = &p->plan->image;
	struct oci_manifest m;
	struct blob b;

	if (parser_manifest(p->origin->parser, doc->content, p->arena, &m, e) < 0)
		return -1;
	if (m.config.size > LIMIT_CONFIG)
		return err_set(e, ERR_LIMIT, 0, "a config of more than %u MiB",
		               (unsigned)(LIMIT_CONFIG / MIB));
	uint8_t *config = arena_alloc(p->arena, (size_t)m.config.size);
	size_t have = 0;
	int64_t n = 1;

	if (blob_open(p->origin, &m.config, BYTES(""), 0, &b, e) < 0)
		return err_wrap(e, "config");
	while (n > 0 && have < m.config.size) {
		n = blob_read(&b, config + have, (size_t)m.config.size - have, e);
		have += n > 0 ? (size_t)n : 0;
	}
	blob_close(&b);
	if (n < 0)
		return err_wrap(e, "config");
	digest d = digest_of(m.config.digest.algorithm, bytes_of(config, have));

	if (!digest_equal(&d, &m.config.digest))
		return err_set(e, ERR_FORMAT, 0, "config %s has the digest %s",
		               DIGEST_TEXT(&m.config.digest), DIGEST_TEXT(&d));
	image->config = bytes_of(config, have);
	image->layers = m.layers.items;
	image->len = m.layers.len;
	image->is_image = true;
	if (parser_config(p->origin->parser, image->config, p->arena, &image->parsed, e) < 0)
		return err_wrap(e, "config %s", DIGEST_TEXT(&m.config.digest));
	return check_image(image, e);
}

/* -- all --------------------------------------------------------------------------------------- */

static int plan_documents(struct planner *p, err *e)
{
	struct descriptor root = { 0 };
	bytes content;

	if (origin_root(p->origin, &p->options->platform, p->arena, &root, &content, e) < 0)
		return -1;
	p->plan->tag = root.ref_name;
	if ((!p->options->all && choose(p, &root, &content, e) < 0) ||
	    visit(p, &root, &content, 0, e) < 0)
		return -1;
	size_t at = p->plan->documents.len - 1;

	if (p->options->referrers && add_referrers(p, e) < 0)
		return -1;
	root_last(p, at);
	return p->options->expand
	           ? plan_expanded(p, &p->plan->documents.items[p->plan->documents.len - 1], e)
	           : 0;
}

int plan_make(struct origin *o, const struct plan_options *options, struct arena *a,
              struct plan *out, err *e)
{
	struct planner p = { .origin = o, .options = options, .arena = a, .plan = out };

	*out = (struct plan){ 0 };
	map_init(&p.seen_documents, a);
	map_init(&p.seen_blobs, a);
	if (options->expand && (options->all || options->referrers))
		return err_set(
			e, ERR_USAGE, 0,
			"a docker archive holds one image without index or signatures: leave out --all "
			"and --referrers, or copy to a layout or oci-archive");
	if (o->kind != TARGET_DOCKER_ARCHIVE)
		return plan_documents(&p, e);
	if (options->referrers)
		return err_set(e, ERR_USAGE, 0,
		               "a docker archive holds no signatures: leave out --referrers");
	return plan_docker(&p, e);
}
