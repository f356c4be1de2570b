/* SPDX-License-Identifier: Apache-2.0 */
/* Java archives and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_java,
		.sample = "PK\003\004",
		.paths = { "app/a.jar", "app/b-1.0.war", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
