/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/prover.h"

#include "base/limits.h"
#include "base/pack.h"
#include "flow/prover_wire.h"

struct prover {
	struct arena arena; /* holds the prover itself */
	struct worker *worker;
	struct prover_terms terms;
};

/* -- the finding ------------------------------------------------------------------------------- */

void prover_finding_pack(const struct prover_finding *v, buf *out)
{
	pack_u64(out, v->kind);
	pack_bytes(out, v->why);
	pack_bytes(out, v->builder);
	pack_bytes(out, v->build_type);
	pack_bytes(out, v->source);
	pack_bytes(out, v->ref);
	pack_bytes(out, v->commit);
	pack_u64(out, (uint64_t)v->time);
	pack_u64(out, v->is_logged);
	pack_u64(out, v->log_index);
	pack_bytes(out, v->statement);
}

bool prover_finding_unpack(bytes in, struct prover_finding *out)
{
	struct prover_finding v = { 0 };
	uint64_t kind, time;

	if (!pack_take_u64(&in, VERDICT_REFUSED, &kind) || !pack_take_bytes(&in, in.n, &v.why) ||
	    !pack_take_bytes(&in, in.n, &v.builder) || !pack_take_bytes(&in, in.n, &v.build_type) ||
	    !pack_take_bytes(&in, in.n, &v.source) || !pack_take_bytes(&in, in.n, &v.ref) ||
	    !pack_take_bytes(&in, in.n, &v.commit) || !pack_take_u64(&in, INT64_MAX, &time) ||
	    !pack_take_bool(&in, &v.is_logged) || !pack_take_u64(&in, UINT64_MAX, &v.log_index) ||
	    !pack_take_bytes(&in, in.n, &v.statement) || in.n > 0)
		return false;
	v.kind = (enum verdict_kind)kind;
	v.time = (int64_t)time;
	*out = v;
	return true;
}

/* -- the parent -------------------------------------------------------------------------------- */

int prover_start(const struct prover_terms *terms, const struct deadline *deadline,
                 struct prover **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct prover *p = arena_new(&a, struct prover);

	p->terms = *terms;
	p->arena = a;
	struct worker_options o = {
		.serve = prover_serve, .arg = &p->terms, .keep = { -1, -1 }, .deadline = *deadline
	};
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &p->worker, &landlock, e) < 0) {
		prover_stop(p);
		return -1;
	}
	*out = p;
	return 0;
}

void prover_stop(struct prover *p)
{
	if (!p)
		return;
	worker_stop(p->worker);
	struct arena a = p->arena;

	arena_done(&a);
}

int prover_judge(struct prover *p, const struct verify_question *q, struct arena *a,
                 struct prover_finding *out, err *e)
{
	bytes in;

	if (verify_question_send(p->worker, q, e) < 0 ||
	    worker_told(p->worker, LIMIT_VERIFY_ANSWER, a, &in, e) < 0)
		return -1;
	return prover_finding_unpack(in, out) ? 0 : worker_unread(e);
}
