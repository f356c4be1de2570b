/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/claimant.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
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
	if (b.is_envelope)
		out->predicate_type = s.predicate_type;
	verify_explain(&b, &nobody, a, steps, &r);
	out->identity = r.identity;
	out->issuer = r.issuer;
	return 0;
}

static void answer(struct worker_side *side, bytes request, struct arena *a)
{
	struct verify_question q = { 0 };
	struct claimant c = { 0 };
	buf out = BUF_INIT(ANSWER_MOST);
	err e = { 0 };

	if (!verify_question_unpack(request, a, &q))
		(void)err_set(&e, ERR_FORMAT, 0, "a question that cannot be read");
	else
		(void)read_claims(&q.attachment, a, &c, &e);
	pack_err(&out, &e);
	pack_bytes(&out, bytes_slice(c.identity, 0, LIMIT_IDENTITY));
	pack_bytes(&out, bytes_slice(c.issuer, 0, LIMIT_IDENTITY));
	pack_bytes(&out, bytes_slice(c.predicate_type, 0, LIMIT_IDENTITY));
	side_answer(side, buf_bytes(&out), true);
	buf_done(&out);
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct arena a = ARENA_INIT;
	buf request = BUF_INIT(LIMIT_VERIFY_QUESTION + WORKER_IN_SIZE);

	(void)arg;
	for (;;) {
		bool last = false;

		buf_clear(&request);
		while (!last) {
			bytes part;

			side_take(side, &part, &last);
			buf_put(&request, part);
			side_taken(side);
		}
		answer(side, buf_bytes(&request), &a);
		arena_reset(&a);
	}
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
	    !pack_take_bytes(&in, LIMIT_IDENTITY, &c.predicate_type) || in.n > 0)
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	if (err_is_set(&trouble))
		c.trouble = arena_str(a, bytes_str(trouble.text));
	*out = c;
	return 0;
}

int claimant_ask(struct worker *w, const struct attachment *at, struct arena *a,
                 struct claimant *out, err *e)
{
	const struct verify_question q = { .is_attached = true, .attachment = *at };
	buf question = BUF_INIT(2 * LIMIT_VERIFY_QUESTION), text = BUF_INIT(ANSWER_MOST);

	*out = (struct claimant){ 0 };
	verify_question_pack(&q, &question);
	int status = question.n > LIMIT_VERIFY_QUESTION
	                 ? err_set(e, ERR_LIMIT, 0, "a signature of %zu bytes", question.n)
	                 : worker_send_all(w, buf_bytes(&question), true, e);

	if (status == 0)
		status = worker_take_answer(w, &text, e);
	if (status == 0)
		status = take(arena_bytes(a, buf_bytes(&text)), a, out, e);
	buf_done(&question);
	buf_done(&text);
	return status;
}
