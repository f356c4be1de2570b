/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the vulnerability database: what can be read can be written, and is read the same. */
#include "vuln/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_advisory(bytes in, struct arena *a)
{
	buf again = BUF_INIT(64 << 20);
	struct advisory v;
	bytes rest = in;

	if (advisory_unpack(&rest, a, &v)) {
		advisory_pack(&v, &again);
		if (!bytes_equal(buf_bytes(&again), bytes_slice(in, 0, in.n - rest.n)))
			abort();
	}
	buf_done(&again);
}

static void check_vulnerability(bytes in, struct arena *a)
{
	buf again = BUF_INIT(64 << 20);
	struct vulnerability v, copy;
	bytes rest = in;

	if (vulnerability_unpack(&rest, a, &v)) {
		vulnerability_pack(&v, &again);
		if (!bytes_equal(buf_bytes(&again), bytes_slice(in, 0, in.n - rest.n)))
			abort();
		copy = v;
		vulnerability_merge(&v, &copy, a);
		if (v.scores.len > copy.scores.len)
			abort();
	}
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct end_of_life x;
	bytes in = bytes_of(data, size), rest = in;

	check_advisory(in, &a);
	check_vulnerability(in, &a);
	(void)end_of_life_unpack(&rest, &x);
	arena_done(&a);
	return 0;
}
