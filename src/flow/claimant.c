/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/claimant.h"

#include "base/limits.h"
#include "base/pack.h"
#include "flow/verify_wire.h"
#include "trust/legacy.h"
#include "trust/statement.h"

#define ANSWER_MOST ((size_t)(64 * KIB))

/* -- in the worker ----------------------------------------------------------------------------- */

static int read_form(const struct attachment *at, struct arena *a, struct bundle *out, err *e)
{
	struct legacy_parts parts = {
		.signature = attachment_annotation(at, "dev.cosignproject.cosign/signature"),
		.certificate = attachment_annotation(at, "dev.sigstore.cosign/certificate"),
	};

	if (at->kind == ATTACHMENT_BUNDLE)
		return bundle_parse(at->content, a, out, e);
	if (at->kind == ATTACHMENT_ENVELOPE)
		parts.envelope = at->content;
	return legacy_bundle(&parts, a, out, e);
}

static int read_claims(const struct attachment *at, struct arena *a, struct claimant *out, err *e)
{
	const struct verify_request nobody = { 0 };
	struct verify_step steps[VERIFY_STEPS];
	struct verify_result r = { 0 };
	struct statement s;
	struct bundle b;

	if (read_form(at, a, &b, e) < 0)
		return -1;
	if (b.is_envelope && statement_parse(b.payload, a, &s, e) < 0)
		return -1;
	if (b.is_envelope) {
		out->predicate_type = s.predicate_type;
		out->is_about = statement_is_about(&s, &at->subject);
	}
	verify_explain(&b, &nobody, a, steps, &r);
	out->identity = r.identity;
	out->issuer = r.issuer;
	return 0;
}

/* What cannot be read is an answer, too. */
static int answer(void *ctx, bytes request, buf *out, err *e)
{
	struct arena *a = ctx;
	struct verify_question q = { 0 };
	struct claimant c = { 0 };
	err trouble = { 0 };

	arena_reset(a);
	if (!verify_question_unpack(request, a, &q))
		return side_unread(e);
	(void)read_claims(&q.attachment, a, &c, &trouble);
	pack_err(out, &trouble);
	pack_bytes(out, bytes_slice(c.identity, 0, LIMIT_IDENTITY));
	pack_bytes(out, bytes_slice(c.issuer, 0, LIMIT_IDENTITY));
	pack_bytes(out, bytes_slice(c.predicate_type, 0, LIMIT_IDENTITY));
	pack_u64(out, c.is_about);
	return 0;
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct arena a = ARENA_INIT;
	const struct side_service service = { LIMIT_VERIFY_QUESTION, ANSWER_MOST, answer, &a };

	(void)arg;
	side_serve(side, &service);
}

/* -- in the parent ----------------------------------------------------------------------------- */

int claimant_start(const struct deadline *deadline, struct worker **out, err *e)
{
	struct worker_options o = { .serve = serve, .keep = { -1, -1 }, .deadline = *deadline };
	bool landlock; /* `oakum selftest` tells */

	return worker_start(&o, out, &landlock, e);
}

static int take(bytes in, struct arena *a, struct claimant *out, err *e)
{
	struct claimant c = { 0 };
	err trouble = { 0 };

	if (!pack_take_err(&in, &trouble) || !pack_take_bytes(&in, LIMIT_IDENTITY, &c.identity) ||
	    !pack_take_bytes(&in, LIMIT_IDENTITY, &c.issuer) ||
	    !pack_take_bytes(&in, LIMIT_IDENTITY, &c.predicate_type) ||
	    !pack_take_bool(&in, &c.is_about) || in.n > 0)
		return worker_unread(e);
	if (err_is_set(&trouble))
		c.trouble = arena_str(a, bytes_str(trouble.text));
	*out = c;
	return 0;
}

int claimant_ask(struct worker *w, const struct attachment *at, struct arena *a,
                 struct claimant *out, err *e)
{
	const struct verify_question q = { .is_attached = true, .attachment = *at };
	bytes in;

	*out = (struct claimant){ 0 };
	if (verify_question_send(w, &q, e) < 0 || worker_told(w, ANSWER_MOST, a, &in, e) < 0)
		return -1;
	return take(in, a, out, e);
}
