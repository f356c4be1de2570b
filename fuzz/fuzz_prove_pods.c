/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest whose pods are to be attacked: what the worker makes of it the parent takes; and the
 * same as what a worker that lies answers: whatever is taken is what a container can be told. */
#include "base/limits.h"
#include "confine/capabilities.h"
#include "flow/prove_wire.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check(const struct prove_pods *pods)
{
	must(pods->len <= LIMIT_PROVE_PODS);
	for (size_t i = 0; i < pods->len; i++) {
		const struct prove_pod *p = &pods->items[i];

		must(p->without < 1U << DEFENCES && p->capabilities <= CAPABILITIES_ALL);
		must(p->folders.len <= LIMIT_PROVE_ITEMS && p->env.len <= LIMIT_PROVE_ITEMS);
		for (size_t k = 0; k < p->folders.len; k++)
			must(prove_is_place(bytes_str(p->folders.items[k].path)));
		for (size_t k = 0; k < p->env.len; k++)
			must(bytes_find(p->env.items[k], 0) == p->env.items[k].n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct prove_pods pods = { 0 }, lies = { 0 };
	buf answer = BUF_INIT(LIMIT_SETTINGS);
	err e = { 0 };

	if (prove_pods_answer(bytes_of(data, size), &answer, &e) == 0) {
		must(prove_pods_take(buf_bytes(&answer), &a, &pods, &e) == 0 && pods.len > 0);
		check(&pods);
	}
	err_clear(&e); /* it is no manifest */
	if (prove_pods_take(bytes_of(data, size), &a, &lies, &e) == 0)
		check(&lies);
	else
		must(e.kind == ERR_BUG);
	buf_done(&answer);
	arena_done(&a);
	return 0;
}
