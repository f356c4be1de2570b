/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/attach.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/artifact.h"
#include "oci/media_type.h"
#include "oci/platform.h"

int attach_open(struct attach *s, const struct registry_options *options, err *e)
{
	s->elsewhere = NULL;
	s->root_in = (digest){ 0 };
	s->arena = (struct arena)ARENA_INIT;
	s->layout = (struct layout)LAYOUT_CLOSED;
	s->empty_in = (digest){ 0 };
	return gather_start(&s->gather, options, e);
}

void attach_close(struct attach *s)
{
	layout_close(&s->layout);
	gather_close(&s->gather);
	arena_done(&s->arena);
}

/* place_of(s): the repository that is written to. */
static struct reference place_of(const struct attach *s)
{
	struct reference at = s->gather.origin.reference;

	if (s->elsewhere) {
		at.host = s->elsewhere->host;
		at.repository = s->elsewhere->repository;
	}
	return at;
}

static const char *place_name(const struct attach *s, struct arena *a)
{
	const struct reference at = place_of(s);

	return s->gather.origin.registry ? arena_printf(a, "%s/%s", at.host, at.repository) : "";
}

/* -- which image ------------------------------------------------------------------------------- */

static int open_place(struct attach *s, const struct target *target, struct arena *a, err *e)
{
	layout_close(&s->layout);
	s->layout = (struct layout)LAYOUT_CLOSED;
	if (target->kind != TARGET_REGISTRY && target->kind != TARGET_LAYOUT)
		return err_set(e, ERR_USAGE, 0,
		               "nothing can be attached here: name a registry's image or a layout "
		               "(oci:FOLDER)");
	if (gather_turn(&s->gather, target, a, e) < 0)
		return -1;
	return target->kind == TARGET_LAYOUT ? layout_open(target->path, &s->layout, e) : 0;
}

/* is_begun(s): what a digest named a moment ago it names still. */
static bool is_begun(const struct attach *s)
{
	const struct gather *g = &s->gather;
	const digest name = digest_of(DIGEST_SHA256, bytes_str(gather_name(g)));

	return g->origin.registry && digest_equal(&s->root_in, &name) &&
	       digest_equal(&s->root.digest, &g->origin.reference.digest);
}

static void begin_again(struct attach *s)
{
	struct attachable root = s->root;

	root.media_type = arena_bytes(s->gather.arena, root.media_type);
	*ARENA_PUSH(s->gather.arena, &s->gather.subjects) = root;
}

static void remember(struct attach *s)
{
	const struct gather *g = &s->gather;

	arena_reset(&s->arena);
	s->root = g->subjects.items[0];
	s->root.media_type = arena_bytes(&s->arena, s->root.media_type);
	s->root_in = digest_of(DIGEST_SHA256, bytes_str(gather_name(g)));
}

int attach_begin(struct attach *s, const struct target *target, enum attachments_scope scope,
                 const struct platform *platform, struct arena *a, struct attach_image *out, err *e)
{
	const struct platform host = platform_host();
	struct gather *g = &s->gather;

	if (open_place(s, target, a, e) < 0)
		return -1;
	if (scope == SCOPE_ROOT && is_begun(s))
		begin_again(s);
	else if (gather_subjects(g, scope, platform ? platform : &host, e) < 0)
		return -1;
	else
		remember(s);
	const size_t first = scope == SCOPE_PLATFORM ? g->subjects.len - 1 : 0;

	*out = (struct attach_image){ .items = g->subjects.items + first,
		                          .len = g->subjects.len - first,
		                          .root = g->subjects.items[0].digest,
		                          .name = gather_name(g),
		                          .tag = gather_tag(g),
		                          .place = place_name(s, a) };
	return 0;
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
	const struct reference at = place_of(s);
	struct registry *registry = s->gather.origin.registry;

	if (!registry)
		return layout_put(&s->layout, d, content, e);
	return registry_blob_push(registry, &at, d, NULL, &source, e);
}

/* The empty config is in every repository where something is attached. */
static int put_empty(struct attach *s, const struct descriptor *config, struct arena *a, err *e)
{
	const struct reference at = place_of(s);
	struct registry *registry = s->gather.origin.registry;
	const digest name = digest_of(DIGEST_SHA256, bytes_str(place_name(s, a)));
	bool is_there = digest_equal(&s->empty_in, &name);

	if (is_there)
		return 0;
	if (registry && registry_blob_exists(registry, &at, config, &is_there, e) < 0)
		return -1;
	if (!is_there && put_blob(s, config, BYTES(ARTIFACT_CONFIG_TEXT), e) < 0)
		return -1;
	s->empty_in = registry ? name : (digest){ 0 };
	return 0;
}

/* -- a manifest of its own --------------------------------------------------------------------- */

static int put_referrer(struct attach *s, const struct attach_item *item, struct arena *a,
                        digest *out, err *e)
{
	const struct descriptor config = artifact_config();
	const struct descriptor subject = { .media_type = item->subject->media_type,
		                                .digest = item->subject->digest,
		                                .size = item->subject->size };
	const struct artifact artifact = { .type = item->artifact_type,
		                               .layer = describe(item->media_type, item->content),
		                               .subject = &subject,
		                               .annotations = item->annotations };
	const struct origin *origin = &s->gather.origin;
	const struct reference place = place_of(s);
	bytes text;

	if (artifact_text(&artifact, a, &text, e) < 0 || put_empty(s, &config, a, e) < 0 ||
	    put_blob(s, &artifact.layer, item->content, e) < 0)
		return -1;
	struct descriptor entry = describe(BYTES(OCI_MANIFEST_TYPE), text);
	const struct layout_entries entries = { &entry, 1, 1 };
	const struct reference at = reference_at(&place, &entry.digest);
	const struct registry_document document = { text, entry.media_type, entry.digest };

	entry.artifact_type = item->artifact_type;
	entry.annotations = item->annotations;
	*out = entry.digest;
	if (origin->registry)
		return registry_manifest_push(origin->registry, &at, &document, &subject.digest, &entry, e);
	if (layout_put(&s->layout, &entry, text, e) < 0)
		return -1;
	return layout_commit(&s->layout, &entries, parser_layout, origin->parser, e);
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
	if (parser_append(&t->s->gather.parser, &t->append, a, &made, e) < 0)
		return err_wrap(e, "tag '%s'", t->tag);
	if (made.is_there) {
		t->entry.digest = old->digest;
		return 1;
	}
	out->content = made.manifest;
	out->media_type = old->content.n > 0 ? old->media_type : BYTES(OCI_MANIFEST_TYPE);
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
		if (local_read(&t->s->gather.origin.local, origin_blob_name(want, a), LIMIT_MANIFEST, a,
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

	if (parser_layout(&t->s->gather.parser, text, a, out, e) < 0)
		return -1;
	if (old_manifest(t, out, a, e) < 0 ||
	    parser_append(&t->s->gather.parser, &t->append, a, &made, e) < 0)
		return err_wrap(e, "tag '%s'", t->tag);
	bytes manifest = made.is_there ? t->append.old : made.manifest;
	struct descriptor d = describe(BYTES(OCI_MANIFEST_TYPE), manifest);

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
	const struct origin *origin = &s->gather.origin;
	struct tagged t = { .s = s,
		                .tag = attachment_tag(&item->subject->digest, item->suffix, a),
		                .entry = { .media_type = BYTES(OCI_MANIFEST_TYPE) } };
	const struct layout_entries entries = { &t.entry, 1, 1 };
	const struct registry_edit edit = { edit_remote, &t };
	struct reference tag = place_of(s);
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
		status = origin->registry ? registry_manifest_update(origin->registry, &tag, &edit, e)
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
