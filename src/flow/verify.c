/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify.h"

#include "base/limits.h"
#include "base/pack.h"
#include "sys/worker.h"
#include "trust/public_good.h"

#define ANSWER_MOST ((size_t)(64 * KIB))

/* -- in the worker ----------------------------------------------------------------------------- */

static int judge(const struct verify_job *job, struct arena *a, struct verify_result *out, err *e)
{
	struct verify_request request = job->request;
	struct trust_root root = { 0 };
	struct public_key *key = NULL;
	struct bundle bundle;
	bytes text = job->root.n > 0 ? job->root : bytes_of(trust_public_good, trust_public_good_len);
	int status = trust_root_parse(text, a, &root, e) < 0 ? err_wrap(e, "trusted root") : 0;

	if (status == 0 && job->key.n > 0)
		status = public_key_read(job->key, &key, e) < 0 ? err_wrap(e, "key") : 0;
	request.root = &root;
	request.key = key;
	if (status == 0)
		status = bundle_parse(job->bundle, a, &bundle, e) < 0 ? err_wrap(e, "bundle") : 0;
	if (status == 0)
		status = verify_bundle(&bundle, &request, a, out, e);
	public_key_free(key);
	trust_root_free(&root);
	return status;
}

/* The process ends here: what is left of its memory goes with it. */
static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct arena a = ARENA_INIT;
	struct verify_result r = { 0 };
	buf answer = BUF_INIT(ANSWER_MOST);
	err e = { 0 };
	int status = judge(arg, &a, &r, &e);

	pack_err(&answer, &e);
	if (status == 0) {
		pack_bytes(&answer, bytes_slice(r.identity, 0, LIMIT_IDENTITY));
		pack_bytes(&answer, bytes_slice(r.issuer, 0, LIMIT_IDENTITY));
		pack_u64(&answer, (uint64_t)r.times[0]);
		pack_u64(&answer, (uint64_t)r.times[1]);
		pack_u64(&answer, r.log_index);
		pack_bytes(&answer, bytes_slice(r.statement.predicate_type, 0, LIMIT_IDENTITY));
	}
	side_answer(side, buf_bytes(&answer), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static int take(bytes answer, struct arena *a, struct verify_proof *out, err *e)
{
	struct verify_proof p;
	uint64_t first, last;

	if (!pack_take_err(&answer, e))
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	if (err_is_set(e))
		return -1;
	if (!pack_take_bytes(&answer, LIMIT_IDENTITY, &p.identity) ||
	    !pack_take_bytes(&answer, LIMIT_IDENTITY, &p.issuer) ||
	    !pack_take_u64(&answer, INT64_MAX, &first) || !pack_take_u64(&answer, INT64_MAX, &last) ||
	    !pack_take_u64(&answer, UINT64_MAX, &p.log_index) ||
	    !pack_take_bytes(&answer, LIMIT_IDENTITY, &p.predicate_type) || answer.n > 0)
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	*out = (struct verify_proof){ .identity = arena_bytes(a, p.identity),
		                          .issuer = arena_bytes(a, p.issuer),
		                          .first = (int64_t)first,
		                          .last = (int64_t)last,
		                          .log_index = p.log_index,
		                          .predicate_type = arena_bytes(a, p.predicate_type) };
	return 0;
}

int verify_sealed(const struct verify_job *job, struct arena *a, struct verify_proof *out, err *e)
{
	struct verify_job copy = *job;
	struct worker_options o = {
		.serve = serve, .arg = &copy, .keep = { -1, -1 }, .deadline = job->deadline
	};
	buf answer = BUF_INIT(ANSWER_MOST);
	struct worker *w;
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_take_answer(w, &answer, e);

	worker_stop(w);
	if (status == 0)
		status = take(buf_bytes(&answer), a, out, e);
	buf_done(&answer);
	return status;
}
