/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "vuln/feed.h"
#include "vuln/record.h"

/* One octet that says which record follows in the same frame. */
enum tag {
	TAG_DOCUMENT = 1,
	TAG_FAILED,
	TAG_ADVISORY,
	TAG_VULNERABILITY,
	TAG_END_OF_LIFE,
	TAG_DATE,
	TAG_FAULT
};

/* -- writing ----------------------------------------------------------------------------------- */

static void begin(struct feed_wire *w, enum tag tag)
{
	buf_clear(&w->record);
	buf_putc(&w->record, (uint8_t)tag);
}

static int send(struct feed_wire *w)
{
	buf_clear(&w->length);
	pack_u64(&w->length, w->record.n);
	stream_put(w->out, buf_bytes(&w->length));
	stream_put(w->out, buf_bytes(&w->record));
	return 0;
}

static int send_fault(void *ctx, bytes where, const char *what, err *e)
{
	struct feed_wire *w = ctx;

	(void)e;
	begin(w, TAG_FAULT);
	pack_bytes(&w->record, bytes_slice(where, 0, LIMIT_ADVISORY_TEXT));
	pack_str(&w->record, what);
	return send(w);
}

/* A record with more than the reader takes would end the whole build. */
static int send_if(struct feed_wire *w, bool readable, bytes id, err *e)
{
	arena_reset(&w->scratch);
	return readable && w->record.n <= LIMIT_FEED_RECORD
	           ? send(w)
	           : send_fault(w, id, "a text or a list is longer than the database keeps", e);
}

static int send_advisory(void *ctx, const struct advisory *a, err *e)
{
	struct feed_wire *w = ctx;
	struct advisory read;

	begin(w, TAG_ADVISORY);
	pack_bytes(&w->record, a->space);
	pack_bytes(&w->record, a->package);
	size_t head = w->record.n;

	advisory_pack(a, &w->record);
	bytes packed = bytes_skip(buf_bytes(&w->record), head);

	return send_if(w, head < LIMIT_ADVISORY_TEXT && advisory_unpack(&packed, &w->scratch, &read),
	               a->id, e);
}

static int send_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	struct feed_wire *w = ctx;
	struct vulnerability read;

	begin(w, TAG_VULNERABILITY);
	vulnerability_pack(v, &w->record);
	bytes packed = bytes_skip(buf_bytes(&w->record), 1);

	return send_if(w, vulnerability_unpack(&packed, &w->scratch, &read), v->id, e);
}

static int send_end_of_life(void *ctx, const struct end_of_life *x, err *e)
{
	struct feed_wire *w = ctx;
	struct end_of_life read;

	begin(w, TAG_END_OF_LIFE);
	end_of_life_pack(x, &w->record);
	bytes packed = bytes_skip(buf_bytes(&w->record), 1);

	return send_if(w, end_of_life_unpack(&packed, &read), x->product, e);
}

static int send_date(void *ctx, bytes date, err *e)
{
	struct feed_wire *w = ctx;

	(void)e;
	begin(w, TAG_DATE);
	pack_bytes(&w->record, bytes_slice(date, 0, LIMIT_ADVISORY_TEXT));
	return send(w);
}

void feed_wire_init(struct feed_wire *w, struct stream *out)
{
	*w = (struct feed_wire){ .out = out, .length = BUF_INIT(16), .record = BUF_INIT(SIZE_MAX) };
}

struct feed_sink feed_wire_sink(struct feed_wire *w)
{
	return (struct feed_sink){ send_advisory, send_vulnerability, send_end_of_life,
		                       send_date,     send_fault,         w };
}

void feed_wire_document(struct feed_wire *w, enum feed_kind kind, bytes name)
{
	begin(w, TAG_DOCUMENT);
	pack_u64(&w->record, kind);
	pack_bytes(&w->record, bytes_slice(name, 0, LIMIT_ADVISORY_TEXT));
	(void)send(w); /* always 0 */
}

void feed_wire_failed(struct feed_wire *w, bytes name, const err *why)
{
	begin(w, TAG_FAILED);
	pack_bytes(&w->record, bytes_slice(name, 0, LIMIT_ADVISORY_TEXT));
	pack_err(&w->record, why);
	(void)send(w); /* always 0 */
}

/* -- reading ----------------------------------------------------------------------------------- */

struct taking {
	const struct feed_sink *sink;
	const struct feed_news *news;
	struct arena *arena;
	err *e;
};

static int lie(const struct taking *t)
{
	return err_set(t->e, ERR_BUG, 0, "the worker sent a record that cannot be read");
}

static bool take_text(bytes *in, bytes *out)
{
	return pack_take_bytes(in, LIMIT_ADVISORY_TEXT, out);
}

static int take_document(const struct taking *t, bytes in)
{
	uint32_t kind;
	bytes name;

	if (!pack_take_u32(&in, FEED_GRYPE_DB, &kind) || !take_text(&in, &name))
		return lie(t);
	return t->news->document(t->sink->ctx, (enum feed_kind)kind, name, t->e);
}

static int take_failed(const struct taking *t, bytes in)
{
	bytes name;
	err why = { 0 };

	if (!take_text(&in, &name) || !pack_take_err(&in, &why) || !err_is_set(&why))
		return lie(t);
	return t->news->failed(t->sink->ctx, name, &why, t->e);
}

static int take_advisory(const struct taking *t, bytes in)
{
	struct advisory a = { 0 };
	bytes space, package;

	if (!take_text(&in, &space) || !take_text(&in, &package) || !advisory_unpack(&in, t->arena, &a))
		return lie(t);
	a.space = space;
	a.package = package;
	return t->sink->advisory(t->sink->ctx, &a, t->e);
}

static int take_record(const struct taking *t, bytes in)
{
	struct vulnerability v;
	struct end_of_life x;
	bytes where, what;
	uint8_t tag = 0;

	if (!bytes_take_u8(&in, &tag))
		return lie(t);
	switch (tag) {
	case TAG_DOCUMENT: return take_document(t, in);
	case TAG_FAILED: return take_failed(t, in);
	case TAG_ADVISORY: return take_advisory(t, in);
	case TAG_VULNERABILITY:
		return vulnerability_unpack(&in, t->arena, &v)
		           ? t->sink->vulnerability(t->sink->ctx, &v, t->e)
		           : lie(t);
	case TAG_END_OF_LIFE:
		return end_of_life_unpack(&in, &x) ? t->sink->end_of_life(t->sink->ctx, &x, t->e) : lie(t);
	case TAG_DATE:
		return take_text(&in, &where) ? t->sink->date(t->sink->ctx, where, t->e) : lie(t);
	case TAG_FAULT:
		if (!take_text(&in, &where) || !take_text(&in, &what))
			return lie(t);
		return t->sink->fault(t->sink->ctx, where, text_shown(t->arena, what), t->e);
	default: return lie(t);
	}
}

int feed_wire_take(bytes *in, const struct feed_sink *sink, const struct feed_news *news,
                   struct arena *a, err *e)
{
	const struct taking t = { sink, news, a, e };
	bytes rest = *in, record;
	uint64_t n;

	while (pack_take_u64(&rest, UINT64_MAX, &n)) {
		if (n > LIMIT_FEED_RECORD)
			return lie(&t);
		if (!bytes_take(&rest, (size_t)n, &record))
			break; /* the rest of it is still to come */
		arena_reset(a);
		if (take_record(&t, record) < 0)
			return -1;
		*in = rest;
	}
	return 0;
}
