/* SPDX-License-Identifier: Apache-2.0 */
/* What `oakum trust` reads: bundles of every form, told with all that can be told of them; trusted
 * roots. Each check says why it does not hold, or cannot be told. */
#include "trust/explain.h"
#include "trust/public_good.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void try_bundle(bytes in, struct arena *a)
{
	static struct arena kept = ARENA_INIT; /* read once: it is the same for every input */
	static struct trust_root root;
	struct explanation x;
	err e = { 0 };

	if (!kept.head)
		must(trust_root_parse(bytes_of(trust_public_good, trust_public_good_len), &kept, &root,
		                      &e) == 0);
	const struct verify_request request = { .root = &root };

	if (explain_bundle(in, &request, a, &x, &e) < 0) {
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
		return;
	}
	must(x.form != NULL);
	for (size_t i = 0; i < x.facts.len; i++)
		must(x.facts.items[i].name && x.facts.items[i].value.n > 0);
	for (size_t i = 0; i < VERIFY_STEPS; i++) {
		must(x.steps[i].name && x.steps[i].why);
		must((*x.steps[i].why == '\0') == (x.steps[i].status == STEP_HOLDS));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct explain_entries entries = { 0 };
	struct arena a = ARENA_INIT;
	bytes in = bytes_of(data, size);
	err e = { 0 };

	try_bundle(in, &a);
	(void)explain_root(in, &a, &entries, &e);
	arena_done(&a);
	return 0;
}
