/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_document.h"

FUZZ_PARSE(index, oci_index)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_index_parse(bytes_of(data, size));
	return 0;
}
