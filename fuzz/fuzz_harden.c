/* SPDX-License-Identifier: Apache-2.0 */
/* A package database out of which packages are taken, as the worker reads it: what is left has the
 * packages that stay and no others, and is left alone by a second turn. The first octet, '0' to
 * '4', is its form. The request itself comes from the parent and is only unpacked. */
#include "base/limits.h"
#include "harden/database.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_memory(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	const bytes *all = ctx;

	if (offset > all->n || n > all->n - offset)
		return false;
	if (n > 0)
		memcpy(out, bytes_skip(*all, (size_t)offset).p, n);
	return true;
}

static int turn(enum database_form form, bytes text, struct arena *a, buf *out, err *e)
{
	static struct database_package there[] = {
		{ BYTES_INIT("a"), BYTES_INIT("1"), BYTES_INIT("x"), SELECT_PRESENT },
		{ BYTES_INIT("c"), BYTES_INIT("1"), BYTES_INIT("x"), SELECT_PRESENT },
		{ BYTES_INIT("a"), BYTES_INIT("1.2-4.el9"), BYTES_INIT("noarch"), SELECT_PRESENT },
		{ BYTES_INIT("c"), BYTES_INIT("7:1.2-4.el9"), BYTES_INIT("noarch"), SELECT_SETTINGS },
	};
	struct seek_file file = { text.n, read_memory, &text };
	struct database d = { .form = form, .packages = { there, 4, 4 }, .text = text, .file = &file };

	return database_filter(&d, a, out, e);
}

static void filter(enum database_form form, bytes text)
{
	struct arena a = ARENA_INIT;
	buf once = BUF_INIT(LIMIT_RPM_DATABASE), twice = BUF_INIT(LIMIT_RPM_DATABASE);
	err e = { 0 };

	if (turn(form, text, &a, &once, &e) < 0) {
		if (e.kind != ERR_FORMAT && e.kind != ERR_LIMIT)
			abort();
	} else if (turn(form, buf_bytes(&once), &a, &twice, &e) < 0 ||
	           !bytes_equal(buf_bytes(&once), buf_bytes(&twice))) {
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
	filter((enum database_form)((uint8_t)(data[0] - '0') % (DATABASE_RPM_BDB + 1)),
	       bytes_of(data + 1, size - 1));
	(void)database_unpack(bytes_of(data, size), &a, &d);
	arena_done(&a);
	return 0;
}
