/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_document.h"

FUZZ_PARSE(docker, docker_manifest)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_docker_parse(bytes_of(data, size));
	return 0;
}
