/* SPDX-License-Identifier: Apache-2.0 */
/* What cosign 1 and 2 wrote: the document beside a file, the payload of a signature. */
#include "trust/legacy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	bytes in = { data, size };
	struct legacy_payload payload;
	struct bundle bundle;
	err e = { 0 };

	if (legacy_is_blob(in))
		(void)!legacy_blob(in, &arena, &bundle, &e);
	err_clear(&e);
	(void)!legacy_payload(in, &arena, &payload, &e);
	arena_done(&arena);
	return 0;
}
