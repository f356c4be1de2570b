/* SPDX-License-Identifier: Apache-2.0 */
/* The header of one rpm package and its lists of files. */
#include "catalog/rpm.h"

#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct rpm_package *p)
{
	struct arena a = ARENA_INIT;
	struct rpm_files files;
	bytes dir, name;
	uint32_t n = 0;
	err e = { 0 };

	if (p->name.n == 0 || p->name.n > LIMIT_PACKAGE_FIELD || p->version.n == 0 || p->release.n == 0)
		abort();
	if (rpm_files_begin(&files, p, &a, &e) == 0)
		while (rpm_files_next(&files, &dir, &name)) {
			if (bytes_find(dir, '\0') < dir.n || bytes_find(name, '\0') < name.n)
				abort();
			n++;
		}
	if (n > p->basenames.count)
		abort();
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpm_package p;
	err e = { 0 };

	if (rpm_header_parse(bytes_of(data, size), &p, &e) == 0)
		check(&p);
	else if (!err_is_set(&e))
		abort();
	return 0;
}
