/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/judge.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"

#define ANNOTATION_SIGNATURE "dev.cosignproject.cosign/signature"
#define ANNOTATION_CERTIFICATE "dev.sigstore.cosign/certificate"
#define ANNOTATION_LOG "dev.sigstore.cosign/bundle"
#define ANNOTATION_TIMESTAMP "dev.sigstore.cosign/rfc3161timestamp"

struct judging {
	const struct attachment *at;
	const struct judge_content *content;
	const digest *subject;
	const struct judge_question *question;
	struct arena *arena;
	struct verdict *out;
	err e;
};

static void stay_out(const struct judging *j, const char *what)
{
	j->out->kind = VERDICT_ELSE;
	j->out->why = what;
}

/* refuse(j): for what stands in j->e. */
static void refuse(const struct judging *j)
{
	j->out->kind = VERDICT_REFUSED;
	j->out->why = arena_str(j->arena, bytes_str(j->e.text));
}

static void refuse_for(struct judging *j, const char *why)
{
	(void)err_set(&j->e, ERR_UNTRUSTED, 0, "%s", why);
	refuse(j);
}

/* -- claims ------------------------------------------------------------------------------------ */

static int read_claims(struct judging *j, bytes object)
{
	struct json_doc doc;

	if (object.n == 0)
		return 0;
	if (json_parse(object, j->arena, &doc, &j->e) < 0)
		return -1;
	if (json_count(json_root(&doc)) > LIMIT_CLAIMS)
		return err_set(&j->e, ERR_LIMIT, 0, "it makes more than %d claims", LIMIT_CLAIMS);
	for (json v = json_first(json_root(&doc)); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct oci_label *claim = ARENA_PUSH(j->arena, &j->out->claims);

		claim->name = json_name(v, j->arena);
		claim->value = json_type(v) == JSON_STRING ? json_bytes(v, j->arena) : json_raw(v);
	}
	return 0;
}

static bool claims(const struct oci_labels *made, const struct oci_label *wanted)
{
	for (size_t i = 0; i < made->len; i++)
		if (bytes_equal(made->items[i].name, wanted->name) &&
		    bytes_equal(made->items[i].value, wanted->value))
			return true;
	return false;
}

static int check_claims(struct judging *j, bytes object)
{
	const struct oci_labels *wanted = j->question->claims;

	if (read_claims(j, object) < 0)
		return -1;
	for (size_t i = 0; wanted && i < wanted->len; i++)
		if (!claims(&j->out->claims, &wanted->items[i]))
			return err_set(&j->e, ERR_UNTRUSTED, 0, "it does not claim '%s=%s'",
			               SHOW(wanted->items[i].name), SHOW(wanted->items[i].value));
	return 0;
}

/* -- what is signed ---------------------------------------------------------------------------- */

/* about(j, text): the request for this artifact. */
static struct verify_request about(const struct judging *j)
{
	struct verify_request r = *j->question->request;

	r.has_artifact = false;
	r.artifact = bytes_of(NULL, 0);
	r.sha256 = r.sha512 = (digest){ 0 };
	if (j->subject->algorithm == DIGEST_SHA512)
		r.sha512 = *j->subject;
	else
		r.sha256 = *j->subject;
	r.predicate_type = bytes_of(NULL, 0);
	return r;
}

static int verify(struct judging *j, const struct bundle *b, const struct verify_request *r)
{
	struct verdict *out = j->out;

	if (verify_bundle(b, r, j->arena, &out->result, &j->e) < 0)
		return -1;
	out->bundle = *b;
	return 0;
}

/* A signature over a text that names the image. */
static int judge_payload(struct judging *j)
{
	const struct judge_content *c = j->content;
	struct verify_request r = about(j);

	if (!digest_equal(&c->payload.image, j->subject))
		return err_set(&j->e, ERR_UNTRUSTED, 0, "it is about another image, %s",
		               DIGEST_TEXT(&c->payload.image));
	r.has_artifact = true;
	r.artifact = j->at->content;
	r.sha256 = c->sha256;
	r.sha512 = c->sha512;
	if (verify(j, &c->bundle, &r) < 0 || check_claims(j, c->payload.optional) < 0)
		return -1;
	j->out->payload = j->at->content;
	j->out->reference = c->payload.reference;
	return 0;
}

/* A signature over the octets of the image's manifest; it claims nothing. */
static int judge_manifest(struct judging *j, const struct bundle *b)
{
	struct verify_request r = about(j);

	return check_claims(j, bytes_of(NULL, 0)) < 0 ? -1 : verify(j, b, &r);
}

/* The type is what the statement said before it was proven; what is believed is what verify_bundle
 * read. */
static int judge_statement(struct judging *j, const struct bundle *b)
{
	const struct statement *s = &j->out->result.statement;
	struct verify_request r = about(j);

	r.predicate_type = j->content->statement.predicate_type;
	if (verify(j, b, &r) < 0)
		return -1;
	j->out->payload = b->payload;
	if (j->question->wish == WISH_ATTESTATION)
		return 0;
	return check_claims(j, statement_subject_of(s, j->subject)->annotations);
}

/* -- of which kind ----------------------------------------------------------------------------- */

/* wished(j, type): is a statement of this type what is wished? */
static bool is_wished(const struct judging *j, bytes type)
{
	bytes want = j->question->request->predicate_type;

	if (j->question->wish == WISH_SIGNATURE)
		return bytes_is(type, PREDICATE_SIGN);
	return want.n > 0 ? bytes_equal(type, want) : !bytes_is(type, PREDICATE_SIGN);
}

static void conclude(struct judging *j, int status)
{
	if (status < 0)
		refuse(j);
	else
		j->out->kind = VERDICT_HOLDS; /* and only here */
}

static void judge_bundle(struct judging *j)
{
	const struct bundle *b = &j->content->bundle;
	bytes type = j->content->statement.predicate_type;

	if (!b->is_envelope && j->question->wish == WISH_ATTESTATION)
		stay_out(j, "a signature, no attestation");
	else if (!b->is_envelope)
		conclude(j, judge_manifest(j, b));
	else if (!is_wished(j, type))
		stay_out(j, arena_printf(j->arena, "a statement of type '%s'", SHOW(type)));
	else
		conclude(j, judge_statement(j, b));
}

/* -- reading ----------------------------------------------------------------------------------- */

static int read_bundle(const struct attachment *at, struct judge_content *c, err *e)
{
	struct legacy_parts parts = { .signature = attachment_annotation(at, ANNOTATION_SIGNATURE),
		                          .certificate = attachment_annotation(at, ANNOTATION_CERTIFICATE),
		                          .log = attachment_annotation(at, ANNOTATION_LOG),
		                          .timestamp = attachment_annotation(at, ANNOTATION_TIMESTAMP) };

	if (at->kind == ATTACHMENT_BUNDLE)
		return bundle_parse(at->content, c->arena, &c->bundle, e);
	if (at->kind == ATTACHMENT_ENVELOPE)
		parts.envelope = at->content;
	return legacy_bundle(&parts, c->arena, &c->bundle, e);
}

static int read_signed(const struct attachment *at, struct judge_content *c, err *e)
{
	if (at->kind != ATTACHMENT_SIGNATURE)
		return !c->bundle.is_envelope
		           ? 0
		           : statement_parse(c->bundle.payload, c->arena, &c->statement, e);
	c->sha256 = digest_of(DIGEST_SHA256, at->content);
	c->sha512 = digest_of(DIGEST_SHA512, at->content);
	return legacy_payload(at->content, c->arena, &c->payload, e);
}

static void read_once(const struct attachment *at, struct judge_content *c)
{
	err e = { 0 };

	if (c->is_read)
		return;
	c->is_read = true;
	if (read_bundle(at, c, &e) < 0 || read_signed(at, c, &e) < 0)
		c->fault = arena_str(c->arena, bytes_str(e.text));
}

/* else_of(j): what it is, when that is nothing to be judged; NULL: it is to be judged. */
static const char *else_of(const struct judging *j)
{
	const struct attachment *at = j->at;

	switch (at->kind) {
	case ATTACHMENT_STATEMENT: return "a statement that nobody signed";
	case ATTACHMENT_NOTARY: return "a signature of the Notary Project, which is not judged here";
	case ATTACHMENT_OTHER: return "something else";
	case ATTACHMENT_SIGNATURE:
		return j->question->wish == WISH_ATTESTATION ? "a signature, no attestation" : NULL;
	case ATTACHMENT_ENVELOPE:
		if (j->question->wish == WISH_SIGNATURE)
			return "an attestation";
		break;
	case ATTACHMENT_BUNDLE: break;
	}
	/* What says that it is of another type is not even fetched. */
	if (at->content.n > 0 || at->unread || at->predicate_type.n == 0 ||
	    is_wished(j, at->predicate_type))
		return NULL;
	return arena_printf(j->arena, "a statement of type '%s'", SHOW(at->predicate_type));
}

void judge_content(const struct attachment *at, struct judge_content *content,
                   const digest *subject, const struct judge_question *question, struct arena *a,
                   struct verdict *out)
{
	struct judging j = { .at = at,
		                 .content = content,
		                 .subject = subject,
		                 .question = question,
		                 .arena = a,
		                 .out = out };

	*out = (struct verdict){ 0 };
	const char *other = else_of(&j);

	if (other) {
		stay_out(&j, other);
		return;
	}
	if (at->content.n == 0) {
		refuse_for(&j, at->unread ? at->unread : "it is empty");
		return;
	}
	read_once(at, content);
	if (content->fault)
		refuse_for(&j, content->fault);
	else if (at->kind == ATTACHMENT_SIGNATURE)
		conclude(&j, judge_payload(&j));
	else
		judge_bundle(&j);
}

void judge_attachment(const struct attachment *at, const digest *subject,
                      const struct judge_question *question, struct arena *a, struct verdict *out)
{
	struct judge_content content = { .arena = a };

	judge_content(at, &content, subject, question, a, out);
}
