/* SPDX-License-Identifier: Apache-2.0 */
/* The first octet chooses the document. */
#include "fuzz_document.h"

FUZZ_UNPACK(index, oci_index)
FUZZ_UNPACK(manifest, oci_manifest)
FUZZ_UNPACK(config, oci_config)
FUZZ_UNPACK(docker, docker_manifest)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes in = bytes_of(data, size);
	uint8_t kind;

	if (!bytes_take_u8(&in, &kind))
		return 0;
	switch (kind % 4) {
	case 0: fuzz_index_unpack(in); break;
	case 1: fuzz_manifest_unpack(in); break;
	case 2: fuzz_config_unpack(in); break;
	case 3: fuzz_docker_unpack(in); break;
	}
	return 0;
}
