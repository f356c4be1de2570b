/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/convert.h"

#include "base/limits.h"
#include "base/text.h"
#include "sbom/read.h"
#include "sys/file.h"
#include "sys/worker.h"

#include <errno.h>
#include <unistd.h>

/* The first request is the bill; the answer is one octet, an enum err_kind, and the text of the
 * error. Each request that follows is one octet that says what is asked for. */

/* What the worker is given before the fork. */
struct served {
	int fd; /* for the packages */
	const struct convert_options *options;
};

/* -- in the worker ----------------------------------------------------------------------------- */

struct incoming {
	struct worker_side *side;
	bool held, ended;
};

/* The next frame of the request; the one before is handed back first. */
static int more(void *ctx, bytes *out, err *e)
{
	struct incoming *in = ctx;
	bool last = false;

	(void)e;
	*out = (bytes){ NULL, 0 };
	while (out->n == 0 && !in->ended) {
		if (in->held)
			side_taken(in->side);
		side_take(in->side, out, &last);
		in->held = true;
		in->ended = last;
	}
	return 0;
}

static void pass_over(struct incoming *in)
{
	bytes part;
	err none = { 0 };

	while (!in->ended)
		(void)more(in, &part, &none); /* cannot fail */
	if (in->held)
		side_taken(in->side);
}

static int check_subject(const struct sbom_document *document, const digest *subject, err *e)
{
	if (digest_size(subject) == 0)
		return 0;
	for (size_t i = 0; i < document->subjects.len; i++)
		if (digest_equal(&document->subjects.items[i], subject))
			return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "the statement is not about %s", DIGEST_TEXT(subject));
}

static int read_bill(struct worker_side *side, const struct served *served, struct arena *a,
                     struct sbom_document *out, err *e)
{
	struct incoming in = { .side = side };
	const struct sbom_source source = { more, &in };
	int result = sbom_read(&source, served->fd, a, out, e);

	pass_over(&in);
	if (result == 0 && check_subject(out, &served->options->subject, e) < 0) {
		sbom_document_done(out);
		result = -1;
	}
	return result;
}

static int to_side(void *ctx, bytes part, err *e)
{
	(void)e;
	side_answer(ctx, part, false);
	return 0;
}

static void write_answer(struct worker_side *side, const struct served *served,
                         const struct sbom_document *document)
{
	const struct convert_options *o = served->options;
	struct stream out;
	bytes ask;
	err e = { 0 };
	bool last;

	side_take(side, &ask, &last);
	uint8_t what = ask.n > 0 ? ask.p[0] : 0;

	side_taken(side);
	stream_init(&out, to_side, side);
	if (o->answer)
		o->answer(o->ctx, document, what, &out);
	else
		sbom_write(&document->bill, (enum sbom_format)what, &out);
	(void)stream_finish(&out, &e); /* to_side does not fail */
	side_answer(side, (bytes){ NULL, 0 }, true);
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	struct arena a = ARENA_INIT;
	struct sbom_document document = { 0 };
	err e = { 0 };

	(void)!read_bill(side, arg, &a, &document, &e); /* the answer tells */
	uint8_t kind = (uint8_t)e.kind;

	side_answer(side, bytes_of(&kind, 1), false);
	side_answer(side, bytes_of(e.text, e.len), true);
	for (;;)
		write_answer(side, arg, &document);
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* One frame, as much as there is in the file. */
static int send_part(struct worker *w, int fd, const char *name, uint64_t *sent, bool *out_last,
                     err *e)
{
	uint8_t *room;
	ssize_t n;

	while (!(room = worker_reserve(w)))
		if (worker_wait(w, e) < 0)
			return -1;
	do
		n = read(fd, room, WORKER_IN_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, ERR_IO, errno, "read '%s'", SHOW(bytes_str(name)));
	*sent += (uint64_t)n;
	if (*sent > LIMIT_SBOM)
		return err_set(e, ERR_LIMIT, 0, "more than %u MiB", (unsigned)(LIMIT_SBOM / MIB));
	*out_last = n == 0;
	worker_send(w, (size_t)n, n == 0);
	return 0;
}

/* The worker may lie about the kind; it is one of these or a bug. */
static enum err_kind kind_said(uint8_t said)
{
	return said == ERR_FORMAT || said == ERR_LIMIT || said == ERR_IO || said == ERR_UNTRUSTED
	           ? (enum err_kind)said
	           : ERR_BUG;
}

/* take(w, out, e): one answer whole. */
static int take(struct worker *w, struct stream *out, err *e)
{
	bool last = false;
	bytes part;

	while (!last) {
		if (!worker_answer(w, &part, &last)) {
			if (worker_wait(w, e) < 0)
				return -1;
			continue;
		}
		if (worker_check(w, e) < 0)
			return -1;
		stream_put(out, part);
		worker_answer_done(w);
	}
	return 0;
}

static int send_bill(struct worker *w, int fd, const char *name, err *e)
{
	buf verdict = BUF_INIT(sizeof(e->text) + 1);
	struct stream out;
	err full = { 0 };
	uint64_t sent = 0;
	bool last = false;
	int result = 0;

	while (!last)
		if (send_part(w, fd, name, &sent, &last, e) < 0)
			return -1;
	stream_init(&out, stream_to_buf, &verdict);
	result = take(w, &out, e);
	(void)stream_finish(&out, &full); /* the worker lies when it says more: the front will do */
	bytes said = buf_bytes(&verdict);

	if (result == 0 && (said.n == 0 || said.p[0] != ERR_NONE))
		result = err_set(e, kind_said(said.n ? said.p[0] : ERR_BUG), 0, "%s",
		                 SHOW(bytes_skip(said, 1)));
	buf_done(&verdict);
	return result;
}

static int ask(struct worker *w, uint8_t what, struct stream *out, err *e)
{
	uint8_t *room;

	while (!(room = worker_reserve(w)))
		if (worker_wait(w, e) < 0)
			return -1;
	room[0] = what;
	worker_send(w, 1, true);
	return take(w, out, e);
}

int convert_fd(int fd, const char *name, const struct convert_options *o, err *e)
{
	struct served served = { file_temp_unlinked(o->tmp_dir, e), o };
	struct worker_options options = { .serve = serve, .arg = &served, .keep = { served.fd, -1 } };
	struct worker *w;
	bool landlock;

	if (served.fd < 0)
		return -1;
	options.deadline = deadline_in(o->timeout_ms ? o->timeout_ms : LIMIT_TIME_MS);
	/* OpenSSL loads what it hashes with on first use, which a sealed process cannot. */
	(void)digest_of(DIGEST_SHA256, (bytes){ NULL, 0 });
	int result = worker_start(&options, &w, &landlock, e);

	close(served.fd);
	if (result < 0)
		return -1;
	result = send_bill(w, fd, name, e);
	for (size_t i = 0; i < o->len && result == 0; i++)
		result = ask(w, o->asks[i], o->outs[i], e);
	worker_stop(w);
	return result;
}

int convert_file(const char *path, const struct convert_options *options, err *e)
{
	auto_fd fd = file_open_read(path, e);

	return fd < 0 ? -1 : convert_fd(fd, path, options, e);
}
