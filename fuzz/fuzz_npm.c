/* SPDX-License-Identifier: Apache-2.0 */
/* package.json and the lock files of npm, yarn, pnpm and Bun, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_npm,
		.sample = "{\"name\":\"a\",\"version\":\"1\"}",
		.paths = { "app/node_modules/a/package.json", "srv/package.json", "srv/package-lock.json",
		           "srv/yarn.lock", "srv/pnpm-lock.yaml", "srv/bun.lock", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
