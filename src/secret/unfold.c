/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unfold.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "codec/codec.h"
#include "fmt/tar.h"
#include "secret/unzip.h"

#define HEAD UNFOLD_HEAD
#define ROOM ((size_t)64 << 10)
/* Where the end of an archive is searched that does not begin where its file does. */
#define TAIL 1024
/* Streams that are expanded at the same time: their windows are what takes memory. */
#define STREAMS_MOST 2

enum fold {
	FOLD_PLAIN,
	FOLD_STREAM, /* compressed: what comes out is a file of its own */
	FOLD_TAR,
	FOLD_ZIP,
	FOLD_DEAF, /* was one of these and cannot be read on */
};

/* A file: the one that was given, or one in another. */
struct level {
	struct unfold *owner;
	unsigned depth;
	enum fold fold;
	enum codec codec;
	bool decided;    /* the head has been seen */
	bool has_member; /* the level below is open */
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
	uint8_t *room; /* what comes out of the decoder */
};

struct unfold {
	const struct unfold_events *events;
	void *ctx;
	struct arena *arena;
	struct level levels[LIMIT_ARCHIVE_DEPTH + 1];
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

static bool on_zip_entry(void *ctx, bytes name)
{
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
	                                              on_zip_missed };

/* -- what a file is ---------------------------------------------------------------------------- */

/* .lzma has no mark: properties, a dictionary of 2^n or 3 * 2^n octets, a size that may be unknown,
 * and a range coder's first octet, which is 0. */
static bool is_lzma(bytes head)
{
	uint32_t dictionary;
	uint64_t size;
	uint8_t properties, first;

	if (!bytes_take_u8(&head, &properties) || !bytes_take_le32(&head, &dictionary) ||
	    !bytes_take_le64(&head, &size) || !bytes_take_u8(&head, &first))
		return false;
	if (properties >= 9 * 5 * 5 || dictionary < 4096 || size == 0 || first != 0)
		return false;
	while (dictionary % 2 == 0)
		dictionary /= 2;
	return (dictionary == 1 || dictionary == 3) && (size == UINT64_MAX || size >> 38 == 0);
}

/* compress(1): bits of a code, and flags of which two are none. */
static bool is_compress(bytes head)
{
	return head.n > 3 && bytes_starts(head, BYTES("\x1f\x9d")) && (head.p[2] & 0x60) == 0 &&
	       (head.p[2] & 0x1f) >= 9 && (head.p[2] & 0x1f) <= 16;
}

/* Formats that pack and are not read here. */
static bool is_unread(bytes head)
{
	static const bytes marks[] = {
		BYTES_INIT("7z\xbc\xaf\x27\x1c"), BYTES_INIT("Rar!\x1a\x07"),
		BYTES_INIT("\x04\x22\x4d\x18"), /* lz4 */
		BYTES_INIT("!<arch>\ndebian-binary"), BYTES_INIT("\xed\xab\xee\xdb"), /* rpm */
		BYTES_INIT("LZIP\1"), BYTES_INIT("\x89LZO\0\r\n\x1a\n"), BYTES_INIT("MSCF\0\0\0\0"),
		BYTES_INIT("hsqs"), BYTES_INIT("sqsh"), /* squashfs */
		BYTES_INIT("070701"), BYTES_INIT("070702"), BYTES_INIT("070707"), /* cpio */
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (bytes_starts(head, marks[i]))
			return true;
	return is_lzma(head) || is_compress(head);
}

/* The marks of gzip and bzip2 are short: what follows them in each file has to fit, too. */
static enum codec codec_of(bytes head)
{
	enum codec codec = head.n < 10 ? CODEC_NONE : codec_detect_file(head);

	if (codec == CODEC_GZIP && head.p[2] != 8)
		return CODEC_NONE;
	if (codec == CODEC_BZIP2 && /* a block, or the end of a stream without one */
	    !bytes_starts(bytes_skip(head, 4), BYTES("\x31\x41\x59\x26\x53\x59")) &&
	    !bytes_starts(bytes_skip(head, 4), BYTES("\x17\x72\x45\x38\x50\x90")))
		return CODEC_NONE;
	return codec;
}

static enum fold fold_of(bytes head, enum codec *out_codec)
{
	*out_codec = codec_of(head);
	if (*out_codec != CODEC_NONE)
		return FOLD_STREAM;
	if (unzip_starts(head))
		return FOLD_ZIP;
	return tar_starts(head) ? FOLD_TAR : FOLD_PLAIN;
}

/* An archive may follow a script, far behind what was seen of it. */
static bool is_script(bytes head)
{
	return bytes_starts(head, BYTES("#!"));
}

bool unfold_opens(bytes head)
{
	enum codec codec;

	return fold_of(head, &codec) != FOLD_PLAIN || is_script(head);
}

/* may_open(l): whether what l is fits beside what is open already. */
static bool may_open(const struct level *l)
{
	const struct unfold *u = l->owner;

	if (l->depth == LIMIT_ARCHIVE_DEPTH)
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
	l->told = l->fold == FOLD_PLAIN && is_unread(head);
	if (l->told)
		miss(u, "packed in a way that is not read");
	/* One that is a member is told itself: of an archive in it there is a gap. */
	if (l->fold == FOLD_PLAIN && l->depth == 0 && is_script(head))
		l->fold = FOLD_ZIP;
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
	else if (l->depth > 0)
		u->events->begin(u->ctx, bytes_of(u->path, l->path_n));
}

/* -- one file ---------------------------------------------------------------------------------- */

static void close_readers(struct level *l)
{
	member_end(l);
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
	arena_reset(&l->arena);
}

/* Nothing more can be read of l; why, unless a limit was told already. */
static void turn_deaf(struct level *l, const char *why)
{
	if (!l->owner->over)
		miss(l->owner, why);
	close_readers(l);
	l->fold = FOLD_DEAF;
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

	switch (l->fold) {
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
	case FOLD_DEAF: break;
	}
}

static void level_begin(struct unfold *u, unsigned depth)
{
	struct level *l = &u->levels[depth];

	l->fold = FOLD_PLAIN;
	l->decided = l->has_member = false;
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

static void level_end(struct level *l)
{
	struct unfold *u = l->owner;

	if (!l->decided && l->head_n > 0 && !u->over) {
		decide(l, bytes_of(l->head, l->head_n));
		level_feed(l, bytes_of(l->head, l->head_n));
	}
	if (l->fold == FOLD_STREAM && !u->over)
		feed_stream(l, (bytes){ NULL, 0 }, true);
	else if (l->fold == FOLD_TAR && !u->over)
		finish_tar(l);
	else if (l->fold == FOLD_ZIP)
		unzip_finish(l->unzip);
	else if (l->fold == FOLD_PLAIN && l->decided)
		finish_plain(l);
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
	for (unsigned i = 0; i <= LIMIT_ARCHIVE_DEPTH; i++)
		u->levels[i] = (struct level){ .owner = u, .depth = i };
	return u;
}

void unfold_done(struct unfold *u)
{
	for (size_t i = 0; i <= LIMIT_ARCHIVE_DEPTH; i++) {
		close_readers(&u->levels[i]);
		arena_done(&u->levels[i].arena);
	}
}
