/* SPDX-License-Identifier: Apache-2.0 */
/* What the workers of `oakum trust` say, the first octet tells which: read, and the same when it is
 * written and read again. */
#include "base/limits.h"
#include "flow/trust_wire.h"

#include <stdlib.h>

static void read_one(uint8_t which, bytes in, struct arena *a, buf *again)
{
	struct trust_step step;
	struct explanation explanation;
	struct explain_entries entries;
	bool fits = which % 3 == 0   ? trust_step_unpack(in, a, &step)
	            : which % 3 == 1 ? trust_explanation_unpack(in, a, &explanation)
	                             : trust_entries_unpack(in, a, &entries);

	if (!fits)
		return;
	if (which % 3 == 0)
		trust_step_pack(&step, again);
	else if (which % 3 == 1)
		trust_explanation_pack(&explanation, again);
	else
		trust_entries_pack(&entries, again);
	/* Of a walk that is at its end it does not matter what it wants. */
	if (!bytes_equal(buf_bytes(again), in) && !(which % 3 == 0 && step.at_end))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	buf again = BUF_INIT(2 * LIMIT_TRUST_ANSWER);
	bytes in = bytes_of(data, size);
	uint8_t which;

	if (bytes_take_u8(&in, &which))
		read_one(which, in, &a, &again);
	buf_done(&again);
	arena_done(&a);
	return 0;
}
