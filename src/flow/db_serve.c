/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_wire.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "codec/deflate.h"
#include "flow/db_intake.h"
#include "fmt/zip.h"
#include "vuln/feed.h"

/* What a document is compressed in, an archive's members, what those are compressed in. */
#define LEVELS_MOST 3

struct server {
	struct worker_side *side;
	struct intake intake;
	struct arena arena; /* of one document */
	struct stream out;
	struct feed_wire wire;
	struct feed_sink sink;
	enum feed_kind asked;
};

static void failed(struct server *s, bytes name, const err *why)
{
	feed_wire_failed(&s->wire, name, why);
}

static void read_file(struct server *s, bytes name, bytes content, unsigned levels);

/* -- documents --------------------------------------------------------------------------------- */

static void read_document(struct server *s, bytes name, bytes content)
{
	enum feed_kind kind = s->asked ? s->asked : feed_recognise(content);
	err e = { 0 };

	if (kind == FEED_UNKNOWN && feed_check_json(content, &e) < 0) {
		failed(s, name, &e);
		return;
	}
	feed_wire_document(&s->wire, kind, name);
	arena_reset(&s->arena);
	if (kind != FEED_UNKNOWN && feed_read(kind, content, name, &s->sink, &s->arena, &e) < 0)
		failed(s, name, &e);
}

/* A database of another tool. */
static void read_database(struct server *s, bytes name, const struct seek_file *file)
{
	err e = { 0 };
	enum feed_kind kind = feed_recognise_store(file);

	if (s->asked && kind != s->asked) {
		(void)!err_set(&e, ERR_FORMAT, 0, "no database of the kind that was named");
		failed(s, name, &e);
		return;
	}
	feed_wire_document(&s->wire, kind, name);
	if (kind != FEED_UNKNOWN && feed_read_store(kind, file, &s->sink, &e) < 0)
		failed(s, name, &e);
}

/* -- ZIP archives ------------------------------------------------------------------------------ */

static bool read_memory(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	const bytes *archive = ctx;

	(void)a;
	if (offset > archive->n)
		return false;
	*out = bytes_slice(*archive, (size_t)offset, n);
	return out->n == n;
}

static bool read_seek(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	const struct seek_file *file = ctx;
	uint8_t *octets = arena_alloc(a, n);

	*out = bytes_of(octets, n);
	return file->read(file->ctx, offset, n, octets);
}

/* unpack(z, m, a, room, out, e): a member's content, in room or in a. */
static int unpack(const struct zip *z, const struct zip_member *m, struct arena *a, buf *room,
                  bytes *out, err *e)
{
	uint64_t at;
	size_t n = 0;
	bytes packed;

	if (m->encrypted || (m->method != ZIP_STORED && m->method != ZIP_DEFLATED))
		return err_set(e, ERR_FORMAT, 0, "zip: a member that is encrypted or of another method");
	if (m->size > LIMIT_FEED || m->packed > LIMIT_FEED)
		return err_set(e, ERR_LIMIT, 0, "zip: a member of more than %u MiB",
		               (unsigned)(LIMIT_FEED / MIB));
	if (zip_content(z, m, a, &at, e) < 0)
		return -1;
	if (!z->source.read(z->source.ctx, at, (size_t)m->packed, a, &packed))
		return err_set(e, ERR_FORMAT, 0, "zip: a member that cannot be read");
	*out = packed;
	if (m->method == ZIP_STORED)
		return 0;
	buf_clear(room);
	if (deflate_inflate(packed, buf_room(room, (size_t)m->size + 1), (size_t)m->size + 1, &n, e) <
	    0)
		return -1;
	*out = bytes_of(room->p, n);
	return 0;
}

static void read_archive(struct server *s, bytes name, const struct zip_source *source,
                         unsigned levels)
{
	struct arena a = ARENA_INIT, member = ARENA_INIT;
	buf room = BUF_INIT(LIMIT_FEED + 1);
	struct zip zip;
	struct zip_member m;
	bytes content;
	err e = { 0 };
	int r = zip_open(source, &a, &zip, &e);

	while (r >= 0 && (r = zip_next(&zip, &m, &e)) > 0) {
		if (bytes_ends(m.name, BYTES("/")))
			continue; /* a folder */
		arena_reset(&member);
		if (unpack(&zip, &m, &member, &room, &content, &e) == 0) {
			read_file(s, m.name, content, levels - 1);
		} else {
			failed(s, m.name, &e);
			err_clear(&e);
		}
	}
	if (r < 0)
		failed(s, name, &e);
	buf_done(&room);
	arena_done(&member);
	arena_done(&a);
}

/* -- files ------------------------------------------------------------------------------------- */

static int expand(enum codec codec, bytes packed, buf *out, err *e)
{
	struct decoder *d = decoder_new(codec, CODEC_FAST);
	uint8_t part[16384];
	size_t n = 0;
	int more;

	do {
		more = decoder_step(d, &packed, true, part, sizeof(part), &n, e);
		if (more >= 0 && buf_append(out, bytes_of(part, n), e) < 0)
			more = -1;
	} while (more > 0);
	decoder_free(d);
	return more;
}

static void read_file(struct server *s, bytes name, bytes content, unsigned levels)
{
	const struct zip_source source = { content.n, read_memory, &content };
	enum codec codec = codec_detect_file(content);
	buf out = BUF_INIT(LIMIT_FEED);
	err e = { 0 };

	if (bytes_starts(content, BYTES("PK\3\4")) && levels > 0) {
		read_archive(s, name, &source, levels);
	} else if (codec != CODEC_NONE && levels > 0) {
		if (expand(codec, content, &out, &e) < 0)
			failed(s, name, &e);
		else
			read_file(s, name, buf_bytes(&out), levels - 1);
	} else {
		read_document(s, name, content);
	}
	buf_done(&out);
}

static void on_document(void *ctx, bytes name, bytes content)
{
	read_file(ctx, name, content, LEVELS_MOST - 1);
}

static void on_store(void *ctx, bytes name, const struct seek_file *file)
{
	struct server *s = ctx;
	const struct zip_source source = { file->size, read_seek, (void *)(uintptr_t)file };
	uint8_t head[4] = { 0 };

	if (file->read(file->ctx, 0, sizeof(head), head) &&
	    bytes_starts(bytes_of(head, sizeof(head)), BYTES("PK\3\4")))
		read_archive(s, name, &source, LEVELS_MOST - 1);
	else
		read_database(s, name, file);
}

static void on_failed(void *ctx, bytes name, const err *why)
{
	failed(ctx, name, why);
}

/* -- the parent's requests --------------------------------------------------------------------- */

static int to_side(void *ctx, bytes part, err *e)
{
	(void)e;
	side_answer(ctx, part, false);
	return 0;
}

/* The first frame: what the user said it is, and its name. */
static bool take_head(struct server *s, struct arena *a, bytes *name)
{
	uint32_t asked = FEED_UNKNOWN;
	bool last = false;
	bytes head;

	side_take(s->side, &head, &last);
	bool good = !last && pack_take_u32(&head, FEED_GRYPE_DB, &asked) &&
	            pack_take_bytes(&head, LIMIT_ADVISORY_TEXT, name);

	s->asked = asked;
	*name = arena_bytes(a, good ? *name : BYTES(""));
	side_taken(s->side);
	return !last;
}

_Noreturn int db_serve(struct worker_side *side, void *arg)
{
	static const struct intake_events events = { on_document, on_store, on_failed };
	struct server s = { .side = side };
	struct arena a = ARENA_INIT;
	err none = { 0 };

	intake_init(&s.intake, *(const int *)arg, &events, &s);
	feed_wire_init(&s.wire, &s.out);
	s.sink = feed_wire_sink(&s.wire);
	for (;;) {
		bytes name, part;

		arena_reset(&a);
		bool last = !take_head(&s, &a, &name);

		stream_init(&s.out, to_side, side);
		intake_begin(&s.intake, name);
		while (!last) {
			side_take(side, &part, &last);
			intake_add(&s.intake, part, last);
			side_taken(side);
		}
		(void)stream_finish(&s.out, &none); /* to_side does not fail */
		side_answer(side, (bytes){ NULL, 0 }, true);
	}
}
