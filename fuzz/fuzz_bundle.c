/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: read, and judged against the public root. None that a fuzzer writes may be believed. */
#include "trust/public_good.h"
#include "trust/verify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena root_arena;
	static struct trust_root root;
	struct arena arena = ARENA_INIT;
	struct identity anybody = { 0 };
	struct verify_request request = { .root = &root, .identities = &anybody, .identities_len = 1,
		                              .has_artifact = true, .artifact = BYTES("artifact"),
		                              .sha256 = digest_of(DIGEST_SHA256, BYTES("artifact")) };
	struct verify_result result;
	struct bundle bundle;
	err e = { 0 };

	if (!root.arena && trust_root_parse(bytes_of(trust_public_good, trust_public_good_len),
	                                    &root_arena, &root, &e) < 0)
		abort();
	if (bundle_parse((bytes){ data, size }, &arena, &bundle, &e) == 0 &&
	    verify_bundle(&bundle, &request, &arena, &result, &e) == 0)
		abort();
	arena_done(&arena);
	return 0;
}
