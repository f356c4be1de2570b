/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says that it found: whatever is accepted names files and rules that are there. */
#include "flow/check_wire.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sent[] = { 0, 2 };
	struct check_file files[3] = { 0 };
	struct check check = { .files = files, .len = 3 };
	struct arena a = ARENA_INIT;
	bytes in = bytes_of(data, size);

	if (check_take(&in, &check, sent, 2, &a)) {
		must(in.n == 0 && !files[1].after.p);
		for (size_t i = 0; i < check.findings_len; i++)
			must(check.findings[i].rule && check.findings[i].file % 2 == 0 &&
			     check.findings[i].message);
		for (size_t i = 0; i < check.faults_len; i++)
			must(check.faults[i].file % 2 == 0 && check.faults[i].message);
	}
	arena_done(&a);
	return 0;
}
