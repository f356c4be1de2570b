/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/convert.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sbom/schema.h"
#include "sys/file.h"
#include "sys/worker.h"

#include <errno.h>
#include <unistd.h>

/* The worker reads the bill from a descriptor that was opened before it was sealed. Its first
 * answer is how that went (base/pack.h) and the number of packages without a name. Each request is
 * one octet that says what is asked for. */

/* What the worker is given before the fork. */
struct served {
	int fd; /* for the packages */
	int bill;
	off_t from; /* where the bill begins */
	const struct convert_options *options;
};

/* -- in the worker ----------------------------------------------------------------------------- */

struct incoming {
	int fd;
	off_t at;
	uint8_t part[64 * KIB];
};

static int more(void *ctx, bytes *out, err *e)
{
	struct incoming *in = ctx;
	ssize_t n;

	do
		n = pread(in->fd, in->part, sizeof(in->part), in->at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, ERR_IO, errno, "read");
	in->at += n;
	*out = bytes_of(in->part, (size_t)n);
	return 0;
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

/* judge(in, from, a, document, e): what is no JSON has no schema. */
static int judge(struct incoming *in, off_t from, struct arena *a, struct sbom_document *document,
                 err *e)
{
	const struct sbom_source source = { more, in };

	in->at = from;
	if (document->is_tag_value ||
	    schema_check(&source, document->version, document->is_statement, e) == 0)
		return 0;
	if (e->kind != ERR_FORMAT)
		return -1;
	document->fault = bytes_str(arena_str(a, bytes_of((const uint8_t *)e->text, e->len)));
	err_clear(e); /* it is an answer */
	return 0;
}

static int read_bill(const struct served *served, struct arena *a, struct sbom_document *out,
                     err *e)
{
	struct incoming *in = arena_new(a, struct incoming);
	const struct sbom_source source = { more, in };

	in->fd = served->bill;
	in->at = served->from;
	if (sbom_read(&source, served->fd, a, out, e) < 0)
		return -1;
	if (check_subject(out, &served->options->subject, e) == 0 &&
	    (!served->options->judge || judge(in, served->from, a, out, e) == 0))
		return 0;
	sbom_document_done(out);
	return -1;
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
	buf verdict = BUF_INIT(KIB);
	err e = { 0 };

	(void)!read_bill(arg, &a, &document, &e); /* the answer tells */
	pack_err(&verdict, &e);
	pack_u64(&verdict, document.nameless);
	side_answer(side, buf_bytes(&verdict), true);
	for (;;)
		write_answer(side, arg, &document);
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* take(w, out, e): one answer whole. */
static int take(struct worker *w, struct stream *out, err *e)
{
	bool last = false;
	bytes part;

	while (!last) {
		if (worker_hear(w, &part, &last, e) < 0)
			return -1;
		stream_put(out, part);
		worker_answer_done(w);
	}
	return 0;
}

static int take_verdict(struct worker *w, uint64_t *out_nameless, err *e)
{
	buf verdict = BUF_INIT(KIB);
	int result = worker_take_answer(w, &verdict, e);
	bytes said = buf_bytes(&verdict);
	err told = { 0 };

	if (result == 0 &&
	    (!pack_take_err(&said, &told) || !pack_take_u64(&said, UINT64_MAX, out_nameless)))
		result = err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	if (result == 0 && err_is_set(&told)) {
		*e = told;
		result = -1;
	}
	buf_done(&verdict);
	return result;
}

static int ask(struct worker *w, uint8_t what, struct stream *out, err *e)
{
	return worker_send_all(w, bytes_of(&what, 1), true, e) < 0 ? -1 : take(w, out, e);
}

/* RFC 8259 section 8.1: a parser may ignore a byte order mark. What cannot be read is none; reading
 * the bill then says why. */
static off_t mark_at(int fd, off_t from)
{
	uint8_t head[3];

	return pread(fd, head, 3, from) == 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int convert_fd(int fd, const char *name, const struct convert_options *o, err *e)
{
	struct served served = { file_temp_unlinked(o->tmp_dir, e), fd, lseek(fd, 0, SEEK_CUR), o };
	struct worker_options options = { .serve = serve, .arg = &served, .keep = { served.fd, fd } };
	struct worker *w;
	uint64_t nameless;
	bool landlock;

	if (served.fd < 0)
		return -1;
	if (served.from < 0) {
		close(served.fd);
		return err_set(e, ERR_IO, errno, "read '%s'", SHOW(bytes_str(name)));
	}
	served.from += mark_at(fd, served.from);
	options.deadline = deadline_in(o->timeout_ms ? o->timeout_ms : LIMIT_TIME_MS);
	/* OpenSSL loads what it hashes with on first use, which a sealed process cannot. */
	(void)digest_of(DIGEST_SHA256, (bytes){ NULL, 0 });
	int result = worker_start(&options, &w, &landlock, e);

	close(served.fd);
	if (result < 0)
		return -1;
	result = take_verdict(w, o->nameless ? o->nameless : &nameless, e);
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
