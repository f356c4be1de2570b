/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unfold.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "codec/codec.h"
#include "fmt/tar.h"
#include "secret/fold.h"
#include "secret/parcel.h"
#include "secret/unzip.h"

#define HEAD UNFOLD_HEAD
#define ROOM ((size_t)64 << 10)
/* Where the end of an archive is searched that does not begin where its file does. */
#define TAIL 1024
/* Streams that are expanded at the same time: their windows are what takes memory. */
#define STREAMS_MOST 2

/* A file: the one that was given, or one in another. */
struct level {
	struct unfold *owner;
	unsigned depth;
	enum fold fold;
	enum codec codec;
	bool decided;    /* the head has been seen */
	bool deaf;       /* nothing more can be read of it */
	bool has_member; /* the level below is open */
	bool between;    /* of a zip: what stands between its members is open */
	bool told;       /* that it is packed and not read */
	uint8_t head[HEAD];
	size_t head_n;
	uint8_t tail[TAIL]; /* the last octets of a plain file, and how many there were in all */
	uint64_t length;
	size_t path_n; /* of the owner's path: how much names this file */
	struct arena arena;
	struct decoder *decoder;
	struct tar *tar;
	struct unzip *unzip;
	struct parcel *parcel;
	uint8_t *room; /* what comes out of the decoder */
};

struct unfold {
	const struct unfold_events *events;
	void *ctx;
	struct arena *arena;
	struct level levels[LIMIT_UNFOLD_DEPTH + 1];
	uint8_t path[LIMIT_PATH];
	unsigned streams;
	bool has_xz;
	bool over; /* a limit was met: of this file nothing more is read */
	uint64_t seen, expanded, members;
	uint64_t all_expanded; /* of the layer */
	struct unfold_missed missed;
};

static void level_begin(struct unfold *u, unsigned depth);
static void level_add(struct level *l, bytes part);
static void level_end(struct level *l);

void unfold_missed_put(const struct unfold_missed *m, buf *out)
{
	if (m->n == 1)
		buf_printf(out, "a part of it was not searched: %s", m->why);
	else
		buf_printf(out, "%s parts of it were not searched, the first: %s", COUNT_TEXT(m->n),
		           m->why);
}

static void miss(struct unfold *u, const char *why)
{
	if (u->missed.n++ == 0)
		u->missed.why = why;
}

static void stop(struct unfold *u, const char *why)
{
	if (!u->over)
		miss(u, why);
	u->over = true;
}

static struct level *below(struct level *l)
{
	return &l->owner->levels[l->depth + 1];
}

/* -- members ----------------------------------------------------------------------------------- */

/* Octets that came out of a compressed stream. */
static void spend(struct unfold *u, size_t n)
{
	u->expanded += n;
	u->all_expanded += n;
	if (u->expanded > LIMIT_UNFOLD_FILE || u->all_expanded > LIMIT_UNFOLD_LAYER ||
	    (u->expanded > LIMIT_RATIO_FREE && u->expanded / LIMIT_RATIO > u->seen))
		stop(u, "expands too far");
}

static void put(struct unfold *u, size_t *at, bytes text)
{
	bytes part = bytes_slice(text, 0, sizeof(u->path) - *at);

	if (part.n > 0)
		memcpy(u->path + *at, part.p, part.n);
	*at += part.n;
}

/* put_name(l, name): the path of a member of l; returns its length. */
static size_t put_name(struct level *l, bytes name)
{
	struct unfold *u = l->owner;
	bool shown = u->events->name(u->ctx, name), escapes;
	uint8_t clean[LIMIT_PATH];
	size_t n = l->path_n;

	put(u, &n, n > 0 ? BYTES("!") : BYTES(""));
	put(u, &n, shown ? path_clean(bytes_slice(name, 0, sizeof(clean)), clean, sizeof(clean),
	                              &escapes)
	                 : BYTES("*"));
	return n;
}

static bool member_begin(struct level *l, bytes name)
{
	struct unfold *u = l->owner;

	if (++u->members > LIMIT_ZIP_MEMBERS)
		stop(u, "too many members");
	if (u->over)
		return false;
	below(l)->path_n = put_name(l, name);
	l->has_member = true;
	level_begin(u, l->depth + 1);
	return true;
}

static bool member_data(struct level *l, bytes part)
{
	if (!l->owner->over)
		level_add(below(l), part);
	return !l->owner->over;
}

static void member_end(struct level *l)
{
	if (l->has_member)
		level_end(below(l));
	l->has_member = false;
}

/* -- tar --------------------------------------------------------------------------------------- */

static int on_tar_entry(void *ctx, const struct tar_entry *t, err *e)
{
	struct level *l = ctx;

	if (t->link.n > 0)
		(void)l->owner->events->name(l->owner->ctx, t->link);
	if (!member_begin(l, t->name))
		return err_set(e, ERR_LIMIT, 0, "a limit of the file");
	return 0;
}

static int on_tar_data(void *ctx, bytes part, err *e)
{
	return member_data(ctx, part) ? 0 : err_set(e, ERR_LIMIT, 0, "a limit of the file");
}

static int on_tar_end(void *ctx, err *e)
{
	(void)e;
	member_end(ctx);
	return 0;
}

static const struct tar_events tar_events = { on_tar_entry, on_tar_data, on_tar_end };

/* -- zip --------------------------------------------------------------------------------------- */

/* What stands between the members is one file after the other, too; of the file that was given it
 * was seen as it is. */
static void on_zip_between(void *ctx, bytes part)
{
	struct level *l = ctx;
	struct unfold *u = l->owner;

	if (l->depth == 0 || u->over)
		return;
	if (!l->between)
		u->events->begin(u->ctx, bytes_of(u->path, l->path_n));
	l->between = true;
	u->events->data(u->ctx, part);
}

static void end_between(struct level *l)
{
	if (l->between)
		l->owner->events->end(l->owner->ctx);
	l->between = false;
}

static bool on_zip_entry(void *ctx, bytes name)
{
	end_between(ctx);
	return member_begin(ctx, name);
}

static bool on_zip_data(void *ctx, bytes part)
{
	struct level *l = ctx;

	spend(l->owner, part.n);
	return member_data(l, part);
}

static void on_zip_end(void *ctx)
{
	member_end(ctx);
}

static void on_zip_missed(void *ctx, const char *why)
{
	struct unfold *u = ((struct level *)ctx)->owner;

	if (!u->over)
		miss(u, why);
}

static const struct unzip_events unzip_events = { on_zip_entry, on_zip_data, on_zip_end,
	                                              on_zip_between, on_zip_missed };

/* -- packages ---------------------------------------------------------------------------------- */

static bool on_parcel_entry(void *ctx, bytes name)
{
	return member_begin(ctx, name);
}

static bool on_parcel_data(void *ctx, bytes part)
{
	return member_data(ctx, part);
}

static void on_parcel_end(void *ctx)
{
	member_end(ctx);
}

static const struct parcel_events parcel_events = { on_parcel_entry, on_parcel_data,
	                                                on_parcel_end };

/* -- what a file is ---------------------------------------------------------------------------- */

bool unfold_opens(bytes head)
{
	enum codec codec;
	enum fold fold = fold_of(head, &codec);

	return fold != FOLD_PLAIN && fold != FOLD_UNREAD;
}

/* may_open(l): whether what l is fits beside what is open already. */
static bool may_open(const struct level *l)
{
	const struct unfold *u = l->owner;

	if (l->depth == LIMIT_UNFOLD_DEPTH)
		return false;
	return l->fold != FOLD_STREAM ||
	       (u->streams < STREAMS_MOST && !(l->codec == CODEC_XZ && u->has_xz));
}

static void open_stream(struct level *l)
{
	struct unfold *u = l->owner;

	l->decoder = decoder_new(l->codec, CODEC_FAST);
	u->streams++;
	u->has_xz |= l->codec == CODEC_XZ;
	if (!l->room)
		l->room = arena_alloc(u->arena, ROOM);
	below(l)->path_n = l->path_n;
	l->has_member = true;
	level_begin(u, l->depth + 1);
}

static void decide(struct level *l, bytes head)
{
	struct unfold *u = l->owner;

	l->decided = true;
	l->fold = fold_of(head, &l->codec);
	if (l->fold == FOLD_SCRIPT)
		l->fold = l->depth < LIMIT_UNFOLD_DEPTH ? FOLD_ZIP : FOLD_PLAIN;
	l->told = l->fold == FOLD_UNREAD;
	if (l->told) {
		miss(u, "packed in a way that is not read");
		l->fold = FOLD_PLAIN;
	}
	if (l->fold != FOLD_PLAIN && !may_open(l)) {
		miss(u, "nested too deep");
		l->told = true;
		l->fold = FOLD_PLAIN;
	}
	if (l->fold == FOLD_STREAM)
		open_stream(l);
	else if (l->fold == FOLD_TAR)
		l->tar = tar_new(&l->arena, &tar_events, l);
	else if (l->fold == FOLD_ZIP)
		l->unzip = unzip_new(&l->arena, &unzip_events, l);
	else if (l->fold == FOLD_PARCEL)
		l->parcel = parcel_new(&l->arena, parcel_of(head), &parcel_events, l);
	else if (l->depth > 0)
		u->events->begin(u->ctx, bytes_of(u->path, l->path_n));
}

/* -- one file ---------------------------------------------------------------------------------- */

static void close_readers(struct level *l)
{
	member_end(l);
	end_between(l);
	if (l->decoder) {
		l->owner->streams--;
		l->owner->has_xz &= l->codec != CODEC_XZ;
		decoder_free(l->decoder);
	}
	if (l->tar)
		tar_done(l->tar);
	if (l->unzip)
		unzip_done(l->unzip);
	l->decoder = NULL;
	l->tar = NULL;
	l->unzip = NULL;
	l->parcel = NULL;
	arena_reset(&l->arena);
}

/* Nothing more can be read of l; why, unless a limit was told already. */
static void turn_deaf(struct level *l, const char *why)
{
	if (!l->owner->over)
		miss(l->owner, why);
	close_readers(l);
	l->deaf = true;
}

static void feed_stream(struct level *l, bytes part, bool last)
{
	struct unfold *u = l->owner;
	size_t n = 0, before;
	err e = { 0 };
	int more;

	do {
		before = part.n;
		more = decoder_step(l->decoder, &part, last, l->room, ROOM, &n, &e);
		if (n > 0) {
			spend(u, n);
			(void)member_data(l, bytes_of(l->room, n));
		}
	} while (more > 0 && (n > 0 || part.n < before) && !u->over);
	if (more < 0 || u->over || (last && more > 0))
		turn_deaf(l, e.kind == ERR_LIMIT ? "beyond a limit" : "broken");
}

/* The last octets of a plain file stay. */
static void keep_tail(struct level *l, bytes part)
{
	size_t had = l->length < TAIL ? (size_t)l->length : TAIL, kept;

	l->length += part.n;
	part = bytes_skip(part, part.n > TAIL ? part.n - TAIL : 0);
	kept = had + part.n > TAIL ? TAIL - part.n : had;
	if (kept < had)
		memmove(l->tail, l->tail + had - kept, kept);
	if (part.n > 0)
		memcpy(l->tail + kept, part.p, part.n);
}

static void finish_plain(struct level *l)
{
	struct unfold *u = l->owner;
	size_t n = l->length < TAIL ? (size_t)l->length : TAIL;

	if (l->depth > 0)
		u->events->end(u->ctx);
	if (!u->over && !l->told && unzip_ends(bytes_of(l->tail, n), l->length - n))
		miss(u, "an archive behind other octets");
}

static void level_feed(struct level *l, bytes part)
{
	struct unfold *u = l->owner;
	err e = { 0 };

	if (l->deaf)
		return;
	switch (l->fold) {
	case FOLD_SCRIPT: /* are told apart by decide */
	case FOLD_UNREAD:
	case FOLD_PLAIN:
		keep_tail(l, part);
		if (l->depth > 0)
			u->events->data(u->ctx, part);
		break;
	case FOLD_STREAM: feed_stream(l, part, false); break;
	case FOLD_TAR:
		if (tar_feed(l->tar, part, &e) < 0)
			turn_deaf(l, "broken");
		break;
	case FOLD_ZIP: unzip_feed(l->unzip, part); break;
	case FOLD_PARCEL:
		if (!parcel_feed(l->parcel, part))
			turn_deaf(l, "broken");
		break;
	}
}

static void level_begin(struct unfold *u, unsigned depth)
{
	struct level *l = &u->levels[depth];

	l->fold = FOLD_PLAIN;
	l->decided = l->deaf = l->has_member = false;
	l->head_n = 0;
	l->length = 0;
}

static void level_add(struct level *l, bytes part)
{
	bytes head = bytes_slice(part, 0, HEAD - l->head_n);

	if (l->decided) {
		level_feed(l, part);
		return;
	}
	if (l->head_n == 0 && part.n >= HEAD) {
		decide(l, head);
		level_feed(l, part);
		return;
	}
	memcpy(l->head + l->head_n, head.p, head.n);
	l->head_n += head.n;
	if (l->head_n < HEAD)
		return;
	decide(l, bytes_of(l->head, HEAD));
	level_feed(l, bytes_of(l->head, HEAD));
	level_feed(l, bytes_skip(part, head.n));
}

static void finish_tar(struct level *l)
{
	err e = { 0 };

	if (tar_finish(l->tar, &e) < 0)
		turn_deaf(l, "cut off");
	else if (tar_trailing(l->tar) > 0)
		miss(l->owner, "octets behind its end");
}

static void level_finish(struct level *l)
{
	bool over = l->owner->over;

	if (l->fold == FOLD_STREAM && !over)
		feed_stream(l, (bytes){ NULL, 0 }, true);
	else if (l->fold == FOLD_TAR && !over)
		finish_tar(l);
	else if (l->fold == FOLD_ZIP)
		unzip_finish(l->unzip);
	else if (l->fold == FOLD_PARCEL && !over && !parcel_is_whole(l->parcel))
		turn_deaf(l, "cut off");
	else if (l->fold == FOLD_PLAIN && l->decided)
		finish_plain(l);
}

static void level_end(struct level *l)
{
	struct unfold *u = l->owner;

	if (!l->decided && l->head_n > 0 && !u->over) {
		decide(l, bytes_of(l->head, l->head_n));
		level_feed(l, bytes_of(l->head, l->head_n));
	}
	if (!l->deaf)
		level_finish(l);
	close_readers(l);
}

/* -- all of it --------------------------------------------------------------------------------- */

void unfold_add(struct unfold *u, bytes part)
{
	struct level *l = &u->levels[0];

	if (u->over)
		return;
	u->seen += part.n;
	if (part.n > 0)
		level_add(l, part);
}

void unfold_end(struct unfold *u, struct unfold_missed *out)
{
	level_end(&u->levels[0]);
	*out = u->missed;
	level_begin(u, 0);
	u->over = false;
	u->seen = u->expanded = u->members = 0;
	u->missed = (struct unfold_missed){ 0 };
}

struct unfold *unfold_new(struct arena *a, const struct unfold_events *events, void *ctx)
{
	struct unfold *u = arena_new(a, struct unfold);

	u->events = events;
	u->ctx = ctx;
	u->arena = a;
	for (unsigned i = 0; i <= LIMIT_UNFOLD_DEPTH; i++)
		u->levels[i] = (struct level){ .owner = u, .depth = i };
	return u;
}

void unfold_done(struct unfold *u)
{
	for (size_t i = 0; i <= LIMIT_UNFOLD_DEPTH; i++) {
		close_readers(&u->levels[i]);
		arena_done(&u->levels[i].arena);
	}
}
