/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unzip.h"

#include "codec/deflate.h"
#include "fmt/zip.h"

/* Sizes of the fixed parts; a descriptor has its mark or not, sizes of 32 or of 64 bits. */
#define MARK_SIZE 4
#define LOCAL_SIZE 30
#define MEMBER_SIZE 46
#define END_SIZE 22
#define END64_SIZE 56
#define ROOM (64 << 10)
/* The signatures of an Android package: a length of eight octets, and at the end again, a mark. */
#define SIGNATURES_HEAD 8
#define SIGNATURES_TAIL 24
#define SIGNATURES_MOST (16 << 20)

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
	STATE_LISTED,     /* the texts of an entry of the directory */
	STATE_END64,      /* the end of the directory: its 64-bit form */
	STATE_END,
	STATE_SIGNATURES, /* before the directory: their length, */
	STATE_SIGNED,     /* themselves, */
	STATE_SIGNED_END, /* the length again and the mark */
	STATE_OVER,       /* nothing more is wanted */
};

/* What a set of members (place, method, packed size of each) sums up to, whatever its order. */
struct members {
	uint64_t n, placed, rooted; /* rooted: places count from the first member */
};

struct unzip {
	const struct unzip_events *events;
	void *ctx;
	enum state state;
	uint8_t field[END64_SIZE]; /* what is being collected; `have` octets are there */
	size_t have;
	uint8_t *text, *room; /* name, extra field, comment of a member; what is inflated */
	size_t text_n, name_n;
	struct deflate *deflate;
	/* The member in hand. */
	uint16_t method;
	bool encrypted, streamed; /* streamed: a descriptor behind it tells its sizes */
	bool open;                /* entry was called, end was not */
	uint64_t packed;          /* octets in the archive, as the header says */
	uint64_t left, taken, given;
	uint64_t at; /* where its header stands */
	/* All of them, up to a directory. */
	struct members walked, listed;
	uint64_t fed, first; /* octets so far; where the first header stands */
	uint64_t directory, directory_end, signatures;
	uint8_t end64[END64_SIZE];
	bool begun, has_end64, lost; /* lost: it was told already that something is wrong */
	bool ended; /* the end of a directory was seen behind the last member */
};

static const bytes local_mark = BYTES_INIT("PK\3\4"), member_mark = BYTES_INIT("PK\1\2"),
				   descriptor_mark = BYTES_INIT("PK\7\10"), end_mark = BYTES_INIT("PK\5\6"),
				   end64_mark = BYTES_INIT("PK\6\6");

/* 8.5.4: the marks of archives that were split, or might have been; a JDK's jmod has its own. */
bool unzip_starts(bytes head)
{
	static const bytes fronts[] = { BYTES_INIT(""), BYTES_INIT("PK\7\10"), BYTES_INIT("PK00"),
		                            BYTES_INIT("JM\1\0") };

	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		if (bytes_starts(head, fronts[i]) &&
		    bytes_starts(bytes_skip(head, fronts[i].n), local_mark))
			return true;
	return bytes_starts(head, BYTES("#!")) && bytes_search(head, local_mark) < head.n;
}

/* 4.3.16: the record stands in the last octets; a comment of some length may follow it. */
bool unzip_ends(bytes tail, uint64_t before)
{
	for (;;) {
		size_t at = bytes_search(tail, end_mark);
		uint64_t count, size, offset;

		tail = bytes_skip(tail, at);
		before += at;
		if (tail.n < END_SIZE)
			return false;
		count = zip_number(tail, 10, 2);
		size = zip_number(tail, 12, 4);
		offset = zip_number(tail, 16, 4);
		if (count > 0 && zip_number(tail, 4, 2) == zip_number(tail, 6, 2) &&
		    count == zip_number(tail, 8, 2) && size >= count * MEMBER_SIZE &&
		    (size == UINT32_MAX || offset == UINT32_MAX || size + offset <= before))
			return true;
		tail = bytes_skip(tail, MARK_SIZE);
		before += MARK_SIZE;
	}
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
	z->lost = true;
	z->events->missed(z->ctx, why);
}

/* Where the next member begins is not known any more. */
static void lose(struct unzip *z, const char *why)
{
	miss(z, why);
	go(z, STATE_SEEK);
}

/* -- the two lists of members ------------------------------------------------------------------ */

/* SplitMix64's finalizer (Steele and others, 2014). */
static uint64_t mix(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

static uint64_t member_sum(uint64_t at, uint16_t method, uint64_t packed)
{
	return mix(at + mix(packed + mix(method + UINT64_C(0x9e3779b97f4a7c15))));
}

/* The member in hand, whose length is known now. */
static void add_walked(struct unzip *z)
{
	uint64_t packed = z->streamed ? z->taken : z->packed;

	z->walked.n++;
	z->walked.placed += member_sum(z->at, z->method, packed);
	z->walked.rooted += member_sum(z->at - z->first, z->method, packed);
}

/* -- a member ---------------------------------------------------------------------------------- */

static void end_member(struct unzip *z)
{
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	add_walked(z);
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
	z->at = z->fed - in->n - LOCAL_SIZE;
	if (z->walked.n == 0)
		z->first = z->at;
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

static void pass_over(struct unzip *z, bytes *in)
{
	size_t n = z->left < in->n ? (size_t)z->left : in->n;

	*in = bytes_skip(*in, n);
	z->left -= n;
}

static void take_passed(struct unzip *z, bytes *in)
{
	pass_over(z, in);
	if (z->left == 0)
		end_member(z);
}

/* The final block is over: what the engine took too much of belongs to what follows. */
static void end_deflated(struct unzip *z)
{
	bytes rest = deflate_rest(z->deflate);

	if (!z->streamed) {
		if (z->left + rest.n > 0)
			miss(z, "octets behind the content of a member");
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

/* said(z, at, n, wide): a number of the end of the directory; where it does not fit, of its 64-bit
 * form. */
static uint64_t said(const struct unzip *z, size_t at, size_t n, size_t wide)
{
	uint64_t v = number(z, at, n);

	return z->has_end64 && v == UINT64_MAX >> (64 - 8 * n)
	           ? zip_number(bytes_of(z->end64, END64_SIZE), wide, 8)
	           : v;
}

/* agrees(z, end): the directory, which ends there, lists what was walked over and nothing else. */
static bool agrees(const struct unzip *z, uint64_t end)
{
	uint64_t begin = z->listed.n > 0 ? z->directory : end, size = said(z, 12, 4, 40),
			 offset = said(z, 16, 4, 48), sum;

	if (z->walked.n == 0 && z->listed.n == 0)
		return said(z, 10, 2, 32) == 0;
	sum = offset == begin ? z->walked.placed : z->walked.rooted;
	return said(z, 10, 2, 32) == z->listed.n && z->walked.n == z->listed.n &&
	       size == end - begin && (offset == begin || offset == begin - z->first) &&
	       z->listed.placed == sum;
}

static void begin_archive(struct unzip *z)
{
	z->walked = z->listed = (struct members){ 0 };
	z->has_end64 = z->lost = false;
}

static void take_end(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, END_SIZE))
		return;
	uint64_t end = z->has_end64 ? z->directory_end : z->fed - in->n - END_SIZE;

	if (z->listed.n > z->walked.n)
		miss(z, "named by the directory alone");
	else if (!z->lost && !agrees(z, end))
		miss(z, "the directory does not name what is there");
	z->ended = true;
	begin_archive(z);
	go(z, STATE_SEEK);
}

static void take_end64(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, END64_SIZE))
		return;
	memcpy(z->end64, z->field, END64_SIZE);
	z->has_end64 = true;
	z->directory_end = z->fed - in->n - END64_SIZE;
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
	else if (bytes_starts(mark, end_mark))
		z->state = STATE_END;
	else if (bytes_starts(mark, end64_mark))
		z->state = STATE_END64;
	else if (z->listed.n == 0)
		z->state = STATE_SIGNATURES;
	else
		lose(z, "broken");
}

/* "PK" and what follows it; no front of a mark stands in its middle. */
static void take_seek(struct unzip *z, bytes *in)
{
	static const struct {
		const bytes *mark;
		enum state state;
	} marks[] = { { &local_mark, STATE_LOCAL },
		          { &member_mark, STATE_DIRECTORY },
		          { &end_mark, STATE_END } };
	bytes octet, front;

	if (z->have == 0)
		*in = bytes_skip(*in, bytes_find(*in, 'P'));
	if (!bytes_take(in, 1, &octet))
		return;
	z->field[z->have++] = octet.p[0];
	front = bytes_of(z->field, z->have);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (bytes_starts(*marks[i].mark, front)) {
			if (z->have == MARK_SIZE) {
				z->state = marks[i].state;
				z->begun = true;
			}
			return;
		}
	z->have = octet.p[0] == 'P';
	z->field[0] = 'P';
}

static void take_directory(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, MEMBER_SIZE))
		return;
	if (z->listed.n++ == 0)
		z->directory = z->fed - in->n - MEMBER_SIZE;
	z->name_n = (size_t)number(z, 28, 2);
	z->text_n = z->name_n + (size_t)number(z, 30, 2) + (size_t)number(z, 32, 2);
	go(z, STATE_LISTED);
}

static void take_listed(struct unzip *z, bytes *in)
{
	uint64_t packed = number(z, 20, 4), size = number(z, 24, 4), at = number(z, 42, 4);
	bytes wide;

	if (!collect(z, in, z->text, z->text_n))
		return;
	wide = bytes_slice(bytes_of(z->text, z->text_n), z->name_n, (size_t)number(z, 30, 2));
	wide = zip_wide_field(wide);
	if (!zip_take_wide(&wide, &size) || !zip_take_wide(&wide, &packed) ||
	    !zip_take_wide(&wide, &at))
		at = UINT64_MAX;
	z->listed.placed += member_sum(at, (uint16_t)number(z, 10, 2), packed);
	go(z, STATE_MARK);
}

/* source.android.com, "APK signature scheme v2": between the last member and the directory. */
static void take_signatures(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, SIGNATURES_HEAD))
		return;
	z->left = number(z, 0, 8);
	if (z->left < SIGNATURES_TAIL || z->left > SIGNATURES_MOST) {
		uint8_t behind[MARK_SIZE];
		bytes again = bytes_of(behind, sizeof(behind));

		memcpy(behind, z->field + MARK_SIZE, sizeof(behind));
		lose(z, "broken");
		while (again.n > 0 && z->state == STATE_SEEK)
			take_seek(z, &again);
		return;
	}
	z->signatures = z->left;
	z->left -= SIGNATURES_TAIL;
	go(z, z->left > 0 ? STATE_SIGNED : STATE_SIGNED_END);
}

static void take_signed(struct unzip *z, bytes *in)
{
	pass_over(z, in);
	if (z->left == 0)
		go(z, STATE_SIGNED_END);
}

static void take_signed_end(struct unzip *z, bytes *in)
{
	if (!collect(z, in, z->field, SIGNATURES_TAIL))
		return;
	if (number(z, 0, 8) == z->signatures &&
	    bytes_starts(bytes_of(z->field + 8, 16), BYTES("APK Sig Block 42")))
		go(z, STATE_MARK);
	else
		lose(z, "broken");
}

/* -- all of it --------------------------------------------------------------------------------- */

void unzip_feed(struct unzip *z, bytes in)
{
	static void (*const takes[])(struct unzip *z, bytes *in) = {
		[STATE_SEEK] = take_seek,
		[STATE_MARK] = take_mark,
		[STATE_LOCAL] = take_local,
		[STATE_NAME] = take_name,
		[STATE_STORED] = take_stored,
		[STATE_DEFLATED] = take_deflated,
		[STATE_PASSED] = take_passed,
		[STATE_DESCRIPTOR] = take_descriptor,
		[STATE_DIRECTORY] = take_directory,
		[STATE_LISTED] = take_listed,
		[STATE_END64] = take_end64,
		[STATE_END] = take_end,
		[STATE_SIGNATURES] = take_signatures,
		[STATE_SIGNED] = take_signed,
		[STATE_SIGNED_END] = take_signed_end,
	};

	z->fed += in.n;
	while (in.n > 0 && z->state != STATE_OVER)
		takes[z->state](z, &in);
}

void unzip_finish(struct unzip *z)
{
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	if (z->state != STATE_OVER && z->begun && !z->ended)
		miss(z, "cut off");
}

struct unzip *unzip_new(struct arena *a, const struct unzip_events *events, void *ctx)
{
	struct unzip *z = arena_new(a, struct unzip);

	z->events = events;
	z->ctx = ctx;
	z->text = arena_alloc(a, 3 * (size_t)UINT16_MAX);
	z->room = arena_alloc(a, ROOM);
	z->deflate = deflate_new();
	return z;
}

void unzip_done(struct unzip *z)
{
	deflate_free(z->deflate);
}
