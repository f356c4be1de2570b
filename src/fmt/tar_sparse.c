/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar_sparse.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/tar_block.h"

#define SLOT 24 /* two numbers of 12 octets */

static int malformed(err *e)
{
	return err_set(e, ERR_FORMAT, 0, "a malformed map of a sparse file");
}

int tar_sparse_add(struct tar_sparse *s, uint64_t offset, uint64_t length, err *e)
{
	if (s->pieces >= LIMIT_SPARSE)
		return err_set(e, ERR_LIMIT, 0, "a sparse file of too many pieces");
	if (offset < s->end || offset > INT64_MAX || length > INT64_MAX - offset)
		return malformed(e);
	s->pieces++;
	s->end = offset + length;
	s->data += length; /* pieces do not overlap, so the sum is at most the end */
	return 0;
}

int tar_sparse_slots(struct tar_sparse *s, bytes slots, bool more, err *e)
{
	bytes slot;
	int64_t offset, length;

	while (bytes_take(&slots, SLOT, &slot)) {
		bytes first = bytes_slice(slot, 0, SLOT / 2), second = bytes_skip(slot, SLOT / 2);

		/* An empty slot ends the map; readers disagree on slots behind it. */
		if (second.p[0] == 0)
			return more ? malformed(e) : 0;
		if (!tar_block_number(first, &offset) || !tar_block_number(second, &length) || offset < 0 ||
		    length < 0)
			return malformed(e);
		if (tar_sparse_add(s, (uint64_t)offset, (uint64_t)length, e) < 0)
			return -1;
	}
	return 0;
}

int tar_sparse_list(struct tar_sparse *s, bytes list, err *e)
{
	bytes first, second;
	uint64_t offset, length;

	while (bytes_take_until(&list, ',', &first)) {
		if (!bytes_take_until(&list, ',', &second) ||
		    !text_take_u64(first, 10, INT64_MAX, &offset) ||
		    !text_take_u64(second, 10, INT64_MAX, &length))
			return malformed(e);
		if (tar_sparse_add(s, offset, length, e) < 0)
			return -1;
	}
	return 0;
}

/* A whole number of a pax 1.0 map. */
static int text_number(struct tar_sparse *s, uint64_t v, err *e)
{
	if (s->numbers == 0) {
		s->expected = v;
		s->numbers = 1;
		return 0;
	}
	s->numbers = s->numbers == 1 ? 2 : 1;
	if (s->numbers == 1)
		return tar_sparse_add(s, s->offset, v, e);
	s->offset = v;
	return 0;
}

int tar_sparse_text(struct tar_sparse *s, bytes block, err *e)
{
	for (size_t i = 0; i < block.n; i++) {
		uint8_t c = block.p[i];

		if (c >= '0' && c <= '9') {
			if (s->number > (INT64_MAX - 9) / 10)
				return malformed(e);
			s->number = s->number * 10 + (c - '0');
			s->digits = true;
			continue;
		}
		if (c != '\n' || !s->digits)
			return malformed(e);
		if (text_number(s, s->number, e) < 0)
			return -1;
		s->number = 0;
		s->digits = false;
		if (s->numbers == 1 && s->pieces == s->expected)
			return 1;
	}
	return 0;
}

int tar_sparse_fits(const struct tar_sparse *s, uint64_t size, uint64_t stored, err *e)
{
	return s->end <= size && s->data == stored ? 0 : malformed(e);
}
