/* SPDX-License-Identifier: Apache-2.0 */
/* What a verifier's worker says: read, and the same when it is written and read again. */
#include "base/limits.h"
#include "flow/verify_wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	buf again = BUF_INIT(2 * LIMIT_VERIFY_ANSWER);
	bytes in = { data, size };
	struct verify_finding finding;

	if (verify_finding_unpack(in, &arena, &finding)) {
		verify_finding_pack(&finding, &again);
		if (!bytes_equal(buf_bytes(&again), in))
			abort();
	}
	buf_done(&again);
	arena_done(&arena);
	return 0;
}
