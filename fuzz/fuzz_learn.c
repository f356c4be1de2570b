/* SPDX-License-Identifier: Apache-2.0 */
/* What the observer of a program says: within its limits, or nothing. What comes of it has
 * sizes. And the same octets as a profile: what it allows the default does, too. */
#include "base/limits.h"
#include "confine/syscalls.h"
#include "runtime/learn_parts.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void read_profile(bytes data)
{
	struct arena a = ARENA_INIT;
	struct strings calls = { 0 };
	err e = { 0 };

	if (learn_read(data, &a, &calls, &e) < 0)
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT || e.kind == ERR_UNTRUSTED);
	for (size_t i = 0; i < calls.len; i++) {
		const struct syscalls_number *n = syscalls_numbers;

		while (n->name && !bytes_is(calls.items[i], n->name))
			n++;
		must(n->name != NULL);
	}
	arena_done(&a);
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
	read_profile(bytes_of(data, size));
	return 0;
}
