/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests are pushed here, and what they refer to is told to registries that cannot see it. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_write.h"
#include "oci/registry_reading.h"

#include <errno.h>

/* -- one manifest ------------------------------------------------------------------------------ */

struct push {
	const struct reference *ref; /* its tag, or by digest when it has none */
	bytes content, media_type;
	digest digest;
	const char *if_match; /* NULL */
	bool understands;     /* out: the registry said OCI-Subject */
	bool changed;         /* out: somebody else wrote meanwhile (412) */
};

static int take_pushed(struct registry *r, struct push *p, const struct call *c,
                       struct http_exchange *x, err *e)
{
	int status = http_status(x), result;
	digest said;

	p->changed = p->if_match && status == 412;
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
		{ p->if_match ? "If-Match" : NULL, p->if_match },
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
		if (result == 0 || !patience_is_worth(e) || patience_take(r, &patience, 0) < 0)
			break;
		registry_note(r, "%s/%s: %s: %s", c.host, c.repository, c.what, e->text);
		err_clear(e); /* whether it arrived is asked now */
		result = arrived(r, p, e);
		if (result != 0)
			break;
	}
	if (result < 0)
		(void)call_wrap(&c, e);
	arena_done(&a);
	return result < 0 ? -1 : 0;
}

/* -- the fallback tag (distribution-spec 1.1, "Pushing Manifests with Subject") ---------------- */

static int write_entry(const struct descriptor *d, buf *out, err *e)
{
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, out);
	json_write_init(&w, &stream);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_str(&w, "mediaType", d->media_type);
	json_write_text(&w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(&w, "size", d->size);
	if (d->artifact_type.n > 0)
		json_write_str(&w, "artifactType", d->artifact_type);
	json_write_end(&w);
	return stream_finish(&stream, e);
}

/* add_entry(old, entry, out, e): the index with our entry at the end of its list and every octet of
 * the others as it was; 1 when it was there already. */
static int add_entry(bytes old, const struct descriptor *entry, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	int result = json_parse(old, &a, &doc, e);
	json list = result == 0 ? json_get(json_root(&doc), "manifests") : (json){ 0 };

	if (result == 0 && json_type(list) != JSON_ARRAY)
		result = err_set(e, ERR_FORMAT, 0, "'manifests' is no list");
	if (result == 0 && json_count(list) >= LIMIT_REFERRERS)
		result = err_set(e, ERR_LIMIT, 0, "it has %d entries, no more fit", LIMIT_REFERRERS);
	for (json v = json_first(list); result == 0 && json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_is(json_bytes(json_get(v, "digest"), &a), DIGEST_TEXT(&entry->digest)))
			result = 1;
	if (result == 0) {
		bytes raw = json_raw(list);
		size_t end = (size_t)(raw.p - old.p) + raw.n - 1; /* of the closing bracket */

		buf_put(out, bytes_slice(old, 0, end));
		buf_puts(out, json_count(list) ? "," : "");
		result = write_entry(entry, out, e);
		buf_put(out, bytes_skip(old, end));
	}
	arena_done(&a);
	return result;
}

/* One round: read, add, write. 1 when it must be looked at again, 0 when our entry is there. */
static int update(struct registry *r, const struct reference *tag, const struct descriptor *entry,
                  struct arena *a, err *e)
{
	static const char empty[] = "{\"schemaVersion\":2,\"mediaType\":"
								"\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}";
	buf text = BUF_INIT(LIMIT_LIST_PAGE + 2 * LIMIT_PACKAGE_FIELD);
	struct push p = { .ref = tag, .media_type = BYTES("application/vnd.oci.image.index.v1+json") };
	struct registry_document old = { .content = BYTES(empty) };
	int result = reading_manifest(r, tag, a, &old, &p.if_match, e);

	if (result < 0 && e->kind == ERR_ABSENT) {
		err_clear(e); /* the first referrer */
		result = 0;
	} else if (result == 0 && !oci_is_index(old.media_type)) {
		result = err_set(e, ERR_FORMAT, 0, "the tag '%s' should be an index of referrers",
		                 tag->tag);
	} else if (result == 0 && old.content.n > LIMIT_LIST_PAGE) {
		result = err_set(e, ERR_LIMIT, 0, "the index of referrers is too large");
	}
	if (result == 0)
		result = add_entry(old.content, entry, &text, e);
	if (result == 0) {
		p.content = buf_bytes(&text);
		p.digest = digest_of(DIGEST_SHA256, p.content);
		result = push(r, &p, e) < 0 ? -1 : 1;
	} else if (result == 1) {
		result = 0;
	}
	buf_done(&text);
	return result;
}

static int update_fallback(struct registry *r, const struct reference *ref, const digest *subject,
                           const struct descriptor *entry, err *e)
{
	struct arena names = ARENA_INIT;
	struct reference tag = { .host = ref->host, .repository = ref->repository };
	int result = 1;

	tag.tag = reading_fallback_tag(subject, &names);
	/* Most registries do not know If-Match on a manifest, so what was written is read again. */
	for (int i = 0; result == 1 && i < LIMIT_REGISTRY_TRIES; i++) {
		struct arena a = ARENA_INIT;

		result = update(r, &tag, entry, &a, e);
		arena_done(&a);
	}
	if (result == 1)
		result = err_set(e, ERR_NET, 0, "%s/%s: others write the tag '%s' at the same time",
		                 ref->host, ref->repository, tag.tag);
	arena_done(&names);
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
