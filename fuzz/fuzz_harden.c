/* SPDX-License-Identifier: Apache-2.0 */
/* A package database out of which packages are taken, as the worker reads it: what is left has the
 * packages that stay and no others, and is left alone by a second turn. An odd first octet: apk's.
 * The request itself comes from the parent and is only unpacked. */
#include "base/limits.h"
#include "harden/database.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void filter(bytes text, bool is_apk)
{
	static struct database_package there[] = {
		{ BYTES_INIT("a"), BYTES_INIT("1"), BYTES_INIT("x"), SELECT_PRESENT },
		{ BYTES_INIT("c"), BYTES_INIT("1"), BYTES_INIT("x"), SELECT_PRESENT },
	};
	struct database d = { .is_apk = is_apk, .packages = { there, 2, 2 }, .text = text };
	struct arena a = ARENA_INIT;
	buf once = BUF_INIT(2 * MIB), twice = BUF_INIT(2 * MIB);
	err e = { 0 };

	if (database_filter(&d, &a, &once, &e) < 0) {
		if (e.kind != ERR_FORMAT && e.kind != ERR_LIMIT)
			abort();
	} else {
		d.text = buf_bytes(&once);
		if (database_filter(&d, &a, &twice, &e) < 0 ||
		    !bytes_equal(buf_bytes(&once), buf_bytes(&twice)))
			abort();
	}
	buf_done(&once);
	buf_done(&twice);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct database d;

	if (size == 0 || size > MIB)
		return 0;
	filter(bytes_of(data + 1, size - 1), data[0] & 1);
	(void)database_unpack(bytes_of(data, size), &a, &d);
	arena_done(&a);
	return 0;
}
