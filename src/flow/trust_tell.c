/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trust_tell.h"

#include "base/limits.h"
#include "base/pack.h"
#include "flow/trust_wire.h"
#include "sys/worker.h"
#include "trust/public_good.h"

/* -- in the worker ----------------------------------------------------------------------------- */

static bytes root_of(const struct trust_tell_job *job)
{
	return job->root.n > 0 ? job->root : bytes_of(trust_public_good, trust_public_good_len);
}

static int explain(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                   err *e)
{
	struct verify_request request = job->request;
	struct trust_root root = { 0 };
	struct public_key *key = NULL;
	int status = trust_root_parse(root_of(job), a, &root, e) < 0 ? err_wrap(e, "trusted root") : 0;

	if (status == 0 && job->key.n > 0)
		status = public_key_read(job->key, &key, e) < 0 ? err_wrap(e, "key") : 0;
	request.root = &root;
	request.key = key;
	if (status == 0)
		status = explain_bundle(job->bundle, &request, a, out, e);
	public_key_free(key);
	trust_root_free(&root);
	return status;
}

/* The process ends here: what is left of its memory goes with it. */
static _Noreturn int serve_bundle(struct worker_side *side, void *job)
{
	struct arena a = ARENA_INIT;
	buf answer = BUF_INIT(TRUST_ANSWER_MOST);
	struct explanation x;
	err e = { 0 };
	int status = explain(job, &a, &x, &e);

	pack_err(&answer, &e);
	if (status == 0)
		trust_explanation_pack(&x, &answer);
	side_answer(side, buf_bytes(&answer), true);
	side_idle(side);
}

static _Noreturn int serve_root(struct worker_side *side, void *job)
{
	struct arena a = ARENA_INIT;
	buf answer = BUF_INIT(TRUST_ANSWER_MOST);
	struct explain_entries entries = { 0 };
	err e = { 0 };
	int status = explain_root(root_of(job), &a, &entries, &e);

	pack_err(&answer, &e);
	if (status == 0)
		trust_entries_pack(&entries, &answer);
	side_answer(side, buf_bytes(&answer), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* ask(job, serve, a, out, e): the worker's answer, behind how it went. */
static int ask(const struct trust_tell_job *job, int (*serve)(struct worker_side *, void *),
               struct arena *a, bytes *out, err *e)
{
	struct trust_tell_job copy = *job;
	struct worker_options o = {
		.serve = serve, .arg = &copy, .keep = { -1, -1 }, .deadline = job->deadline
	};
	buf answer = BUF_INIT(TRUST_ANSWER_MOST);
	struct worker *w;
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_take_answer(w, &answer, e);

	worker_stop(w);
	*out = arena_bytes(a, buf_bytes(&answer));
	buf_done(&answer);
	if (status == 0 && !pack_take_err(out, e))
		return err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
	return err_is_set(e) ? -1 : status;
}

int trust_tell_bundle(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                      err *e)
{
	bytes answer;

	if (ask(job, serve_bundle, a, &answer, e) < 0)
		return -1;
	return trust_explanation_unpack(answer, a, out)
	           ? 0
	           : err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
}

int trust_tell_root(const struct trust_tell_job *job, struct arena *a, struct explain_entries *out,
                    err *e)
{
	bytes answer;

	if (ask(job, serve_root, a, &answer, e) < 0)
		return err_wrap(e, "trusted root");
	return trust_entries_unpack(answer, a, out)
	           ? 0
	           : err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
}
