/* SPDX-License-Identifier: Apache-2.0 */
/* Rings and workers: what is sent arrives, and a child that dies, lies or is silent is an error. */
#include "sys/worker.h"

#include "base/buf.h"
#include "sys/ring.h"
#include "unit.h"

static void ring_keeps_order(void **state)
{
	struct ring producer, consumer;
	err e = { 0 };
	bytes got;
	bool last;

	(void)state;
	assert_int_equal(ring_map(4, 64, &producer, &e), 0);
	consumer = producer;
	assert_false(ring_peek(&consumer, &got, &last));
	for (uint8_t round = 0; round < 40; round++) {
		for (uint8_t i = 0; i < 4; i++) {
			uint8_t *room = ring_reserve(&producer);

			assert_non_null(room);
			room[0] = (uint8_t)(round + i);
			ring_commit(&producer, i + 1U, i == 3);
		}
		assert_null(ring_reserve(&producer));
		for (uint8_t i = 0; i < 4; i++) {
			assert_true(ring_peek(&consumer, &got, &last));
			assert_int_equal(got.n, i + 1);
			assert_int_equal(got.p[0], round + i);
			assert_int_equal(last, i == 3);
			ring_release(&consumer);
		}
	}
	ring_unmap(&producer);
}

/* A length above the slot must not be believed. */
static void ring_refuses_a_lie(void **state)
{
	struct ring producer, consumer;
	err e = { 0 };
	bytes got;
	bool last;

	(void)state;
	assert_int_equal(ring_map(2, 64, &producer, &e), 0);
	consumer = producer;
	assert_non_null(ring_reserve(&producer));
	ring_commit(&producer, 64, false);
	atomic_store(&producer.words->length[0], 65);
	assert_true(ring_peek(&consumer, &got, &last));
	assert_int_equal(got.n, 0);
	assert_true(last);
	ring_unmap(&producer);
}

enum { ECHO = 'e', EXPAND = 'x', CRASH = 'c', LEAVE = 'l', LARGE = 'g' };

static void serve_one(struct worker_side *side, const buf *request)
{
	if (request->p[0] == CRASH)
		__builtin_trap();
	if (request->p[0] == LEAVE)
		_exit(3);
	for (size_t i = 0; request->p[0] == EXPAND && i < 20; i++) {
		memset(side_room(side), (int)i, WORKER_OUT_SIZE);
		side_expanded(side, WORKER_OUT_SIZE);
	}
	side_answer(side, buf_bytes(request), true);
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	buf request = BUF_INIT((size_t)16 << 20);

	(void)arg;
	for (;;) {
		bool last = false;

		buf_clear(&request);
		while (!last) {
			bytes part;

			side_take(side, &part, &last);
			buf_put(&request, part);
			side_taken(side);
		}
		serve_one(side, &request);
	}
}

static struct worker *start(void)
{
	struct worker_options o = { .serve = serve, .keep = { -1, -1 },
		                        .deadline = deadline_in(60000) };
	struct worker *w = NULL;
	bool landlock;
	err e = { 0 };

	if (worker_start(&o, &w, &landlock, &e) < 0)
		fail_msg("%s", e.text);
	return w;
}

/* Send a message and gather the answer; what came expanded is summed up. */
static int converse(struct worker *w, bytes message, buf *answer, uint64_t *expanded, err *e)
{
	bool sent = false, last = false;
	int more = 0;

	while (!last) {
		bytes part;
		uint8_t *room = sent ? NULL : worker_reserve(w);
		bool moved = room != NULL;

		if (room) {
			part = bytes_slice(message, 0, WORKER_IN_SIZE);
			memcpy(room, part.p, part.n);
			message = bytes_skip(message, part.n);
			sent = message.n == 0;
			worker_send(w, part.n, sent);
		}
		while ((more = worker_expanded(w, &part, e)) > 0) {
			*expanded += part.n;
			moved = true;
			worker_expanded_done(w);
		}
		while (more == 0 && !last && (more = worker_answer(w, &part, &last, e)) > 0) {
			buf_put(answer, part);
			moved = true;
			worker_answer_done(w);
			more = 0;
		}
		if (more < 0 || (!moved && worker_wait(w, e) < 0))
			return -1;
	}
	return 0;
}

static void worker_echoes(void **state)
{
	struct worker *w = start();
	buf message = BUF_INIT((size_t)8 << 20), answer = BUF_INIT((size_t)8 << 20);
	uint64_t expanded = 0;
	err e = { 0 };

	(void)state;
	for (size_t n = 1; n < (size_t)4 << 20; n = n * 7 + 3) {
		buf_clear(&message);
		buf_clear(&answer);
		buf_putc(&message, ECHO);
		while (message.n < n)
			buf_printf(&message, "%zu,", message.n);
		assert_int_equal(converse(w, buf_bytes(&message), &answer, &expanded, &e), 0);
		assert_true(bytes_equal(buf_bytes(&message), buf_bytes(&answer)));
	}
	assert_int_equal(expanded, 0);
	buf_clear(&answer);
	assert_int_equal(converse(w, BYTES("x"), &answer, &expanded, &e), 0);
	assert_int_equal(expanded, 20 * WORKER_OUT_SIZE);
	buf_done(&message);
	buf_done(&answer);
	worker_stop(w);
}

static void a_crash_is_an_error(void **state)
{
	static const struct {
		const char *message, *said;
	} cases[] = { { "c", "signal" }, { "l", "status 3" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct worker *w = start();
		buf answer = BUF_INIT(1024);
		uint64_t expanded = 0;
		err e = { 0 };

		assert_int_equal(converse(w, bytes_str(cases[i].message), &answer, &expanded, &e), -1);
		assert_int_equal(e.kind, ERR_BUG);
		assert_non_null(strstr(e.text, cases[i].said));
		err_clear(&e);
		assert_int_equal(worker_wait(w, &e), -1);
		worker_stop(w);
		buf_done(&answer);
	}
}

static _Noreturn int serve_noise(struct worker_side *side, void *arg)
{
	(void)arg;
	for (;;)
		side_taken(side); /* rings the bell, takes nothing */
}

/* A child that is neither silent nor of any use is left at the deadline. */
static void noise_does_not_stop_the_clock(void **state)
{
	struct worker_options o = { .serve = serve_noise, .keep = { -1, -1 },
		                        .deadline = deadline_in(400) };
	struct worker *w = NULL;
	uint64_t expanded = 0;
	buf answer = BUF_INIT(1024);
	bool landlock;
	err e = { 0 };

	(void)state;
	assert_int_equal(worker_start(&o, &w, &landlock, &e), 0);
	assert_int_equal(converse(w, BYTES("e"), &answer, &expanded, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	worker_stop(w);
	buf_done(&answer);
}

static _Noreturn int serve_empty_answers(struct worker_side *side, void *arg)
{
	(void)arg;
	for (;;)
		side_answer(side, (bytes){ NULL, 0 }, false);
}

static _Noreturn int serve_empty_frames(struct worker_side *side, void *arg)
{
	(void)arg;
	for (;;) {
		(void)side_room(side);
		side_expanded(side, 0);
	}
}

static int take_every_answer(struct worker *w, err *e)
{
	bool last = false;
	bytes part;
	int more;

	while ((more = worker_answer(w, &part, &last, e)) >= 0 && !last)
		if (more > 0)
			worker_answer_done(w);
	return more;
}

static int take_all_expanded(struct worker *w, err *e)
{
	bytes part;
	int more;

	while ((more = worker_expanded(w, &part, e)) >= 0)
		if (more > 0)
			worker_expanded_done(w);
	return more;
}

static int take_whole_answer(struct worker *w, err *e)
{
	buf answer = BUF_INIT(1024);
	int result = worker_take_answer(w, &answer, e);

	buf_done(&answer);
	return result;
}

/* A child that answers for ever and says nothing is left at the deadline, whichever way it is
 * heard: no caller has to think of it. */
static void a_liar_does_not_stop_the_clock(void **state)
{
	static const struct {
		int (*serve)(struct worker_side *side, void *arg);
		int (*take)(struct worker *w, err *e);
	} cases[] = { { serve_empty_answers, take_whole_answer },
		          { serve_empty_answers, take_every_answer },
		          { serve_empty_frames, take_all_expanded } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct worker_options o = { .serve = cases[i].serve, .keep = { -1, -1 },
			                        .deadline = deadline_in(300) };
		struct worker *w = NULL;
		bool landlock;
		err e = { 0 };

		assert_int_equal(worker_start(&o, &w, &landlock, &e), 0);
		assert_int_equal(cases[i].take(w, &e), -1);
		assert_failed(&e, ERR_LIMIT);
		worker_stop(w);
	}
}

static _Noreturn int serve_once(struct worker_side *side, void *arg)
{
	(void)arg;
	side_answer(side, BYTES("done"), true);
	side_idle(side);
}

/* What is still sent to a child that has nothing left to do does not fill its ring for ever. */
static void an_idle_worker_takes_what_comes(void **state)
{
	struct worker_options o = { .serve = serve_once, .keep = { -1, -1 },
		                        .deadline = deadline_in(60000) };
	static const uint8_t much[40 * WORKER_IN_SIZE];
	struct worker *w = NULL;
	buf answer = BUF_INIT(1024);
	bool landlock;
	err e = { 0 };

	(void)state;
	assert_int_equal(worker_start(&o, &w, &landlock, &e), 0);
	assert_int_equal(worker_send_all(w, bytes_of(much, sizeof(much)), true, &e), 0);
	assert_int_equal(worker_take_answer(w, &answer, &e), 0);
	assert_bytes(buf_bytes(&answer), "done");
	worker_stop(w);
	buf_done(&answer);
}

static int answer_question(void *ctx, bytes question, buf *out, err *e)
{
	if (bytes_is(question, "known"))
		buf_puts(out, ctx);
	if (bytes_is(question, "half")) {
		buf_puts(out, "half");
		return err_set(e, ERR_UNTRUSTED, 0, "no");
	}
	return bytes_is(question, "nonsense") ? side_unread(e) : 0;
}

static _Noreturn int serve_questions(struct worker_side *side, void *arg)
{
	side_serve(side, &(struct side_service){ WORKER_IN_SIZE, 64, answer_question, arg });
}

/* Whatever was asked, the next question is answered again. */
static void each_question_has_its_answer(void **state)
{
	static const uint8_t much[2 * WORKER_IN_SIZE];
	char told[] = "answer";
	struct worker_options o = { .serve = serve_questions, .arg = told, .keep = { -1, -1 },
		                        .deadline = deadline_in(60000) };
	const struct {
		bytes question;
		enum err_kind kind;
	} cases[] = { { BYTES("half"), ERR_UNTRUSTED },
		          { BYTES("nonsense"), ERR_BUG },
		          { { much, sizeof(much) }, ERR_LIMIT },
		          { { much, WORKER_IN_SIZE + 1 }, ERR_LIMIT },
		          { BYTES("known"), ERR_NONE },
		          { { much, WORKER_IN_SIZE }, ERR_NONE },
		          { BYTES(""), ERR_NONE } };
	struct arena a = ARENA_INIT;
	struct worker *w = NULL;
	bool landlock;
	err none = { 0 };

	(void)state;
	assert_int_equal(worker_start(&o, &w, &landlock, &none), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bytes out = { 0 };
		err e = { 0 };
		int status = worker_ask(w, cases[i].question, 64, &a, &out, &e);

		assert_int_equal(status, cases[i].kind == ERR_NONE ? 0 : -1);
		assert_int_equal(e.kind, cases[i].kind);
		assert_int_equal(worker_ask(w, BYTES("known"), 64, &a, &out, &none), 0);
		assert_bytes(out, "answer");
	}
	worker_stop(w);
	arena_done(&a);
}

/* What the kernel says of a sealed worker, as issue readers would check it. */
static void worker_is_sealed(void **state)
{
	struct worker *w = start();
	char path[64], line[256];
	int seen = 0;

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/status", worker_pid(w));
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		seen += strcmp(line, "Seccomp:\t2\n") == 0;
		seen += strcmp(line, "NoNewPrivs:\t1\n") == 0;
		seen += strcmp(line, "CapEff:\t0000000000000000\n") == 0;
	}
	fclose(f);
	assert_int_equal(seen, 3);
	worker_stop(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_keeps_order), cmocka_unit_test(ring_refuses_a_lie),
		cmocka_unit_test(worker_echoes),    cmocka_unit_test(a_crash_is_an_error),
		cmocka_unit_test(worker_is_sealed), cmocka_unit_test(noise_does_not_stop_the_clock),
		cmocka_unit_test(a_liar_does_not_stop_the_clock),
		cmocka_unit_test(an_idle_worker_takes_what_comes),
		cmocka_unit_test(each_question_has_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
