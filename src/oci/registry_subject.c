/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests are pushed here, and what they refer to is told to registries that cannot see it. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/attachment.h"
#include "oci/layout.h"
#include "oci/media_type.h"
#include "oci/registry_reading.h"

#include <errno.h>

/* -- one manifest ------------------------------------------------------------------------------ */

struct push {
	const struct reference *ref; /* its tag, or by digest when it has none */
	bytes content, media_type;
	digest digest;
	const char *if_match; /* NULL */
	bool only_new;        /* nothing may be there yet */
	bool understands;     /* out: the registry said OCI-Subject */
	bool changed;         /* out: somebody else wrote meanwhile (412) */
};

static int take_pushed(struct registry *r, struct push *p, const struct call *c,
                       struct http_exchange *x, err *e)
{
	int status = http_status(x), result;
	digest said;

	p->changed = (p->if_match || p->only_new) && status == 412;
	if (p->changed) {
		http_end(x);
		return 0;
	}
	if (status != 201 && status != 200 && status != 202)
		return call_refuse(r, c, x, e);
	p->understands = http_header(x, "OCI-Subject") != NULL;
	result = reading_digest(x, &said, e);
	http_end(x);
	if (result == 0 && said.algorithm == p->digest.algorithm && !digest_equal(&said, &p->digest))
		return err_set(e, ERR_FORMAT, 0, "the registry calls it %s and it is %s",
		               DIGEST_TEXT(&said), DIGEST_TEXT(&p->digest));
	return result;
}

/* arrived(r, p, e): 1 when the registry has it, though the answer to our sending was lost; 0 when
 * not. */
static int arrived(struct registry *r, const struct push *p, err *e)
{
	struct reference where = *p->ref;
	struct descriptor there;

	where.digest = p->ref->tag[0] ? (digest){ 0 } : p->digest;
	if (registry_head(r, &where, &there, e) == 0)
		return digest_equal(&there.digest, &p->digest);
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e); /* not there: that is what was asked */
	return 0;
}

/* PUT, and never again before it is known that the last one did nothing. */
static int push(struct registry *r, struct push *p, err *e)
{
	struct arena a = ARENA_INIT;
	struct patience patience = { 0 };
	const char *where = p->ref->tag[0] ? p->ref->tag
	                                   : arena_str(&a, bytes_str(DIGEST_TEXT(&p->digest)));
	const struct http_header headers[] = {
		{ "Content-Type", arena_str(&a, p->media_type) },
		{ p->if_match   ? "If-Match"
		  : p->only_new ? "If-None-Match"
		                : NULL,
		  p->if_match ? p->if_match : "*" },
		{ 0 },
	};
	const struct call c = {
		.what = arena_printf(&a, "manifest '%s'", where),
		.host = p->ref->host,
		.repository = p->ref->repository,
		.push = true,
		.once = true,
		.method = HTTP_PUT,
		.path = arena_printf(&a, "manifests/%s", where),
		.headers = headers,
		.body = { .content = p->content },
		.patience = &patience,
		.idle_ms = call_commit_ms(p->content.n),
	};
	struct answer answer;
	int result;

	for (;;) {
		result = call_send(r, &c, &a, &answer, e);
		if (result == 0)
			result = take_pushed(r, p, &c, answer.x, e);
		if (result == 0 || !patience_is_worth(e) || patience_take(&patience, r->http, 0) < 0)
			break;
		registry_note(r, "%s/%s: %s: %s", c.host, c.repository, c.what, e->text);
		err_clear(e); /* whether it arrived is asked now */
		result = arrived(r, p, e);
		if (result != 0)
			break;
	}
	if (result < 0)
		(void)call_wrap(&c, e);
	arena_wipe(&a);
	return result < 0 ? -1 : 0;
}

/* -- what a tag names, changed ----------------------------------------------------------------- */

/* One round: read, edit, write. 1 when it must be looked at again, 0 when it is as it shall be. */
static int update(struct registry *r, const struct reference *tag, const struct registry_edit *edit,
                  bool is_first, struct arena *a, err *e)
{
	struct push p = { .ref = tag };
	struct registry_document old = { 0 }, new = { 0 };

	if (reading_manifest(r, tag, a, &old, &p.if_match, e) < 0) {
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* the first one */
		old = (struct registry_document){ 0 };
		p.if_match = NULL;
		p.only_new = is_first; /* once, lest a registry that misreads it refuses for ever */
	}
	int result = edit->make(edit->ctx, &old, a, &new, e);

	if (result != 0)
		return result < 0 ? -1 : 0;
	p.content = new.content;
	p.media_type = new.media_type;
	p.digest = digest_of(DIGEST_SHA256, p.content);
	return push(r, &p, e) < 0 ? -1 : 1;
}

int registry_manifest_update(struct registry *r, const struct reference *ref,
                             const struct registry_edit *edit, err *e)
{
	struct reference tag = { .host = ref->host, .repository = ref->repository, .tag = ref->tag };
	int result = 1;

	/* Most registries do not know If-Match on a manifest, so what was written is read again. */
	for (int i = 0; result == 1 && i < LIMIT_HTTP_TRIES; i++) {
		struct arena a = ARENA_INIT;

		result = update(r, &tag, edit, i == 0, &a, e);
		arena_wipe(&a);
	}
	if (result == 1)
		result = err_set(e, ERR_NET, 0, "%s/%s: others write the tag '%s' at the same time",
		                 ref->host, ref->repository, ref->tag);
	return result;
}

/* -- the fallback tag (distribution-spec 1.1, "Pushing Manifests with Subject") ---------------- */

struct fallback {
	struct registry *r;
	const struct descriptor *entry;
};

/* add_entry(r, old, entry, a, out, e): the index with our entry at the end of its list; 1 when it
 * was there already. */
static int add_entry(struct registry *r, bytes old, const struct descriptor *entry, struct arena *a,
                     bytes *out, err *e)
{
	struct descriptor ours = *entry;
	const struct layout_entries entries = { &ours, 1, 1 };
	struct layout_index index = { 0 };
	buf text = BUF_INIT(LIMIT_LIST_PAGE);
	int result = r->options.parse_layout
	                 ? r->options.parse_layout(r->options.parse_ctx, old, a, &index, e)
	                 : err_set(e, ERR_BUG, 0, "no worker to read a list of referrers");

	if (result == 0 && index.len >= LIMIT_REFERRERS)
		result = err_set(e, ERR_LIMIT, 0, "it has %zu entries, no more fit", index.len);
	for (size_t i = 0; result == 0 && i < index.len; i++)
		if (digest_equal(&index.items[i].digest, &entry->digest))
			result = 1;
	if (result == 0)
		result = layout_index_merge(old, &index, &entries, &text, e);
	*out = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	return result;
}

static int edit_fallback(void *ctx, const struct registry_document *old, struct arena *a,
                         struct registry_document *out, err *e)
{
	static const char empty[] = "{\"schemaVersion\":2,\"mediaType\":"
								"\"" OCI_INDEX_TYPE "\",\"manifests\":[]}";
	struct fallback *f = ctx;
	bytes text = old->content.n > 0 ? old->content : BYTES(empty);

	if (old->content.n > 0 && !oci_is_index(old->media_type))
		return err_set(e, ERR_FORMAT, 0, "the fallback tag should be an index of referrers");
	if (text.n > LIMIT_LIST_PAGE)
		return err_set(e, ERR_LIMIT, 0, "the index of referrers is too large");
	out->media_type = BYTES(OCI_INDEX_TYPE);
	return add_entry(f->r, text, f->entry, a, &out->content, e);
}

static int update_fallback(struct registry *r, const struct reference *ref, const digest *subject,
                           const struct descriptor *entry, err *e)
{
	struct arena names = ARENA_INIT;
	struct reference tag = { .host = ref->host, .repository = ref->repository };
	struct fallback f = { r, entry };
	const struct registry_edit edit = { edit_fallback, &f };

	tag.tag = attachment_tag(subject, "", &names);
	int result = registry_manifest_update(r, &tag, &edit, e);

	if (result < 0 && e->kind == ERR_FORMAT)
		(void)err_wrap(e, "tag '%s'", tag.tag);
	arena_wipe(&names);
	return result;
}

int registry_manifest_push(struct registry *r, const struct reference *ref,
                           const struct registry_document *document, const digest *subject,
                           const struct descriptor *entry, err *e)
{
	struct push p = { .ref = ref,
		              .content = document->content,
		              .media_type = document->media_type,
		              .digest = document->digest };

	if (push(r, &p, e) < 0)
		return -1;
	return subject && !p.understands ? update_fallback(r, ref, subject, entry, e) : 0;
}
