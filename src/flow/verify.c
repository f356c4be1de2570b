/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify.h"

#include "base/limits.h"
#include "base/pack.h"
#include "flow/verify_wire.h"

struct verifier {
	struct arena arena; /* holds the verifier itself */
	struct worker *worker;
	struct verify_terms terms;
};

int verifier_start(const struct verify_terms *terms, const struct deadline *deadline,
                   struct verifier **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct verifier *v = arena_new(&a, struct verifier);

	v->terms = *terms;
	v->arena = a;
	struct worker_options o = {
		.serve = verify_serve, .arg = &v->terms, .keep = { -1, -1 }, .deadline = *deadline
	};
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &v->worker, &landlock, e) < 0) {
		verifier_stop(v);
		return -1;
	}
	*out = v;
	return 0;
}

void verifier_stop(struct verifier *v)
{
	if (!v)
		return;
	worker_stop(v->worker);
	struct arena a = v->arena;

	arena_done(&a);
}

int verifier_ask(struct verifier *v, const struct verify_question *q, err *e)
{
	buf text = BUF_INIT(2 * LIMIT_VERIFY_QUESTION);

	verify_question_pack(q, &text);
	int status = text.n > LIMIT_VERIFY_QUESTION
	                 ? err_set(e, ERR_LIMIT, 0, "a signature of %zu bytes", text.n)
	                 : worker_send_all(v->worker, buf_bytes(&text), true, e);

	buf_done(&text);
	return status;
}

int verifier_hear(struct verifier *v, struct arena *a, struct verify_finding *out, err *e)
{
	buf text = BUF_INIT(LIMIT_VERIFY_ANSWER);
	int status = worker_take_answer(v->worker, &text, e);
	bytes in = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	if (status < 0)
		return -1;
	if (!pack_take_err(&in, e) || (!err_is_set(e) && !verify_finding_unpack(in, a, out)))
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	return err_is_set(e) ? -1 : 0;
}

int verifier_judge(struct verifier *v, const struct verify_question *q, struct arena *a,
                   struct verify_finding *out, err *e)
{
	return verifier_ask(v, q, e) < 0 ? -1 : verifier_hear(v, a, out, e);
}
