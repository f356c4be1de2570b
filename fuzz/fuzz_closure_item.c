/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says a file loads: what is taken in is written back octet for octet. */
#include "closure/object.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	buf again = BUF_INIT(size + 64);
	struct object o;

	if (object_unpack(bytes_of(data, size), &a, &o)) {
		object_pack(&o, &again);
		if (!bytes_equal(buf_bytes(&again), bytes_of(data, size)))
			abort();
	}
	buf_done(&again);
	arena_done(&a);
	return 0;
}
