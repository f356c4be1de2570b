/* SPDX-License-Identifier: Apache-2.0 */
/* What a credential helper may answer: nothing, one secret of one kind, or a refusal. */
#include "fuzz_document.h"
#include "net/credentials_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct credential c = { 0 };
	err e = { 0 };

	if (credentials_helper_parse(bytes_of(data, size), &a, &c, &e) < 0)
		check_refusal(&e);
	else if ((c.user.n > 0) != (c.password.n > 0) || (c.user.n > 0 && c.identity_token.n > 0) ||
	         c.registry_token.n > 0)
		abort();
	arena_done(&a);
	return 0;
}
