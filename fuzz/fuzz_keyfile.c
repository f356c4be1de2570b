/* SPDX-License-Identifier: Apache-2.0 */
/* Key files, with the wrong password: none that a fuzzer writes in Sigstore's form may open. */
#include "fuzz_document.h"
#include "trust/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bytes text = bytes_of(data, n);
	struct private_key *k = NULL;
	err e = { 0 };

	if (keyfile_open(text, BYTES("wrong"), &k, &e) == 0) {
		if (keyfile_is_shut(text))
			abort();
		private_key_free(k);
	} else if (e.kind != ERR_FORMAT && e.kind != ERR_LIMIT && e.kind != ERR_UNTRUSTED) {
		abort();
	}
	return 0;
}
