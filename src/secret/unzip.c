/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unzip.h"

#include "codec/deflate.h"
#include "fmt/zip.h"

/* Sizes of the fixed parts; a descriptor has its mark or not, sizes of 32 or of 64 bits. */
#define MARK_SIZE 4
#define LOCAL_SIZE 30
#define MEMBER_SIZE 46
#define ROOM (64 << 10)

enum state {
	STATE_SEEK,       /* the next header of a member, or of the directory */
	STATE_MARK,       /* what comes is one of them */
	STATE_LOCAL,
	STATE_NAME,       /* and the extra field behind it */
	STATE_STORED,
	STATE_DEFLATED,
	STATE_PASSED,     /* of the member nothing more is read */
	STATE_DESCRIPTOR,
	STATE_DIRECTORY,
	STATE_LISTED,     /* the names of an entry of the directory */
	STATE_OVER,       /* nothing more is wanted */
};

struct unzip {
	const struct unzip_events *events;
	void *ctx;
	enum state state;
	uint8_t field[MEMBER_SIZE]; /* what is being collected; `have` octets are there */
	size_t have;
	uint8_t *text, *room; /* name and extra field of a member; what is inflated */
	size_t text_n, name_n;
	struct deflate *deflate;
	/* The member in hand. */
	uint16_t method;
	bool encrypted, streamed; /* streamed: a descriptor behind it tells its sizes */
	bool open;                /* entry was called, end was not */
	uint64_t packed;          /* octets in the archive, as the header says */
	uint64_t left, taken, given;
	/* All of them. */
	uint64_t members, listed;
	bool ended; /* the end of a directory was seen behind the last member */
};

static const bytes local_mark = BYTES_INIT("PK\3\4"), member_mark = BYTES_INIT("PK\1\2"),
				   descriptor_mark = BYTES_INIT("PK\7\10");

bool unzip_starts(bytes head)
{
	return bytes_starts(head, local_mark) ||
	       (bytes_starts(head, BYTES("#!")) && bytes_search(head, local_mark) < head.n);
}

/* A number of n octets in what was collected. */
static uint64_t number(const struct unzip *z, size_t at, size_t n)
{
	return zip_number(bytes_of(z->field, sizeof(z->field)), at, n);
}

/* collect(z, in, into, n): true once n octets are there. */
static bool collect(struct unzip *z, bytes *in, uint8_t *into, size_t n)
{
	bytes part = bytes_slice(*in, 0, n - z->have);

	if (part.n > 0)
		memcpy(into + z->have, part.p, part.n);
	z->have += part.n;
	*in = bytes_skip(*in, part.n);
	return z->have == n;
}

static void go(struct unzip *z, enum state state)
{
	if (z->state != STATE_OVER)
		z->state = state;
	z->have = 0;
}

static void miss(struct unzip *z, const char *why)
{
	z->events->missed(z->ctx, why);
}

/* Where the next member begins is not known any more. */
static void lose(struct unzip *z, const char *why)
{
	miss(z, why);
	go(z, STATE_SEEK);
}

/* -- a member ---------------------------------------------------------------------------------- */

static void end_member(struct unzip *z)
{
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	go(z, z->streamed ? STATE_DESCRIPTOR : STATE_MARK);
}

static void hand_on(struct unzip *z, bytes part)
{
	z->given += part.n;
	if (part.n > 0 && !z->events->data(z->ctx, part))
		z->state = STATE_OVER;
}

/* pass(z): of a member that cannot be read. */
static void pass(struct unzip *z, const char *why)
{
	miss(z, why);
	z->open = false;
	z->events->end(z->ctx);
	if (z->streamed && z->packed == 0)
		go(z, STATE_SEEK);
	else if (z->left == 0)
		end_member(z);
	else
		go(z, STATE_PASSED);
}

static void begin_body(struct unzip *z)
{
	if (z->encrypted) {
		pass(z, "encrypted");
	} else if (z->method == ZIP_DEFLATED) {
		if (z->left == 0 && !z->streamed) {
			end_member(z);
			return;
		}
		deflate_reset(z->deflate);
		go(z, STATE_DEFLATED);
	} else if (z->method == ZIP_STORED) {
		go(z, STATE_STORED);
		if (z->left == 0)
			end_member(z);
	} else {
		pass(z, "compressed in a way that is not known");
	}
}

static void take_local(struct unzip *z, bytes *in)
{
	unsigned flags;

	if (!collect(z, in, z->field, LOCAL_SIZE))
		return;
	flags = (unsigned)number(z, 6, 2);
	z->encrypted = flags & 1;
	z->streamed = flags & 8;
	z->method = (uint16_t)number(z, 8, 2);
	z->name_n = (size_t)number(z, 26, 2);
	z->text_n = z->name_n + (size_t)number(z, 28, 2);
	z->packed = number(z, 18, 4);
	go(z, STATE_NAME);
}

static void take_name(struct unzip *z, bytes *in)
{
	uint64_t size = number(z, 22, 4);
	bytes text, wide;

	if (!collect(z, in, z->text, z->text_n))
		return;
	text = bytes_of(z->text, z->text_n);
	wide = zip_wide_field(bytes_skip(text, z->name_n));
	if (!zip_take_wide(&wide, &size) || !zip_take_wide(&wide, &z->packed))
		z->packed = 0;
	z->left = z->packed;
	z->taken = z->given = 0;
	z->members++;
	z->ended = false;
	z->open = true;
	if (z->events->entry(z->ctx, bytes_slice(text, 0, z->name_n)))
		begin_body(z);
	else
		z->state = STATE_OVER;
}

static void take_stored(struct unzip *z, bytes *in)
{
	bytes part = bytes_slice(*in, 0, z->left < in->n ? (size_t)z->left : in->n);

	*in = bytes_skip(*in, part.n);
	z->left -= part.n;
	z->taken += part.n;
	hand_on(z, part);
	if (z->left == 0)
		end_member(z);
}

static void take_passed(struct unzip *z, bytes *in)
{
	bytes part = bytes_slice(*in, 0, z->left < in->n ? (size_t)z->left : in->n);

	*in = bytes_skip(*in, part.n);
	z->left -= part.n;
	if (z->left == 0)
		end_member(z);
}

/* The final block is over: what the engine took too much of belongs to what follows. */
static void end_deflated(struct unzip *z)
{
	bytes rest = deflate_rest(z->deflate);

	if (!z->streamed) {
		go(z, STATE_PASSED);
		if (z->left == 0)
			end_member(z);
		return;
	}
	z->taken -= rest.n;
	end_member(z);
	if (rest.n > 0)
		memcpy(z->field, rest.p, rest.n);
	z->have = rest.n;
}

static void take_deflated(struct unzip *z, bytes *in)
{
	bytes part = z->streamed || z->left > in->n ? *in : bytes_slice(*in, 0, (size_t)z->left);
	size_t all = part.n, before, n;
	err e = { 0 };
	int more;

	do {
		before = part.n;
		more = deflate_step(z->deflate, &part, z->room, ROOM, &n, &e);
		hand_on(z, bytes_of(z->room, n));
	} while (more > 0 && (n > 0 || part.n < before) && z->state == STATE_DEFLATED);
	*in = bytes_skip(*in, all - part.n);
	z->taken += all - part.n;
	if (!z->streamed)
		z->left -= all - part.n;
	if (z->state != STATE_DEFLATED)
		return;
	if (more == 0) {
		end_deflated(z);
	} else if (more < 0 || (!z->streamed && z->left == 0)) {
		z->packed = z->streamed ? 0 : z->packed; /* a length in its header was not believed */
		pass(z, "broken");
	}
}

/* fits(z, at, n): the two sizes, of n octets each, are those of what was read. */
static bool fits(const struct unzip *z, size_t at, size_t n)
{
	uint64_t mask = n == 8 ? UINT64_MAX : UINT32_MAX;

	return number(z, at, n) == (z->taken & mask) && number(z, at + n, n) == (z->given & mask);
}

/* 4.3.9: checksum and sizes, with the mark or without, of 32 or of 64 bits. */
static void take_descriptor(struct unzip *z, bytes *in)
{
	static const struct {
		size_t at, n;
	} forms[] = { { 4, 4 }, { 8, 4 }, { 4, 8 }, { 8, 8 } };

	if (z->encrypted || (z->method != ZIP_STORED && z->method != ZIP_DEFLATED)) {
		go(z, STATE_SEEK); /* told already */
		return;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t n = forms[i].at + 2 * forms[i].n;

		/* The first form has more octets than a mark; shorter ones did not fit the last time. */
		if (n < z->have || (forms[i].at == 8 &&
		                    !bytes_starts(bytes_of(z->field, MARK_SIZE), descriptor_mark)))
			continue;
		if (!collect(z, in, z->field, n))
			return;
		if (fits(z, forms[i].at, forms[i].n)) {
			go(z, STATE_MARK);
			return;
		}
	}
	lose(z, "broken");
}

/* -- between members --------------------------------------------------------------------------- */

static void end_directory(struct unzip *z)
{
	if (z->listed > z->members)
		miss(z, "named by the directory alone");
	z->ended = true;
	go(z, STATE_SEEK);
}

static void take_mark(struct unzip *z, bytes *in)
{
	bytes mark = bytes_of(z->field, MARK_SIZE);

	if (!collect(z, in, z->field, MARK_SIZE))
		return;
	if (bytes_starts(mark, local_mark))
		z->state = STATE_LOCAL;
	else if (bytes_starts(mark, member_mark))
		z->state = STATE_DIRECTORY;
	else if (bytes_starts(mark, BYTES("PK\5\6")) || bytes_starts(mark, BYTES("PK\6\6")) ||
	         bytes_starts(mark, BYTES("PK\5\5")))
		end_directory(z);
	else
		lose(z, "broken");
}

/* "PK" and what follows it; no front of a mark stands in its middle. */
static void take_seek(struct unzip *z, bytes *in)
{
	static const char *const fronts[] = { "P", "PK", "PK\3", "PK\1", "PK\3\4", "PK\1\2" };
	bytes octet, front;

	if (z->have == 0)
		*in = bytes_skip(*in, bytes_find(*in, 'P'));
	if (!bytes_take(in, 1, &octet))
		return;
	z->field[z->have++] = octet.p[0];
	front = bytes_of(z->field, z->have);
	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		if (bytes_is(front, fronts[i])) {
			if (z->have == MARK_SIZE)
				z->state = octet.p[0] == 4 ? STATE_LOCAL : STATE_DIRECTORY;
			return;
		}
	z->have = octet.p[0] == 'P';
	z->field[0] = 'P';
}

static void take_directory(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, MEMBER_SIZE))
		return;
	z->listed++;
	z->streamed = false;
	z->left = number(z, 28, 2) + number(z, 30, 2) + number(z, 32, 2);
	go(z, z->left > 0 ? STATE_LISTED : STATE_MARK);
}

/* -- all of it --------------------------------------------------------------------------------- */

void unzip_feed(struct unzip *z, bytes in)
{
	while (in.n > 0 && z->state != STATE_OVER)
		switch (z->state) {
		case STATE_SEEK: take_seek(z, &in); break;
		case STATE_MARK: take_mark(z, &in); break;
		case STATE_LOCAL: take_local(z, &in); break;
		case STATE_NAME: take_name(z, &in); break;
		case STATE_STORED: take_stored(z, &in); break;
		case STATE_DEFLATED: take_deflated(z, &in); break;
		case STATE_LISTED:
		case STATE_PASSED: take_passed(z, &in); break;
		case STATE_DESCRIPTOR: take_descriptor(z, &in); break;
		case STATE_DIRECTORY: take_directory(z, &in); break;
		case STATE_OVER: return;
		}
}

void unzip_finish(struct unzip *z)
{
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	if (z->state != STATE_OVER && !z->ended)
		miss(z, "cut off");
}

struct unzip *unzip_new(struct arena *a, const struct unzip_events *events, void *ctx)
{
	struct unzip *z = arena_new(a, struct unzip);

	z->events = events;
	z->ctx = ctx;
	z->text = arena_alloc(a, 2 * (size_t)UINT16_MAX);
	z->room = arena_alloc(a, ROOM);
	z->deflate = deflate_new();
	return z;
}

void unzip_done(struct unzip *z)
{
	deflate_free(z->deflate);
}
