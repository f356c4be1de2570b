/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_wire.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "codec/codec.h"
#include "codec/deflate.h"
#include "fmt/zip.h"
#include "vuln/feed.h"

/* A file, what it is compressed in, an archive's members. */
#define LEVELS_MOST 3

struct server {
	struct worker_side *side;
	buf request;
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

	feed_wire_document(&s->wire, kind, name);
	arena_reset(&s->arena);
	if (kind != FEED_UNKNOWN && feed_read(kind, content, name, &s->sink, &s->arena, &e) < 0)
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

/* unpack(z, m, archive, room, out, e): a member's content, in room or where it lies. */
static int unpack(const struct zip *z, const struct zip_member *m, bytes archive, buf *room,
                  bytes *out, err *e)
{
	uint64_t at;
	size_t n = 0;

	if (m->encrypted || (m->method != ZIP_STORED && m->method != ZIP_DEFLATED))
		return err_set(e, ERR_FORMAT, 0, "zip: a member that is encrypted or of another method");
	if (m->size > LIMIT_FEED)
		return err_set(e, ERR_LIMIT, 0, "zip: a member of more than %u MiB",
		               (unsigned)(LIMIT_FEED / MIB));
	if (zip_content(z, m, NULL, &at, e) < 0)
		return -1;
	bytes packed = bytes_slice(archive, (size_t)at, (size_t)m->packed);

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

static void read_archive(struct server *s, bytes name, bytes archive, unsigned levels)
{
	const struct zip_source source = { archive.n, read_memory, &archive };
	struct arena a = ARENA_INIT;
	buf room = BUF_INIT(LIMIT_FEED + 1);
	struct zip zip;
	struct zip_member m;
	bytes content;
	err e = { 0 };
	int r = zip_open(&source, &a, &zip, &e);

	while (r >= 0 && (r = zip_next(&zip, &m, &e)) > 0) {
		if (bytes_ends(m.name, BYTES("/")))
			continue; /* a folder */
		if (unpack(&zip, &m, archive, &room, &content, &e) == 0) {
			read_file(s, m.name, content, levels - 1);
		} else {
			failed(s, m.name, &e);
			err_clear(&e);
		}
	}
	if (r < 0)
		failed(s, name, &e);
	buf_done(&room);
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
	enum codec codec = codec_detect(content);
	buf out = BUF_INIT(LIMIT_FEED);
	err e = { 0 };

	if (bytes_starts(content, BYTES("PK\3\4")) && levels > 0) {
		read_archive(s, name, content, levels);
	} else if (codec != CODEC_NONE && levels > 0) {
		if (expand(codec, content, &out, &e) < 0)
			failed(s, name, &e);
		else
			read_file(s, name, buf_bytes(&out), levels - 1);
	} else if (bytes_starts(content, BYTES("\3757zXZ"))) {
		(void)!err_set(&e, ERR_FORMAT, 0, "xz is not read here: expand it first (xz -d)");
		failed(s, name, &e);
	} else {
		read_document(s, name, content);
	}
	buf_done(&out);
}

/* -- the parent's requests --------------------------------------------------------------------- */

/* The whole request. The parent has looked at the file's size; one that grew meanwhile is cut. */
static void take_request(struct server *s)
{
	bool last = false;
	bytes part;

	buf_clear(&s->request);
	while (!last) {
		side_take(s->side, &part, &last);
		buf_put(&s->request, bytes_slice(part, 0, s->request.max - s->request.n));
		side_taken(s->side);
	}
}

static int to_side(void *ctx, bytes part, err *e)
{
	(void)e;
	side_answer(ctx, part, false);
	return 0;
}

_Noreturn int db_serve(struct worker_side *side, void *arg)
{
	struct server s = { .side = side, .request = BUF_INIT(LIMIT_FEED + LIMIT_ADVISORY_TEXT) };
	uint32_t asked;
	bytes name;
	err none = { 0 };

	(void)arg;
	feed_wire_init(&s.wire, &s.out);
	s.sink = feed_wire_sink(&s.wire);
	for (;;) {
		take_request(&s);
		bytes rest = buf_bytes(&s.request);

		stream_init(&s.out, to_side, side);
		if (pack_take_u32(&rest, FEED_GRYPE_DB, &asked) &&
		    pack_take_bytes(&rest, LIMIT_ADVISORY_TEXT, &name)) {
			s.asked = asked;
			read_file(&s, name, rest, LEVELS_MOST);
		}
		(void)stream_finish(&s.out, &none); /* to_side does not fail */
		side_answer(side, (bytes){ NULL, 0 }, true);
	}
}
