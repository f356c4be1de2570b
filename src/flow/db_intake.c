/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_intake.h"

#include "base/limits.h"
#include "fmt/bolt.h"
#include "fmt/sqlfile.h"
#include "sys/worker.h"

/* As much as shows what a file is: a tar header. */
#define HEAD 512

void intake_init(struct intake *i, int fd, const struct intake_events *events, void *ctx)
{
	*i = (struct intake){ .events = events, .ctx = ctx };
	spool_init(&i->spool, fd);
	i->file.body.max = LIMIT_FEED;
	i->member.body.max = LIMIT_FEED;
}

/* -- parts ------------------------------------------------------------------------------------- */

static void drop(struct intake *i, struct intake_part *p, const err *why)
{
	p->kind = PART_DROPPED;
	i->events->failed(i->ctx, p->name, why);
}

static void drop_because(struct intake *i, struct intake_part *p, enum err_kind kind,
                         const char *why)
{
	err e = { 0 };

	(void)!err_set(&e, kind, 0, "%s", why);
	drop(i, p, &e);
}

static void spool(struct intake *i, struct intake_part *p, bytes part)
{
	if (!spool_add(&i->spool, part))
		drop_because(i, p, ERR_LIMIT, "more than fits into the temporary file");
}

/* What an archive holds may be small ones: those are read in memory. */
static bool is_store(const struct intake *i, const struct intake_part *p)
{
	bytes head = buf_bytes(&p->body);

	return bolt_is(head) || sqlfile_is(head) ||
	       (p == &i->file && bytes_starts(head, BYTES("PK\3\4")));
}

static bool is_tar(bytes head)
{
	return bytes_starts(bytes_skip(head, 257), BYTES("ustar"));
}

static const struct tar_events tar_events;

static void tell(struct intake *i, struct intake_part *p)
{
	err e = { 0 };

	p->kind = PART_DOCUMENT;
	if (is_store(i, p)) {
		p->kind = PART_STORE;
		spool_reset(&i->spool);
		spool(i, p, buf_bytes(&p->body));
	} else if (p == &i->file && is_tar(buf_bytes(&p->body))) {
		p->kind = PART_TAR;
		i->tar = tar_new(&i->arena, &tar_events, i);
		if (tar_feed(i->tar, buf_bytes(&p->body), &e) < 0)
			drop(i, p, &e);
	}
}

static void part_begin(struct intake_part *p, bytes name)
{
	p->kind = PART_UNTOLD;
	p->name = name;
	buf_clear(&p->body);
}

static void part_add(struct intake *i, struct intake_part *p, bytes part)
{
	err e = { 0 };

	switch (p->kind) {
	case PART_UNTOLD:
	case PART_DOCUMENT:
		if (buf_append(&p->body, part, &e) < 0)
			drop_because(i, p, ERR_LIMIT, "a document of more than 224 MiB");
		else if (p->kind == PART_UNTOLD && p->body.n >= HEAD)
			tell(i, p);
		break;
	case PART_STORE: spool(i, p, part); break;
	case PART_TAR:
		if (tar_feed(i->tar, part, &e) < 0)
			drop(i, p, &e);
		break;
	case PART_DROPPED: break;
	}
}

/* A piece at a time: the spool keeps what it gives in an arena. */
#define PIECE ((size_t)MIB)

static bool read_spool(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	struct arena a = ARENA_INIT;
	bool good = true;
	bytes piece;

	for (size_t at = 0; at < n && good; at += piece.n) {
		size_t most = n - at < PIECE ? n - at : PIECE;

		arena_reset(&a);
		good = spool_read(ctx, offset + at, most, &a, &piece) && piece.n == most;
		if (good)
			memcpy(out + at, piece.p, piece.n);
	}
	arena_done(&a);
	return good;
}

static void part_end(struct intake *i, struct intake_part *p)
{
	err e = { 0 };

	if (p->kind == PART_UNTOLD)
		tell(i, p);
	/* What still gathers in the window counts as well. */
	const struct seek_file file = { i->spool.size + i->spool.window.n, read_spool, &i->spool };

	if (p->kind == PART_STORE)
		i->events->store(i->ctx, p->name, &file);
	else if (p->kind == PART_DOCUMENT)
		i->events->document(i->ctx, p->name, buf_bytes(&p->body));
	else if (p->kind == PART_TAR && tar_finish(i->tar, &e) < 0)
		drop(i, p, &e);
	buf_done(&p->body);
}

/* -- tar --------------------------------------------------------------------------------------- */

static int on_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	struct intake *i = ctx;

	(void)e;
	part_begin(&i->member,
	           arena_bytes(&i->arena, bytes_slice(entry->name, 0, LIMIT_ADVISORY_TEXT)));
	if (entry->type != TAR_FILE || entry->sparse)
		i->member.kind = PART_DROPPED; /* a folder, a link: nothing to read */
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	struct intake *i = ctx;

	(void)e; /* a member that cannot be read is told; the others are read on */
	part_add(i, &i->member, part);
	return 0;
}

static int on_end(void *ctx, err *e)
{
	struct intake *i = ctx;

	(void)e;
	part_end(i, &i->member);
	return 0;
}

static const struct tar_events tar_events = { on_entry, on_data, on_end };

/* -- files ------------------------------------------------------------------------------------- */

void intake_begin(struct intake *i, bytes name)
{
	part_begin(&i->file, name);
	i->begun = false;
}

/* expand(i, part, last): through the decoder. */
static void expand(struct intake *i, bytes part, bool last)
{
	uint8_t out[WORKER_OUT_SIZE / 2];
	size_t n = 0;
	err e = { 0 };
	int more = 1;

	while (more > 0 && i->file.kind != PART_DROPPED) {
		more = decoder_step(i->decoder, &part, last, out, sizeof(out), &n, &e);
		if (more < 0)
			drop(i, &i->file, &e);
		else
			part_add(i, &i->file, bytes_of(out, n));
		if (part.n == 0 && n == 0)
			break;
	}
}

void intake_add(struct intake *i, bytes part, bool last)
{
	enum codec codec = i->begun ? CODEC_NONE : codec_detect_file(part);

	i->begun = true;
	if (codec != CODEC_NONE)
		i->decoder = decoder_new(codec, CODEC_FAST);
	if (i->decoder)
		expand(i, part, last);
	else
		part_add(i, &i->file, part);
	if (!last)
		return;
	part_end(i, &i->file);
	decoder_free(i->decoder);
	i->decoder = NULL;
	if (i->tar)
		tar_done(i->tar);
	i->tar = NULL;
	arena_reset(&i->arena);
}
