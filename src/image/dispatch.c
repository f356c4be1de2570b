/* SPDX-License-Identifier: Apache-2.0 */
#include "image/dispatch.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "image/entries.h"
#include "image/spool.h"

#include <assert.h>
#include <stdio.h>

/* Records are handed on in portions of this size: a frame's worth. */
#define FLUSH_AT (60 * KIB)

/* What is kept of the current body. */
enum keep { KEEP_NOTHING, KEEP_BODY, KEEP_SPOOL, KEEP_TOO_LARGE };

/* The entry in hand. */
struct passing {
	struct entry entry;
	struct want wants[INSPECTORS_MOST];
	enum keep keep;
	uint64_t body_from, seen; /* seen: octets of the body that have passed */
	size_t head_n;
	bool ignored; /* a second read looks at other entries */
	bool decided; /* the head has been seen, what to keep is known */
	bool escapes;
	const char *trouble; /* why the kept body is not whole */
};

struct dispatch {
	struct dispatch_options options;
	uint32_t entries; /* of the layer so far */
	size_t next;      /* alias */
	struct evidence_writer writer;
	struct spool spool;
	buf out;
	buf body;             /* KEEP_BODY: the octets from body_from on */
	struct arena scratch; /* per entry */
	uint8_t path[LIMIT_PATH], link[LIMIT_PATH];
	uint8_t head[INSPECT_HEAD];
	bool tapped;                 /* some inspector has a tap, and this is a first read */
	void *taps[INSPECTORS_MOST]; /* their states, from the first octet on */
	struct passing now;
};

struct emitter {
	struct dispatch *dispatch;
	uint16_t inspector;
};

/* -- answers ----------------------------------------------------------------------------------- */

static void flush(struct dispatch *d, size_t at_least)
{
	if (d->out.n < at_least || d->out.n == 0)
		return;
	d->options.flush(d->options.ctx, buf_bytes(&d->out));
	buf_clear(&d->out);
}

__attribute__((format(printf, 3, 0))) static void put_gap(struct dispatch *d, uint16_t inspector,
                                                          const char *fmt, va_list ap)
{
	char text[400];

	vsnprintf(text, sizeof(text), fmt, ap);
	evidence_write_gap(&d->writer, inspector, bytes_str(text), &d->out);
	flush(d, FLUSH_AT);
}

__attribute__((format(printf, 3, 4))) static void state_gap(struct dispatch *d, uint16_t inspector,
                                                            const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_gap(d, inspector, fmt, ap);
	va_end(ap);
}

void inspection_item(struct inspection *in, bytes payload)
{
	struct dispatch *d = in->emitter->dispatch;

	if (payload.n > LIMIT_RECORD - 64) {
		inspection_gap(in, "more than %u MiB of facts in one file", (unsigned)(LIMIT_RECORD / MIB));
		return;
	}
	evidence_write_item(&d->writer, in->emitter->inspector, payload, &d->out);
	flush(d, FLUSH_AT);
}

void inspection_gap(struct inspection *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_gap(in->emitter->dispatch, in->emitter->inspector, fmt, ap);
	va_end(ap);
}

bool inspection_read(struct inspection *in, uint64_t offset, size_t n, bytes *out)
{
	return spool_read(&in->emitter->dispatch->spool, offset, n, in->scratch, out);
}

bool inspection_search(struct inspection *in, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	return spool_search(&in->emitter->dispatch->spool, from, to, what, out);
}

/* -- wants ------------------------------------------------------------------------------------- */

/* The strongest of all wants decides what is kept; each inspector then gets its own part of it. */
static void choose_keep(struct dispatch *d)
{
	uint64_t from = UINT64_MAX;
	bool spool = false;

	for (size_t i = 0; d->options.inspectors[i]; i++) {
		struct want w = d->now.wants[i];

		if (w.what == WANT_ALL)
			from = 0;
		else if (w.what == WANT_TAIL && w.n < from)
			from = w.n;
		spool |= w.what == WANT_SPOOL;
	}
	if (spool) {
		d->now.keep = d->now.entry.size > LIMIT_SPOOL ? KEEP_TOO_LARGE : KEEP_SPOOL;
	} else if (from < UINT64_MAX) {
		d->now.body_from = from < d->now.entry.size ? from : d->now.entry.size;
		d->now.keep = d->now.entry.size - d->now.body_from > LIMIT_KEEP ? KEEP_TOO_LARGE
		                                                                : KEEP_BODY;
	}
}

static void ask_by_name(struct dispatch *d)
{
	for (size_t i = 0; d->options.inspectors[i]; i++)
		d->now.wants[i] = d->options.inspectors[i]->want(&d->now.entry);
}

/* The head is there: learn the kind, let inspectors that asked for a head ask for more. */
static void decide(struct dispatch *d)
{
	bytes head = bytes_of(d->head, d->now.head_n);

	d->now.decided = true;
	d->now.entry.kind = kind_of(head, d->now.entry.size);
	for (size_t i = 0; d->options.inspectors[i]; i++) {
		const struct inspector *inspector = d->options.inspectors[i];

		if (d->now.wants[i].what == WANT_HEAD && inspector->escalate)
			d->now.wants[i] = inspector->escalate(&d->now.entry, head);
	}
	choose_keep(d);
	buf_clear(&d->body);
	if (d->now.keep == KEEP_SPOOL)
		spool_reset(&d->spool);
}

static void keep_part(struct dispatch *d, bytes part, uint64_t at)
{
	if (d->now.keep == KEEP_BODY) {
		if (at < d->now.body_from)
			part = bytes_skip(part,
			                  d->now.body_from - at < part.n ? d->now.body_from - at : part.n);
		buf_put(&d->body, part);
	} else if (d->now.keep == KEEP_SPOOL && !spool_add(&d->spool, part)) {
		d->now.keep = KEEP_NOTHING;
		d->now.trouble = "could not be written to the spool file";
	}
}

/* -- taps -------------------------------------------------------------------------------------- */

static int feed_taps(struct dispatch *d, bytes part, err *e)
{
	for (size_t i = 0; d->options.inspectors[i]; i++) {
		const struct tap *tap = d->options.inspectors[i]->tap;

		if (!tap)
			continue;
		if (!d->taps[i] && !(d->taps[i] = tap->open(e)))
			return -1;
		tap->data(d->taps[i], part);
	}
	return 0;
}

static int end_taps(struct dispatch *d, err *e)
{
	for (size_t i = 0; d->options.inspectors[i]; i++) {
		const struct inspector *inspector = d->options.inspectors[i];
		struct emitter emitter = { d, inspector->id };
		struct inspection in = { .entry = &d->now.entry,
			                     .scratch = &d->scratch,
			                     .emitter = &emitter };

		if (d->taps[i] && inspector->tap->end(d->taps[i], &in, e) < 0)
			return -1;
	}
	return 0;
}

static void close_taps(struct dispatch *d)
{
	for (size_t i = 0; d->options.inspectors[i]; i++)
		if (d->taps[i])
			d->options.inspectors[i]->tap->close(d->taps[i]);
}

/* -- tar events -------------------------------------------------------------------------------- */

static bool take_names(struct dispatch *d, const struct tar_entry *t)
{
	bool link_escapes = false;

	if (t->name.n > LIMIT_PATH || t->link.n > LIMIT_PATH)
		return false;
	d->now.entry.path = path_clean(t->name, d->path, sizeof(d->path), &d->now.escapes);
	if (t->type == TAR_HARDLINK)
		d->now.entry.link = path_clean(t->link, d->link, sizeof(d->link), &link_escapes);
	else if (t->type == TAR_SYMLINK)
		d->now.entry.link = bytes_of(memcpy(d->link, t->link.p, t->link.n), t->link.n);
	d->now.escapes |= link_escapes;
	return true;
}

/* On a second read only the entries an alias names count, under that name. */
static void take_alias(struct dispatch *d)
{
	const struct aliases *list = d->options.aliases;
	bool named = d->next < list->len && list->items[d->next].entry == d->entries;

	d->now.ignored = !named || d->now.entry.type != ENTRY_FILE;
	if (named)
		d->now.entry.path = list->items[d->next++].as;
}

static int on_entry(void *ctx, const struct tar_entry *t, err *e)
{
	struct dispatch *d = ctx;

	d->now = (struct passing){ 0 };
	d->now.entry = (struct entry){ .type = entries_type_of(t->type),
		                           .sparse = t->sparse,
		                           .mode = t->mode,
		                           .mtime = t->mtime,
		                           .uid = entries_id_of(t->uid),
		                           .gid = entries_id_of(t->gid),
		                           .capability = arena_bytes(&d->scratch, t->capability) };
	if (d->now.entry.type == ENTRY_FILE)
		d->now.entry.size = t->size;
	if (t->size > INT64_MAX)
		return err_set(e, ERR_LIMIT, 0, "a file of more than 2^63 bytes");
	if (!take_names(d, t))
		return err_set(e, ERR_LIMIT, 0, "a name of more than %d bytes", LIMIT_PATH);
	if (d->options.aliases)
		take_alias(d);
	d->entries++;
	if (!d->now.ignored && d->now.entry.type == ENTRY_FILE)
		ask_by_name(d);
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	struct dispatch *d = ctx;

	if (d->now.ignored || d->now.entry.type != ENTRY_FILE)
		return 0;
	if (d->tapped && feed_taps(d, part, e) < 0)
		return -1;
	if (d->now.decided && d->now.keep == KEEP_NOTHING)
		return 0;
	if (!d->now.decided) {
		bytes head = bytes_slice(part, 0, INSPECT_HEAD - d->now.head_n);

		memcpy(d->head + d->now.head_n, head.p, head.n);
		d->now.head_n += head.n;
		d->now.seen += head.n;
		part = bytes_skip(part, head.n);
		if (d->now.head_n < INSPECT_HEAD)
			return 0;
		decide(d);
		keep_part(d, bytes_of(d->head, d->now.head_n), 0);
	}
	keep_part(d, part, d->now.seen);
	d->now.seen += part.n;
	return 0;
}

/* body_for(d, want, out): the part of the body this want names, from wherever it was kept. Returns
 * NULL, or why it cannot be had. */
static const char *body_for(struct dispatch *d, struct want want, struct inspection *out)
{
	uint64_t from = want.what == WANT_TAIL ? want.n : 0;

	if (d->now.entry.sparse)
		return "a sparse file in the archive is not looked into";
	if (want.what == WANT_HEAD) {
		out->body = bytes_of(d->head, d->now.head_n);
		return NULL;
	}
	if (d->now.keep == KEEP_TOO_LARGE)
		return "too large to look into";
	if (d->now.trouble || want.what == WANT_SPOOL)
		return d->now.trouble;
	out->body_from = from < d->now.entry.size ? from : d->now.entry.size;
	if (d->now.keep == KEEP_BODY)
		out->body = bytes_skip(buf_bytes(&d->body), out->body_from - d->now.body_from);
	else if (!spool_read(&d->spool, out->body_from, d->now.entry.size - out->body_from, &d->scratch,
	                     &out->body))
		return "too large to look into";
	return NULL;
}

static int run_inspector(struct dispatch *d, const struct inspector *inspector, struct want want,
                         err *e)
{
	struct emitter emitter = { d, inspector->id };
	struct inspection in = { .entry = &d->now.entry, .scratch = &d->scratch, .emitter = &emitter };
	const char *trouble = body_for(d, want, &in);

	int status = 0;

	if (trouble)
		state_gap(d, inspector->id, "%s (%s)", trouble, SIZE_TEXT(d->now.entry.size));
	else
		status = inspector->inspect(&in, e);
	if (status == 0 && err_is_set(&d->spool.fault)) {
		*e = d->spool.fault;
		return -1;
	}
	return status;
}

static int on_end(void *ctx, err *e)
{
	struct dispatch *d = ctx;
	int status = 0;

	if (!d->now.ignored) {
		if (d->now.entry.type == ENTRY_FILE && !d->now.decided) {
			decide(d);
			keep_part(d, bytes_of(d->head, d->now.head_n), 0);
		}
		evidence_write_entry(&d->writer, &d->now.entry, &d->out);
		if (d->now.escapes)
			state_gap(d, 0,
			          "the name, or what it links to, tries to leave the root; read as if it "
			          "could not");
		for (size_t i = 0; d->options.inspectors[i] && status == 0; i++)
			if (d->now.wants[i].what != WANT_NO)
				status = run_inspector(d, d->options.inspectors[i], d->now.wants[i], e);
		if (d->tapped && status == 0 && d->now.entry.size > 0)
			status = end_taps(d, e);
		flush(d, FLUSH_AT);
	}
	arena_reset(&d->scratch);
	return status;
}

const struct tar_events dispatch_events = { on_entry, on_data, on_end };

/* -- life -------------------------------------------------------------------------------------- */

struct dispatch *dispatch_new(struct arena *a, const struct dispatch_options *options)
{
	struct dispatch *d = arena_new(a, struct dispatch);

	for (size_t i = 0; options->inspectors[i]; i++) {
		assert(i < INSPECTORS_MOST);
		d->tapped |= options->inspectors[i]->tap && !options->aliases;
	}
	d->options = *options;
	d->out = (buf)BUF_INIT(LIMIT_RECORD + LIMIT_RECORD / 2);
	d->body = (buf)BUF_INIT(LIMIT_KEEP + INSPECT_HEAD);
	spool_init(&d->spool, options->spool_fd);
	return d;
}

void dispatch_done(struct dispatch *d)
{
	close_taps(d);
	buf_done(&d->out);
	buf_done(&d->body);
	spool_done(&d->spool);
	arena_done(&d->scratch);
}

void dispatch_finish(struct dispatch *d, uint64_t expanded, uint64_t trailing)
{
	if (trailing && !d->options.aliases) {
		char text[96];

		snprintf(text, sizeof(text), "%s behind the end of the archive were not read",
		         SIZE_TEXT(trailing));
		evidence_write_layer_gap(0, bytes_str(text), &d->out);
	}
	evidence_write_done(&d->writer, expanded, &d->out);
	flush(d, 0);
}
