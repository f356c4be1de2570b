/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/attachments.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/media_type.h"
#include "transfer/gather.h"

#include <stdatomic.h>

#define LABEL_PREDICATE "dev.sigstore.bundle.predicateType" /* cosign's BUNDLE_SPEC.md */

/* What is asked at once: who refers to a subject, what a tag names. */
struct question {
	enum { ASK_ROOT, ASK_REFERRERS, ASK_FALLBACK, ASK_TAG } what;
	size_t subject;
	digest digest;
	const char *suffix; /* of the tag */
	struct arena arena;
	bool known; /* the registry has the API; the tag is there */
	struct descriptors list;
	struct oci_manifest manifest; /* of a tag, in a registry */
	const char *unread;
};

/* A manifest that holds something attached. */
struct candidate {
	size_t subject;
	enum attachment_by by;
	enum attachment_kind said; /* as it is listed */
	struct descriptor d;
	bool skipped, is_read;
	const char *unread;
	struct arena arena;
	struct oci_manifest manifest;
};

struct reader {
	struct gather *g;
	const struct attachments_options *options;
	struct {
		struct question *items;
		size_t len, cap;
	} questions;
	struct {
		struct candidate *items;
		size_t len, cap;
	} candidates;
	struct attachments list;
	atomic_size_t things; /* in the manifests that were read */
};

/* read_text(r, d, text, a, out, e): the manifest d, and that it is one of what holds something. */
static int read_text(struct reader *r, const struct descriptor *d, bytes text, struct arena *a,
                     struct oci_manifest *out, err *e)
{
	if (gather_manifest(r->g, text, a, out, e) < 0 || oci_check_said(d, out->media_type, e) < 0)
		return -1;
	atomic_fetch_add(&r->things, out->layers.len);
	return 0;
}

/* -- who refers to it, and what do its tags name ----------------------------------------------- */

static void ask(struct reader *r, size_t subject, const digest *d)
{
	static const struct {
		const char *suffix;
		enum attachment_kind kind;
	} tags[] = {
		{ "sig", ATTACHMENT_SIGNATURE },
		{ "att", ATTACHMENT_ENVELOPE },
		{ "sbom", ATTACHMENT_OTHER },
	};
	struct question q = { .what = ASK_REFERRERS, .subject = subject, .digest = *d };

	*ARENA_PUSH(r->g->arena, &r->questions) = q;
	q.what = ASK_FALLBACK;
	if (r->g->origin.registry)
		*ARENA_PUSH(r->g->arena, &r->questions) = q;
	q.what = ASK_TAG;
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		q.suffix = tags[i].suffix;
		/* With another algorithm the name would be too long for a tag. */
		if (d->algorithm == DIGEST_SHA256 &&
		    (r->options->tell_all || attachments_wants(r->options, tags[i].kind)))
			*ARENA_PUSH(r->g->arena, &r->questions) = q;
	}
}

/* What a tag of the registry names comes with the answer, and is read at once. */
static int ask_remote_tag(struct reader *r, struct question *q, struct arena *scratch, err *e)
{
	const struct origin *at = &r->g->origin;
	struct reference ref = at->reference;
	struct registry_document doc;

	ref.tag = attachment_tag(&q->digest, q->suffix, scratch);
	ref.digest = (digest){ 0 };
	if (registry_manifest_within(at->registry, &ref, LIMIT_ATTACHED_TAG, scratch, &doc, e) < 0) {
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* no such tag: nothing is attached by it */
		return 0;
	}
	struct descriptor *d = ARENA_PUSH(&q->arena, &q->list);

	d->digest = doc.digest;
	d->size = doc.content.n;
	d->media_type = arena_bytes(&q->arena, doc.media_type);
	q->known = true;
	return read_text(r, d, doc.content, &q->arena, &q->manifest, e);
}

static int ask_tag(struct reader *r, struct question *q, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct descriptor d = { 0 };
	int status;

	if (r->g->origin.registry) {
		status = ask_remote_tag(r, q, &scratch, e);
		if (status < 0 && q->known && attachments_is_its_own(e)) {
			q->unread = arena_str(&q->arena, bytes_str(e->text));
			err_clear(e); /* told with it */
			status = 0;
		}
	} else {
		status = origin_tagged(&r->g->origin, &q->digest, q->suffix, &q->arena, &d, &q->known, e);
		if (status == 0 && q->known)
			*ARENA_PUSH(&q->arena, &q->list) = d;
	}
	arena_done(&scratch);
	return status;
}

static int ask_one(void *ctx, size_t job, err *e)
{
	struct reader *r = ctx;
	struct question *q = &r->questions.items[job];
	struct origin *at = &r->g->origin;
	int status = -1;
	bytes content;

	switch (q->what) {
	case ASK_ROOT: return gather_root(r->g, &r->options->platform, &content, e);
	case ASK_TAG: return ask_tag(r, q, e);
	case ASK_FALLBACK:
		status = registry_referrers_by_tag(at->registry, &at->reference, &q->digest, BYTES(""),
		                                   &q->arena, &q->list, e);
		break;
	case ASK_REFERRERS:
		/* The holdings of a layout are kept for the next subject. */
		status = at->registry
		             ? registry_referrers_by_api(at->registry, &at->reference, &q->digest,
		                                         BYTES(""), &q->arena, &q->list, e)
		             : origin_referrers(at, &q->digest, r->g->arena, &q->list, e);
		q->known = status == 1;
		break;
	}
	return status < 0 ? err_wrap(e, "referrers of %s", DIGEST_TEXT(&q->digest)) : 0;
}

static int ask_all(struct reader *r, err *e)
{
	struct gather *g = r->g;
	int status = gather_run(g, r->questions.len, ask_one, r, e);

	for (size_t i = 0; i < r->questions.len; i++)
		arena_adopt(g->arena, &r->questions.items[i].arena);
	return status;
}

/* By digest it is known about what to ask before the image itself is there. */
static int ask_early(struct reader *r, const digest *d, err *e)
{
	*ARENA_PUSH(r->g->arena, &r->questions) = (struct question){ .what = ASK_ROOT };
	ask(r, 0, d);
	return ask_all(r, e);
}

/* -- manifests --------------------------------------------------------------------------------- */

/* An artifact type that is only the media type of a config says nothing. */
static bool says_nothing(bytes type)
{
	return type.n == 0 || bytes_is(type, OCI_EMPTY_TYPE) || bytes_is(type, OCI_CONFIG_TYPE) ||
	       bytes_is(type, DOCKER_CONFIG_TYPE);
}

/* may_skip(r, d): it is said, where it is listed, that it is nothing we want. */
static bool may_skip(const struct reader *r, const struct descriptor *d)
{
	if (!oci_is_manifest(d->media_type))
		return true;
	if (r->options->tell_all || says_nothing(d->artifact_type))
		return false;
	return !attachments_wants(r->options, attachment_kind_of(d->artifact_type)) ||
	       attachments_is_other(r->options, oci_labels_get(&d->annotations, LABEL_PREDICATE));
}

/* add(r, subject, by, d): unless it was found on another way. NULL then. */
static struct candidate *add(struct reader *r, size_t subject, enum attachment_by by,
                             const struct descriptor *d)
{
	for (size_t i = r->candidates.len; i > 0; i--) {
		const struct candidate *c = &r->candidates.items[i - 1];

		if (c->subject != subject)
			break;
		if (digest_equal(&c->d.digest, &d->digest))
			return NULL;
	}
	struct candidate *c = ARENA_PUSH(r->g->arena, &r->candidates);

	c->subject = subject;
	c->by = by;
	c->d = *d;
	c->said = attachment_kind_of(d->artifact_type);
	return c;
}

static void add_beside(struct reader *r, size_t subject)
{
	const struct attachable *s = &r->g->subjects.items[subject];

	for (size_t i = 0; i < r->g->beside.len; i++) {
		const struct descriptor *d = &r->g->beside.items[i];

		if (!bytes_is(d->reference_digest, DIGEST_TEXT(&s->digest)))
			continue;
		struct candidate *c = add(r, subject, ATTACHED_BESIDE, d);

		if (c && c->said == ATTACHMENT_OTHER)
			c->said = ATTACHMENT_STATEMENT;
		if (c)
			c->skipped = !oci_is_manifest(d->media_type) ||
			             (!r->options->tell_all && !attachments_wants(r->options, c->said));
	}
}

static void add_answer(struct reader *r, const struct question *q)
{
	for (size_t i = 0; i < q->list.len; i++) {
		enum attachment_by by = q->what == ASK_TAG ? ATTACHED_BY_TAG : ATTACHED_BY_REFERRER;
		struct candidate *c = add(r, q->subject, by, &q->list.items[i]);

		if (!c)
			continue;
		if (by == ATTACHED_BY_REFERRER) {
			c->skipped = may_skip(r, &c->d);
			continue;
		}
		c->is_read = r->g->origin.registry != NULL;
		c->manifest = q->manifest;
		c->unread = q->unread;
		c->said = bytes_is(bytes_str(q->suffix), "sig")   ? ATTACHMENT_SIGNATURE
		          : bytes_is(bytes_str(q->suffix), "att") ? ATTACHMENT_ENVELOPE
		                                                  : ATTACHMENT_OTHER;
	}
}

/* In the order of the questions. */
static void add_answers(struct reader *r, size_t subject)
{
	bool has_api = false;

	for (size_t i = 0; i < r->questions.len; i++) {
		const struct question *q = &r->questions.items[i];

		if (q->what == ASK_ROOT || q->subject != subject)
			continue;
		if (q->what == ASK_REFERRERS)
			has_api = q->known;
		/* distribution-spec 1.1: the tag counts where the API is not. */
		if (q->what != ASK_FALLBACK || !has_api)
			add_answer(r, q);
	}
}

static int take_text(struct reader *r, const struct candidate *c, struct arena *scratch, bytes *out,
                     err *e)
{
	digest carried = digest_of(c->d.digest.algorithm, c->d.data);

	*out = c->d.data;
	if (digest_equal(&carried, &c->d.digest))
		return 0;
	return origin_document(&r->g->origin, &c->d, scratch, out, e);
}

static int check_subject(const struct reader *r, const struct candidate *c, err *e)
{
	const digest *subject = &r->g->subjects.items[c->subject].digest;
	const struct oci_manifest *m = &c->manifest;

	if (m->has_subject ? digest_equal(&m->subject, subject) : c->by != ATTACHED_BY_REFERRER)
		return 0;
	return err_set(e, ERR_FORMAT, 0, m->has_subject ? "it refers to %s" : "it refers to nothing",
	               DIGEST_TEXT(&m->subject));
}

static int read_manifest(struct reader *r, struct candidate *c, struct arena *scratch, err *e)
{
	bytes text;

	if (!c->is_read && (take_text(r, c, scratch, &text, e) < 0 ||
	                    read_text(r, &c->d, text, &c->arena, &c->manifest, e) < 0))
		return -1;
	return check_subject(r, c, e);
}

static int check_things(struct reader *r, err *e)
{
	if (atomic_load(&r->things) <= LIMIT_ATTACHMENTS)
		return 0;
	return err_set(e, ERR_LIMIT, 0, "more than %d things are attached", LIMIT_ATTACHMENTS);
}

static int read_candidate(void *ctx, size_t job, err *e)
{
	struct reader *r = ctx;
	struct candidate *c = &r->candidates.items[job];
	struct arena scratch = ARENA_INIT;

	if (c->skipped || c->unread)
		return 0;
	if (check_things(r, e) < 0)
		return -1;
	int status = read_manifest(r, c, &scratch, e);

	arena_done(&scratch);
	if (status == 0)
		return 0;
	/* Of what does not say what it is it cannot be told that it was no signature. */
	if (!attachments_is_its_own(e) ||
	    (c->by == ATTACHED_BY_REFERRER && says_nothing(c->d.artifact_type)))
		return err_wrap(e, "attached manifest %s", DIGEST_TEXT(&c->d.digest));
	c->unread = arena_str(&c->arena, bytes_str(e->text));
	err_clear(e); /* told with it */
	return 0;
}

/* Before any is fetched: of none more octets are taken than it is listed with. */
static int check_octets(const struct reader *r, err *e)
{
	uint64_t octets = 0;

	for (size_t i = 0; i < r->candidates.len; i++) {
		const struct candidate *c = &r->candidates.items[i];

		octets += c->skipped || c->by == ATTACHED_BY_TAG ? 0 : c->d.size;
		if (octets > LIMIT_ATTACHED_DOCUMENTS)
			return err_set(e, ERR_LIMIT, 0, "more than %u MiB of manifests are attached",
			               (unsigned)(LIMIT_ATTACHED_DOCUMENTS / MIB));
	}
	return 0;
}

static int read_manifests(struct reader *r, err *e)
{
	if (check_octets(r, e) < 0)
		return -1;
	int status = gather_run(r->g, r->candidates.len, read_candidate, r, e);

	for (size_t i = 0; i < r->candidates.len; i++)
		arena_adopt(r->g->arena, &r->candidates.items[i].arena);
	return status < 0 ? -1 : check_things(r, e);
}

/* -- what they hold ---------------------------------------------------------------------------- */

static bytes predicate_of(const struct attachment *at, const struct oci_labels *notes)
{
	bytes said = attachment_annotation(at, "predicateType");

	if (at->kind == ATTACHMENT_BUNDLE || at->layer.digest.algorithm == DIGEST_NONE)
		return oci_labels_get(notes, LABEL_PREDICATE);
	return at->kind == ATTACHMENT_ENVELOPE && said.n > 0 ? said : at->layer.predicate_type;
}

static int tell(struct reader *r, const struct candidate *c, const struct descriptor *layer,
                err *e)
{
	bool is_read = !c->skipped && !c->unread;
	const struct oci_labels *notes = is_read ? &c->manifest.annotations : &c->d.annotations;
	bytes type = is_read && c->manifest.artifact_type.n > 0 ? c->manifest.artifact_type
	                                                        : c->d.artifact_type;
	enum attachment_kind kind = layer ? attachment_kind_of(layer->media_type) : ATTACHMENT_OTHER;

	if (r->list.len == LIMIT_ATTACHMENTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d things are attached", LIMIT_ATTACHMENTS);
	struct attachment *at = ARENA_PUSH(r->g->arena, &r->list);

	at->kind = kind != ATTACHMENT_OTHER ? kind : c->said;
	if (at->kind == ATTACHMENT_OTHER)
		at->kind = attachment_kind_of(type);
	at->by = c->by;
	at->subject = r->g->subjects.items[c->subject].digest;
	at->manifest = c->d.digest;
	at->artifact_type = type;
	at->unread = c->unread;
	if (layer)
		at->layer = *layer;
	at->predicate_type = predicate_of(at, notes);
	at->created = oci_labels_get(notes, "org.opencontainers.image.created");
	return 0;
}

static int tell_all(struct reader *r, err *e)
{
	for (size_t i = 0; i < r->candidates.len; i++) {
		const struct candidate *c = &r->candidates.items[i];
		const struct descriptors *layers = &c->manifest.layers;

		if ((c->skipped || c->unread || layers->len == 0) && tell(r, c, NULL, e) < 0)
			return -1;
		for (size_t k = 0; !c->unread && k < layers->len; k++)
			if (tell(r, c, &layers->items[k], e) < 0)
				return -1;
	}
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static int ask_later(struct reader *r, err *e)
{
	for (size_t i = 0; i < r->g->subjects.len; i++)
		ask(r, i, &r->g->subjects.items[i].digest);
	return ask_all(r, e);
}

/* Behind the questions. */
static int look_into(struct reader *r, err *e)
{
	for (size_t i = 0; i < r->g->subjects.len; i++) {
		add_beside(r, i);
		add_answers(r, i);
	}
	return read_manifests(r, e) < 0 ? -1 : tell_all(r, e);
}

int attachments_find(struct gather *g, const struct attachments_options *options,
                     enum find_where where, struct attachments *out, err *e)
{
	struct reader r = { .g = g, .options = options };

	if ((where == FIND_ALL && ask_later(&r, e) < 0) || look_into(&r, e) < 0)
		return -1;
	*out = r.list;
	return 0;
}

/* The subjects are those of the image's own repository; everything else is asked of the other,
 * where nothing lies that an index could name beside its platforms. */
static int read_elsewhere(struct reader *r, err *e)
{
	const struct attachments_options *o = r->options;
	struct reference *at = &r->g->origin.reference;

	if (!r->g->origin.registry)
		return err_set(e, ERR_USAGE, 0, "only what is attached to an image in a registry can be "
		                                "kept in another repository");
	if (gather_subjects(r->g, o->scope, &o->platform, e) < 0)
		return -1;
	r->g->beside = (struct descriptors){ 0 };
	at->host = o->elsewhere->host;
	at->repository = o->elsewhere->repository;
	if (ask_later(r, e) < 0 || look_into(r, e) < 0 || attachments_fetch(r->g, o, &r->list, e) < 0)
		return err_wrap(e, "%s/%s", at->host, at->repository);
	return 0;
}

static int read_all(struct reader *r, err *e)
{
	const struct attachments_options *o = r->options;
	const digest *named = &r->g->origin.reference.digest;

	if (o->elsewhere)
		return read_elsewhere(r, e);
	if (r->g->origin.registry && named->algorithm != DIGEST_NONE && o->scope == SCOPE_ROOT) {
		if (ask_early(r, named, e) < 0)
			return -1;
	} else if (gather_subjects(r->g, o->scope, &o->platform, e) < 0 || ask_later(r, e) < 0) {
		return -1;
	}
	if (look_into(r, e) < 0)
		return -1;
	return attachments_fetch(r->g, o, &r->list, e);
}

static void put_out(const struct reader *r, const char *name, struct image_attachments *out)
{
	struct registry *registry = r->g->origin.registry;

	*out = (struct image_attachments){
		.subjects = r->g->subjects.items,
		.subjects_len = r->g->subjects.len,
		.name = name,
		.tag = gather_tag(r->g),
		.list = r->list,
		.requests = registry ? registry_requests(registry) : 0,
	};
}

int attachments_read(const struct target *target, const struct attachments_options *options,
                     struct arena *a, struct image_attachments *out, err *e)
{
	struct gather g;
	struct reader r = { .g = &g, .options = options };
	int status = gather_open(&g, target, &options->registry, a, e);
	const char *name = status == 0 ? gather_name(&g) : "";

	if (status == 0)
		status = read_all(&r, e);
	if (status == 0)
		put_out(&r, name, out);
	gather_close(&g);
	return status;
}
