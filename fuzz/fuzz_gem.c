/* SPDX-License-Identifier: Apache-2.0 */
/* Specifications of gems, Bundler's lock file, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_gem,
		.sample = "# stub: a 1 ruby lib\n",
		.paths = { "gem/specifications/a-1.gemspec", "gem/specifications/default/b.gemspec",
		           "src/Gemfile.lock", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
