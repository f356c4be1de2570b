/* SPDX-License-Identifier: Apache-2.0 */
/* The prover's worker: from octets to documents, from documents to statements that hold, from
 * statements to what they prove. */
#include "flow/prover_wire.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/lean.h"
#include "trust/dsse.h"
#include "trust/slsa_keys.h"

/* What the worker knows. */
struct court {
	const struct prover_terms *terms;
	struct arena arena; /* of root and key */
	struct arena asked; /* of the question at hand */
	struct trust_root root;
	struct public_key *key;
	struct identity anybody; /* for whom GitHub vouches */
	err trouble;             /* with root or key: the answer to every question */
};

struct hearing {
	const struct court *court;
	const struct verify_question *q;
	struct arena *arena;
	struct prover_finding *out;
	size_t bundles; /* of the file, so far */
	bool is_over;   /* nothing more is looked at */
};

static void open_court(struct court *c)
{
	const struct prover_terms *t = c->terms;

	c->anybody.issuer.exact = BYTES(SLSA_ISSUER);
	if (trust_root_open(t->root, &c->arena, &c->root, &c->trouble) == 0 &&
	    t->wish == PROVE_SUMMARY && public_key_read(t->key, &c->key, &c->trouble) < 0)
		(void)err_wrap(&c->trouble, "key");
}

/* -- findings ---------------------------------------------------------------------------------- */

/* Of several that do not hold the first one's reason is told. */
static void refuse(struct hearing *h, const err *e)
{
	if (h->out->kind != VERDICT_ELSE)
		return;
	h->out->kind = VERDICT_REFUSED;
	h->out->why = bytes_str(arena_str(h->arena, bytes_str(e->text)));
}

/* What holds is told here, and only here. */
static void tell(struct hearing *h, const struct slsa_finding *f, bytes statement)
{
	bool wanted = h->court->terms->wants_statement;

	h->is_over = true;
	*h->out = (struct prover_finding){ .kind = VERDICT_HOLDS,
		                               .builder = f->builder,
		                               .build_type = f->build_type,
		                               .source = f->source,
		                               .ref = f->ref,
		                               .commit = f->commit,
		                               .statement = wanted ? statement : (bytes){ 0 } };
}

static void tell_result(struct hearing *h, const struct slsa_finding *f,
                        const struct verify_result *r, bytes statement)
{
	tell(h, f, statement);
	h->out->time = r->times[0];
	h->out->is_logged = r->log_kind != NULL;
	h->out->log_index = r->log_index;
}

/* is_else(h, payload): a statement of another kind, whoever signed it: says nothing of a build. */
static bool is_else(const struct hearing *h, bytes payload)
{
	struct statement s;
	err ignored = { 0 }; /* what is no statement is told when it is judged */

	return statement_parse(payload, h->arena, &s, &ignored) == 0 &&
	       !provenance_is_type(s.predicate_type);
}

/* -- bundles ----------------------------------------------------------------------------------- */

static int verify(const struct hearing *h, const struct bundle *b, const struct public_key *key,
                  struct verify_result *out, err *e)
{
	const struct verify_request request = { .root = &h->court->root,
		                                    .key = key,
		                                    .key_needs_log = true,
		                                    .identities = &h->court->anybody,
		                                    .identities_len = 1,
		                                    .sha256 = h->q->sha256,
		                                    .sha512 = h->q->sha512 };

	return verify_bundle(b, &request, h->arena, out, e);
}

static int check_build(struct hearing *h, const struct bundle *b, err *e)
{
	struct verify_result result = { 0 };
	struct slsa_finding finding;

	if (verify(h, b, NULL, &result, e) < 0 ||
	    slsa_check_build(&h->court->terms->request, &result, h->arena, &finding, e) < 0)
		return -1;
	tell_result(h, &finding, &result, b->payload);
	return 0;
}

static void hear_bundle(struct hearing *h, bytes text)
{
	struct bundle b;
	err e = { 0 };

	if (++h->bundles > LIMIT_PROVENANCES) {
		h->is_over = true;
		h->out->kind = VERDICT_REFUSED;
		h->out->why = bytes_str(
			arena_printf(h->arena, "more than %d bundles in one file", LIMIT_PROVENANCES));
		return;
	}
	int status = bundle_parse(text, h->arena, &b, &e);

	if (status < 0)
		(void)err_wrap(&e, "bundle");
	else if (!b.is_envelope || is_else(h, b.payload))
		return;
	if (status < 0 || check_build(h, &b, &e) < 0)
		refuse(h, &e);
}

/* -- npm --------------------------------------------------------------------------------------- */

/* item_of(list, prefix): the bundle of the attestation whose type begins so, as the registry's
 * answer says; who signed it says the rest. */
static bytes item_of(const struct hearing *h, json list, const char *prefix)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_starts(json_bytes(json_get(v, "predicateType"), h->arena), bytes_str(prefix)))
			return json_raw(json_get(v, "bundle"));
	return (bytes){ 0 };
}

/* The registry signs with a key that the bundle names; it must have been its key at that time. */
static int verify_publish(const struct hearing *h, bytes text, struct statement *out, err *e)
{
	struct verify_result result = { 0 };
	const struct slsa_key *known;
	struct public_key *key;
	struct bundle b;

	if (bundle_parse(text, h->arena, &b, e) < 0)
		return -1;
	known = slsa_key_find(SLSA_KEY_NPM, b.hint);
	if (!known)
		return err_set(e, ERR_UNTRUSTED, 0, "'%s' is no key of npm's registry", SHOW(b.hint));
	if (slsa_key_read(known, h->arena, &key, e) < 0)
		return -1;
	int status = verify(h, &b, key, &result, e);

	public_key_free(key);
	if (status < 0)
		return -1;
	if (result.times[0] < known->from || (known->until > 0 && result.times[1] > known->until))
		return err_set(e, ERR_UNTRUSTED, 0, "signed when '%s' was not the registry's key",
		               SHOW(b.hint));
	*out = result.statement;
	return result.is_statement ? 0 : err_set(e, ERR_UNTRUSTED, 0, "a signature, no statement");
}

static int check_package(struct hearing *h, json list, err *e)
{
	bytes provenance = item_of(h, list, "https://slsa.dev/provenance/");
	bytes publish = item_of(h, list, "https://github.com/npm/attestation/tree/main/specs/publish/");
	struct verify_result result = { 0 };
	struct statement published;
	struct slsa_finding finding;
	struct bundle b;

	if (provenance.n == 0 || publish.n == 0)
		return err_set(e, ERR_UNTRUSTED, 0, "a package has a provenance and is published; here %s",
		               provenance.n == 0 ? "the provenance is missing" : "nobody published it");
	if (bundle_parse(provenance, h->arena, &b, e) < 0 || verify(h, &b, NULL, &result, e) < 0)
		return err_wrap(e, "provenance");
	if (verify_publish(h, publish, &published, e) < 0)
		return err_wrap(e, "publish attestation");
	if (slsa_check_package(&h->court->terms->request, &result, &published, h->arena, &finding, e) <
	    0)
		return -1;
	tell_result(h, &finding, &result, b.payload);
	return 0;
}

/* -- documents --------------------------------------------------------------------------------- */

static void hear_google(struct hearing *h, json root)
{
	struct slsa_finding finding;
	bytes statement;
	err e = { 0 };

	if (slsa_check_google(root, &h->court->terms->request, &h->q->sha256, h->arena, &finding,
	                      &statement, &e) < 0)
		refuse(h, &e);
	else
		tell(h, &finding, statement);
}

static void hear_summary(struct hearing *h, json root)
{
	struct slsa_summary_request request = h->court->terms->summary;
	struct slsa_finding finding = { 0 };
	struct dsse envelope;
	err e = { 0 };

	request.key = h->court->key;
	if (dsse_read(root, h->arena, &envelope, &e) < 0 ||
	    slsa_check_summary(&envelope, &request, h->arena, &e) < 0) {
		refuse(h, &e);
		return;
	}
	finding.builder = request.verifier;
	tell(h, &finding, envelope.payload);
}

static void hear_package(struct hearing *h, json root)
{
	err e = { 0 };

	if (check_package(h, json_get(root, "attestations"), &e) < 0)
		refuse(h, &e);
}

static void hear_build(struct hearing *h, json root)
{
	json list = json_get(root, "attestations");
	err e = { 0 };

	if (json_type(json_get(root, "provenance_summary")) == JSON_OBJECT) {
		hear_google(h, root);
		return;
	}
	if (json_type(list) == JSON_ARRAY) {
		for (json v = json_first(list); json_type(v) != JSON_NONE && !h->is_over; v = json_next(v))
			hear_bundle(h, json_raw(json_get(v, "bundle")));
		return;
	}
	if (json_type(json_get(root, "payload")) == JSON_STRING) {
		(void)err_set(&e, ERR_UNTRUSTED, 0,
		              "an envelope with no log entry: the entry is only online (written before "
		              "slsa-github-generator 2.1), and nothing here proves when it was signed");
		refuse(h, &e);
		return;
	}
	hear_bundle(h, json_raw(root));
}

static void hear_document(struct hearing *h, const struct json_doc *doc)
{
	switch (h->court->terms->wish) {
	case PROVE_BUILD: hear_build(h, json_root(doc)); break;
	case PROVE_PACKAGE: hear_package(h, json_root(doc)); break;
	case PROVE_SUMMARY: hear_summary(h, json_root(doc)); break;
	}
}

/* One document, or one a line. */
static void hear_file(struct hearing *h)
{
	bytes rest = h->q->bundle, line;
	struct json_doc doc;
	err e = { 0 }, whole = { 0 };

	if (json_parse(rest, h->arena, &doc, &whole) == 0) {
		hear_document(h, &doc);
		return;
	}
	while (!h->is_over && bytes_line(&rest, &line)) {
		if (bytes_trim(line).n == 0)
			continue;
		if (json_parse(line, h->arena, &doc, &e) < 0) {
			/* Of one document that is broken the place is told. */
			refuse(h, rest.n == 0 ? &e : &whole);
			return;
		}
		hear_document(h, &doc);
	}
}

/* -- attachments ------------------------------------------------------------------------------- */

/* What an attachment says, signed or not; empty: nothing that can be read. */
static bytes payload_of(const struct hearing *h)
{
	const struct attachment *at = &h->q->attachment;
	struct dsse envelope = { 0 };
	struct bundle b = { 0 };
	err ignored = { 0 }; /* judge_attachment tells it */

	if (at->kind == ATTACHMENT_STATEMENT)
		return at->content;
	if (at->kind == ATTACHMENT_BUNDLE)
		return bundle_parse(at->content, h->arena, &b, &ignored) < 0 ? (bytes){ 0 } : b.payload;
	return dsse_parse(at->content, h->arena, &envelope, &ignored) < 0 ? (bytes){ 0 }
	                                                                  : envelope.payload;
}

static void hear_attachment(struct hearing *h)
{
	const struct verify_request request = { .root = &h->court->root,
		                                    .identities = &h->court->anybody,
		                                    .identities_len = 1 };
	const struct judge_question question = { WISH_ATTESTATION, &request, NULL };
	struct slsa_finding finding;
	struct verdict v;
	err e = { 0 };

	if (is_else(h, payload_of(h)))
		return;
	judge_attachment(&h->q->attachment, &h->q->attachment.subject, &question, h->arena, &v);
	if (v.kind != VERDICT_HOLDS) {
		h->out->kind = v.kind;
		h->out->why = bytes_str(v.why);
		return;
	}
	if (slsa_check_build(&h->court->terms->request, &v.result, h->arena, &finding, &e) < 0)
		refuse(h, &e);
	else
		tell_result(h, &finding, &v.result, v.payload);
}

/* -- the worker -------------------------------------------------------------------------------- */

static int answer(void *ctx, bytes text, buf *out, err *e)
{
	struct court *c = ctx;
	struct prover_finding finding = { .kind = VERDICT_ELSE };
	struct verify_question q;
	struct hearing h = { .court = c, .q = &q, .arena = &c->asked, .out = &finding };

	arena_reset(&c->asked);
	if (err_is_set(&c->trouble)) {
		*e = c->trouble;
		return -1;
	}
	if (!verify_question_unpack(text, &c->asked, &q))
		return side_unread(e);
	if (q.is_attached)
		hear_attachment(&h);
	else
		hear_file(&h);
	prover_finding_pack(&finding, out);
	return 0;
}

_Noreturn int prover_serve(struct worker_side *side, void *terms)
{
	struct court c = { .terms = terms };
	const struct side_service service = { LIMIT_VERIFY_QUESTION, LIMIT_VERIFY_ANSWER, answer, &c };

	lean_begin();
	open_court(&c);
	side_serve(side, &service);
}
