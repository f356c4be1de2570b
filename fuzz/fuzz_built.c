/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that tell the version of a program beside them, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_built,
		.sample = "go1.23.4\n",
		.paths = { "go/VERSION", "include/node/node_version.h", "jdk/release",
		           "include/python3.12/patchlevel.h", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
