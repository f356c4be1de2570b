/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trust_tell.h"

#include "base/limits.h"
#include "base/pack.h"
#include "sys/worker.h"
#include "trust/public_good.h"

#define ANSWER_MOST ((size_t)(8 * MIB))
/* Facts of one bundle: 32 log entries of six, 16 subjects of 17, a certificate of 40. */
#define FACTS_MOST 1024

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

static void put_text(buf *out, bytes text)
{
	pack_bytes(out, bytes_slice(text, 0, LIMIT_IDENTITY));
}

static void put_explanation(buf *out, const struct explanation *x)
{
	size_t facts = x->facts.len < FACTS_MOST ? x->facts.len : FACTS_MOST;

	pack_str(out, x->form);
	pack_u64(out, x->knows_artifact);
	pack_u64(out, facts);
	for (size_t i = 0; i < facts; i++) {
		pack_u64(out, x->facts.items[i].part);
		pack_str(out, x->facts.items[i].name);
		put_text(out, x->facts.items[i].value);
	}
	for (size_t i = 0; i < VERIFY_STEPS; i++) {
		pack_str(out, x->steps[i].name);
		pack_u64(out, x->steps[i].status);
		pack_str(out, x->steps[i].why);
	}
}

/* The process ends here: what is left of its memory goes with it. */
static _Noreturn int serve_bundle(struct worker_side *side, void *job)
{
	struct arena a = ARENA_INIT;
	buf answer = BUF_INIT(ANSWER_MOST);
	struct explanation x;
	err e = { 0 };
	int status = explain(job, &a, &x, &e);

	pack_err(&answer, &e);
	if (status == 0)
		put_explanation(&answer, &x);
	side_answer(side, buf_bytes(&answer), true);
	side_idle(side);
}

static _Noreturn int serve_root(struct worker_side *side, void *job)
{
	struct arena a = ARENA_INIT;
	buf answer = BUF_INIT(ANSWER_MOST);
	struct explain_entries entries = { 0 };
	err e = { 0 };
	int status = explain_root(root_of(job), &a, &entries, &e);

	pack_err(&answer, &e);
	pack_u64(&answer, status == 0 ? entries.len : 0);
	for (size_t i = 0; i < entries.len && status == 0; i++) {
		const struct explain_entry *entry = &entries.items[i];

		pack_u64(&answer, entry->kind);
		put_text(&answer, entry->address);
		put_text(&answer, entry->subject);
		put_text(&answer, entry->id);
		pack_u64(&answer, (uint64_t)(entry->from < 0 ? 0 : entry->from));
		pack_u64(&answer, (uint64_t)(entry->until < 0 ? 0 : entry->until));
	}
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
	buf answer = BUF_INIT(ANSWER_MOST);
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

static bool take_word(bytes *in, struct arena *a, const char **out)
{
	bytes text;

	if (!pack_take_bytes(in, sizeof(((err *)0)->text), &text))
		return false;
	*out = arena_str(a, text);
	return true;
}

static bool take_fact(bytes *in, struct arena *a, struct explain_fact *out)
{
	uint64_t part;
	bool fits = pack_take_u64(in, EXPLAIN_PARTS - 1, &part) && take_word(in, a, &out->name) &&
	            pack_take_bytes(in, LIMIT_IDENTITY, &out->value);

	out->part = fits ? (enum explain_part)part : EXPLAIN_SIGNER;
	return fits;
}

static bool take_step(bytes *in, struct arena *a, struct verify_step *out)
{
	uint64_t status;
	bool fits = take_word(in, a, &out->name) && pack_take_u64(in, STEP_FAILS, &status) &&
	            take_word(in, a, &out->why);

	out->status = fits ? (enum verify_step_status)status : STEP_UNTOLD;
	return fits;
}

static bool take_explanation(bytes in, struct arena *a, struct explanation *out)
{
	uint64_t facts;
	bool fits = take_word(&in, a, &out->form) && pack_take_bool(&in, &out->knows_artifact) &&
	            pack_take_u64(&in, FACTS_MOST, &facts);

	for (uint64_t i = 0; fits && i < facts; i++)
		fits = take_fact(&in, a, ARENA_PUSH(a, &out->facts));
	for (size_t i = 0; fits && i < VERIFY_STEPS; i++)
		fits = take_step(&in, a, &out->steps[i]);
	return fits && in.n == 0;
}

int trust_tell_bundle(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                      err *e)
{
	bytes answer;

	*out = (struct explanation){ 0 };
	if (ask(job, serve_bundle, a, &answer, e) < 0)
		return -1;
	return take_explanation(answer, a, out)
	           ? 0
	           : err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
}

static bool take_entry(bytes *in, struct explain_entry *out)
{
	uint64_t kind, from, until;

	if (!pack_take_u64(in, EXPLAIN_KINDS - 1, &kind) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->address) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->subject) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->id) || !pack_take_u64(in, INT64_MAX, &from) ||
	    !pack_take_u64(in, INT64_MAX, &until))
		return false;
	out->kind = (enum explain_kind)kind;
	out->from = (int64_t)from;
	out->until = (int64_t)until;
	return true;
}

int trust_tell_root(const struct trust_tell_job *job, struct arena *a, struct explain_entries *out,
                    err *e)
{
	bytes answer;
	uint64_t n;

	*out = (struct explain_entries){ 0 };
	if (ask(job, serve_root, a, &answer, e) < 0)
		return err_is_set(e) ? err_wrap(e, "trusted root") : -1;
	bool fits = pack_take_u64(&answer, EXPLAIN_KINDS * LIMIT_TRUST_ROOT_ITEMS, &n);

	for (uint64_t i = 0; fits && i < n; i++)
		fits = take_entry(&answer, ARENA_PUSH(a, out));
	return fits && answer.n == 0 ? 0
	                             : err_set(e, ERR_BUG, 0, "the worker's answer cannot be read");
}
