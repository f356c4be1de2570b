/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar_block.h"

#include <assert.h>

static_assert(sizeof(struct tar_block) == TAR_BLOCK_SIZE, "the fields fill the block");

enum tar_format tar_block_format(const struct tar_block *b)
{
	bytes magic = TAR_FIELD(b, magic);

	if (bytes_starts(magic, BYTES("ustar\0")))
		return TAR_USTAR;
	return bytes_equal(magic, BYTES("ustar  \0")) ? TAR_GNU : TAR_V7;
}

/* Eight octets a step, added in four lanes of 16 bits: 64 words of at most 510 a lane fit. */
static uint32_t sum_all(const struct tar_block *b)
{
	const uint64_t even = 0x00ff00ff00ff00ff;
	uint64_t lanes = 0, word;

	for (size_t i = 0; i < TAR_BLOCK_SIZE; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)b + i, sizeof(word));
		lanes += (word & even) + (word >> 8 & even);
	}
	lanes = (lanes & 0x0000ffff0000ffff) + (lanes >> 16 & 0x0000ffff0000ffff);
	return (uint32_t)lanes + (uint32_t)(lanes >> 32);
}

uint32_t tar_block_sum(const struct tar_block *b)
{
	uint32_t sum = sum_all(b);

	for (size_t i = 0; i < sizeof(b->checksum); i++)
		sum += ' ' - (uint32_t)b->checksum[i];
	return sum;
}

bool tar_block_checks(const struct tar_block *b)
{
	const uint8_t *octets = (const uint8_t *)b;
	uint32_t sum = tar_block_sum(b), negative = 0;
	int64_t stored;

	if (!tar_block_number(TAR_FIELD(b, checksum), &stored))
		return false;
	if (stored == sum)
		return true;
	for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
		negative += octets[i] >= 0x80;
	for (size_t i = 0; i < sizeof(b->checksum); i++)
		negative -= b->checksum[i] >= 0x80;
	return stored == (int64_t)sum - 256 * (int64_t)negative;
}

bool tar_block_is_zero(const struct tar_block *b)
{
	return b->name[0] == 0 && sum_all(b) == 0;
}

/* GNU's base-256: a big-endian two's complement number whose first bit is only the mark. */
static bool take_binary(bytes field, int64_t *out)
{
	uint8_t flip = field.p[0] & 0x40 ? 0xff : 0;
	uint64_t v = (field.p[0] ^ flip) & 0x3f;

	for (size_t i = 1; i < field.n; i++) {
		if (v >> 55)
			return false;
		v = v << 8 | (field.p[i] ^ flip);
	}
	*out = flip ? -(int64_t)v - 1 : (int64_t)v;
	return true;
}

bool tar_block_number(bytes field, int64_t *out)
{
	int64_t v = 0;
	size_t i = 0;

	if (field.p[0] & 0x80)
		return take_binary(field, out);
	while (i < field.n && (field.p[i] == ' ' || field.p[i] == 0))
		i++;
	for (; i < field.n && field.p[i] >= '0' && field.p[i] <= '7'; i++)
		v = v * 8 + (field.p[i] - '0'); /* no field holds more than 12 digits */
	if (i < field.n && field.p[i] != ' ' && field.p[i] != 0)
		return false;
	*out = v;
	return true;
}
