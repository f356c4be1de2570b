/* SPDX-License-Identifier: Apache-2.0 */
/* tar_block - the 512 octets that a tar archive is made of.
 *
 * The header block's fields (POSIX.1-1988, section 10.1.1) and how numbers and text stand in them.
 * Private to the tar reader and writer. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

#define TAR_BLOCK_SIZE 512

struct tar_block {
	uint8_t name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type[1];
	uint8_t link[100], magic[8], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};

#define TAR_FIELD(block, field) bytes_of((block)->field, sizeof((block)->field))

enum tar_format { TAR_V7, TAR_USTAR, TAR_GNU };

/* tar_block_format(b): by the magic. Only exactly "ustar" NUL is ustar, as in GNU tar and Go. */
enum tar_format tar_block_format(const struct tar_block *b);

/* tar_block_sum(b): the sum of all octets, those of the checksum field counted as spaces.
 * tar_block_checks(b): the stored sum is that; old writers added octets as signed. */
uint32_t tar_block_sum(const struct tar_block *b);
bool tar_block_checks(const struct tar_block *b);
bool tar_block_is_zero(const struct tar_block *b);

/* tar_block_text(field): what stands before the first NUL. */
static inline bytes tar_block_text(bytes field)
{
	return bytes_slice(field, 0, bytes_find(field, 0));
}

/* tar_block_number(field, out): octal digits, or base-256 (GNU) when the first bit is set. A blank
 * field is 0. False for anything else and for what int64_t cannot hold. */
bool tar_block_number(bytes field, int64_t *out);
