/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify_wire.h"

#include "base/limits.h"
#include "crypto/lean.h"

/* What the worker knows. */
struct court {
	const struct verify_terms *terms;
	struct arena arena; /* of root and keys */
	struct arena asked; /* of the question at hand */
	struct trust_root root;
	struct public_key **keys;
	err trouble; /* with root or keys: the answer to every question */
};

static int read_keys(struct court *c, err *e)
{
	const struct verify_terms *t = c->terms;

	c->keys = arena_array(&c->arena, struct public_key *, t->keys_len);
	for (size_t i = 0; i < t->keys_len; i++)
		if (public_key_read(t->keys[i], &c->keys[i], e) < 0)
			return t->keys_len == 1 ? err_wrap(e, "key") : err_wrap(e, "key %zu", i + 1);
	return 0;
}

static void open_court(struct court *c)
{
	if (read_keys(c, &c->trouble) == 0)
		(void)trust_root_open(c->terms->root, &c->arena, &c->root, &c->trouble); /* it tells */
}

/* -- one question ------------------------------------------------------------------------------ */

struct hearing {
	const struct verify_question *q;
	struct verify_request request;
	struct arena *arena;
	struct verify_finding *out;
};

/* What holds is told here, and only here. */
static void tell_result(const struct hearing *h, const struct verify_result *r,
                        const struct bundle *b)
{
	struct verify_finding *out = h->out;

	out->kind = VERDICT_HOLDS;
	out->identity = r->identity;
	out->issuer = r->issuer;
	out->claims = r->claims;
	out->first = r->times[0];
	out->last = r->times[1];
	out->log_kind = bytes_str(r->log_kind);
	out->log_index = r->log_index;
	out->predicate_type = r->statement.predicate_type;
	for (size_t i = 0; i < b->entries_len && out->entry.promise.n == 0; i++)
		if (b->entries[i].promise.n > 0)
			out->entry = b->entries[i];
	if (b->is_envelope) {
		out->payload = b->payload;
		out->payload_type = b->payload_type;
		out->signature = b->signature;
	}
}

static void hear_attachment(struct hearing *h)
{
	const struct verify_question *q = h->q;
	struct judge_question question = { q->wish, &h->request, &q->claims };
	struct verdict v;

	judge_attachment(&q->attachment, &q->attachment.subject, &question, h->arena, &v);
	if (v.kind != VERDICT_HOLDS) {
		h->out->kind = v.kind;
		h->out->why = bytes_str(v.why);
		return;
	}
	tell_result(h, &v.result, &v.bundle);
	h->out->reference = v.reference;
	h->out->said = v.claims;
}

static int read_bundle(const struct hearing *h, struct bundle *out, err *e)
{
	const struct verify_question *q = h->q;

	if (q->bundle.n == 0)
		return legacy_bundle(&q->parts, h->arena, out, e);
	return legacy_is_blob(q->bundle) ? legacy_blob(q->bundle, h->arena, out, e)
	                                 : bundle_parse(q->bundle, h->arena, out, e);
}

static void hear_file(struct hearing *h)
{
	struct verify_result result = { 0 };
	struct bundle bundle;
	err e = { 0 };

	h->request.sha256 = h->q->sha256;
	h->request.sha512 = h->q->sha512;
	h->request.has_artifact = h->q->has_artifact;
	h->request.artifact = h->q->artifact;
	if (read_bundle(h, &bundle, &e) == 0 &&
	    verify_bundle(&bundle, &h->request, h->arena, &result, &e) == 0) {
		tell_result(h, &result, &bundle);
		return;
	}
	h->out->kind = VERDICT_REFUSED;
	h->out->why = bytes_str(arena_str(h->arena, bytes_str(e.text)));
	h->out->wants_artifact = result.wants_artifact;
}

/* Where none of several keys holds, what is said of the last one is told. */
void verify_answer(const struct verify_terms *terms, const struct trust_root *root,
                   struct public_key *const *keys, const struct verify_question *q, struct arena *a,
                   struct verify_finding *out)
{
	struct hearing h = { .q = q, .request = terms->request, .arena = a, .out = out };
	size_t i = 0;

	h.request.root = root;
	h.request.predicate_type = q->predicate_type;
	do {
		*out = (struct verify_finding){ .key = i };
		h.request.key = terms->keys_len > 0 ? keys[i] : NULL;
		if (q->is_attached)
			hear_attachment(&h);
		else
			hear_file(&h);
	} while (out->kind == VERDICT_REFUSED && ++i < terms->keys_len);
}

/* -- the worker -------------------------------------------------------------------------------- */

static int answer(void *ctx, bytes text, buf *out, err *e)
{
	struct court *c = ctx;
	struct verify_question q;
	struct verify_finding finding;

	arena_reset(&c->asked);
	if (err_is_set(&c->trouble)) {
		*e = c->trouble;
		return -1;
	}
	if (!verify_question_unpack(text, &c->asked, &q))
		return side_unread(e);
	verify_answer(c->terms, &c->root, c->keys, &q, &c->asked, &finding);
	verify_finding_pack(&finding, out);
	return 0;
}

_Noreturn int verify_serve(struct worker_side *side, void *terms)
{
	struct court c = { .terms = terms };
	const struct side_service service = { LIMIT_VERIFY_QUESTION, LIMIT_VERIFY_ANSWER, answer, &c };

	lean_begin();
	open_court(&c);
	side_serve(side, &service);
}
