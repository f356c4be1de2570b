/* SPDX-License-Identifier: Apache-2.0 */
/* passwd and group, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_accounts,
		.sample = "root:x:0:0:root:/root:/bin/sh\n",
		.paths = { "etc/passwd", "etc/group", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
