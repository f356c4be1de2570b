/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trust_tell.h"

#include "base/limits.h"
#include "flow/trust_wire.h"
#include "sys/worker.h"

/* -- in the worker ----------------------------------------------------------------------------- */

static int explain(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                   err *e)
{
	struct verify_request request = job->request;
	struct trust_root root = { 0 };
	struct public_key *key = NULL;
	int status = trust_root_open(job->root, a, &root, e);

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

static int answer_bundle(void *job, bytes question, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct explanation x;
	int status = explain(job, &a, &x, e);

	(void)question; /* there is one */
	if (status == 0)
		trust_explanation_pack(&x, out);
	arena_done(&a);
	return status;
}

static int answer_root(void *ctx, bytes question, buf *out, err *e)
{
	const struct trust_tell_job *job = ctx;
	struct arena a = ARENA_INIT;
	struct explain_entries entries = { 0 };
	int status = explain_root(trust_root_or_public(job->root), &a, &entries, e);

	(void)question; /* there is one */
	if (status == 0)
		trust_entries_pack(&entries, out);
	arena_done(&a);
	return status;
}

static _Noreturn int serve(struct worker_side *side, void *service)
{
	side_serve(side, service);
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* ask(job, answer, a, out, e): what `answer` says in the worker. */
static int ask(const struct trust_tell_job *job, int (*answer)(void *, bytes, buf *, err *),
               struct arena *a, bytes *out, err *e)
{
	struct trust_tell_job copy = *job;
	struct side_service service = { 0, LIMIT_TRUST_ANSWER, answer, &copy };
	struct worker_options o = {
		.serve = serve, .arg = &service, .keep = { -1, -1 }, .deadline = job->deadline
	};
	struct worker *w;
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_ask(w, bytes_of(NULL, 0), LIMIT_TRUST_ANSWER, a, out, e);

	worker_stop(w);
	return status;
}

int trust_tell_bundle(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                      err *e)
{
	bytes answer;

	if (ask(job, answer_bundle, a, &answer, e) < 0)
		return -1;
	return trust_explanation_unpack(answer, a, out) ? 0 : worker_unread(e);
}

int trust_tell_root(const struct trust_tell_job *job, struct arena *a, struct explain_entries *out,
                    err *e)
{
	bytes answer;

	if (ask(job, answer_root, a, &answer, e) < 0)
		return err_wrap(e, "trusted root");
	return trust_entries_unpack(answer, a, out) ? 0 : worker_unread(e);
}
