/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify.h"

#include "base/limits.h"
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
	return verify_question_send(v->worker, q, e);
}

int verifier_hear(struct verifier *v, struct arena *a, struct verify_finding *out, err *e)
{
	bytes in;

	if (worker_told(v->worker, LIMIT_VERIFY_ANSWER, a, &in, e) < 0)
		return -1;
	return verify_finding_unpack(in, a, out) ? 0 : worker_unread(e);
}

int verifier_judge(struct verifier *v, const struct verify_question *q, struct arena *a,
                   struct verify_finding *out, err *e)
{
	return verifier_ask(v, q, e) < 0 ? -1 : verifier_hear(v, a, out, e);
}
