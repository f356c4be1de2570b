/* SPDX-License-Identifier: Apache-2.0 */
/* seek - a file that a reader looks at here and there instead of from front to end.
 *
 * The octets may change between two looks: what was read once is not read again to be believed. */
#pragma once

#include "base/bytes.h"

struct seek_file {
	uint64_t size;
	/* read(ctx, offset, n, out): exactly n octets into the caller's memory; false outside the
	 * file. */
	bool (*read)(void *ctx, uint64_t offset, size_t n, uint8_t *out);
	void *ctx;
};
