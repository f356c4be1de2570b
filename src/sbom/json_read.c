/* SPDX-License-Identifier: Apache-2.0 */
/* The top of a bill that is JSON: its own members, and what may be wrapped around them: an in-toto
 * statement (v0.1, v1: what BuildKit attaches), that in a DSSE envelope. Members come in any
 * order. */
#include "sbom/reader.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/predicate.h"

bytes reader_str(struct reader *r, json object, const char *name)
{
	json v = json_get(object, name);

	if (json_type(v) != JSON_NONE && json_type(v) != JSON_NULL && json_type(v) != JSON_STRING)
		r->wrong = name;
	return json_bytes(v, &r->scratch);
}

json reader_list(struct reader *r, json object, const char *name)
{
	json v = json_get(object, name);

	if (json_type(v) != JSON_NONE && json_type(v) != JSON_NULL && json_type(v) != JSON_ARRAY)
		r->wrong = name;
	return v;
}

int reader_parse(struct reader *r, bytes text, int (*take)(struct reader *r, json object, err *e),
                 err *e)
{
	struct json_doc doc;

	arena_reset(&r->scratch);
	r->wrong = NULL;
	if (json_parse(text, &r->scratch, &doc, e) < 0 || take(r, json_root(&doc), e) < 0)
		return -1;
	return r->wrong ? err_set(e, ERR_FORMAT, 0, "'%s' is of the wrong type", r->wrong) : 0;
}

int reader_enter(struct json_stream *s, bool object, err *e)
{
	enum json_token token;

	if (json_stream_next(s, &token, e) < 0)
		return -1;
	if (token == (object ? JSON_TOKEN_OBJECT : JSON_TOKEN_ARRAY))
		return 1;
	if (!object && token == JSON_TOKEN_WORD && bytes_is(s->token, "null"))
		return 0;
	return json_stream_fail(s, object ? "no object, which must be here"
	                                  : "no array, which must be here", e);
}

int reader_token(struct json_stream *s, err *e)
{
	enum json_token token;

	if (json_stream_next(s, &token, e) < 0)
		return -1;
	return token == JSON_TOKEN_STRING ? 0 : json_stream_fail(s, "no text, which must be here", e);
}

int reader_object(struct reader *r, struct json_stream *s,
                  int (*take)(struct reader *r, json object, err *e), err *e)
{
	size_t base = r->item.n;
	int result = json_stream_value(s, &r->item, e);
	bytes text = bytes_skip(buf_bytes(&r->item), base);

	if (result == 0 && !bytes_starts(text, BYTES("{")))
		result = json_stream_fail(s, "no object, which must be here", e);
	else if (result == 0 && (result = reader_parse(r, text, take, e)) < 0)
		result = json_stream_wrap(s, e);
	r->item.n = base;
	return result;
}

int reader_items(struct reader *r, struct json_stream *s,
                 int (*take)(struct reader *r, json item, err *e), err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0)
		if (reader_object(r, s, take, e) < 0)
			return -1;
	return more;
}

/* -- members ----------------------------------------------------------------------------------- */

static int take_text(struct reader *r, struct json_stream *s, bytes *out, err *e)
{
	if (reader_token(s, e) < 0)
		return -1;
	if (s->token.n > LIMIT_PACKAGE_FIELD)
		return json_stream_fail(s, "a version or type that is no word", e);
	*out = json_stream_text(s, r->arena);
	return 0;
}

static int take_spdx_version(struct reader *r, struct json_stream *s, err *e)
{
	return take_text(r, s, &r->spdx_version, e);
}

static int take_bom_format(struct reader *r, struct json_stream *s, err *e)
{
	return take_text(r, s, &r->bom_format, e);
}

static int take_spec_version(struct reader *r, struct json_stream *s, err *e)
{
	return take_text(r, s, &r->spec_version, e);
}

static const struct reader_member versions[] = {
	{ "spdxVersion", take_spdx_version },
	{ "bomFormat", take_bom_format },
	{ "specVersion", take_spec_version },
	{ NULL, NULL },
};

static const struct reader_member *find(const struct reader_member *members,
                                        const struct json_stream *s)
{
	for (; members->name; members++)
		if (json_stream_is(s, members->name))
			return members;
	return NULL;
}

/* The member whose name has just been taken, when it is one of a bill's; else it is passed over. */
static int take_of_bill(struct reader *r, struct json_stream *s, err *e)
{
	const struct reader_member *m = find(versions, s);

	if (!m && (m = find(spdx_members, s)))
		r->of_spdx = true;
	if (!m && (m = find(cyclonedx_members, s)))
		r->of_cyclonedx = true;
	return m ? m->take(r, s, e) : json_stream_skip(s, e);
}

/* -- around it --------------------------------------------------------------------------------- */

/* in-toto attestation, statement v1, section Subject: digest is an object of algorithms. */
static int take_subject(struct reader *r, json item, err *e)
{
	static const struct {
		const char *name, *prefix;
	} known[] = { { "sha256", "sha256:" }, { "sha512", "sha512:" } };
	json digests = json_get(item, "digest");

	for (size_t i = 0; i < 2; i++) {
		bytes hex = reader_str(r, digests, known[i].name);
		const char *text = arena_printf(&r->scratch, "%s" PRIb, known[i].prefix, BYTESF(hex));
		digest d;
		err ignored = { 0 }; /* a subject without a digest we know is none of ours */

		if (hex.n == 0 || digest_parse(bytes_str(text), &d, &ignored) < 0)
			continue;
		if (r->out->subjects.len >= LIMIT_SBOM_SUBJECTS)
			return err_set(e, ERR_LIMIT, 0, "a statement about more than %d subjects",
			               LIMIT_SBOM_SUBJECTS);
		*ARENA_PUSH(r->arena, &r->out->subjects) = d;
	}
	return 0;
}

static int take_predicate(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, true, e);

	r->out->is_statement = true;
	while (more > 0 && (more = json_stream_item(s, e)) > 0)
		if (take_of_bill(r, s, e) < 0)
			return -1;
	return more;
}

static int read_document(struct reader *r, const struct sbom_source *source, bool enveloped,
                         err *e);

/* DSSE v1.0.2, envelope.md: payload is base64; whose signatures hold, is for others to say. */
static int read_payload(struct reader *r, bytes encoded, err *e)
{
	struct arena a = ARENA_INIT;
	bytes text;
	int result = -1;

	if (!base64_decode(encoded, &a, &text))
		err_set(e, ERR_FORMAT, 0, "the payload of the envelope is no base64");
	else {
		struct sbom_source source = sbom_source_of(&text);

		result = read_document(r, &source, false, e);
	}
	arena_done(&a);
	return result < 0 ? err_wrap(e, "payload") : 0;
}

static bool is_of_bill(const struct json_stream *s)
{
	return find(versions, s) || find(spdx_members, s) || find(cyclonedx_members, s);
}

static int take_at_top(struct reader *r, struct json_stream *s, bytes *payload, struct arena *a,
                       err *e)
{
	if (json_stream_is(s, "_type"))
		return take_text(r, s, &r->statement_type, e);
	if (json_stream_is(s, "payloadType"))
		return take_text(r, s, &r->payload_type, e);
	if (json_stream_is(s, "predicateType"))
		return take_text(r, s, &r->predicate_type, e);
	if (json_stream_is(s, "predicate"))
		return take_predicate(r, s, e);
	if (json_stream_is(s, "subject"))
		return reader_items(r, s, take_subject, e);
	if (!json_stream_is(s, "payload") || payload->p) {
		r->is_bare |= is_of_bill(s);
		return take_of_bill(r, s, e);
	}
	if (reader_token(s, e) < 0)
		return -1;
	*payload = json_stream_text(s, a);
	return 0;
}

static int walk(struct reader *r, struct json_stream *s, bytes *payload, struct arena *a, err *e)
{
	int more = reader_enter(s, true, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0)
		if (take_at_top(r, s, payload, a, e) < 0)
			return -1;
	return more < 0 ? -1 : json_stream_close(s, e);
}

/* One digest must not be read as two things: what is wrapped stands alone. */
static int open_envelope(struct reader *r, bytes payload, err *e)
{
	if (r->is_bare || r->out->is_statement)
		return err_set(e, ERR_FORMAT, 0, "an envelope with members of a bill or statement");
	if (!bytes_is(r->payload_type, STATEMENT_MEDIA_TYPE))
		return err_set(e, ERR_FORMAT, 0, "an envelope of type '%s', not " STATEMENT_MEDIA_TYPE,
		               SHOW(r->payload_type));
	if (read_payload(r, payload, e) < 0)
		return -1;
	return r->out->is_statement ? 0 : err_set(e, ERR_FORMAT, 0, "the payload is no statement");
}

/* enveloped: it may have a payload, which then is the document. */
static int read_document(struct reader *r, const struct sbom_source *source, bool enveloped, err *e)
{
	struct arena a = ARENA_INIT;
	struct json_stream s;
	bytes payload = { enveloped ? NULL : (const uint8_t *)"", 0 };

	json_stream_init(&s, source->more, source->ctx);
	int result = walk(r, &s, &payload, &a, e);

	json_stream_done(&s);
	if (result == 0 && enveloped && payload.p)
		result = open_envelope(r, payload, e);
	arena_done(&a);
	return result;
}

/* A statement must say that it is one, and about a bill of this format. */
static int check_statement(struct reader *r, err *e)
{
	bytes type = r->predicate_type;
	bool spdx = predicate_is(type, PREDICATE_SPDX);

	if (!r->out->is_statement)
		return 0;
	if (r->is_bare)
		return err_set(e, ERR_FORMAT, 0, "a statement with members of a bill beside its predicate");
	if (!bytes_is(r->statement_type, STATEMENT_V01) && !bytes_is(r->statement_type, STATEMENT_V1))
		return err_set(e, ERR_FORMAT, 0, "'%s' is no type of a statement that is known",
		               SHOW(r->statement_type));
	if (!spdx && !predicate_is(type, PREDICATE_CYCLONEDX))
		return err_set(e, ERR_FORMAT, 0, "a statement of type '%s', neither SPDX nor CycloneDX",
		               SHOW(type));
	if (spdx ? r->bom_format.n > 0 : r->spdx_version.n > 0)
		return err_set(e, ERR_FORMAT, 0, "a statement of type '%s', whose predicate is another",
		               SHOW(type));
	return 0;
}

int json_read(struct reader *r, const struct sbom_source *source, err *e)
{
	return read_document(r, source, true, e) < 0 ? -1 : check_statement(r, e);
}
