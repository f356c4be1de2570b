/* SPDX-License-Identifier: Apache-2.0 */
/* What the observer of a program says: within its limits, or nothing. What comes of it has
 * sizes. */
#include "base/limits.h"
#include "runtime/learn_parts.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct hardening h = { 0 };
	struct learned l = { 0 };

	*ARENA_PUSH(&a, &h.folders) = (struct hardening_folder){ "/tmp", HARDENING_TMP };
	if (learn_unpack(bytes_of(data, size), &a, &l)) {
		must(l.calls_len <= learn_most() && l.folders.len <= LIMIT_LEARN_FOLDERS);
		learn_tighten(&l, &a, &h);
		for (size_t i = 0; i < h.folders.len; i++)
			must(h.folders.items[i].size >= MIB && h.folders.items[i].size <= HARDENING_MEMORY);
	}
	arena_done(&a);
	return 0;
}
