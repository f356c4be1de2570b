/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/check.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/check_wire.h"
#include "sys/worker.h"

/* How often a file may kill the worker before the rest is given up. */
#define DEATHS 16

struct session {
	struct check *check;
	const struct check_options *options;
	struct arena *arena;
	struct worker *worker;
	size_t *sent; /* what the worker has, as indexes into check->files */
	size_t sent_len;
	buf answer;
};

/* -- one question and its answer -------------------------------------------------------------- */

static int send(struct session *s, bytes text, err *e)
{
	do {
		bytes part = bytes_slice(text, 0, WORKER_IN_SIZE);
		uint8_t *room;

		while (!(room = worker_reserve(s->worker)))
			if (worker_wait(s->worker, e) < 0)
				return -1;
		memcpy(room, part.p, part.n);
		text = bytes_skip(text, part.n);
		worker_send(s->worker, part.n, text.n == 0);
	} while (text.n > 0);
	return 0;
}

/* The answer lies in s->answer. */
static int ask(struct session *s, const buf *request, err *e)
{
	bool last = false;
	bytes part;

	buf_clear(&s->answer);
	if (send(s, buf_bytes(request), e) < 0)
		return -1;
	while (!last) {
		if (!worker_answer(s->worker, &part, &last)) {
			if (worker_wait(s->worker, e) < 0)
				return -1;
			continue;
		}
		int kept = buf_append(&s->answer, part, e);

		worker_answer_done(s->worker);
		if (kept < 0)
			return -1;
	}
	return 0;
}

/* The worker may lie about the kind. */
static bool take_error(bytes *in, err *out)
{
	uint64_t kind;
	bytes text;

	if (!pack_take_u64(in, ERR_BUG, &kind) || !pack_take_bytes(in, sizeof(out->text), &text))
		return false;
	if (kind != ERR_NONE)
		(void)err_set(out, kind == ERR_FORMAT || kind == ERR_LIMIT ? (enum err_kind)kind : ERR_BUG,
		              0, "%s", SHOW(text));
	return true;
}

/* -- a worker and its files ------------------------------------------------------------------- */

static int begin(struct session *s, err *e)
{
	struct worker_options options = { .serve = check_serve, .keep = { -1, -1 } };
	buf request = BUF_INIT(LIMIT_SETTINGS + LIMIT_PATH);
	bool landlock;

	options.deadline = deadline_in(LIMIT_CHECK_MS);
	s->sent_len = 0;
	if (worker_start(&options, &s->worker, &landlock, e) < 0)
		return -1;
	buf_putc(&request, 'o');
	check_pack_options(&request, s->options);
	int result = ask(s, &request, e);

	buf_done(&request);
	return result;
}

/* 0, or -1 when the worker is lost. */
static int give(struct session *s, size_t index, err *e)
{
	struct check_file *f = &s->check->files[index];
	buf request = BUF_INIT(2 * LIMIT_SETTINGS);

	buf_putc(&request, 'f');
	pack_str(&request, f->name);
	pack_bytes(&request, f->text);
	int result = ask(s, &request, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result < 0)
		return -1;
	if (!take_error(&answer, &f->error))
		return err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (!err_is_set(&f->error))
		s->sent[s->sent_len++] = index;
	return 0;
}

/* 0 when all was judged; -1 when the worker was lost, with the file that did it marked. */
static int attempt(struct session *s, err *e)
{
	buf request = BUF_INIT(16);
	err told = { 0 };

	if (begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->check->len; i++) {
		struct check_file *f = &s->check->files[i];

		if (!err_is_set(&f->error) && give(s, i, e) < 0) {
			f->error = *e;
			return -1;
		}
	}
	buf_putc(&request, 'r');
	int result = ask(s, &request, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result == 0 && !(take_error(&answer, &told) &&
	                     check_take(&answer, s->check, s->sent, s->sent_len, s->arena)))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (result == 0 && err_is_set(&told)) {
		*e = told;
		s->sent_len = 0;
		return 1; /* it lives, and says what it could not do */
	}
	return result;
}

int check_run(struct check *check, const struct check_options *options, struct arena *a, err *e)
{
	struct session s = { .check = check, .options = options, .arena = a };
	int result = -1;

	s.answer = (buf)BUF_INIT(LIMIT_CHECK_ANSWER);
	s.sent = arena_array(a, size_t, check->len);
	for (unsigned deaths = 0; result < 0 && deaths < DEATHS; deaths++) {
		size_t failed = 0, now = 0;

		for (size_t i = 0; i < check->len; i++)
			failed += err_is_set(&check->files[i].error);
		err_clear(e); /* of the worker before; its file has it */
		result = attempt(&s, e);
		worker_stop(s.worker);
		s.worker = NULL;
		for (size_t i = 0; i < check->len; i++)
			now += err_is_set(&check->files[i].error);
		if (result < 0 && now == failed)
			break; /* no file is to blame */
	}
	buf_done(&s.answer);
	return result == 0 ? 0 : -1;
}
