/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/scan_papers.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sys/worker.h"
#include "vuln/vex_write.h"

/* The worker has the texts as they were when it was forked. It answers once: a kind of error, its
 * text, the paper that it is about, and what was made of all of them. */

struct served {
	const struct paper *items;
	size_t len;
	int64_t now;
	/* make(s, a, answer, out_at, e): read all; *out_at: the one that failed. */
	int (*make)(const struct served *s, struct arena *a, buf *answer, size_t *out_at, err *e);
};

/* -- in the worker ----------------------------------------------------------------------------- */

static int make_papers(const struct served *s, struct arena *a, buf *answer, size_t *out_at, err *e)
{
	struct papers papers = { 0 };

	for (size_t i = 0; i < s->len; i++) {
		const struct paper *x = &s->items[i];

		*out_at = i;
		if (papers_read(x, s->now, a, &papers, e) < 0)
			return -1;
	}
	papers_pack(&papers, answer);
	return 0;
}

static int make_merged(const struct served *s, struct arena *a, buf *answer, size_t *out_at, err *e)
{
	bytes *texts = arena_array(a, bytes, s->len);
	struct stream out;

	for (size_t i = 0; i < s->len; i++)
		texts[i] = s->items[i].text;
	stream_init(&out, stream_to_buf, answer);
	int result = vex_merge(texts, s->len, s->now, a, &out, out_at, e);
	err full = { 0 };

	if (stream_finish(&out, &full) < 0 && result == 0) {
		*e = full;
		result = -1;
	}
	return result;
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	const struct served *s = arg;
	struct arena a = ARENA_INIT;
	buf head = BUF_INIT(KIB), answer = BUF_INIT(LIMIT_CHECK_ANSWER);
	size_t at = 0;
	err e = { 0 };

	(void)!s->make(s, &a, &answer, &at, &e); /* the answer tells */
	pack_err(&head, &e);
	pack_u64(&head, at);
	side_answer(side, buf_bytes(&head), false);
	side_answer(side, err_is_set(&e) ? (bytes){ NULL, 0 } : buf_bytes(&answer), true);
	side_idle(side);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static int take_verdict(const struct served *s, bytes *in, err *e)
{
	err told = { 0 };
	uint64_t at;

	if (!pack_take_err(in, &told) || !pack_take_u64(in, s->len, &at))
		return err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	if (!err_is_set(&told))
		return 0;
	*e = told;
	return at < s->len ? err_wrap(e, "%s", SHOW(bytes_str(s->items[at].name))) : -1;
}

/* ask(s, out, out_rest, e): out keeps the answer that *out_rest is a part of. */
static int ask(struct served *s, buf *out, bytes *out_rest, err *e)
{
	struct worker_options options = { .serve = serve, .arg = s, .keep = { -1, -1 } };
	struct worker *w;
	bool landlock;

	options.deadline = deadline_in(LIMIT_CHECK_MS);
	/* OpenSSL loads what it hashes with on first use, which a sealed process cannot. */
	(void)digest_of(DIGEST_SHA256, (bytes){ NULL, 0 });
	if (worker_start(&options, &w, &landlock, e) < 0)
		return -1;
	int result = worker_take_answer(w, out, e);

	worker_stop(w);
	*out_rest = buf_bytes(out);
	return result < 0 ? -1 : take_verdict(s, out_rest, e);
}

int scan_papers_read(const struct paper *items, size_t len, int64_t now, struct arena *a,
                     struct papers *out, err *e)
{
	struct served s = { items, len, now, make_papers };
	buf answer = BUF_INIT(LIMIT_CHECK_ANSWER + KIB);
	bytes rest;

	if (len == 0)
		return 0;
	int result = ask(&s, &answer, &rest, e);

	if (result == 0 && !papers_unpack(arena_bytes(a, rest), a, out))
		result = err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	buf_done(&answer);
	return result;
}

int scan_papers_merge(const struct paper *items, size_t len, int64_t now, struct stream *out,
                      err *e)
{
	struct served s = { items, len, now, make_merged };
	buf answer = BUF_INIT(LIMIT_CHECK_ANSWER + KIB);
	bytes rest;
	int result = ask(&s, &answer, &rest, e);

	if (result == 0)
		stream_put(out, rest);
	buf_done(&answer);
	return result;
}
