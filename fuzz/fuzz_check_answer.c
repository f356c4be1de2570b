/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says that it found: whatever is accepted names files and rules that are there. */
#include "flow/check_wire.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

/* Of three files the first and the last were sent; those that are made stand behind them. */
static bool is_known(const struct check *check, size_t file)
{
	return file < check->len && file != 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sent[] = { 0, 2 };
	struct check_file files[3] = { { .name = "b/Dockerfile" }, { .name = "-" }, { .name = "a" } };
	struct check check = { .files = files, .len = 3 };
	struct arena a = ARENA_INIT;
	bytes in = bytes_of(data, size);

	if (check_take(&in, &check, sent, 2, &a)) {
		must(in.n == 0 && !files[1].after.p);
		for (size_t i = 3; i < check.len; i++)
			must(check.files[i].made && check.files[i].name);
		for (size_t i = 0; i < check.findings_len; i++)
			must(check.findings[i].rule && is_known(&check, check.findings[i].file) &&
			     check.findings[i].message);
		for (size_t i = 0; i < check.faults_len; i++)
			must(is_known(&check, check.faults[i].file) && check.faults[i].message);
	}
	arena_done(&a);
	return 0;
}
