/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unzip_own.h"

#include "codec/deflate.h"

#define ROOM (64 << 10)

/* 8.5.4: the marks of archives that were split, or might have been; a JDK's jmod has its own. */
bool unzip_starts(bytes head)
{
	static const bytes fronts[] = { BYTES_INIT(""), BYTES_INIT("PK\7\10"), BYTES_INIT("PK00"),
		                            BYTES_INIT("JM\1\0") };

	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		if (bytes_starts(head, fronts[i]) &&
		    bytes_starts(bytes_skip(head, fronts[i].n), unzip_local_mark))
			return true;
	return bytes_starts(head, BYTES("#!")) && bytes_search(head, unzip_local_mark) < head.n;
}

/* -- a member ---------------------------------------------------------------------------------- */

static void end_member(struct unzip *z)
{
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	unzip_list_walked(z);
	unzip_go(z, z->streamed ? UNZIP_DESCRIPTOR : UNZIP_MARK);
}

static void hand_on(struct unzip *z, bytes part)
{
	z->given += part.n;
	if (part.n > 0 && !z->events->data(z->ctx, part))
		z->state = UNZIP_OVER;
}

/* pass(z): of a member that cannot be read. */
static void pass(struct unzip *z, const char *why)
{
	unzip_miss(z, why);
	z->open = false;
	z->events->end(z->ctx);
	if (z->streamed && z->packed == 0)
		unzip_go(z, UNZIP_SEEK);
	else if (z->left == 0)
		end_member(z);
	else
		unzip_go(z, UNZIP_PASSED);
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
		unzip_go(z, UNZIP_DEFLATED);
	} else if (z->method == ZIP_STORED) {
		unzip_go(z, UNZIP_STORED);
		if (z->left == 0)
			end_member(z);
	} else {
		pass(z, "compressed in a way that is not known");
	}
}

static void take_local(struct unzip *z, bytes *in)
{
	unsigned flags;

	if (!unzip_collect(z, in, z->field, UNZIP_LOCAL_SIZE))
		return;
	z->at = z->fed - in->n - UNZIP_LOCAL_SIZE;
	if (z->walked.n == 0)
		z->first = z->at;
	flags = (unsigned)unzip_number(z, 6, 2);
	z->encrypted = flags & 1;
	z->streamed = flags & 8;
	z->method = (uint16_t)unzip_number(z, 8, 2);
	z->name_n = (size_t)unzip_number(z, 26, 2);
	z->text_n = z->name_n + (size_t)unzip_number(z, 28, 2);
	z->packed = unzip_number(z, 18, 4);
	unzip_go(z, UNZIP_NAME);
}

static void take_name(struct unzip *z, bytes *in)
{
	uint64_t size = unzip_number(z, 22, 4);
	bytes text, wide;

	if (!unzip_collect(z, in, z->text, z->text_n))
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
		z->state = UNZIP_OVER;
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

void unzip_pass_over(struct unzip *z, bytes *in)
{
	size_t n = z->left < in->n ? (size_t)z->left : in->n;

	*in = bytes_skip(*in, n);
	z->left -= n;
}

static void take_passed(struct unzip *z, bytes *in)
{
	unzip_pass_over(z, in);
	if (z->left == 0)
		end_member(z);
}

/* The final block is over: what the engine took too much of belongs to what follows. */
static void end_deflated(struct unzip *z)
{
	bytes rest = deflate_rest(z->deflate);

	if (!z->streamed) {
		if (z->left + rest.n > 0)
			unzip_miss(z, "octets behind the content of a member");
		unzip_go(z, UNZIP_PASSED);
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
	} while (more > 0 && (n > 0 || part.n < before) && z->state == UNZIP_DEFLATED);
	*in = bytes_skip(*in, all - part.n);
	z->taken += all - part.n;
	if (!z->streamed)
		z->left -= all - part.n;
	if (z->state != UNZIP_DEFLATED)
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

	return unzip_number(z, at, n) == (z->taken & mask) &&
	       unzip_number(z, at + n, n) == (z->given & mask);
}

/* 4.3.9: checksum and sizes, with the mark or without, of 32 or of 64 bits. */
static void take_descriptor(struct unzip *z, bytes *in)
{
	static const struct {
		size_t at, n;
	} forms[] = { { 4, 4 }, { 8, 4 }, { 4, 8 }, { 8, 8 } };

	if (z->encrypted || (z->method != ZIP_STORED && z->method != ZIP_DEFLATED)) {
		unzip_go(z, UNZIP_SEEK); /* told already */
		return;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		bytes front = bytes_of(z->field, UNZIP_MARK_SIZE);
		size_t n = forms[i].at + 2 * forms[i].n;

		/* The first form has more octets than a mark; shorter ones did not fit the last time. */
		if (n < z->have || (forms[i].at == 8 && !bytes_starts(front, unzip_descriptor_mark)))
			continue;
		if (!unzip_collect(z, in, z->field, n))
			return;
		if (fits(z, forms[i].at, forms[i].n)) {
			unzip_go(z, UNZIP_MARK);
			return;
		}
	}
	unzip_lose(z, "broken");
}

/* -- between members --------------------------------------------------------------------------- */

static void take_mark(struct unzip *z, bytes *in)
{
	bytes mark = bytes_of(z->field, UNZIP_MARK_SIZE);

	if (!unzip_collect(z, in, z->field, UNZIP_MARK_SIZE))
		return;
	if (bytes_starts(mark, unzip_local_mark))
		z->state = UNZIP_LOCAL;
	else if (bytes_starts(mark, unzip_member_mark))
		z->state = UNZIP_DIRECTORY;
	else if (bytes_starts(mark, unzip_end_mark))
		z->state = UNZIP_END;
	else if (bytes_starts(mark, unzip_end64_mark))
		z->state = UNZIP_END64;
	else if (z->listed.n == 0)
		z->state = UNZIP_SIGNATURES;
	else
		unzip_lose(z, "broken");
}

/* Where "PK" begins, or a last "P". */
static size_t first_front(bytes in)
{
	size_t at = bytes_search(in, BYTES("PK"));

	return at == in.n && bytes_ends(in, BYTES("P")) ? at - 1 : at;
}

/* "PK" and what follows it; no front of a mark stands in its middle. */
static void seek_on(struct unzip *z, bytes *in)
{
	static const struct {
		const bytes *mark;
		enum unzip_state state;
	} marks[] = { { &unzip_local_mark, UNZIP_LOCAL },
		          { &unzip_member_mark, UNZIP_DIRECTORY },
		          { &unzip_end_mark, UNZIP_END } };
	bytes octet, front;

	if (z->have == 0)
		*in = bytes_skip(*in, first_front(*in));
	if (!bytes_take(in, 1, &octet))
		return;
	z->field[z->have++] = octet.p[0];
	front = bytes_of(z->field, z->have);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (bytes_starts(*marks[i].mark, front)) {
			if (z->have == UNZIP_MARK_SIZE) {
				z->state = marks[i].state;
				z->begun = true;
			}
			return;
		}
	z->have = octet.p[0] == 'P';
	z->field[0] = 'P';
}

static void tell_between(struct unzip *z, bytes part)
{
	if (part.n > 0)
		z->events->between(z->ctx, part);
}

/* What turned out to be no mark is told: the octets held back before, then those of this part. */
void unzip_seek(struct unzip *z, bytes *in)
{
	uint8_t front[UNZIP_MARK_SIZE];
	bytes held = bytes_of(front, z->have), part = *in;

	memcpy(front, z->field, held.n);
	while (in->n > 0 && z->state == UNZIP_SEEK)
		seek_on(z, in);
	size_t n = held.n + part.n - in->n - z->have;

	tell_between(z, bytes_slice(held, 0, n));
	tell_between(z, bytes_slice(part, 0, n > held.n ? n - held.n : 0));
}

/* -- all of it --------------------------------------------------------------------------------- */

void unzip_feed(struct unzip *z, bytes in)
{
	static void (*const takes[])(struct unzip *z, bytes *in) = {
		[UNZIP_SEEK] = unzip_seek,
		[UNZIP_MARK] = take_mark,
		[UNZIP_LOCAL] = take_local,
		[UNZIP_NAME] = take_name,
		[UNZIP_STORED] = take_stored,
		[UNZIP_DEFLATED] = take_deflated,
		[UNZIP_PASSED] = take_passed,
		[UNZIP_DESCRIPTOR] = take_descriptor,
		[UNZIP_DIRECTORY] = unzip_list_entry,
		[UNZIP_LISTED] = unzip_list_texts,
		[UNZIP_END64] = unzip_list_end64,
		[UNZIP_END] = unzip_list_end,
		[UNZIP_SIGNATURES] = unzip_list_signatures,
		[UNZIP_SIGNED] = unzip_list_signed,
		[UNZIP_SIGNED_END] = unzip_list_signed_end,
	};

	z->fed += in.n;
	while (in.n > 0 && z->state != UNZIP_OVER)
		takes[z->state](z, &in);
}

void unzip_finish(struct unzip *z)
{
	if (z->state == UNZIP_SEEK)
		tell_between(z, bytes_of(z->field, z->have));
	if (z->open)
		z->events->end(z->ctx);
	z->open = false;
	if (z->state != UNZIP_OVER && z->begun && !z->ended)
		unzip_miss(z, "cut off");
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
