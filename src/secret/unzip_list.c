/* SPDX-License-Identifier: Apache-2.0 */
/* The directory behind the members (APPNOTE 4.3.12 to 4.3.16), which must list what was walked
 * over, and what an Android package has before it. */
#include "secret/unzip_own.h"

/* The signatures of an Android package: a length of eight octets, and at the end again, a mark. */
#define SIGNATURES_HEAD 8
#define SIGNATURES_TAIL 24
#define SIGNATURES_MOST (16 << 20)

/* 4.3.16: the record stands in the last octets; a comment of some length may follow it. */
bool unzip_ends(bytes tail, uint64_t before)
{
	for (;;) {
		size_t at = bytes_search(tail, unzip_end_mark);
		uint64_t count, size, offset;

		tail = bytes_skip(tail, at);
		before += at;
		if (tail.n < UNZIP_END_SIZE)
			return false;
		count = zip_number(tail, 10, 2);
		size = zip_number(tail, 12, 4);
		offset = zip_number(tail, 16, 4);
		if (count > 0 && zip_number(tail, 4, 2) == zip_number(tail, 6, 2) &&
		    count == zip_number(tail, 8, 2) && size >= count * UNZIP_MEMBER_SIZE &&
		    (size == UINT32_MAX || offset == UINT32_MAX || size + offset <= before))
			return true;
		tail = bytes_skip(tail, UNZIP_MARK_SIZE);
		before += UNZIP_MARK_SIZE;
	}
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
void unzip_list_walked(struct unzip *z)
{
	uint64_t packed = z->streamed ? z->taken : z->packed;

	z->walked.n++;
	z->walked.placed += member_sum(z->at, z->method, packed);
	z->walked.rooted += member_sum(z->at - z->first, z->method, packed);
}

/* -- the directory's end ---------------------------------------------------------------------- */

/* said(z, at, n, wide): a number of the end of the directory; where it does not fit, of its 64-bit
 * form. */
static uint64_t said(const struct unzip *z, size_t at, size_t n, size_t wide)
{
	uint64_t v = unzip_number(z, at, n);

	return z->has_end64 && v == UINT64_MAX >> (64 - 8 * n)
	           ? zip_number(bytes_of(z->end64, UNZIP_END64_SIZE), wide, 8)
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
	z->walked = z->listed = (struct unzip_members){ 0 };
	z->has_end64 = z->lost = false;
}

void unzip_list_end(struct unzip *z, bytes *in)
{
	if (!unzip_collect(z, in, z->field, UNZIP_END_SIZE))
		return;
	uint64_t end = z->has_end64 ? z->directory_end : z->fed - in->n - UNZIP_END_SIZE;

	if (z->listed.n > z->walked.n)
		unzip_miss(z, "named by the directory alone");
	else if (!z->lost && !agrees(z, end))
		unzip_miss(z, "the directory does not name what is there");
	z->ended = true;
	begin_archive(z);
	unzip_go(z, UNZIP_SEEK);
}

void unzip_list_end64(struct unzip *z, bytes *in)
{
	if (!unzip_collect(z, in, z->field, UNZIP_END64_SIZE))
		return;
	memcpy(z->end64, z->field, UNZIP_END64_SIZE);
	z->has_end64 = true;
	z->directory_end = z->fed - in->n - UNZIP_END64_SIZE;
	unzip_go(z, UNZIP_SEEK);
}

/* -- its entries ------------------------------------------------------------------------------- */

void unzip_list_entry(struct unzip *z, bytes *in)
{
	if (!unzip_collect(z, in, z->field, UNZIP_MEMBER_SIZE))
		return;
	if (z->listed.n++ == 0)
		z->directory = z->fed - in->n - UNZIP_MEMBER_SIZE;
	z->name_n = (size_t)unzip_number(z, 28, 2);
	z->text_n = z->name_n + (size_t)unzip_number(z, 30, 2) + (size_t)unzip_number(z, 32, 2);
	unzip_go(z, UNZIP_LISTED);
}

void unzip_list_texts(struct unzip *z, bytes *in)
{
	uint64_t packed = unzip_number(z, 20, 4), size = unzip_number(z, 24, 4),
			 at = unzip_number(z, 42, 4);
	bytes wide;

	if (!unzip_collect(z, in, z->text, z->text_n))
		return;
	wide = bytes_slice(bytes_of(z->text, z->text_n), z->name_n, (size_t)unzip_number(z, 30, 2));
	wide = zip_wide_field(wide);
	if (!zip_take_wide(&wide, &size) || !zip_take_wide(&wide, &packed) ||
	    !zip_take_wide(&wide, &at))
		at = UINT64_MAX;
	z->listed.placed += member_sum(at, (uint16_t)unzip_number(z, 10, 2), packed);
	unzip_go(z, UNZIP_MARK);
}

/* source.android.com, "APK signature scheme v2": between the last member and the directory. */
void unzip_list_signatures(struct unzip *z, bytes *in)
{
	if (!unzip_collect(z, in, z->field, SIGNATURES_HEAD))
		return;
	z->left = unzip_number(z, 0, 8);
	if (z->left < SIGNATURES_TAIL || z->left > SIGNATURES_MOST) {
		uint8_t behind[UNZIP_MARK_SIZE];
		bytes again = bytes_of(behind, sizeof(behind));

		memcpy(behind, z->field + UNZIP_MARK_SIZE, sizeof(behind));
		unzip_lose(z, "broken");
		while (again.n > 0 && z->state == UNZIP_SEEK)
			unzip_seek(z, &again);
		return;
	}
	z->signatures = z->left;
	z->left -= SIGNATURES_TAIL;
	unzip_go(z, z->left > 0 ? UNZIP_SIGNED : UNZIP_SIGNED_END);
}

void unzip_list_signed(struct unzip *z, bytes *in)
{
	unzip_pass_over(z, in);
	if (z->left == 0)
		unzip_go(z, UNZIP_SIGNED_END);
}

void unzip_list_signed_end(struct unzip *z, bytes *in)
{
	if (!unzip_collect(z, in, z->field, SIGNATURES_TAIL))
		return;
	if (unzip_number(z, 0, 8) == z->signatures &&
	    bytes_starts(bytes_of(z->field + 8, 16), BYTES("APK Sig Block 42")))
		unzip_go(z, UNZIP_MARK);
	else
		unzip_lose(z, "broken");
}
