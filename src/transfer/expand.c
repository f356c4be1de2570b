/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/expand.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/client.h"

#include <assert.h>

#define COPY WORKER_IN_SIZE

static_assert(COPY >= WORKER_OUT_SIZE, "a slot of either ring is copied whole");

/* One pass of the blob through the worker. */
struct pass {
	struct expand *x;
	struct hasher *blob, *diff;
	uint8_t *copy; /* of what goes through a ring, whose slots the worker may change; COPY octets */
	uint64_t fed, expanded;
	enum codec codec;
	bool fed_all, answered;
	err refused; /* the worker's own failure, told when the digests are known */
};

/* take_expanded(p, part, e): hash and pass on what is the layer's tar. */
static int take_expanded(struct pass *p, bytes part, err *e)
{
	p->expanded += part.n;
	if (p->expanded > LIMIT_LAYER_EXPANDED)
		return err_set(e, ERR_LIMIT, 0, "a layer of more than %u GiB",
		               (unsigned)(LIMIT_LAYER_EXPANDED / GIB));
	hasher_update(p->diff, part);
	return p->x->write(p->x->ctx, part, e);
}

/* feed(p, e): 1 a piece was sent, 0 no room or no more, -1. A plain tar does not come back: it is
 * passed on from here. The worker may write to its rings at any time, so it gets a copy. */
static int feed(struct pass *p, err *e)
{
	uint8_t *room = p->fed_all ? NULL : worker_reserve(p->x->worker);
	size_t have = 0;
	int64_t n = 1;

	if (!room)
		return 0;
	while (n > 0 && have < WORKER_IN_SIZE) {
		n = blob_read(p->x->blob, p->copy + have, WORKER_IN_SIZE - have, e);
		if (n < 0)
			return -1;
		have += (size_t)n;
	}
	bytes part = bytes_of(p->copy, have);

	hasher_update(p->blob, part);
	if (p->fed == 0)
		p->codec = codec_detect(part);
	if (p->codec == CODEC_NONE && take_expanded(p, part, e) < 0)
		return -1;
	p->fed += have;
	p->fed_all = have < WORKER_IN_SIZE;
	memcpy(room, p->copy, have);
	worker_send(p->x->worker, have, p->fed_all);
	return 1;
}

/* drain(p, e): what has been expanded. The worker may still change the slot, so it is copied before
 * it is hashed and written. */
static int drain(struct pass *p, err *e)
{
	bytes part;
	int more, any = 0;

	for (; (more = worker_expanded(p->x->worker, &part, e)) > 0; any = 1) {
		memcpy(p->copy, part.p, part.n);
		worker_expanded_done(p->x->worker);
		if (p->codec == CODEC_NONE)
			return err_set(e, ERR_BUG, 0, "the parsing process expanded a plain tar");
		if (take_expanded(p, bytes_of(p->copy, part.n), e) < 0)
			return -1;
	}
	return more < 0 ? -1 : any;
}

/* take_answers(p, e): what the worker says of the files is not asked for; its verdict is. */
static int take_answers(struct pass *p, err *e)
{
	bytes part;
	bool last;
	int more = 0, any = 0;

	for (; !p->answered && (more = worker_answer(p->x->worker, &part, &last, e)) > 0; any = 1) {
		if (last)
			(void)client_verdict(part, &p->refused);
		worker_answer_done(p->x->worker);
		p->answered = last;
	}
	return more < 0 ? -1 : any;
}

static int pump(struct pass *p, err *e)
{
	while (!p->answered) {
		int fed = feed(p, e);
		int drained = fed < 0 ? -1 : drain(p, e);
		int taken = drained < 0 ? -1 : take_answers(p, e);

		if (taken < 0)
			return -1;
		if (!fed && !drained && !taken && worker_wait(p->x->worker, e) < 0)
			return -1;
	}
	if (!p->fed_all)
		return err_set(e, ERR_BUG, 0, "the parsing process answered too early");
	return drain(p, e) < 0 ? -1 : 0;
}

static int run_pass(struct pass *p, enum codec_engine engine, err *e)
{
	struct layer_request r = { .engine = engine };
	buf request = BUF_INIT(LIMIT_RECORD);

	hasher_reset(p->blob);
	hasher_reset(p->diff);
	p->fed = p->expanded = 0;
	p->fed_all = p->answered = false;
	err_clear(&p->refused);
	layer_request_pack(&r, &request);
	int status = worker_send_all(p->x->worker, buf_bytes(&request), true, e);

	buf_done(&request);
	return status < 0 ? -1 : pump(p, e);
}

static int check(const char *what, const digest *want, const digest *have, err *e)
{
	if (digest_equal(want, have))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is %s, but the content is %s", what, DIGEST_TEXT(want),
	               DIGEST_TEXT(have));
}

/* judge(p, diff_id, e): 0 it fits, -1 it does not. */
static int judge(struct pass *p, const digest *diff_id, err *e)
{
	const struct descriptor *d = p->x->blob->d;
	digest blob = hasher_final(p->blob);

	if (d && check("the blob's digest", &d->digest, &blob, e) < 0)
		return -1;
	if (err_is_set(&p->refused)) {
		*e = p->refused;
		return -1;
	}
	digest diff = hasher_final(p->diff);

	return check("the config's diff_id", diff_id, &diff, e);
}

/* The fast engine's refusal of a gzip stream counts only when zlib refuses it too (codec.h). */
static int run_engines(struct pass *p, err *e)
{
	if (run_pass(p, CODEC_FAST, e) < 0)
		return -1;
	if (p->refused.kind == ERR_FORMAT && p->codec == CODEC_GZIP) {
		if (blob_restart(p->x->blob, 0, e) < 0 || p->x->restart(p->x->ctx, e) < 0)
			return -1;
		return run_pass(p, CODEC_REFERENCE, e);
	}
	return 0;
}

int expand_run(struct expand *x, const digest *diff_id, err *e)
{
	enum digest_algorithm algorithm = x->blob->d ? x->blob->d->digest.algorithm : DIGEST_SHA256;
	buf copy = BUF_INIT(COPY);
	struct pass p = { .x = x,
		              .copy = buf_room(&copy, COPY),
		              .blob = hasher_new(algorithm),
		              .diff = hasher_new(diff_id->algorithm) };
	int status = run_engines(&p, e);

	if (status == 0)
		status = judge(&p, diff_id, e);
	hasher_free(p.blob);
	hasher_free(p.diff);
	buf_done(&copy);
	return status;
}
