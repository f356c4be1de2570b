/* SPDX-License-Identifier: Apache-2.0 */
#include "image/documents.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "image/client.h"
#include "image/session.h"
#include "oci/docker.h"
#include "oci/layout_choose.h"
#include "oci/platform.h"

/* What one resolution carries along. */
struct resolve {
	struct session *session;
	struct local *local; /* NULL: a registry is asked */
	const struct target *target;
	const struct platform *want;
	struct worker *worker;
	struct arena *arena;
	struct documents *out;
};

/* -- documents by digest ----------------------------------------------------------------------- */

static bytes blob_name(const digest *d, struct arena *a)
{
	const char *text = DIGEST_TEXT(d);
	bytes whole = bytes_str(text);
	size_t colon = bytes_find(whole, ':');

	return bytes_str(arena_printf(a, "blobs/" PRIb "/" PRIb, BYTESF(bytes_slice(whole, 0, colon)),
	                              BYTESF(bytes_skip(whole, colon + 1))));
}

static int read_blob(struct resolve *r, const struct descriptor *d, uint64_t max, bytes *out,
                     err *e)
{
	int done = r->local
	               ? local_read(r->local, blob_name(&d->digest, r->arena), max, r->arena, out, e)
	               : source_document(r->session, d, max, r->arena, out, e);

	if (done < 0)
		return -1;
	digest have = digest_of(d->digest.algorithm, *out);

	if (out->n != d->size)
		return err_set(e, ERR_FORMAT, 0, "blob %s has %zu bytes, its descriptor says %llu",
		               DIGEST_TEXT(&d->digest), out->n, (unsigned long long)d->size);
	if (!digest_equal(&have, &d->digest))
		return err_set(e, ERR_FORMAT, 0, "blob %s has the digest %s", DIGEST_TEXT(&d->digest),
		               DIGEST_TEXT(&have));
	return 0;
}

static int ask(struct resolve *r, enum request what, bytes document, bytes *out, err *e)
{
	return client_ask(r->worker, what, document, r->arena, out, e);
}

/* What somebody may search, whether we understand it or not. */
static int keep_strings(struct resolve *r, const char *name, bytes text, err *e)
{
	struct image_document *document = ARENA_PUSH(r->arena, &r->out->documents);

	document->name = name;
	return ask(r, REQUEST_STRINGS, text, &document->strings, e);
}

static int parse_index(struct resolve *r, bytes text, struct oci_index *out, err *e)
{
	bytes packed;

	return ask(r, REQUEST_INDEX, text, &packed, e) < 0 ||
	               oci_index_unpack(packed, r->arena, out, e) < 0
	           ? -1
	           : keep_strings(r, "index", text, e);
}

static int read_index(struct resolve *r, const struct descriptor *d, struct oci_index *out, err *e)
{
	const struct descriptor as = *d; /* may lie in *out */
	bytes text;

	if (read_blob(r, &as, LIMIT_MANIFEST, &text, e) < 0 || parse_index(r, text, out, e) < 0)
		return -1;
	return oci_check_said(&as, out->media_type, e);
}

static int parse_config(struct resolve *r, bytes text, err *e)
{
	bytes packed;

	if (ask(r, REQUEST_CONFIG, text, &packed, e) < 0 ||
	    oci_config_unpack(packed, r->arena, &r->out->config, e) < 0)
		return -1;
	r->out->platform = r->out->config.platform;
	return keep_strings(r, "config", text, e);
}

static int read_manifest(struct resolve *r, const struct descriptor *d, err *e)
{
	struct oci_manifest *m = &r->out->image;
	bytes text, packed;

	if (read_blob(r, d, LIMIT_MANIFEST, &text, e) < 0 ||
	    ask(r, REQUEST_MANIFEST, text, &packed, e) < 0 ||
	    oci_manifest_unpack(packed, r->arena, m, e) < 0 ||
	    oci_check_said(d, m->media_type, e) < 0 || keep_strings(r, "manifest", text, e) < 0)
		return err_wrap(e, "manifest %s", DIGEST_TEXT(&d->digest));
	r->out->manifest = d->digest;
	r->out->config_digest = m->config.digest;
	if (read_blob(r, &m->config, LIMIT_CONFIG, &text, e) < 0 || parse_config(r, text, e) < 0)
		return err_wrap(e, "config %s", DIGEST_TEXT(&m->config.digest));
	for (size_t i = 0; i < m->layers.len; i++) {
		struct document_layer *layer = ARENA_PUSH(r->arena, &r->out->layers);

		layer->blob = m->layers.items[i];
		layer->name = blob_name(&layer->blob.digest, r->arena);
	}
	return 0;
}

/* -- choosing ---------------------------------------------------------------------------------- */

static int no_platform(const struct resolve *r, const struct oci_index *index, err *e)
{
	buf have = BUF_INIT(MIB);

	for (size_t i = 0; i < index->manifests.len && have.n < 200; i++)
		if (!oci_is_attestation(&index->manifests.items[i]))
			buf_printf(&have, " %s", platform_text(&index->manifests.items[i].platform, r->arena));
	char *list = text_shown(r->arena, buf_bytes(&have));

	buf_done(&have);
	if (!*list)
		return err_set(e, ERR_ABSENT, 0, "the index names no image");
	return err_set(e, ERR_ABSENT, 0, "no image for %s; there is%s (choose with --platform)",
	               SHOW(bytes_str(platform_text(r->want, r->arena))), list);
}

static int resolve_index(struct resolve *r, struct oci_index *index, err *e)
{
	for (int depth = 0; depth < LIMIT_INDEX_DEPTH; depth++) {
		if (index->manifests.len > LIMIT_INDEX_ENTRIES)
			return err_set(e, ERR_LIMIT, 0, "an index of %zu entries", index->manifests.len);
		int at = platform_choose(&index->manifests, r->want);

		if (at < 0)
			return no_platform(r, index, e);
		struct descriptor *d = &index->manifests.items[at];

		if (d->ref_name.n > 0)
			r->out->reference = d->ref_name;
		if (!oci_is_index(d->media_type))
			return read_manifest(r, d, e);
		if (read_index(r, d, index, e) < 0)
			return err_wrap(e, "index %s", DIGEST_TEXT(&d->digest));
	}
	return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
}

static int resolve_layout(struct resolve *r, err *e)
{
	struct oci_index index;
	struct descriptors meant;
	bytes text;

	if (local_read(r->local, BYTES("index.json"), LIMIT_MANIFEST, r->arena, &text, e) < 0)
		return -1;
	if (parse_index(r, text, &index, e) < 0)
		return err_wrap(e, "index.json");
	if (layout_choose(&index.manifests, r->target, r->want, r->arena, &meant, e) < 0)
		return -1;
	index.manifests = meant;
	return resolve_index(r, &index, e);
}

/* The reference of a registry means a manifest, or an index of them. */
static int resolve_registry(struct resolve *r, err *e)
{
	struct descriptor d;
	struct oci_index index = { 0 };

	if (source_resolve(r->session, r->arena, &d, e) < 0)
		return -1;
	if (oci_is_manifest(d.media_type))
		return read_manifest(r, &d, e);
	if (!oci_is_index(d.media_type))
		return err_set(e, ERR_FORMAT, 0, "the registry calls it '%s', which is no image",
		               SHOW(d.media_type));
	if (read_index(r, &d, &index, e) < 0)
		return err_wrap(e, "index %s", DIGEST_TEXT(&d.digest));
	return resolve_index(r, &index, e);
}

/* -- docker save ------------------------------------------------------------------------------- */

static int resolve_docker(struct resolve *r, err *e)
{
	struct docker_manifest manifest;
	const struct docker_item *item;
	bytes text, packed;

	if (local_read(r->local, BYTES("manifest.json"), LIMIT_MANIFEST, r->arena, &text, e) < 0)
		return -1;
	if (ask(r, REQUEST_DOCKER, text, &packed, e) < 0)
		return err_wrap(e, "manifest.json");
	if (oci_docker_unpack(packed, r->arena, &manifest, e) < 0 ||
	    keep_strings(r, "manifest.json", text, e) < 0 ||
	    docker_choose(&manifest, bytes_str(r->target->text), bytes_str(r->target->tag), r->arena,
	                  &item, e) < 0)
		return -1;
	if (local_read(r->local, item->config, LIMIT_CONFIG, r->arena, &text, e) < 0 ||
	    parse_config(r, text, e) < 0)
		return err_wrap(e, "config '%s'", SHOW(item->config));
	r->out->config_digest = digest_of(DIGEST_SHA256, text);
	if (item->repo_tags.len > 0)
		r->out->reference = item->repo_tags.items[0];
	for (size_t i = 0; i < item->layers.len; i++)
		ARENA_PUSH(r->arena, &r->out->layers)->name = item->layers.items[i];
	return 0;
}

/* -- all ------------------------------------------------------------------------------------- */

static int list_archive(struct resolve *r, err *e)
{
	buf request = BUF_INIT(16);
	bytes packed;

	pack_u64(&request, r->local->size);
	int done = ask(r, REQUEST_LIST, buf_bytes(&request), &packed, e);

	buf_done(&request);
	return done < 0 ? -1 : local_names(r->local, packed, r->arena, e);
}

static bool has_file(const struct resolve *r, bytes name)
{
	struct local_file file;
	err ignored = { 0 }; /* absent is an answer here */

	if (local_find(r->local, name, &file, &ignored) < 0)
		return false;
	local_file_close(&file);
	return true;
}

/* What the archive is, when the user did not say: docker save writes manifest.json beside an OCI
 * layout since version 25. The layout says more, so it wins; but full names stand in manifest.json
 * alone. */
static int resolve_archive(struct resolve *r, err *e)
{
	enum target_kind asked = r->target->kind;

	if (asked == TARGET_OCI_ARCHIVE ||
	    (asked == TARGET_ARCHIVE && has_file(r, BYTES("index.json")))) {
		r->out->kind = TARGET_OCI_ARCHIVE;
		if (resolve_layout(r, e) == 0)
			return 0;
		if (asked == TARGET_OCI_ARCHIVE || e->kind != ERR_ABSENT || !*r->target->tag ||
		    !has_file(r, BYTES("manifest.json")))
			return -1;
		err_clear(e); /* the name may be one of docker's */
	}
	r->out->kind = TARGET_DOCKER_ARCHIVE;
	return resolve_docker(r, e);
}

static int resolve_all(struct resolve *r, err *e)
{
	if (!r->local)
		return resolve_registry(r, e);
	if (!r->local->is_archive)
		return resolve_layout(r, e);
	if (list_archive(r, e) < 0)
		return e->kind == ERR_FORMAT ? err_wrap(e, "no archive of an image") : -1;
	return resolve_archive(r, e);
}

int documents_read(struct session *s, struct arena *a, struct documents *out, err *e)
{
	const struct target *target = &s->source.target;
	struct resolve r = { .session = s,
		                 .local = s->source.registry ? NULL : &s->source.local,
		                 .target = target,
		                 .want = &s->options->platform,
		                 .worker = s->workers[0],
		                 .arena = a,
		                 .out = out };

	*out = (struct documents){ .kind = target->kind };
	if (resolve_all(&r, e) < 0)
		return -1;
	if (s->source.registry)
		out->reference = bytes_str(reference_text(&s->source.reference, a));
	if (out->layers.len > LIMIT_LAYERS)
		return err_set(e, ERR_LIMIT, 0, "%zu layers", out->layers.len);
	if (out->config.diff_ids.len != out->layers.len)
		return err_set(e, ERR_FORMAT, 0, "the config names %zu diff_ids, the manifest %zu layers",
		               out->config.diff_ids.len, out->layers.len);
	return 0;
}
