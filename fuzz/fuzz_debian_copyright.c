/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's copyright files and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_debian_copyright,
		.sample = "Format: x\n\nFiles: *\nLicense: Expat\n",
		.paths = { "usr/share/doc/a/copyright", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
