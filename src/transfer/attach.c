/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/attach.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "oci/platform.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_TYPE "application/vnd.oci.empty.v1+json"

int attach_open(struct attach *s, const struct registry_options *options, err *e)
{
	*s = (struct attach){ .options = *options,
		                  .layout = LAYOUT_CLOSED,
		                  .origin = { .local = { .fd = -1 } } };
	if (parser_start(&s->parser, NULL, options->http.deadline, e) < 0)
		return -1;
	s->options.parse_index = parser_index;
	s->options.parse_layout = parser_layout;
	s->options.parse_ctx = &s->parser;
	return registry_open(&s->options, &s->registry, e);
}

static void end_image(struct attach *s)
{
	layout_close(&s->layout);
	local_close(&s->origin.local);
	s->layout = (struct layout)LAYOUT_CLOSED;
	s->origin = (struct origin){ .local = { .fd = -1 } };
}

void attach_close(struct attach *s)
{
	end_image(s);
	if (s->registry)
		registry_close(s->registry);
	parser_stop(&s->parser);
	arena_done(&s->arena);
}

/* -- which image ------------------------------------------------------------------------------- */

static int open_place(struct attach *s, const struct target *target, struct attach_image *out,
                      err *e)
{
	s->origin = (struct origin){
		.kind = target->kind, .target = target, .parser = &s->parser, .local = { .fd = -1 }
	};
	out->name = out->tag = "";
	if (target->kind == TARGET_LAYOUT)
		return local_open(target, &s->origin.local, e) < 0
		           ? -1
		           : layout_open(target->path, &s->layout, e);
	if (target->kind != TARGET_REGISTRY)
		return err_set(e, ERR_USAGE, 0,
		               "nothing can be attached here: name a registry's image or a layout "
		               "(oci:FOLDER)");
	if (reference_parse(target->tag, &s->arena, &s->origin.reference, e) < 0)
		return -1;
	s->origin.registry = s->registry;
	out->name = arena_printf(&s->arena, "%s/%s", s->origin.reference.host,
	                         s->origin.reference.repository);
	if (s->origin.reference.digest.algorithm == DIGEST_NONE)
		out->tag = s->origin.reference.tag;
	return 0;
}

static void add(struct attach_image *out, const struct descriptor *d, struct arena *a)
{
	struct attachable *v = ARENA_PUSH(a, out);

	*v = (struct attachable){ .digest = d->digest,
		                      .media_type = d->media_type,
		                      .size = d->size,
		                      .platform = d->platform,
		                      .is_index = oci_is_index(d->media_type) };
}

/* add_below(s, content, depth, a, out, e): everything that an index lists. */
static int add_below(struct attach *s, bytes content, int depth, struct arena *a,
                     struct attach_image *out, err *e)
{
	struct oci_index index = { 0 };

	if (depth >= LIMIT_INDEX_DEPTH)
		return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
	if (parser_index(&s->parser, content, a, &index, e) < 0)
		return -1;
	for (size_t i = 0; i < index.manifests.len; i++) {
		const struct descriptor *d = &index.manifests.items[i];
		bytes below;

		if (oci_is_attestation(d) ||
		    (!oci_is_index(d->media_type) && !oci_is_manifest(d->media_type)))
			continue;
		if (out->len >= LIMIT_INDEX_ENTRIES)
			return err_set(e, ERR_LIMIT, 0, "more than %d images in it", LIMIT_INDEX_ENTRIES);
		add(out, d, a);
		if (oci_is_index(d->media_type) &&
		    (origin_document(&s->origin, d, a, &below, e) < 0 ||
		     add_below(s, below, depth + 1, a, out, e) < 0))
			return -1;
	}
	return 0;
}

/* descend(s, d, content, want, a, e): from an index to the platform's manifest. */
static int descend(struct attach *s, struct descriptor *d, bytes content,
                   const struct platform *want, struct arena *a, err *e)
{
	for (int depth = 0; oci_is_index(d->media_type); depth++) {
		struct oci_index index = { 0 };

		if (depth >= LIMIT_INDEX_DEPTH)
			return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
		if (parser_index(&s->parser, content, a, &index, e) < 0)
			return -1;
		int at = platform_choose(&index.manifests, want);

		if (at < 0)
			return err_set(e, ERR_ABSENT, 0, "no image for %s in it",
			               SHOW(bytes_str(platform_text(want, a))));
		*d = index.manifests.items[at];
		if (oci_is_index(d->media_type) && origin_document(&s->origin, d, a, &content, e) < 0)
			return -1;
	}
	return 0;
}

int attach_begin(struct attach *s, const struct target *target, enum attachments_scope scope,
                 const struct platform *platform, struct arena *a, struct attach_image *out, err *e)
{
	struct platform host = platform_host();
	const struct platform *want = platform ? platform : &host;
	struct descriptor d = { 0 };
	bytes content;

	end_image(s);
	*out = (struct attach_image){ 0 };
	if (open_place(s, target, out, e) < 0 || origin_begin(&s->origin, &s->arena, e) < 0 ||
	    origin_root(&s->origin, want, a, &d, &content, e) < 0)
		return -1;
	out->root = d.digest;
	if (scope == SCOPE_PLATFORM && descend(s, &d, content, want, a, e) < 0)
		return -1;
	add(out, &d, a);
	return scope == SCOPE_ALL && oci_is_index(d.media_type)
	           ? add_below(s, content, 0, a, out, e)
	           : 0;
}

/* -- blobs ------------------------------------------------------------------------------------- */

struct memory {
	bytes content;
	uint64_t at;
};

static int64_t memory_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct memory *m = ctx;
	bytes part = bytes_slice(m->content, (size_t)m->at, cap);

	(void)e;
	if (part.n > 0)
		memcpy(into, part.p, part.n);
	m->at += part.n;
	return (int64_t)part.n;
}

static int memory_restart(void *ctx, uint64_t from, err *e)
{
	(void)e;
	((struct memory *)ctx)->at = from;
	return 0;
}

static struct descriptor describe(bytes media_type, bytes content)
{
	return (struct descriptor){ .media_type = media_type,
		                        .digest = digest_of(DIGEST_SHA256, content),
		                        .size = content.n };
}

/* put_blob(s, d, content, e): what was made a moment ago is nowhere yet, so nobody is asked. */
static int put_blob(struct attach *s, const struct descriptor *d, bytes content, err *e)
{
	struct memory memory = { .content = content };
	const struct registry_source source = { memory_read, memory_restart, &memory };

	if (!s->origin.registry)
		return layout_put(&s->layout, d, content, e);
	return registry_blob_push(s->registry, &s->origin.reference, d, NULL, &source, e);
}

/* The empty config is in every repository where something is attached. */
static int put_empty(struct attach *s, const struct descriptor *config, err *e)
{
	bool is_there = false;

	if (s->origin.registry &&
	    registry_blob_exists(s->registry, &s->origin.reference, config, &is_there, e) < 0)
		return -1;
	return is_there ? 0 : put_blob(s, config, BYTES("{}"), e);
}

/* -- a manifest of its own --------------------------------------------------------------------- */

static void put_descriptor(struct json_writer *w, const char *name, const struct descriptor *d)
{
	json_write_object(w, name);
	json_write_str(w, "mediaType", d->media_type);
	json_write_text(w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(w, "size", d->size);
	json_write_end(w);
}

static bytes referrer_text(const struct attach_item *item, const struct descriptor *config,
                           const struct descriptor *layer, struct arena *a)
{
	const struct descriptor subject = { .media_type = item->subject->media_type,
		                                .digest = item->subject->digest,
		                                .size = item->subject->size };
	buf text = BUF_INIT(LIMIT_MANIFEST);
	struct stream out;
	struct json_writer w;
	err impossible = { 0 };

	stream_init(&out, stream_to_buf, &text);
	json_write_init(&w, &out);
	w.is_compact = true;
	json_write_object(&w, NULL);
	json_write_u64(&w, "schemaVersion", 2);
	json_write_text(&w, "mediaType", MANIFEST_TYPE);
	json_write_str(&w, "artifactType", item->artifact_type);
	put_descriptor(&w, "config", config);
	json_write_array(&w, "layers");
	put_descriptor(&w, NULL, layer);
	json_write_end(&w);
	put_descriptor(&w, "subject", &subject);
	json_write_object(&w, "annotations");
	for (size_t i = 0; i < item->annotations.len; i++)
		json_write_str(&w, arena_str(a, item->annotations.items[i].name),
		               item->annotations.items[i].value);
	json_write_end(&w);
	json_write_end(&w);
	(void)stream_finish(&out, &impossible); /* our own annotations are short */
	bytes made = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	return made;
}

static int put_referrer(struct attach *s, const struct attach_item *item, struct arena *a,
                        digest *out, err *e)
{
	const struct descriptor config = describe(BYTES(EMPTY_TYPE), BYTES("{}"));
	const struct descriptor layer = describe(item->media_type, item->content);
	bytes text = referrer_text(item, &config, &layer, a);
	struct descriptor entry = describe(BYTES(MANIFEST_TYPE), text);
	const struct layout_entries entries = { &entry, 1, 1 };
	const struct reference at = reference_at(&s->origin.reference, &entry.digest);
	const struct registry_document document = { text, entry.media_type, entry.digest };

	entry.artifact_type = item->artifact_type;
	entry.annotations = item->annotations;
	*out = entry.digest;
	if (put_empty(s, &config, e) < 0 || put_blob(s, &layer, item->content, e) < 0)
		return -1;
	if (s->origin.registry)
		return registry_manifest_push(s->registry, &at, &document, &item->subject->digest, &entry,
		                              e);
	if (layout_put(&s->layout, &entry, text, e) < 0)
		return -1;
	return layout_commit(&s->layout, &entries, parser_layout, &s->parser, e);
}

/* -- one more layer under cosign's tag --------------------------------------------------------- */

struct tagged {
	struct attach *s;
	struct append append;
	const char *tag;
	struct descriptor entry; /* of the manifest, once it is made */
};

static int edit_remote(void *ctx, const struct registry_document *old, struct arena *a,
                       struct registry_document *out, err *e)
{
	struct tagged *t = ctx;
	struct appended made;

	t->append.old = old->content;
	if (parser_append(&t->s->parser, &t->append, a, &made, e) < 0)
		return err_wrap(e, "tag '%s'", t->tag);
	if (made.is_there) {
		t->entry.digest = old->digest;
		return 1;
	}
	out->content = made.manifest;
	out->media_type = old->content.n > 0 ? old->media_type : BYTES(MANIFEST_TYPE);
	return put_blob(t->s, &made.config, made.config_text, e);
}

/* old_manifest(t, index, a, e): what the layout has under our tag. */
static int old_manifest(struct tagged *t, const struct layout_index *index, struct arena *a, err *e)
{
	t->append.old = BYTES("");
	for (size_t i = 0; i < index->len; i++) {
		const digest *want = &index->items[i].digest;

		if (!bytes_is(index->items[i].tag, t->tag))
			continue;
		if (local_read(&t->s->origin.local, origin_blob_name(want, a), LIMIT_MANIFEST, a,
		               &t->append.old, e) < 0)
			return -1;
		digest have = digest_of(want->algorithm, t->append.old);

		if (!digest_equal(&have, want))
			return err_set(e, ERR_FORMAT, 0, "%s has the digest %s", DIGEST_TEXT(want),
			               DIGEST_TEXT(&have));
	}
	return 0;
}

/* layout_commit asks for the index.json that is there while it holds the lock: what is read, made
 * and put here is in one piece with what it writes, so that of two writers none loses a layer. */
static int edit_local(void *ctx, bytes text, struct arena *a, struct layout_index *out, err *e)
{
	struct tagged *t = ctx;
	struct appended made;

	if (parser_layout(&t->s->parser, text, a, out, e) < 0)
		return -1;
	if (old_manifest(t, out, a, e) < 0 ||
	    parser_append(&t->s->parser, &t->append, a, &made, e) < 0)
		return err_wrap(e, "tag '%s'", t->tag);
	bytes manifest = made.is_there ? t->append.old : made.manifest;
	struct descriptor d = describe(BYTES(MANIFEST_TYPE), manifest);

	t->entry.digest = d.digest;
	t->entry.size = d.size;
	if (made.is_there)
		return 0;
	if (layout_put(&t->s->layout, &made.config, made.config_text, e) < 0)
		return -1;
	return layout_put(&t->s->layout, &d, manifest, e);
}

static int put_tagged(struct attach *s, const struct attach_item *item, struct arena *a,
                      digest *out, err *e)
{
	struct descriptor layer = describe(item->media_type, item->content);
	struct tagged t = { .s = s,
		                .tag = attachment_tag(&item->subject->digest, item->suffix, a),
		                .entry = { .media_type = BYTES(MANIFEST_TYPE) } };
	const struct layout_entries entries = { &t.entry, 1, 1 };
	const struct registry_edit edit = { edit_remote, &t };
	struct reference tag = s->origin.reference;
	buf entry = BUF_INIT(LIMIT_MANIFEST);

	layer.annotations = item->annotations;
	t.entry.ref_name = bytes_str(t.tag);
	tag.tag = t.tag;
	int status = layout_entry_text(&layer, &entry, e);

	t.append = (struct append){ .entry = buf_bytes(&entry),
		                        .layer = layer.digest,
		                        .replace = item->replace };
	if (status == 0)
		status = put_blob(s, &layer, item->content, e);
	if (status == 0)
		status = s->origin.registry ? registry_manifest_update(s->registry, &tag, &edit, e)
		                            : layout_commit(&s->layout, &entries, edit_local, &t, e);
	*out = t.entry.digest;
	buf_done(&entry);
	return status;
}

int attach_put(struct attach *s, const struct attach_item *item, digest *out, err *e)
{
	struct arena a = ARENA_INIT;
	int status = item->suffix ? put_tagged(s, item, &a, out, e) : put_referrer(s, item, &a, out, e);

	arena_done(&a);
	return status;
}
