/* SPDX-License-Identifier: Apache-2.0 */
/* A policy of any kind, and what is decided by it on attachments whose statement the rest of the
 * input is (behind a line "%%"): every signature holds, so that contents are looked at. */
#include "trust/policy_judge.h"

static void believe(const struct attachment *at, struct judge_content *content,
                    const digest *subject, const struct judge_question *question, struct arena *a,
                    struct verdict *out)
{
	(void)subject;
	(void)content;
	(void)a;
	*out = (struct verdict){ .kind = VERDICT_HOLDS };
	out->result.is_statement = question->wish == WISH_ATTESTATION;
	out->result.times[0] = out->result.times[1] = 1700000000;
	out->result.statement.predicate_type = question->request->predicate_type;
	out->result.statement.predicate = at->content;
}

static void decide(const struct policy *p, bytes statement, struct arena *a)
{
	const struct attachment at = { .kind = ATTACHMENT_BUNDLE,
		                           .subject = { .algorithm = DIGEST_SHA256 },
		                           .content = statement };
	const struct policy_subject subject = { .digests = { { .algorithm = DIGEST_SHA256 } } };
	const struct policy_question q = {
		.policy = p,
		.signers = arena_array(a, struct ready_signer, p->signers.len),
		.image = { BYTES("ghcr.io/acme/shop"), BYTES("1.0"), BYTES("sha256:00") },
		.subjects = &subject,
		.subjects_len = 1,
		.attachments = &at,
		.attachments_len = 1,
		.now = 1700000000,
		.judge = believe,
	};
	struct decision out, back;
	buf packed = BUF_INIT((size_t)64 << 20);
	err e = { 0 };

	if (policy_decide(&q, a, &out, &e) == 0) {
		decision_pack(&out, &packed);
		/* What we pack can be read. */
		if (decision_unpack(buf_bytes(&packed), a, &back, &e) < 0)
			__builtin_trap();
	}
	buf_done(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct decision decision;
	struct policy p;
	bytes in = { data, size };
	size_t cut = bytes_search(in, BYTES("\n%%\n"));
	err e = { 0 };

	(void)!decision_unpack(in, &a, &decision, &e);
	err_clear(&e);
	if (policy_parse(bytes_slice(in, 0, cut), size % 2 == 0, &a, &p, &e) == 0) {
		decide(&p, bytes_skip(in, cut + 4), &a);
		policy_free(&p);
	}
	arena_done(&a);
	return 0;
}
