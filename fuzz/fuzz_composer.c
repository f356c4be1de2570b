/* SPDX-License-Identifier: Apache-2.0 */
/* Composer's list of what it installed, its lock file, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_composer,
		.sample = "{\"packages\":[{\"name\":\"a/b\",\"version\":\"1\"}]}",
		.paths = { "app/vendor/composer/installed.json", "src/composer.lock", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
