/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/check.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/check_wire.h"
#include "sys/worker.h"

#include <errno.h>

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

/* The answer lies in s->answer. */
static int take_answer(struct session *s, err *e)
{
	buf_clear(&s->answer);
	return worker_take_answer(s->worker, &s->answer, e);
}

static int ask(struct session *s, const buf *request, err *e)
{
	return worker_send_all(s->worker, buf_bytes(request), true, e) < 0 ? -1 : take_answer(s, e);
}

/* -- a worker and its files ------------------------------------------------------------------- */

static int begin(struct session *s, err *e)
{
	struct worker_options options = { .serve = check_serve, .keep = { -1, -1 } };
	buf request = BUF_INIT((IGNORE_FORMS_LEN + 1) * LIMIT_SETTINGS + LIMIT_PATH);
	bool landlock;
	err told = { 0 };

	options.deadline = deadline_in(LIMIT_CHECK_MS + (s->options->fetch ? LIMIT_CHECK_PINS_MS : 0));
	s->sent_len = 0;
	if (worker_start(&options, &s->worker, &landlock, e) < 0)
		return -1;
	buf_putc(&request, 'o');
	check_pack_options(&request, s->options);
	int result = ask(s, &request, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result == 0 && !pack_take_err(&answer, &told))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (result == 0 && err_is_set(&told)) {
		*e = told;
		return -1;
	}
	return result;
}

/* 0, or -1 when the worker is lost. */
static int give(struct session *s, size_t index, err *e)
{
	struct check_file *f = &s->check->files[index];
	buf request = BUF_INIT(LIMIT_PATH + 64);

	buf_putc(&request, 'f');
	pack_str(&request, f->name);
	pack_u64(&request, f->text.n); /* with the text behind it: pack_bytes without a copy */
	int result = worker_send_all(s->worker, buf_bytes(&request), f->text.n == 0, e);

	if (result == 0 && f->text.n > 0)
		result = worker_send_all(s->worker, f->text, true, e);
	if (result == 0)
		result = take_answer(s, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result < 0)
		return -1;
	if (!pack_take_err(&answer, &f->error))
		return err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (!err_is_set(&f->error))
		s->sent[s->sent_len++] = index;
	return 0;
}

static int judge(struct session *s, err *e)
{
	buf request = BUF_INIT(16);
	err told = { 0 };

	buf_putc(&request, 'r');
	int result = ask(s, &request, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result == 0 && !(pack_take_err(&answer, &told) &&
	                     check_take(&answer, s->check, s->sent, s->sent_len, s->arena)))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (result == 0 && err_is_set(&told)) {
		*e = told;
		s->sent_len = 0;
		return 1; /* it lives, and says what it could not do */
	}
	return result;
}

static bool is_asked(const struct check *check, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(check->findings[i].asks, check->findings[index].asks) == 0)
			return true;
	return false;
}

/* What the findings ask for is fetched, and all is judged again, by the same worker. No other takes
 * its place now: it would be forked from a process that may have read a password. */
static int pin(struct session *s, err *e)
{
	struct {
		const char **items;
		size_t len, cap;
	} images = { 0 };
	const char *pins;
	err told = { 0 };

	for (size_t i = 0; i < s->check->findings_len && images.len < LIMIT_CHECK_PINS; i++)
		if (*s->check->findings[i].asks && !is_asked(s->check, i))
			*ARENA_PUSH(s->arena, &images) = s->check->findings[i].asks;
	if (s->options->fetch(s->options->fetch_context, images.items, images.len, s->arena, &pins, e) <
	    0)
		return 1;
	buf request = BUF_INIT(LIMIT_SETTINGS);

	buf_putc(&request, 'p');
	pack_str(&request, pins);
	int result = ask(s, &request, e);
	bytes answer = buf_bytes(&s->answer);

	buf_done(&request);
	if (result == 0 && (!pack_take_err(&answer, &told) || err_is_set(&told)))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	if (result == 0)
		result = judge(s, e);
	return result < 0 ? 1 : result;
}

/* 0 when all was judged; -1 when the worker was lost, with the file that did it marked. */
static int attempt(struct session *s, err *e)
{
	if (begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->check->len; i++) {
		struct check_file *f = &s->check->files[i];

		if (!err_is_set(&f->error) && give(s, i, e) < 0) {
			f->error = *e;
			return -1;
		}
	}
	int result = judge(s, e);

	return result == 0 && s->options->fetch && s->options->fix == RULE_FIX_INPUT ? pin(s, e)
	                                                                             : result;
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
		if (result < 0 && (now == failed || e->sys == ENOMEM))
			break; /* no file is to blame, or all are */
	}
	buf_done(&s.answer);
	return result == 0 ? 0 : -1;
}

/* -- what is judged elsewhere ----------------------------------------------------------------- */

static bool take_excuses(struct session *s, size_t len, const char **out)
{
	bytes answer = buf_bytes(&s->answer), why;
	err told = { 0 };
	bool ignored, ok = pack_take_err(&answer, &told) && !err_is_set(&told);

	for (size_t i = 0; ok && i < len; i++) {
		ok = pack_take_bool(&answer, &ignored) && pack_take_bytes(&answer, LIMIT_SETTINGS, &why);
		out[i] = ok && ignored ? text_shown(s->arena, why) : NULL;
	}
	return ok;
}

int check_excuses(const char *const *names, size_t len, const struct check_options *options,
                  struct arena *a, const char *const **out, err *e)
{
	struct session s = { .options = options, .arena = a };
	const char **excuses = arena_array(a, const char *, len * rule_count());
	buf request = BUF_INIT(LIMIT_SETTINGS);

	s.answer = (buf)BUF_INIT(LIMIT_CHECK_ANSWER);
	buf_putc(&request, 'i');
	for (size_t i = 0; i < len; i++)
		pack_str(&request, names[i]);
	int result = begin(&s, e) < 0 ? -1 : ask(&s, &request, e);

	if (result == 0 && !take_excuses(&s, len * rule_count(), excuses))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	worker_stop(s.worker);
	buf_done(&request);
	buf_done(&s.answer);
	*out = excuses;
	return result;
}
