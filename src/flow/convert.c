/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/convert.h"

#include "base/limits.h"
#include "base/text.h"
#include "sbom/read.h"
#include "sys/file.h"
#include "sys/worker.h"

/* A request is one octet, the format, and the bill. An answer is one octet, an enum err_kind, and
 * the document, or the text of the error. */

/* -- in the worker ----------------------------------------------------------------------------- */

static int to_side(void *ctx, bytes part, err *e)
{
	(void)e;
	side_answer(ctx, part, false);
	return 0;
}

static void answer(struct worker_side *side, bytes request)
{
	struct arena a = ARENA_INIT;
	struct sbom_document document;
	struct stream out;
	err e = { 0 };
	bytes format = bytes_slice(request, 0, 1);

	int read = sbom_read(bytes_skip(request, 1), &a, &document, &e);
	uint8_t kind = (uint8_t)e.kind;

	side_answer(side, bytes_of(&kind, 1), false);
	if (read == 0) {
		stream_init(&out, to_side, side);
		sbom_write(&document.bill, (enum sbom_format)format.p[0], &out);
		(void)stream_finish(&out, &e); /* to_side does not fail */
	}
	side_answer(side, bytes_of(e.text, e.len), true);
	arena_done(&a);
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	buf request = BUF_INIT(LIMIT_SBOM + 1);

	(void)arg;
	for (;;) {
		bytes part;
		bool last;

		side_take(side, &part, &last);
		buf_put(&request, part);
		side_taken(side);
		if (!last)
			continue;
		answer(side, buf_bytes(&request));
		buf_clear(&request);
	}
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* send(w, part, last, e): part is at most one frame. */
static int send(struct worker *w, bytes part, bool last, err *e)
{
	uint8_t *room;

	while (!(room = worker_reserve(w)))
		if (worker_wait(w, e) < 0)
			return -1;
	memcpy(room, part.p, part.n);
	worker_send(w, part.n, last);
	return 0;
}

static int ask(struct worker *w, enum sbom_format format, bytes text, err *e)
{
	uint8_t first = (uint8_t)format;

	if (send(w, bytes_of(&first, 1), text.n == 0, e) < 0)
		return -1;
	for (; text.n > 0; text = bytes_skip(text, WORKER_IN_SIZE))
		if (send(w, bytes_slice(text, 0, WORKER_IN_SIZE), text.n <= WORKER_IN_SIZE, e) < 0)
			return -1;
	return 0;
}

/* The worker may lie about the kind; it is one of two or a bug. */
static enum err_kind kind_of(uint8_t said)
{
	return said == ERR_FORMAT || said == ERR_LIMIT ? (enum err_kind)said : ERR_BUG;
}

static int take(struct worker *w, struct stream *out, err *e)
{
	buf failure = BUF_INIT(sizeof(e->text));
	bool last = false, first = true;
	uint8_t kind = ERR_NONE;
	bytes part;

	while (!last) {
		if (!worker_answer(w, &part, &last)) {
			if (worker_wait(w, e) < 0)
				return -1;
			continue;
		}
		if (first && part.n > 0) {
			kind = part.p[0];
			part = bytes_skip(part, 1);
			first = false;
		}
		if (kind == ERR_NONE)
			stream_put(out, part);
		else
			buf_put(&failure, bytes_slice(part, 0, sizeof(e->text) - failure.n));
		worker_answer_done(w);
	}
	int result = kind == ERR_NONE && !first
	                 ? 0
	                 : err_set(e, kind_of(kind), 0, "%s", SHOW(buf_bytes(&failure)));

	buf_done(&failure);
	return result;
}

static int convert(bytes text, const struct convert_options *o, err *e)
{
	struct worker_options options = { .serve = serve, .keep = { -1, -1 } };
	struct worker *w;
	bool landlock;
	int result = 0;

	options.deadline = deadline_in(o->timeout_ms ? o->timeout_ms : LIMIT_TIME_MS);
	/* OpenSSL loads what it hashes with on first use, which a sealed process cannot. */
	(void)digest_of(DIGEST_SHA256, text);
	if (worker_start(&options, &w, &landlock, e) < 0)
		return -1;
	for (size_t i = 0; i < o->len && result == 0; i++)
		result = ask(w, o->formats[i], text, e) < 0 ? -1 : take(w, o->outs[i], e);
	worker_stop(w);
	return result;
}

int convert_file(const char *path, const struct convert_options *options, err *e)
{
	struct arena a = ARENA_INIT;
	bytes text;
	int result = file_read_all(path, LIMIT_SBOM, &a, &text, e);

	if (result == 0)
		result = convert(text, options, e);
	arena_done(&a);
	return result;
}
