/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/origin.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/attachment.h"
#include "oci/layout_choose.h"
#include "oci/platform.h"
#include "sys/file.h"

#include <inttypes.h>
#include <unistd.h>

bytes origin_blob_name(const digest *d, struct arena *a)
{
	char *text = arena_printf(a, "blobs/%s", DIGEST_TEXT(d));

	*strchr(text, ':') = '/';
	return bytes_str(text);
}

/* -- what a layout names ----------------------------------------------------------------------- */

static bool has_file(const struct origin *o, bytes name)
{
	struct local_file file;
	err ignored = { 0 }; /* absent is an answer here */

	if (local_find(&o->local, name, &file, &ignored) < 0)
		return false;
	local_file_close(&file);
	return true;
}

int origin_begin(struct origin *o, struct arena *a, err *e)
{
	bytes text;

	if (o->registry)
		return 0;
	if (o->local.is_archive && parser_names(o->parser, &o->local, a, e) < 0)
		return -1;
	/* docker save writes manifest.json beside a layout since version 25: the layout says more. */
	if (o->kind == TARGET_ARCHIVE)
		o->kind = has_file(o, BYTES("index.json")) ? TARGET_OCI_ARCHIVE : TARGET_DOCKER_ARCHIVE;
	if (o->kind == TARGET_DOCKER_ARCHIVE)
		return 0;
	if (local_read(&o->local, BYTES("index.json"), LIMIT_MANIFEST, a, &text, e) < 0)
		return -1;
	return parser_index(o->parser, text, a, &o->index, e) < 0 ? err_wrap(e, "index.json") : 0;
}

static int choose_in_layout(struct origin *o, const struct platform *want, struct arena *a,
                            struct descriptor *out, err *e)
{
	struct descriptors fit;

	if (layout_choose(&o->index.manifests, o->target, want, a, &fit, e) < 0)
		return -1;
	int at = fit.len == 1 ? 0 : platform_choose(&fit, want);

	if (at < 0)
		return err_set(e, ERR_ABSENT, 0, "no image for %s in index.json",
		               SHOW(bytes_str(platform_text(want, a))));
	*out = fit.items[at];
	return 0;
}

/* -- documents --------------------------------------------------------------------------------- */

static int check_document(const struct descriptor *d, bytes text, err *e)
{
	digest have = digest_of(d->digest.algorithm, text);

	if (text.n != d->size)
		return err_set(e, ERR_FORMAT, 0, "%s has %zu bytes, its descriptor says %" PRIu64,
		               DIGEST_TEXT(&d->digest), text.n, d->size);
	if (!digest_equal(&have, &d->digest))
		return err_set(e, ERR_FORMAT, 0, "%s has the digest %s", DIGEST_TEXT(&d->digest),
		               DIGEST_TEXT(&have));
	return 0;
}

static int remote_document(struct origin *o, const struct reference *ref, uint64_t max,
                           struct arena *a, struct descriptor *out, bytes *content, err *e)
{
	struct registry_document doc;

	if (registry_manifest_within(o->registry, ref, (size_t)max, a, &doc, e) < 0)
		return -1;
	*content = doc.content;
	out->digest = doc.digest;
	out->size = doc.content.n;
	out->media_type = doc.media_type;
	return 0;
}

int origin_root(struct origin *o, const struct platform *want, struct arena *a,
                struct descriptor *out, bytes *content, err *e)
{
	if (o->registry) {
		out->ref_name = bytes_str(o->reference.tag);
		return remote_document(o, &o->reference, LIMIT_MANIFEST, a, out, content, e);
	}
	if (choose_in_layout(o, want, a, out, e) < 0)
		return -1;
	return origin_document(o, out, a, content, e);
}

static int check_size(const struct descriptor *d, err *e)
{
	if (d->size <= LIMIT_MANIFEST)
		return 0;
	return err_set(e, ERR_LIMIT, 0, "document %s of %" PRIu64 " bytes; at most %" PRIu64,
	               DIGEST_TEXT(&d->digest), d->size, LIMIT_MANIFEST);
}

int origin_local_document(const struct local *l, const struct descriptor *d, struct arena *a,
                          bytes *out, err *e)
{
	if (check_size(d, e) < 0 ||
	    local_read(l, origin_blob_name(&d->digest, a), LIMIT_MANIFEST, a, out, e) < 0)
		return -1;
	return check_document(d, *out, e);
}

int origin_document(struct origin *o, const struct descriptor *d, struct arena *a, bytes *out,
                    err *e)
{
	struct reference at = reference_at(&o->reference, &d->digest);
	struct descriptor have = { 0 };

	if (!o->registry)
		return origin_local_document(&o->local, d, a, out, e);
	if (check_size(d, e) < 0 || remote_document(o, &at, d->size, a, &have, out, e) < 0)
		return -1;
	return check_document(d, *out, e);
}

/* -- what is attached -------------------------------------------------------------------------- */

#define COSIGN_KIND "dev.cosignproject.cosign/"

/* `cosign save` writes one image, and beside it what is attached to that one. */
static bool is_cosigns_image(const struct origin *o, const digest *d)
{
	for (size_t i = 0; i < o->index.manifests.len; i++) {
		const struct descriptor *entry = &o->index.manifests.items[i];
		bytes kind = oci_labels_get(&entry->annotations, "kind");

		if (digest_equal(&entry->digest, d) &&
		    (bytes_is(kind, COSIGN_KIND "image") || bytes_is(kind, COSIGN_KIND "imageIndex")))
			return true;
	}
	return false;
}

static bool find_tagged(const struct origin *o, const digest *subject, const char *suffix,
                        struct arena *a, struct descriptor *out)
{
	const char *tag = attachment_tag(subject, suffix, a);
	const char *kind = arena_printf(a, COSIGN_KIND "%ss", suffix);
	bool is_saved = is_cosigns_image(o, subject), found = false;

	for (size_t i = 0; i < o->index.manifests.len && !found; i++) {
		const struct descriptor *d = &o->index.manifests.items[i];

		found = bytes_is(d->ref_name, tag) ||
		        (is_saved && bytes_is(oci_labels_get(&d->annotations, "kind"), kind));
		*out = *d;
	}
	return found;
}

int origin_tagged(struct origin *o, const digest *subject, const char *suffix, struct arena *a,
                  struct descriptor *out, bool *out_found, err *e)
{
	struct reference ref = o->reference;
	bytes content;

	if (!o->registry) {
		*out_found = find_tagged(o, subject, suffix, a, out);
		return 0;
	}
	ref.tag = attachment_tag(subject, suffix, a);
	ref.digest = (digest){ 0 };
	*out_found = false;
	if (registry_head(o->registry, &ref, out, e) == 0 &&
	    (out->digest.algorithm != DIGEST_NONE ||
	     remote_document(o, &ref, LIMIT_MANIFEST, a, out, &content, e) == 0)) {
		*out_found = true;
		return 0;
	}
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e); /* no such tag: an answer */
	return 0;
}

int origin_referrers(struct origin *o, const digest *subject, struct arena *a,
                     struct descriptors *out, err *e)
{
	if (o->registry)
		return registry_referrers(o->registry, &o->reference, subject, BYTES(""), a, out, e);
	if (!o->has_holdings &&
	    holdings_read(&o->local, &o->index, o->parser, a, &o->holdings, e) < 0)
		return -1;
	o->has_holdings = true;
	for (size_t i = 0; i < o->holdings.len; i++)
		if (digest_equal(&o->holdings.items[i].subject, subject))
			*ARENA_PUSH(a, out) = o->holdings.items[i].d;
	return 0;
}

/* -- blobs ------------------------------------------------------------------------------------- */

/* path_of(o, d, a): where a blob lies. */
static bytes path_of(const struct origin *o, const digest *d, struct arena *a)
{
	for (size_t i = 0; i < o->members.len; i++)
		if (digest_equal(&o->members.digests[i], d))
			return o->members.names[i];
	return origin_blob_name(d, a);
}

static int open_local(struct blob *b, bytes name, err *e)
{
	struct arena a = ARENA_INIT;
	struct origin *o = b->origin;
	int status = local_find(&o->local, b->d ? path_of(o, &b->d->digest, &a) : name, &b->file, e);

	arena_done(&a);
	if (status < 0)
		return -1;
	if (!b->d || b->file.size == b->d->size)
		return 0;
	(void)err_set(e, ERR_FORMAT, 0, "blob %s has %" PRIu64 " bytes, its manifest says %" PRIu64,
	              DIGEST_TEXT(&b->d->digest), b->file.size, b->d->size);
	local_file_close(&b->file);
	return -1;
}

int blob_open(struct origin *o, const struct descriptor *d, bytes name, uint64_t from,
              struct blob *out, err *e)
{
	*out = (struct blob){ .origin = o, .d = d, .file = { .fd = -1 }, .at = from };
	if (o->registry)
		return registry_blob_open(o->registry, &o->reference, d, from, &out->remote, e);
	return open_local(out, name, e);
}

int64_t blob_read(struct blob *b, uint8_t *into, size_t cap, err *e)
{
	if (b->origin->registry)
		return registry_blob_read(b->remote, into, cap, e);
	return local_file_read(&b->file, &b->at, into, cap, e);
}

int blob_restart(struct blob *b, uint64_t from, err *e)
{
	b->at = from;
	if (!b->origin->registry)
		return 0;
	registry_blob_close(b->remote);
	b->remote = NULL;
	return registry_blob_open(b->origin->registry, &b->origin->reference, b->d, from, &b->remote,
	                          e);
}

void blob_close(struct blob *b)
{
	if (b->remote)
		registry_blob_close(b->remote);
	local_file_close(&b->file);
	b->remote = NULL;
}
