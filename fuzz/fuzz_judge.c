/* SPDX-License-Identifier: Apache-2.0 */
/* What is attached to an image, and what lies beside a file, judged against the public root. Nobody
 * is asked for, so nothing may hold. */
#include "flow/verify_wire.h"
#include "trust/public_good.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena root_arena;
	static struct trust_root root;
	static const struct identity nobody = { { BYTES_INIT("nobody"), NULL },
		                                    { BYTES_INIT("x"), NULL } };
	struct verify_terms terms = { .request = { .identities = &nobody, .identities_len = 1 } };
	struct arena arena = ARENA_INIT;
	struct verify_question q;
	struct verify_finding finding;
	err e = { 0 };

	if (!root.arena && trust_root_parse(bytes_of(trust_public_good, trust_public_good_len),
	                                    &root_arena, &root, &e) < 0)
		abort();
	if (verify_question_unpack((bytes){ data, size }, &arena, &q)) {
		verify_answer(&terms, &root, NULL, &q, &arena, &finding);
		if (finding.kind == VERDICT_HOLDS)
			abort();
	}
	arena_done(&arena);
	return 0;
}
